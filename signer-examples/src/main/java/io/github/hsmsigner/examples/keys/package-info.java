/** Making a signing key on a token. */
package io.github.hsmsigner.examples.keys;

/** The examples of keys, run. */
package io.github.hsmsigner.examples.keys;

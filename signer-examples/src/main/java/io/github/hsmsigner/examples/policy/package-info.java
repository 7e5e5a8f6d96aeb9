/** A {@code SigningPolicy} of one's own. */
package io.github.hsmsigner.examples.policy;

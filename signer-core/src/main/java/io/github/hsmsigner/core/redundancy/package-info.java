/** One key in several places: {@link io.github.hsmsigner.core.redundancy.RedundantSigner}. */
package io.github.hsmsigner.core.redundancy;

/** End to end: the service under load, in turn with a bare loop over the same token. */
package io.github.hsmsigner.benchmarks.load;

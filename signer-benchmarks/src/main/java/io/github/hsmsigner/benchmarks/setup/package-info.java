/** The measured system: a token with keys, the service as a process, and the C programs to compare with. */
package io.github.hsmsigner.benchmarks.setup;

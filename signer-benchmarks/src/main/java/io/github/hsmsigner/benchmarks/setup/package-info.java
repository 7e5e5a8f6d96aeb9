/** What is measured: a token with keys, the service as a process, and the C programs beside it. */
package io.github.hsmsigner.benchmarks.setup;

/** The core in programs and transports of one's own. */
package io.github.hsmsigner.examples.embedding;

/** The callback of Document Engine in servers of one's own. */
package io.github.hsmsigner.examples.embedding;

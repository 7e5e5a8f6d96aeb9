/** Documents to try the examples with. */
package io.github.hsmsigner.examples.pdf;

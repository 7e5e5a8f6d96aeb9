/** PDF files signed and checked with PDFBox, and one to try it with. */
package io.github.hsmsigner.examples.pdf;

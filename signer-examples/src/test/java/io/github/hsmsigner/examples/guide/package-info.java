/** Compiles and runs what the documentation shows. */
package io.github.hsmsigner.examples.guide;

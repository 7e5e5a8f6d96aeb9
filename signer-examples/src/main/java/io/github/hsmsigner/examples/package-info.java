/** Runnable examples; {@link io.github.hsmsigner.examples.Main} starts each by its name. */
package io.github.hsmsigner.examples;

/** Keys in memory, from key stores: for development, tests and demonstrations. */
@NullMarked
package io.github.hsmsigner.core.keystore;

import org.jspecify.annotations.NullMarked;

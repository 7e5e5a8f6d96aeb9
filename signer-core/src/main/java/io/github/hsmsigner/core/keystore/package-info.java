/** Keys in memory, from key stores: for development, tests and demonstrations. */
package io.github.hsmsigner.core.keystore;

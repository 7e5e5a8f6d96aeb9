/**
 * A provider of the Java Cryptography Architecture (JCA) over signing keys.
 * {@link io.github.hsmsigner.jca.SignerProvider} is the entry point.
 */
@NullMarked
package io.github.hsmsigner.jca;

import org.jspecify.annotations.NullMarked;

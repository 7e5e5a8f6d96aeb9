/** Decoding and comparing keys, whatever their encoding. Not part of the public API. */
@NullMarked
package io.github.hsmsigner.core.internal.key;

import org.jspecify.annotations.NullMarked;

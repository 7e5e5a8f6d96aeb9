/** Decoding and comparing keys, whatever their encoding. Not part of the public API. */
package io.github.hsmsigner.core.internal.key;

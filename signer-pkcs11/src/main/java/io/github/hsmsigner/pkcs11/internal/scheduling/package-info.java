/** Time, threads and waiting: the only access of this module to them. Not part of the public API. */
@NullMarked
package io.github.hsmsigner.pkcs11.internal.scheduling;

import org.jspecify.annotations.NullMarked;

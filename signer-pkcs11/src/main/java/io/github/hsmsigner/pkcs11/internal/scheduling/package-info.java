/** Time, threads and waiting: the only access of this module to them. Not part of the public API. */
package io.github.hsmsigner.pkcs11.internal.scheduling;

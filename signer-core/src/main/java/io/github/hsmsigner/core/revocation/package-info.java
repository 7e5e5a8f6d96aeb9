/**
 * Revocation information from OCSP responders (RFC 6960) and CRLs (RFC 5280) over HTTP.
 *
 * <p>{@link io.github.hsmsigner.core.revocation.OnlineRevocationSource} is all that there is to see from outside.
 */
@NullMarked
package io.github.hsmsigner.core.revocation;

import org.jspecify.annotations.NullMarked;

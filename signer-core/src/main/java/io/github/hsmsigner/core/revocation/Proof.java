package io.github.hsmsigner.core.revocation;

import java.time.Instant;
import java.util.List;

/**
 * The proof that one certificate was not revoked.
 *
 * @param ocspResponses OCSPResponse structures in DER
 * @param crls CertificateList structures in DER
 * @param goodUntil the time of the next update
 */
record Proof(List<byte[]> ocspResponses, List<byte[]> crls, Instant goodUntil) {}

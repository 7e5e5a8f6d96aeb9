package io.github.hsmsigner.core.revocation;

import java.time.Instant;
import java.util.List;

/**
 * What shows that one certificate was not revoked.
 *
 * @param ocspResponses OCSPResponse structures in DER
 * @param crls CertificateList structures in DER
 * @param goodUntil when there is something newer
 */
record Proof(List<byte[]> ocspResponses, List<byte[]> crls, Instant goodUntil) {}

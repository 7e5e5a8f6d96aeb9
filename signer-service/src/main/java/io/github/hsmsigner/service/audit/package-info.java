/**
 * The audit log on disk: one JSON object a line, chained by SHA-256, on disk before a signature is handed out.
 *
 * <p>{@link io.github.hsmsigner.service.audit.AuditFile} writes it, {@link io.github.hsmsigner.service.audit.AuditVerifier} checks it. The
 * package knows nothing of HTTP; any application that uses a {@link io.github.hsmsigner.core.SigningService} can use it.
 *
 * <p>A line has its sequence number first, then what happened, then the hash of the line before and its own:
 *
 * <pre>{@code {"seq":7,"time":"…","event":"request",…,"prev":"…64 hexadecimal digits…","hash":"…64 hexadecimal digits…"}}</pre>
 *
 * <p>The own hash is SHA-256 (FIPS 180-4) over the octets of the line before {@code ,"hash":}. So a line that is changed does not match
 * its hash, and one that is removed, inserted or moved does not match its neighbours.
 */
package io.github.hsmsigner.service.audit;

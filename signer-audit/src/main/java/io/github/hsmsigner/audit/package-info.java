/**
 * The audit log on disk: one JSON object a line, chained by SHA-256, on disk before a signature is handed out.
 *
 * <p>{@link io.github.hsmsigner.audit.AuditFile} writes the log, and
 * {@link io.github.hsmsigner.audit.AuditVerifier} verifies it. An application passes
 * the log to the builder of its {@link io.github.hsmsigner.core.SigningService}.
 *
 * <p>A line has its sequence number first, then the event, then the hash of the line before and its own hash:
 *
 * <pre>{@code {"seq":7,"time":"…","event":"request",…,"prev":"…64 hexadecimal digits…","hash":"…64 hexadecimal digits…"}}</pre>
 *
 * <p>A line's own hash is SHA-256 (FIPS 180-4) over the bytes of the line before {@code ,"hash":}. A changed line does
 * not match its hash. A removed, inserted or moved line does not match its neighbours.
 */
@NullMarked
package io.github.hsmsigner.audit;

import org.jspecify.annotations.NullMarked;

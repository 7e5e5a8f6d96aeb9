package io.github.hsmsigner.audit;

import io.github.hsmsigner.core.AuditEvent;
import io.github.hsmsigner.core.ContainerFormat;
import io.github.hsmsigner.core.Digest;
import io.github.hsmsigner.core.DigestAlgorithm;
import io.github.hsmsigner.core.SignatureAlgorithm;
import io.github.hsmsigner.core.SigningAction;
import io.github.hsmsigner.core.error.ErrorCode;
import io.github.hsmsigner.core.error.SigningUnavailableException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Events to record, and what can be read of them in a file. */
final class AuditEvents {

    static final Instant NOW = Instant.parse("2026-01-02T03:04:05.678901Z");

    private AuditEvents() {}

    static AuditEvent signature(String requestId) {
        return signature(requestId, "accounting");
    }

    static AuditEvent signature(String requestId, String caller) {
        return new AuditEvent(
                NOW,
                requestId,
                Optional.empty(),
                SigningAction.CONTAINER,
                List.of(caller),
                Optional.of("192.0.2.7"),
                Optional.of("contracts"),
                Optional.of(new BigInteger("5a77", 16)),
                Optional.of(SignatureAlgorithm.RSA_PKCS1_SHA256),
                Optional.of(Digest.compute(DigestAlgorithm.SHA256, "abc".getBytes(StandardCharsets.US_ASCII))),
                Optional.of(ContainerFormat.PADES_B_B),
                false,
                Optional.empty(),
                Optional.empty(),
                Duration.ofNanos(1_234_999),
                Duration.ofNanos(34_999),
                Duration.ofNanos(1_100_000));
    }

    static AuditEvent refusal(String requestId) {
        return failure(requestId, SigningAction.CERTIFICATES, List.of(), ErrorCode.NO_SUCH_KEY);
    }

    /** A request that was refused before it came to a key. */
    static AuditEvent failure(String requestId, SigningAction action, List<String> callers, ErrorCode error) {
        return failure(requestId, action, callers, error, Optional.empty());
    }

    static AuditEvent unavailable(String requestId, SigningUnavailableException.Reason reason) {
        return failure(
                requestId,
                SigningAction.RAW_SIGNATURE,
                List.of("accounting"),
                ErrorCode.UNAVAILABLE,
                Optional.of(reason));
    }

    private static AuditEvent failure(
            String requestId,
            SigningAction action,
            List<String> callers,
            ErrorCode error,
            Optional<SigningUnavailableException.Reason> unavailableReason) {
        return new AuditEvent(
                NOW,
                requestId,
                Optional.empty(),
                action,
                callers,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                false,
                Optional.of(error),
                unavailableReason,
                Duration.ZERO,
                Duration.ZERO,
                Duration.ZERO);
    }

    /** Records lines with the request identifiers {@code from} to {@code to}. */
    static void record(AuditFile audit, int from, int to) {
        for (int i = from; i <= to; i++) {
            audit.record(signature("request-" + i));
        }
    }

    /** Writes a log of its own. */
    static Path log(Path file, int lines) {
        try (AuditFile audit = AuditFile.open(AuditFileSettings.of(file))) {
            record(audit, 1, lines);
        }
        return file;
    }

    static List<String> lines(Path... files) {
        List<String> lines = new ArrayList<>();
        for (Path file : files) {
            try {
                lines.addAll(Files.readAllLines(file));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return lines;
    }

    static AuditReport verify(Path file, AuditAnchor... anchors) {
        try {
            return AuditVerifier.verify(AuditVerifier.series(file), anchors);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

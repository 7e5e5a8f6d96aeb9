package io.github.hsmsigner.http.corpus;

import io.github.hsmsigner.core.SigningService;
import io.github.hsmsigner.http.protocol.CallFacts;
import io.github.hsmsigner.http.protocol.CallbackAnswer;
import io.github.hsmsigner.http.protocol.CallbackHandler;
import io.github.hsmsigner.http.protocol.CallbackLimits;
import io.github.hsmsigner.http.protocol.CertificateEncoding;
import java.io.ByteArrayInputStream;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** The protocol without an HTTP server. */
final class InMemory {

    private final CallbackHandler handler;

    InMemory(SigningService service) {
        handler = new CallbackHandler(() -> service, CallbackLimits.defaults(), CertificateEncoding.PEM);
    }

    CallbackAnswer answer(String requestId, byte[] body) {
        return handler.answer(
                new CallFacts(
                        requestId,
                        Optional.of("application/json"),
                        Optional.empty(),
                        OptionalLong.of(body.length),
                        false,
                        Optional.empty(),
                        Duration.ZERO,
                        Map.of()),
                new ByteArrayInputStream(body));
    }
}

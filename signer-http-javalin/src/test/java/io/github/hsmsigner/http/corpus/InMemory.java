package io.github.hsmsigner.http.corpus;

import io.github.hsmsigner.core.SigningService;
import io.github.hsmsigner.http.protocol.CallbackHandler;
import io.github.hsmsigner.http.protocol.CallbackResponse;
import io.github.hsmsigner.http.protocol.RequestMetadata;
import java.io.ByteArrayInputStream;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** The protocol without an HTTP server. */
final class InMemory {

    private final CallbackHandler handler;

    InMemory(SigningService service) {
        handler = new CallbackHandler(() -> service, new CallbackHandler.Config());
    }

    CallbackResponse answer(String requestId, byte[] body) {
        return handler.handle(
                new RequestMetadata(
                        requestId,
                        Optional.of("application/json"),
                        Optional.empty(),
                        OptionalLong.of(body.length),
                        false,
                        Optional.empty(),
                        Duration.ZERO,
                        Map.of()),
                () -> new ByteArrayInputStream(body));
    }
}

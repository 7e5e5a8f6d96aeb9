package io.github.hsmsigner.http.corpus;

import io.github.hsmsigner.core.SigningService;
import io.github.hsmsigner.http.protocol.CallbackHandler;
import io.github.hsmsigner.http.protocol.CallbackResponse;
import io.github.hsmsigner.http.protocol.RequestMetadata;
import java.io.ByteArrayInputStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** The protocol without an HTTP server. */
final class InMemory {

    private final CallbackHandler handler;

    InMemory(SigningService service) {
        handler = new CallbackHandler(() -> service, new CallbackHandler.Config());
    }

    CallbackResponse answer(String requestId, byte[] body) {
        Map<String, List<String>> headers = Map.of(
                "Content-Type", List.of("application/json"),
                "Content-Length", List.of(Integer.toString(body.length)));
        return handler.handle(
                new RequestMetadata(
                        requestId, name -> headers.getOrDefault(name, List.of()), false, Duration.ZERO, Map.of()),
                () -> new ByteArrayInputStream(body));
    }
}

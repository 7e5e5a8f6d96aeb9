package io.github.hsmsigner.http.corpus;

import io.github.hsmsigner.core.SigningService;
import io.github.hsmsigner.http.protocol.CallbackHandler;
import io.github.hsmsigner.http.protocol.CallbackResponse;
import io.github.hsmsigner.http.protocol.RequestMetadata;
import java.io.ByteArrayInputStream;

/** The protocol without an HTTP server. */
final class InMemory {

    private final CallbackHandler handler;

    InMemory(SigningService service) {
        handler = new CallbackHandler(() -> service, new CallbackHandler.Config());
    }

    CallbackResponse answer(String requestId, byte[] body) {
        return handler.handle(
                RequestMetadata.builder(requestId)
                        .contentType("application/json")
                        .contentLength(body.length)
                        .build(),
                () -> new ByteArrayInputStream(body));
    }
}

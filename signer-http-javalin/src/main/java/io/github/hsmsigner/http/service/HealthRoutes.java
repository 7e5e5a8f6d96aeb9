package io.github.hsmsigner.http.service;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Optional;

/**
 * What orchestrators probe. {@code GET /} and {@code GET /health/live} answer 200 as long as the process runs, whatever the HSM does:
 * a restart would log in again and mends no HSM. {@code GET /health/ready} tells whether requests can be served.
 */
final class HealthRoutes {

    private static final JsonFactory JSON = new JsonFactory();

    private final KeyConnection connection;

    HealthRoutes(KeyConnection connection) {
        this.connection = connection;
    }

    void addTo(RoutesConfig routes) {
        routes.get("/", context -> answer(context, 200, "up", Optional.empty()));
        routes.get("/health/live", context -> answer(context, 200, "live", Optional.empty()));
        routes.get("/health/ready", context -> {
            Optional<String> reason = connection.notReadyReason();
            answer(context, reason.isPresent() ? 503 : 200, reason.isPresent() ? "not_ready" : "ready", reason);
        });
    }

    private static void answer(Context context, int httpStatus, String status, Optional<String> reason)
            throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        try (JsonGenerator generator = JSON.createGenerator(body)) {
            generator.writeStartObject();
            generator.writeStringField("status", status);
            if (reason.isPresent()) {
                generator.writeStringField("reason", reason.get());
            }
            generator.writeEndObject();
        }
        context.status(httpStatus)
                .contentType("application/json")
                .header("Cache-Control", "no-store")
                .result(body.toByteArray());
    }
}

package io.github.hsmsigner.access;

import io.github.hsmsigner.core.ContainerFormat;
import io.github.hsmsigner.core.DigestAlgorithm;
import io.github.hsmsigner.core.RequestContext;
import io.github.hsmsigner.core.SigningAction;
import io.github.hsmsigner.core.SigningAttempt;
import io.github.hsmsigner.core.SigningToken;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;

/** What callers try. */
final class Attempts {

    private Attempts() {}

    /** A container with SHA-256 and the only key, by whoever has this signing token; {@code null} for none. */
    static SigningAttempt with(String token) {
        return by(context(token, Map.of()).build());
    }

    static SigningAttempt by(RequestContext context) {
        return new SigningAttempt(
                SigningAction.CONTAINER,
                context,
                Optional.of("only"),
                Optional.of(DigestAlgorithm.SHA256),
                Optional.of(ContainerFormat.CMS));
    }

    /** A container with SHA-256 where there are several keys and the request names none. */
    static SigningAttempt withoutKey() {
        return new SigningAttempt(
                SigningAction.CONTAINER,
                context(null, Map.of()).build(),
                Optional.empty(),
                Optional.of(DigestAlgorithm.SHA256),
                Optional.of(ContainerFormat.CMS));
    }

    static RequestContext.Builder context(String token, Map<String, String> facts) {
        return RequestContext.builder("request-1")
                .signingToken(token == null ? null : SigningToken.of(token.getBytes(StandardCharsets.UTF_8)))
                .transportFacts(facts);
    }
}

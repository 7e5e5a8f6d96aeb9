package io.github.hsmsigner.http.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hsmsigner.core.error.InternalSigningException;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.core.error.InvalidRequestException;
import io.github.hsmsigner.core.error.RateLimitedException;
import io.github.hsmsigner.core.error.SigningDeniedException;
import io.github.hsmsigner.core.error.SigningException;
import io.github.hsmsigner.core.error.SigningUnavailableException;
import io.github.hsmsigner.core.error.UnknownKeyException;
import io.github.hsmsigner.core.error.UnsupportedRequestException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ErrorResponsesTest {

    private static final String SECRET = "internals of slot 7";

    static Stream<Arguments> errors() {
        return Stream.of(
                Arguments.of(new InvalidRequestException("Say please."), 400, "invalid_request", Map.of()),
                Arguments.of(new UnknownKeyException("Say please."), 400, "no_such_key", Map.of()),
                Arguments.of(new UnsupportedRequestException("Say please."), 400, "unsupported", Map.of()),
                Arguments.of(new SigningDeniedException(SECRET), 401, "denied", Map.of()),
                Arguments.of(
                        SigningUnavailableException.lasting(SECRET, null),
                        503,
                        "unavailable",
                        Map.of("Retry-After", "60")),
                Arguments.of(
                        new RateLimitedException(SECRET, Duration.ofMillis(1200)),
                        429,
                        "rate_limited",
                        Map.of("Retry-After", "2")),
                Arguments.of(
                        SigningUnavailableException.passing(SECRET, Duration.ofMillis(1_001), null),
                        503,
                        "unavailable",
                        Map.of("Retry-After", "2")),
                Arguments.of(
                        SigningUnavailableException.passing(SECRET, Duration.ZERO, null),
                        503,
                        "unavailable",
                        Map.of("Retry-After", "1")),
                Arguments.of(new InternalSigningException(SECRET, null), 500, "internal", Map.of()),
                Arguments.of(new InvalidConfigurationException(SECRET), 500, "invalid_configuration", Map.of()));
    }

    @ParameterizedTest
    @MethodSource("errors")
    void mapsEveryKindOfErrorToAnAnswer(SigningException error, int status, String code, Map<String, String> headers) {
        CallbackResponse answer = ErrorResponses.of(error, "id-1");

        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.outcome()).isEqualTo(code);
        assertThat(answer.headers()).isEqualTo(headers);
        assertThat(answer.contentType()).isEqualTo("application/json");
        assertThat(text(answer))
                .isEqualTo("{\"error\":{\"code\":\"" + code + "\",\"message\":\"" + error.clientMessage()
                        + "\",\"request_id\":\"id-1\"}}")
                .doesNotContain(SECRET);
    }

    @Test
    void namesTheAllowedMethods() {
        CallbackResponse answer = ErrorResponses.methodNotAllowed("POST", "id-1");
        assertThat(answer.status()).isEqualTo(405);
        assertThat(answer.headers()).isEqualTo(Map.of("Allow", "POST"));
        assertThat(text(answer)).contains("offers POST");
    }

    private static String text(CallbackResponse answer) {
        return new String(answer.body(), StandardCharsets.UTF_8);
    }
}

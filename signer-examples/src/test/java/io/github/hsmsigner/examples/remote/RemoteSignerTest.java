package io.github.hsmsigner.examples.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.Digest;
import io.github.hsmsigner.core.DigestAlgorithm;
import io.github.hsmsigner.core.SignatureAlgorithm;
import io.github.hsmsigner.core.error.ErrorCode;
import io.github.hsmsigner.core.error.SigningException;
import io.github.hsmsigner.testing.LoopbackServer;
import io.github.hsmsigner.testing.LoopbackServer.Reply;
import io.github.hsmsigner.testing.TestPki;
import java.net.URI;
import java.security.PublicKey;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What becomes of a key service that does not do as it should. */
@Timeout(60)
class RemoteSignerTest {

    private static final PublicKey KEY = TestPki.keyPair("EC", 256).getPublic();

    private static SigningException failure(URI service, Duration ownLimit, Duration callersLimit) {
        RemoteSigner signer = new RemoteSigner(service, "credentials-of-the-test", KEY, ownLimit);
        SigningException failure = catchThrowableOfType(
                SigningException.class,
                () -> signer.sign(
                        SignatureAlgorithm.ECDSA_SHA256,
                        Digest.compute(DigestAlgorithm.SHA256, new byte[1]),
                        Deadline.after(callersLimit)));
        assertThat(failure).hasMessageNotContaining("credentials-of-the-test");
        return failure;
    }

    private static SigningException failure(Reply reply, String retryAfter) {
        try (LoopbackServer server = new LoopbackServer((exchange, request) -> {
            if (retryAfter != null) {
                exchange.getResponseHeaders().set("Retry-After", retryAfter);
            }
            return reply;
        })) {
            return failure(server.uri("/"), Duration.ofSeconds(20), Duration.ofSeconds(20));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "401, UNAVAILABLE, false",
        "403, UNAVAILABLE, false",
        "404, UNAVAILABLE, false",
        "422, UNSUPPORTED, false",
        "429, UNAVAILABLE, true",
        "400, INTERNAL, false",
        "302, INTERNAL, false",
        "500, UNAVAILABLE, true",
        "503, UNAVAILABLE, true"
    })
    void aStatusBecomesAnError(int status, ErrorCode code, boolean retryable) {
        SigningException failure = failure(new Reply(status, new byte[0], false), null);
        assertThat(failure.code()).isEqualTo(code);
        assertThat(failure.retryable()).isEqualTo(retryable);
        assertThat(failure.retryAfter().isPresent()).isEqualTo(retryable);
    }

    @Test
    void theServiceSaysWhenToTryAgain() {
        Reply busy = new Reply(503, new byte[0], false);
        assertThat(failure(busy, "7").retryAfter()).contains(Duration.ofSeconds(7));
        assertThat(failure(busy, "Thu, 01 Jan 2026 00:00:00 GMT").retryAfter()).contains(Duration.ofSeconds(2));
    }

    @Test
    void anAnswerThatIsNoSignatureIsAFaultOfTheService() {
        assertThat(failure(Reply.of(new byte[63]), null).code()).isEqualTo(ErrorCode.INTERNAL);
        assertThat(failure(Reply.of(new byte[64]), null).code()).isEqualTo(ErrorCode.INTERNAL);
        assertThat(failure(Reply.of(new byte[1024 * 1024]), null).code()).isEqualTo(ErrorCode.INTERNAL);
    }

    @Test
    void anAnswerThatHangsEndsWithTheEarlierDeadline() {
        try (LoopbackServer server = new LoopbackServer((exchange, request) -> new Reply(200, new byte[64], true))) {
            for (Duration[] limits : new Duration[][] {
                {Duration.ofMillis(300), Duration.ofMinutes(5)}, {Duration.ofMinutes(5), Duration.ofMillis(300)}
            }) {
                SigningException failure = failure(server.uri("/"), limits[0], limits[1]);
                assertThat(failure.code()).isEqualTo(ErrorCode.UNAVAILABLE);
                assertThat(failure).hasMessageContaining("did not answer in time");
                assertThat(failure.retryAfter()).isEqualTo(Optional.of(Duration.ofSeconds(2)));
            }
        }
    }

    @Test
    void aServiceThatIsNotThereMayComeBack() {
        SigningException failure = failure(LoopbackServer.closedPort(), Duration.ofSeconds(20), Duration.ofSeconds(20));
        assertThat(failure.code()).isEqualTo(ErrorCode.UNAVAILABLE);
        assertThat(failure).hasMessageContaining("could not be reached");
        assertThat(failure.retryable()).isTrue();
    }
}

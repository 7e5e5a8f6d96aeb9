package io.github.hsmsigner.http.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hsmsigner.http.TestKey;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The protocol without a web server. */
class CallbackHandlerTest {

    private static final int MAX_BODY_BYTES = 1000;

    @TempDir
    private Path directory;

    private CallbackAnswer answer(OptionalLong length, InputStream body) {
        var service = TestKey.service(directory);
        return new CallbackHandler(
                        () -> service,
                        CallbackLimits.builder().maxBodyBytes(MAX_BODY_BYTES).build(),
                        CertificateEncoding.PEM)
                .answer(
                        new CallFacts("id", Optional.of("application/json"), Optional.empty(), length, false, Map.of()),
                        body);
    }

    @Test
    void aLargeBodyIsReadToItsEndAndTheConnectionStays() {
        CallbackAnswer answer = answer(OptionalLong.of(2000), new ByteArrayInputStream(new byte[2000]));
        assertThat(answer.status()).isEqualTo(413);
        assertThat(answer.headers()).doesNotContainKey("Connection");
    }

    @Test
    void aBodyWithoutEndIsNotReadToItsEndAndTheConnectionIsClosed() {
        CallbackAnswer answer = answer(OptionalLong.empty(), new Endless());
        assertThat(answer.status()).isEqualTo(413);
        assertThat(answer.headers()).containsEntry("Connection", "close");
    }

    @Test
    void aBodyThatIsTooLargeIsThatFirstOfAll() {
        byte[] body = ("not JSON" + " ".repeat(MAX_BODY_BYTES)).getBytes(StandardCharsets.US_ASCII);
        assertThat(answer(OptionalLong.empty(), new ByteArrayInputStream(body)).status())
                .isEqualTo(413);
    }

    /** A client that never stops to send. */
    private static final class Endless extends InputStream {

        @Override
        public int read() {
            return ' ';
        }

        @Override
        public int read(byte[] buffer, int offset, int length) {
            return length;
        }
    }
}

package io.github.hsmsigner.http.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.Base64Variants;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import io.github.hsmsigner.core.ContainerFormat;
import io.github.hsmsigner.core.Digest;
import io.github.hsmsigner.core.DigestAlgorithm;
import io.github.hsmsigner.core.SigningToken;
import io.github.hsmsigner.core.error.InvalidRequestException;
import io.github.hsmsigner.http.protocol.CallbackRequest.ContainerSignature;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Contents that are decoded in blocks give what the JSON parser would have given, wherever something special lies in them. */
class JsonInputTest {

    /** What is put into the Base64 text; some of it is allowed in some places. */
    private static final List<String> SPECIAL = List.of(
            "\n", "\r\n", "\\n", "\\/", "\\u002b", "=", "==", "\\u003d", "-", "_", " ", "\u00e9", "\\", "\"", "\u0000",
            "YQ==", "AB=C");

    private final UnlimitedMemoryReader reader = new UnlimitedMemoryReader();
    private final Random random = new Random(7);

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void contentsOfEachLengthAroundABlock(int blocks) throws IOException {
        int near = blocks * JsonInput.BLOCK_LENGTH / 4 * 3;
        for (int length = Math.max(1, near - 20); length <= near + 20; length++) {
            byte[] contents = new byte[length];
            random.nextBytes(contents);
            assertThat(read(json(Base64.getEncoder().encodeToString(contents)), StandardCharsets.UTF_8))
                    .isEqualTo(signatureOf(contents));
        }
    }

    @Test
    void somethingSpecialAnywhere() throws IOException {
        int decoded = 0;
        for (int round = 0; round < 3_000; round++) {
            byte[] contents = new byte[random.nextInt(4 * JsonInput.BLOCK_LENGTH)];
            random.nextBytes(contents);
            StringBuilder text = new StringBuilder(Base64.getEncoder().encodeToString(contents));
            for (int i = random.nextInt(3); i > 0; i--) {
                text.insert(place(text.length()), SPECIAL.get(random.nextInt(SPECIAL.size())));
            }
            String json = json(text.toString());
            Optional<byte[]> expected = byTheParserAlone(json).filter(octets -> octets.length > 0);
            if (expected.isPresent()) {
                decoded++;
                assertThat(read(json, StandardCharsets.UTF_8)).isEqualTo(signatureOf(expected.get()));
            } else {
                assertThatThrownBy(() -> read(json, StandardCharsets.UTF_8))
                        .isInstanceOf(InvalidRequestException.class);
            }
        }
        assertThat(decoded).as("cases that decode").isBetween(1_200, 2_800);
    }

    /** Anywhere, but more often than not between two groups of four or at the border of a block. */
    private int place(int length) {
        int place = random.nextInt(length + 1);
        return switch (random.nextInt(4)) {
            case 0 -> place;
            case 1 -> Math.min(length, place / JsonInput.BLOCK_LENGTH * JsonInput.BLOCK_LENGTH);
            default -> place / 4 * 4;
        };
    }

    @Test
    void textOfOtherEncodings() throws IOException {
        byte[] contents = new byte[100_000];
        random.nextBytes(contents);
        String json = json(Base64.getEncoder().encodeToString(contents));
        for (Charset charset : List.of(StandardCharsets.UTF_16LE, StandardCharsets.UTF_16BE)) {
            assertThat(read(json, charset)).as("%s", charset).isEqualTo(signatureOf(contents));
        }
    }

    @Test
    void aTextThatStopsIsRefused() {
        byte[] contents = new byte[3 * JsonInput.BLOCK_LENGTH];
        String json = json(Base64.getEncoder().encodeToString(contents));
        for (int cut = 20; cut < json.length() - 1; cut += 997) {
            String stopped = json.substring(0, cut);
            assertThatThrownBy(() -> read(stopped, StandardCharsets.UTF_8))
                    .isInstanceOf(InvalidRequestException.class)
                    .hasMessageContaining("ends before");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 100, 5_000, 9_000, 12_288, 12_289, 30_000, 100_000})
    void twoTextsInOneBody(int length) throws IOException {
        byte[] contents = new byte[length];
        random.nextBytes(contents);
        String text = Base64.getEncoder().encodeToString(contents);
        for (String data : List.of("AAAA", text)) {
            String both =
                    "{\"data_to_be_signed\":\"" + data + "\"," + json(text).substring(1);
            assertThat(read(both.replace("{", "{\"action\":\"sign_pkcs7\","), StandardCharsets.UTF_8))
                    .isEqualTo(signatureOf(contents));
            String turned = json(text).replace("{", "{\"action\":\"sign\",");
            turned = turned.substring(0, turned.length() - 1) + ",\"data_to_be_signed\":\"" + data + "\"}";
            assertThat(read(turned, StandardCharsets.UTF_8))
                    .isInstanceOfSatisfying(
                            CallbackRequest.RawSignature.class,
                            raw -> assertThat(raw.data().digest())
                                    .isEqualTo(Digest.compute(
                                            DigestAlgorithm.SHA512,
                                            Base64.getDecoder().decode(data))));
        }
    }

    private static String json(String text) {
        return "{\"encoded_contents\":\"" + text + "\",\"hash_algorithm\":\"sha512\",\"signing_token\":\"t\"}";
    }

    private static CallbackRequest signatureOf(byte[] contents) {
        return new ContainerSignature(
                ContainerFormat.CMS,
                Digest.compute(DigestAlgorithm.SHA512, contents),
                Optional.of(SigningToken.of(new byte[] {'t'})));
    }

    private CallbackRequest read(String json, Charset charset) throws IOException {
        return reader.read(new InPieces(json.getBytes(charset)));
    }

    private static Optional<byte[]> byTheParserAlone(String json) {
        try (JsonParser parser = new JsonFactory().createParser(json.getBytes(StandardCharsets.UTF_8))) {
            parser.nextToken();
            parser.nextToken();
            parser.nextToken();
            byte[] octets = parser.getBinaryValue(Base64Variants.MIME_NO_LINEFEEDS);
            while (parser.nextToken() != null) {
                // To the end, which the rest may make impossible.
            }
            return Optional.of(octets);
        } catch (IOException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** Gives out of as much as is asked for some part, as a network does. */
    private final class InPieces extends InputStream {

        private final InputStream octets;

        InPieces(byte[] octets) {
            this.octets = new ByteArrayInputStream(octets);
        }

        @Override
        public int read() throws IOException {
            return octets.read();
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            return octets.read(buffer, offset, length == 0 ? 0 : 1 + random.nextInt(length));
        }
    }
}

package io.github.hsmsigner.http.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hsmsigner.core.error.InvalidRequestException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class CallbackLimitsTest {

    private static final String ACTION = "'action':'get_certificates'";

    private static void read(CallbackLimits limits, String body) throws IOException {
        new UnlimitedMemoryReader(limits)
                .read(new ByteArrayInputStream(body.replace('\'', '"').getBytes(StandardCharsets.UTF_8)));
    }

    private static Arguments limit(String name, CallbackLimits.Json json, String within, String beyond) {
        CallbackLimits defaults = CallbackLimits.defaults();
        return Arguments.argumentSet(
                name,
                new CallbackLimits(defaults.maxBodyBytes(), json, defaults.minimumDataRate(), defaults.timeLimit()),
                "{" + ACTION + "," + within + "}",
                "{" + ACTION + "," + beyond + "}");
    }

    private static CallbackLimits.Json json(int nesting, int tokens, int name, int text, int token, int number) {
        return new CallbackLimits.Json(nesting, tokens, name, text, token, number);
    }

    static Stream<Arguments> limits() {
        return Stream.of(
                limit("nesting", json(3, 128, 128, 256, 16_384, 256), "'x':[[1]]", "'x':[[[1]]]"),
                limit(
                        "tokens",
                        json(32, 40, 128, 256, 16_384, 256),
                        "'x':[" + "1,".repeat(20) + "1]",
                        "'x':[" + "1,".repeat(40) + "1]"),
                limit(
                        "names",
                        json(32, 128, 20, 256, 16_384, 256),
                        "'" + "n".repeat(20) + "':1",
                        "'" + "n".repeat(40) + "':1"),
                limit(
                        "texts",
                        json(32, 128, 128, 130, 16_384, 256),
                        "'digest':'" + "00".repeat(64) + "'",
                        "'digest':'" + "\\u0030".repeat(131) + "'"),
                limit(
                        "signing tokens",
                        json(32, 128, 128, 256, 200, 256),
                        "'signing_token':'" + "t".repeat(200) + "'",
                        "'signing_token':'" + "t".repeat(201) + "'"),
                limit("numbers", json(32, 128, 128, 256, 16_384, 5), "'x':12345", "'x':123456"));
    }

    @ParameterizedTest
    @MethodSource("limits")
    void areSettings(CallbackLimits limits, String within, String beyond) throws IOException {
        read(limits, within);
        assertThatThrownBy(() -> read(limits, beyond))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("exceeds a limit");
        assertThat(limits).doesNotHaveToString(CallbackLimits.defaults().toString());
    }

    static Stream<Arguments> defaults() {
        return Stream.of(
                limit(
                        "nesting",
                        CallbackLimits.defaults().json(),
                        "'x':" + "[".repeat(31) + "]".repeat(31),
                        "'x':" + "[".repeat(32) + "]".repeat(32)),
                limit(
                        "tokens",
                        CallbackLimits.defaults().json(),
                        "'x':[" + "1,".repeat(119) + "1]",
                        "'x':[" + "1,".repeat(200) + "1]"),
                limit(
                        "names",
                        CallbackLimits.defaults().json(),
                        "'" + "n".repeat(128) + "':1",
                        "'" + "n".repeat(140) + "':1"),
                limit(
                        "signing tokens",
                        CallbackLimits.defaults().json(),
                        "'signing_token':'" + "t".repeat(16_384) + "'",
                        "'signing_token':'" + "t".repeat(16_385) + "'"),
                limit("numbers", CallbackLimits.defaults().json(), "'x':" + "1".repeat(256), "'x':" + "1".repeat(257)));
    }

    @ParameterizedTest
    @MethodSource("defaults")
    void fitASmallHeap(CallbackLimits limits, String within, String beyond) throws IOException {
        read(limits, within);
        assertThatThrownBy(() -> read(limits, beyond))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("exceeds a limit");
    }

    @ParameterizedTest
    @ValueSource(strings = {"action", "hash_algorithm", "signature_type", "digest", "document_digest"})
    void allowNoOtherTextAsLongAsASigningToken(String field) {
        String body = "{'signing_token':'" + "t".repeat(16_384) + "','" + field + "':'" + "x".repeat(257) + "'}";
        assertThatThrownBy(() -> read(CallbackLimits.defaults(), body))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("texts of 256 and signing tokens of 16384 characters");
    }

    @Test
    void leaveRoomForTheFieldsOfTheProtocol() {
        assertThatThrownBy(() -> CallbackLimits.defaults().withMaxBodyBytes(0))
                .hasMessageContaining("must be at least 1: 0");
        assertThatThrownBy(() -> json(0, 128, 128, 256, 16_384, 256)).hasMessageContaining("must be at least 1: 0");
        assertThatThrownBy(() -> json(32, 31, 128, 256, 16_384, 256)).hasMessageContaining("must be at least 32: 31");
        assertThatThrownBy(() -> json(32, 128, 16, 256, 16_384, 256)).hasMessageContaining("must be at least 17: 16");
        assertThatThrownBy(() -> json(32, 128, 128, 127, 16_384, 256))
                .hasMessageContaining("must be at least 128: 127");
        assertThatThrownBy(() -> json(32, 128, 128, 256, 0, 256)).hasMessageContaining("must be at least 1: 0");
        assertThatThrownBy(() -> json(32, 128, 128, 256, 16_384, 0)).hasMessageContaining("must be at least 1: 0");
    }

    @Test
    void carryAGibibyteOfContentsInLinesOfBase64() {
        long gibibyte = 1L << 30;
        long base64 = (gibibyte + 2) / 3 * 4;
        long lineEnds = base64 / 76 * 2;
        assertThat(CallbackLimits.defaults().maxBodyBytes()).isGreaterThan(base64 + lineEnds);
    }
}

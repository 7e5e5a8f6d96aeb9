package io.github.hsmsigner.http.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hsmsigner.core.error.InvalidRequestException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class CallbackLimitsTest {

    private static final String ACTION = "'action':'get_certificates'";

    private static void read(CallbackLimits limits, String body) throws IOException {
        new CallbackRequestReader(limits)
                .read(new ByteArrayInputStream(body.replace('\'', '"').getBytes(StandardCharsets.UTF_8)));
    }

    private static Arguments limit(
            String name, Consumer<CallbackLimits.Builder> setting, String within, String beyond) {
        return Arguments.argumentSet(
                name, setting, "{" + ACTION + "," + within + "}", "{" + ACTION + "," + beyond + "}");
    }

    static Stream<Arguments> limits() {
        return Stream.of(
                limit("nesting", b -> b.maxNestingDepth(3), "'x':[[1]]", "'x':[[[1]]]"),
                limit(
                        "tokens",
                        b -> b.maxTokens(40),
                        "'x':[" + "1,".repeat(20) + "1]",
                        "'x':[" + "1,".repeat(40) + "1]"),
                limit("names", b -> b.maxNameLength(20), "'" + "n".repeat(20) + "':1", "'" + "n".repeat(40) + "':1"),
                limit(
                        "texts",
                        b -> b.maxTextLength(130),
                        "'digest':'" + "00".repeat(64) + "'",
                        "'digest':'" + "\\u0030".repeat(131) + "'"),
                limit(
                        "signing tokens",
                        b -> b.maxSigningTokenLength(200),
                        "'signing_token':'" + "t".repeat(200) + "'",
                        "'signing_token':'" + "t".repeat(201) + "'"),
                limit("numbers", b -> b.maxNumberLength(5), "'x':12345", "'x':123456"));
    }

    @ParameterizedTest
    @MethodSource("limits")
    void areSettings(Consumer<CallbackLimits.Builder> setting, String within, String beyond) throws IOException {
        CallbackLimits.Builder builder = CallbackLimits.builder();
        setting.accept(builder);
        CallbackLimits limits = builder.build();

        read(limits, within);
        assertThatThrownBy(() -> read(limits, beyond))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("exceeds a limit");
        assertThat(limits)
                .hasToString(builder.build().toString())
                .doesNotHaveToString(CallbackLimits.defaults().toString());
    }

    static Stream<Arguments> defaults() {
        return Stream.of(
                limit(
                        "nesting",
                        b -> {},
                        "'x':" + "[".repeat(31) + "]".repeat(31),
                        "'x':" + "[".repeat(32) + "]".repeat(32)),
                limit("tokens", b -> {}, "'x':[" + "1,".repeat(119) + "1]", "'x':[" + "1,".repeat(200) + "1]"),
                limit("names", b -> {}, "'" + "n".repeat(128) + "':1", "'" + "n".repeat(140) + "':1"),
                limit(
                        "signing tokens",
                        b -> {},
                        "'signing_token':'" + "t".repeat(16_384) + "'",
                        "'signing_token':'" + "t".repeat(16_385) + "'"),
                limit("numbers", b -> {}, "'x':" + "1".repeat(256), "'x':" + "1".repeat(257)));
    }

    @ParameterizedTest
    @MethodSource("defaults")
    void fitASmallHeap(Consumer<CallbackLimits.Builder> none, String within, String beyond) throws IOException {
        read(CallbackLimits.defaults(), within);
        assertThatThrownBy(() -> read(CallbackLimits.defaults(), beyond))
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
        CallbackLimits.Builder builder = CallbackLimits.builder();
        assertThatThrownBy(() -> builder.maxBodyBytes(0)).hasMessageContaining("must be at least 1: 0");
        assertThatThrownBy(() -> builder.maxNestingDepth(0)).hasMessageContaining("must be at least 1: 0");
        assertThatThrownBy(() -> builder.maxTokens(31)).hasMessageContaining("must be at least 32: 31");
        assertThatThrownBy(() -> builder.maxNameLength(16)).hasMessageContaining("must be at least 17: 16");
        assertThatThrownBy(() -> builder.maxTextLength(127)).hasMessageContaining("must be at least 128: 127");
        assertThatThrownBy(() -> builder.maxSigningTokenLength(0)).hasMessageContaining("must be at least 1: 0");
        assertThatThrownBy(() -> builder.maxNumberLength(0)).hasMessageContaining("must be at least 1: 0");
    }

    @Test
    void carryAGibibyteOfContentsInLinesOfBase64() {
        long gibibyte = 1L << 30;
        long base64 = (gibibyte + 2) / 3 * 4;
        long lineEnds = base64 / 76 * 2;
        assertThat(CallbackLimits.defaults().maxBodyBytes()).isGreaterThan(base64 + lineEnds);
    }
}

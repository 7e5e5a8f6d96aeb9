package io.github.hsmsigner.audit;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.github.hsmsigner.core.ContainerFormat;
import io.github.hsmsigner.core.LateSignature;
import io.github.hsmsigner.core.SignatureAlgorithm;
import io.github.hsmsigner.core.SigningAction;
import io.github.hsmsigner.core.UndeliveredResponse;
import io.github.hsmsigner.core.error.SigningUnavailableException.Reason;
import io.github.hsmsigner.testing.ExternalTool;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The format of a line, on which programs of other people rely. */
class AuditLineTest {

    private static final String ZEROS = "0".repeat(64);

    @TempDir
    private Path directory;

    private static String line(byte[] body) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        HashChainLine.write(out, AuditAnchor.START, body);
        return out.toString(StandardCharsets.UTF_8);
    }

    private static String body(byte[] body) {
        return new String(body, StandardCharsets.UTF_8);
    }

    @Test
    void aSignature() {
        assertThat(body(EventJson.request(AuditEvents.signature("request-7"))))
                .isEqualTo(
                        "\"time\":\"2026-01-02T03:04:05.678901Z\",\"event\":\"request\",\"request_id\":\"request-7\",\"trace_id\":null,"
                                + "\"action\":\"container\",\"callers\":[\"accounting\"],\"client\":\"192.0.2.7\",\"key\":\"contracts\","
                                + "\"certificate_serial\":\"5a77\",\"algorithm\":\"rsa_pkcs1_sha256\","
                                + "\"digest_algorithm\":\"sha256\","
                                + "\"digest\":\"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\","
                                + "\"container\":\"pades_b_b\",\"timestamp\":null,\"outcome\":\"ok\",\"error\":null,"
                                + "\"unavailable_reason\":null,\"duration_us\":1234");
    }

    @Test
    void aRefusalHasTheSameFields() {
        assertThat(body(EventJson.request(AuditEvents.refusal("request-8"))))
                .isEqualTo(
                        "\"time\":\"2026-01-02T03:04:05.678901Z\",\"event\":\"request\",\"request_id\":\"request-8\",\"trace_id\":null,"
                                + "\"action\":\"certificates\",\"callers\":[],\"client\":null,\"key\":null,\"certificate_serial\":null,"
                                + "\"algorithm\":null,\"digest_algorithm\":null,\"digest\":null,\"container\":null,\"timestamp\":null,"
                                + "\"outcome\":\"error\",\"error\":\"no_such_key\",\"unavailable_reason\":null,\"duration_us\":0");
    }

    @ParameterizedTest
    @EnumSource(Reason.class)
    void anUnavailableKeyHasItsReason(Reason reason) {
        assertThat(body(EventJson.request(AuditEvents.unavailable("request-8", reason))))
                .contains("\"error\":\"unavailable\",\"unavailable_reason\":\"" + reason.text() + "\",");
    }

    @Test
    void aLateSignature() {
        LateSignature late = new LateSignature(
                AuditEvents.NOW,
                "request-9",
                Optional.of("4bf92f3577b34da6a3ce929d0e0e4736"),
                "contracts",
                SignatureAlgorithm.ECDSA_SHA384,
                Duration.ofNanos(1_234_999));
        assertThat(body(EventJson.signatureLate(late)))
                .isEqualTo("\"time\":\"2026-01-02T03:04:05.678901Z\",\"event\":\"signature_late\","
                        + "\"request_id\":\"request-9\",\"trace_id\":\"4bf92f3577b34da6a3ce929d0e0e4736\","
                        + "\"key\":\"contracts\",\"algorithm\":\"ecdsa_sha384\",\"late_us\":1234");
    }

    @Test
    void anUndeliveredResponse() {
        UndeliveredResponse response =
                new UndeliveredResponse(AuditEvents.NOW, "request-9", Optional.empty(), Optional.empty(), true);
        assertThat(body(EventJson.responseUndelivered(response)))
                .isEqualTo("\"time\":\"2026-01-02T03:04:05.678901Z\",\"event\":\"response_undelivered\","
                        + "\"request_id\":\"request-9\",\"trace_id\":null,\"key\":null,\"signature\":true");
    }

    @Test
    void linesThatNoRequestWaitsForAreChainedLikeTheOthers() throws IOException {
        Path file = directory.resolve("audit.jsonl");
        try (AuditFile audit = AuditFile.open(AuditFileSettings.of(file))) {
            audit.record(AuditEvents.signature("request-1"));
            audit.responseUndelivered(
                    new UndeliveredResponse(AuditEvents.NOW, "request-1", Optional.empty(), Optional.empty(), true));
            audit.record(AuditEvents.signature("request-2"));
        }
        assertThat(AuditVerifier.verify(List.of(file), AuditAnchor.START).lines())
                .isEqualTo(3);
        assertThat(Files.readAllLines(file).get(1)).contains("\"event\":\"response_undelivered\"");
    }

    @Test
    void namesOfConstantsAreThoseOfTheDocumentation() {
        assertThat(names(SigningAction.values())).containsExactly("certificates", "raw_signature", "container");
        assertThat(names(ContainerFormat.values()))
                .containsExactly("cms", "pades_b_b", "pades_b_t", "cades_b_b", "cades_b_t");
        assertThat(Arrays.stream(SignatureAlgorithm.values()).map(algorithm -> EventJson.name(algorithm.name())))
                .containsExactly(
                        "rsa_pkcs1_sha256",
                        "rsa_pkcs1_sha384",
                        "rsa_pkcs1_sha512",
                        "rsa_pss_sha256",
                        "rsa_pss_sha384",
                        "rsa_pss_sha512",
                        "ecdsa_sha256",
                        "ecdsa_sha384",
                        "ecdsa_sha512",
                        "ed25519");
    }

    private static List<String> names(Enum<?>... values) {
        return Arrays.stream(values)
                .map(value -> value.name().toLowerCase(Locale.ROOT))
                .toList();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\",\"hash\":\"",
                "a\nb\r\tc\u0000",
                "back\\slash",
                "\u2028\u2029\u0085\u202e",
                "Jürgen \ud83d\ude00",
                "half a pair: \ud83d",
                "{\"userId\":\"u1\"}"
            })
    void everyTextComesBackFromOneLineOfAscii(String caller) throws IOException {
        String line = line(EventJson.request(AuditEvents.signature("r", caller)));
        assertThat(line).endsWith("\n").matches("[\\x20-\\x7e]+\n");
        assertThat(fields(line)).containsEntry("callers", caller);
    }

    /** The text of a value, or the texts of an array. */
    private static String text(JsonParser parser) throws IOException {
        if (!parser.isExpectedStartArrayToken()) {
            return parser.getText();
        }
        List<String> texts = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            texts.add(parser.getText());
        }
        return String.join(" and ", texts);
    }

    private static Map<String, String> fields(String line) throws IOException {
        Map<String, String> fields = new LinkedHashMap<>();
        try (JsonParser parser = new JsonFactory().createParser(line)) {
            parser.nextToken();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                parser.nextToken();
                fields.put(name, text(parser));
            }
        }
        return fields;
    }

    @Test
    void fieldsComeInTheDocumentedOrder() throws IOException {
        assertThat(fields(line(EventJson.request(AuditEvents.signature("r")))).keySet())
                .containsExactly(
                        "seq",
                        "time",
                        "event",
                        "request_id",
                        "trace_id",
                        "action",
                        "callers",
                        "client",
                        "key",
                        "certificate_serial",
                        "algorithm",
                        "digest_algorithm",
                        "digest",
                        "container",
                        "timestamp",
                        "outcome",
                        "error",
                        "unavailable_reason",
                        "duration_us",
                        "prev",
                        "hash");
    }

    @Test
    void anotherProgramFindsTheSameHash() throws IOException {
        Path log = AuditEvents.log(directory.resolve("audit.jsonl"), 2);
        String previous = ZEROS;
        for (String line : AuditEvents.lines(log)) {
            Path hashed = Files.writeString(
                    directory.resolve("hashed"), line.replaceFirst(",\"hash\":\"[0-9a-f]{64}\"}$", ""));
            String hash = ExternalTool.runOrFail("sha256sum", hashed.toString()).substring(0, 64);
            assertThat(line).endsWith(",\"prev\":\"" + previous + "\",\"hash\":\"" + hash + "\"}");
            previous = hash;
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{}",
                "{\"seq\":",
                "{\"seq\":0,@",
                "{\"seq\":01,@",
                "{\"seq\":-1,@",
                "{\"seq\":9223372036854775808,@",
                "{\"seq\":1@",
                "{\"SEQ\":1,@",
                "{\"seq\":1,@ "
            })
    void whatIsNotOfThisFormIsNoLine(String text) {
        String trailer = ",\"prev\":\"" + ZEROS + "\",\"hash\":\"" + ZEROS + "\"}";
        byte[] line = text.replace("@", "\"a\":1" + trailer).getBytes(StandardCharsets.US_ASCII);
        assertThat(HashChainLine.parse(line, line.length)).isEmpty();
    }
}

package io.github.hsmsigner.http.corpus;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.SigningKey;
import io.github.hsmsigner.core.SigningKeys;
import io.github.hsmsigner.core.SigningService;
import io.github.hsmsigner.core.TestKey;
import io.github.hsmsigner.core.cms.CmsContainerBuilder;
import io.github.hsmsigner.http.protocol.CallbackResponse;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every order of the fields of a request gives the same octets, with a clock that stands still and a key without randomness. */
class FieldOrderTest {

    private static final String DIGEST_SHA256 = "'66687aadf862bd776c8fc18b8e9f8e20089714856ee233b3902a591d0d5f2925'";
    private static final String ZEROS = "'" + "A".repeat(43) + "='";

    private static InMemory protocol;

    @BeforeAll
    static void start() {
        TestKey rsa = TestKey.RSA_2048;
        SigningKey key = SigningKey.open("rsa", rsa.signer(), rsa.signer(), Deadline.after(Duration.ofSeconds(10)));
        protocol = new InMemory(SigningService.builder(SigningKeys.of(key), new CmsContainerBuilder())
                .clock(Clock.fixed(Instant.now(), ZoneOffset.UTC))
                .verifyAfterSign(false)
                .build());
    }

    private static Arguments request(String name, String... fields) {
        return Arguments.argumentSet(name, List.of(fields));
    }

    static List<Arguments> requests() {
        return List.of(
                request(
                        "sign_pkcs7, all fields",
                        "'action':'sign_pkcs7'",
                        "'digest':" + DIGEST_SHA256,
                        "'encoded_contents':" + ZEROS,
                        "'hash_algorithm':'sha256'",
                        "'signature_type':'cms'",
                        "'signing_token':'t'"),
                request(
                        "sign_pkcs7, contents alone say nothing of their algorithm",
                        "'action':'sign_pkcs7'",
                        "'document_id':'7'",
                        "'encoded_contents':" + ZEROS,
                        "'hash_algorithm':'sha512'",
                        "'signature_type':'cades'"),
                request(
                        "older server",
                        "'document_digest':" + DIGEST_SHA256,
                        "'document_id':'7'",
                        "'encoded_contents':" + ZEROS),
                request(
                        "sign, all fields",
                        "'action':'sign'",
                        "'data_to_be_signed':" + ZEROS,
                        "'hash_algorithm':'sha384'",
                        "'signature_type':'cades'",
                        "'signing_token':'t'"),
                request(
                        "get_certificates",
                        "'action':'get_certificates'",
                        "'document_id':{'hash_algorithm':'md5'}",
                        "'signing_token':'t'"));
    }

    @ParameterizedTest
    @MethodSource("requests")
    void givesTheSameAnswer(List<String> fields) {
        CallbackResponse expected = answer(fields);
        assertThat(expected.status()).isEqualTo(200);
        for (List<String> order : orders(fields)) {
            CallbackResponse answer = answer(order);
            assertThat(Arrays.equals(answer.body(), expected.body()))
                    .as("%s", order)
                    .isTrue();
        }
    }

    private static CallbackResponse answer(List<String> fields) {
        String body = "{" + String.join(",", fields).replace('\'', '"') + "}";
        return protocol.answer("id", body.getBytes(StandardCharsets.UTF_8));
    }

    private static List<List<String>> orders(List<String> fields) {
        if (fields.isEmpty()) {
            return List.of(List.of());
        }
        List<List<String>> orders = new ArrayList<>();
        for (String first : fields) {
            List<String> others = new ArrayList<>(fields);
            others.remove(first);
            for (List<String> rest : orders(others)) {
                List<String> order = new ArrayList<>(List.of(first));
                order.addAll(rest);
                orders.add(order);
            }
        }
        return orders;
    }
}

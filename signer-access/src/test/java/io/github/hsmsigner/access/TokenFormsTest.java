package io.github.hsmsigner.access;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hsmsigner.access.ClientCertificateSettings.ListedCertificate;
import io.github.hsmsigner.access.SharedSecretSettings.SharedSecret;
import io.github.hsmsigner.access.UserListSettings.ListedUser;
import io.github.hsmsigner.core.PolicyDecision;
import io.github.hsmsigner.core.TransportFacts;
import io.github.hsmsigner.testing.TestPki;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each cell of the table of docs/guides/access-policies.md that shows what each policy does with each form of a signing token. The forms are those
 * of the vendor's guide to HSM signing and of the public repository PSPDFKit/pspdfkit-web-signing-service-example (lib/app.js, README).
 */
class TokenFormsTest {

    private static final Path PAGE = Path.of("..", "docs", "guides", "access-policies.md");
    private static final String HMAC_SECRET = "hmac-secret-of-32-octets-or-more";
    private static final X509Certificate ENGINE =
            new TestPki().certifySigner("engine", TestPki.keyPair("EC", 256).getPublic());
    private static final String JWT = Jwt.hs256(
            HMAC_SECRET.getBytes(StandardCharsets.US_ASCII),
            Jwt.header("HS256"),
            "{'sub':'ada','exp':" + Instant.now().plusSeconds(3600).getEpochSecond() + "}");

    static Stream<Arguments> cells() throws IOException {
        List<List<String>> table = Files.readAllLines(PAGE).stream()
                .dropWhile(line -> !line.startsWith("| signing token | open |"))
                .takeWhile(line -> line.startsWith("|"))
                .map(line -> Arrays.stream(line.substring(1).split("\\|"))
                        .map(String::strip)
                        .toList())
                .toList();
        assertThat(table).hasSizeGreaterThan(8);
        List<String> policies = table.get(0).subList(1, table.get(0).size());
        assertThat(policies).containsExactly("open", "shared secret", "user list", "JWT", "client certificate");
        return table.stream()
                .skip(2)
                .flatMap(row -> policies.stream()
                        .map(policy -> Arguments.of(row.get(0), policy, row.get(1 + policies.indexOf(policy)))));
    }

    @ParameterizedTest
    @MethodSource("cells")
    void thePageIsRight(String form, String policy, String expected) {
        String token = form.equals("none") ? null : form.replace("`", "").replace("JWT", JWT);
        switch (expected) {
            case "allowed" -> assertAllowed(policy(policy, "a-secret-of-somebody-else"), token, true);
            case "denied", "denied: too short for a secret" ->
                assertAllowed(policy(policy, "a-secret-of-somebody-else"), token, false);
            case "allowed if it is the secret" -> {
                assertAllowed(policy(policy, token), token, true);
                assertAllowed(policy(policy, token + " "), token, false);
            }
            case "ignored" -> {
                PolicySettings settings = policy(policy, "a-secret-of-somebody-else");
                assertThat(decide(settings, token, TransportFacts.ofClientCertificate(ENGINE))
                                .callers())
                        .containsExactly("engine");
                assertAllowed(settings, token, false);
            }
            default -> throw new AssertionError("The page has an unknown cell: " + expected);
        }
    }

    private static void assertAllowed(PolicySettings settings, String token, boolean allowed) {
        PolicyDecision decision = decide(settings, token, Map.of());
        assertThat(decision.denialReason().isEmpty()).isEqualTo(allowed);
        if (allowed && !(settings instanceof AllowAll)) {
            assertThat(decision.callers()).containsExactly("ada");
        }
    }

    private static PolicyDecision decide(PolicySettings settings, String token, Map<String, String> facts) {
        return new PolicyFactory(Clock.systemUTC())
                .policy(AccessSettings.of(settings))
                .decide(Attempts.by(Attempts.context(token, facts).build()));
    }

    private static Secret secret(String text) {
        return Secret.of(text.getBytes(StandardCharsets.UTF_8));
    }

    private static PolicySettings policy(String name, String secret) {
        return switch (name) {
            case "open" -> new AllowAll(false);
            case "shared secret" -> new SharedSecretSettings(List.of(new SharedSecret("ada", secret(secret))));
            case "user list" -> new UserListSettings(List.of(new ListedUser("ada", Set.of())), Map.of());
            case "JWT" ->
                JwtSettings.builder(List.of(JwtKeySource.ofSecret(secret(HMAC_SECRET))))
                        .build();
            case "client certificate" ->
                new ClientCertificateSettings(List.of(ListedCertificate.withFingerprint(
                        "engine",
                        TransportFacts.ofClientCertificate(ENGINE).get(TransportFacts.CLIENT_CERTIFICATE_SHA256))));
            default -> throw new AssertionError("The page has an unknown policy: " + name);
        };
    }

    /** JSON objects around a JWT that are not accepted. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"token\":\"JWT\"}",
                "{\"userId\":[\"JWT\"]}",
                "{\"userId\":\"JWT\",\"userId\":\"JWT\"}",
                "{\"userId\":\"JWT\",\"x\":1,\"x\":2}",
                "{\"userId\":\"JWT\"",
                "{\"userId\":\"JWT\"} {}",
                "{\"userId\":\" JWT\"}",
                "{\"userId\":\"ada\"}",
                "\"JWT\"",
                "[\"JWT\"]",
            })
    void aJwtInAnotherPlaceIsDenied(String form) {
        PolicyDecision decision = decide(policy("JWT", ""), form.replace("JWT", JWT), Map.of());
        assertThat(decision.denialReason())
                .hasValueSatisfying(reason -> assertThat(reason).doesNotContain("ada", "ey"));
        assertThat(decision.callers()).isEmpty();
    }
}

package io.github.hsmsigner.service.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hsmsigner.access.AccessSettings;
import io.github.hsmsigner.access.AllowAll;
import io.github.hsmsigner.access.CallerPermissions;
import io.github.hsmsigner.access.ClientCertificateSettings;
import io.github.hsmsigner.access.ClientCertificateSettings.ListedCertificate;
import io.github.hsmsigner.access.Jwt;
import io.github.hsmsigner.access.JwtKeySource;
import io.github.hsmsigner.access.JwtSettings;
import io.github.hsmsigner.access.PolicyFactory;
import io.github.hsmsigner.access.RateLimit;
import io.github.hsmsigner.access.Secret;
import io.github.hsmsigner.access.SharedSecretSettings;
import io.github.hsmsigner.access.SharedSecretSettings.SharedSecret;
import io.github.hsmsigner.access.UserListSettings;
import io.github.hsmsigner.access.UserListSettings.ListedUser;
import io.github.hsmsigner.core.AuditEvent;
import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.SigningAction;
import io.github.hsmsigner.core.SigningKey;
import io.github.hsmsigner.core.SigningKeys;
import io.github.hsmsigner.core.SigningPolicy;
import io.github.hsmsigner.core.SigningService;
import io.github.hsmsigner.core.cms.CmsContainerBuilder;
import io.github.hsmsigner.core.keystore.KeyStoreSigner;
import io.github.hsmsigner.http.Client;
import io.github.hsmsigner.http.TestKey;
import io.github.hsmsigner.http.javalin.DocumentEnginePlugin;
import io.github.hsmsigner.testing.CapturedLog;
import io.github.hsmsigner.testing.TestPki;
import io.javalin.Javalin;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tokens of every kind against policies of every kind, over HTTP; and what is told of them in answers, log and audit log. */
class PoliciesOverHttpTest {

    private static final String SECRET = "shared-secret-8c1d-of-the-engine";
    private static final String HMAC_SECRET = "hmac-secret-44be-of-whoever-makes-tokens";
    private static final KeyPair RSA = TestPki.rsaKeyPair(2048);
    private static final KeyPair FORGER = TestPki.rsaKeyPair(2048);

    @TempDir
    private static Path directory;

    private final List<AuditEvent> events = new CopyOnWriteArrayList<>();

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static String claims(String caller, Duration untilExpiry) {
        return "{'sub':'" + caller + "','aud':'signer','private-claim-9d':'private-value-3a','exp':"
                + Instant.now().plus(untilExpiry).getEpochSecond() + "}";
    }

    private static Map<String, String> tokens() {
        Duration hour = Duration.ofHours(1);
        Map<String, String> tokens = new LinkedHashMap<>();
        tokens.put("none", null);
        tokens.put("secret", SECRET);
        tokens.put("secret of somebody else", "shared-secret-77aa-of-an-intruder");
        tokens.put("listed user", "{\"userId\":\"user-5e-listed\",\"signMethod\":\"method-12-listed\"}");
        tokens.put("another sign method", "{\"userId\":\"user-5e-listed\",\"signMethod\":\"method-13-forbidden\"}");
        tokens.put("unlisted user", "{\"userId\":\"user-6f-unlisted\",\"signMethod\":\"method-12-listed\"}");
        tokens.put("RS256", Jwt.rs256(RSA.getPrivate(), Jwt.header("RS256"), claims("caller-engine", hour)));
        tokens.put("HS256", Jwt.hs256(ascii(HMAC_SECRET), Jwt.header("HS256"), claims("caller-engine", hour)));
        tokens.put("expired", Jwt.rs256(RSA.getPrivate(), Jwt.header("RS256"), claims("caller-late", hour.negated())));
        tokens.put("forged", Jwt.rs256(FORGER.getPrivate(), Jwt.header("RS256"), claims("caller-forged", hour)));
        tokens.put("alg none", Jwt.unsigned(Jwt.header("none"), claims("caller-forged", hour)));
        tokens.put(
                "key confusion",
                Jwt.hs256(ascii(TestPki.pem(RSA.getPublic())), Jwt.header("HS256"), claims("caller-forged", hour)));
        return tokens;
    }

    private static AccessSettings jwt() {
        return AccessSettings.of(JwtSettings.builder(List.of(
                        JwtKeySource.ofPublicKey(TestPki.writePem(directory.resolve("rsa.pem"), RSA.getPublic())),
                        JwtKeySource.ofSecret(Secret.of(ascii(HMAC_SECRET)))))
                .audience("signer")
                .build());
    }

    private static Map<AccessSettings, Set<String>> policies() {
        Map<AccessSettings, Set<String>> accepted = new LinkedHashMap<>();
        accepted.put(AccessSettings.of(new AllowAll(false)), tokens().keySet());
        accepted.put(
                AccessSettings.of(
                        new SharedSecretSettings(List.of(new SharedSecret("caller-engine", Secret.of(ascii(SECRET)))))),
                Set.of("secret"));
        accepted.put(
                AccessSettings.of(new UserListSettings(
                        List.of(new ListedUser("user-5e-listed", Set.of("method-12-listed"))), Map.of())),
                Set.of("listed user"));
        accepted.put(jwt(), Set.of("RS256", "HS256"));
        accepted.put(
                AccessSettings.of(new ClientCertificateSettings(
                        List.of(ListedCertificate.withSubject("caller-engine", "CN=engine")))),
                Set.of());
        return accepted;
    }

    private SigningService service(SigningPolicy policy, String... keyNames) {
        KeyStoreSigner signer = KeyStoreSigner.open(TestKey.writeKeyStore(directory), TestKey.PASSWORD.toCharArray());
        List<SigningKey> keys = new ArrayList<>();
        for (String name : keyNames) {
            keys.add(SigningKey.open(name, signer, signer, Deadline.after(Duration.ofSeconds(10))));
        }
        return SigningService.builder(SigningKeys.of(keys), new CmsContainerBuilder())
                .policy(policy)
                .audit(events::add)
                .build();
    }

    private static String body(String action, String token) {
        String signingToken = token == null ? "" : ",\"signing_token\":\"" + token.replace("\"", "\\\"") + "\"";
        return "{\"action\":\"" + action + "\",\"data_to_be_signed\":\"AAAA\"" + signingToken + "}";
    }

    @Test
    void tokensAndPolicies() {
        PolicyFactory factory = new PolicyFactory(Clock.systemUTC());
        try (CapturedLog log = new CapturedLog()) {
            policies().forEach((settings, accepted) -> {
                SigningService service = service(factory.policy(settings), "main");
                boolean needsToken = settings.policies().get(0).needsSigningToken();
                withServer(
                        service,
                        client -> tokens().forEach((name, token) -> {
                            for (String action : List.of("sign", "get_certificates")) {
                                HttpResponse<byte[]> response = client.sign(body(action, token));
                                boolean isAccepted = accepted.contains(name)
                                        || token == null && action.equals("get_certificates") && needsToken;
                                assertThat(response.statusCode())
                                        .as("%s, token: %s, %s", settings.policies(), name, action)
                                        .isEqualTo(isAccepted ? 200 : 401);
                                if (!isAccepted) {
                                    assertThat(Client.text(response))
                                            .contains("The signing token does not permit this request.")
                                            .doesNotContainIgnoringCase(
                                                    "jwt", "secret", "expired", "verify", "caller", "user");
                                }
                            }
                        }));
            });
            assertThat(log.text()).contains("has expired", "does not verify", "none of the shared secrets");
            assertNothingOfTokensIsIn(log.text());
        }
        assertThat(events).extracting(AuditEvent::callers).contains(List.of("caller-engine"), List.of());
        assertThat(events.toString()).doesNotContain("caller-forged", "caller-late", "user-6f", SECRET);
    }

    private static void assertNothingOfTokensIsIn(String log) {
        List<String> parts = new ArrayList<>(List.of(
                SECRET,
                HMAC_SECRET,
                "secret-77aa",
                "user-6f",
                "method-1",
                "caller-late",
                "caller-forged",
                "private-claim",
                "private-value"));
        tokens().values().stream()
                .filter(token -> token != null && token.startsWith("ey"))
                .flatMap(token -> List.of(token.split("\\.")).stream())
                .map(part -> part.substring(0, Math.min(24, part.length())))
                .forEach(parts::add);
        assertThat(log).doesNotContain(parts);
    }

    @Test
    void aPolicyChoosesAmongKeysAndLimitsTheRate() {
        AccessSettings settings = new AccessSettings(
                List.of(new SharedSecretSettings(List.of(
                        new SharedSecret("legal", Secret.of(ascii("secret-of-the-legal-department"))),
                        new SharedSecret("sales", Secret.of(ascii("secret-of-the-sales-department")))))),
                Map.of(
                        "legal",
                        CallerPermissions.builder().keys(Set.of("legal-key")).build(),
                        "sales",
                        CallerPermissions.builder()
                                .key("sales-key")
                                .actions(Set.of(SigningAction.RAW_SIGNATURE))
                                .rate(new RateLimit(1, Duration.ofDays(1)))
                                .build()),
                Optional.empty());
        SigningPolicy policy = new PolicyFactory(Clock.systemUTC()).policy(settings);
        withServer(service(policy, "legal-key", "sales-key"), client -> {
            String legal = "secret-of-the-legal-department";
            String sales = "secret-of-the-sales-department";
            assertThat(client.sign(body("sign", legal)).statusCode()).isEqualTo(200);
            assertThat(client.sign(body("get_certificates", legal)).statusCode())
                    .isEqualTo(200);
            assertThat(client.sign(body("sign", sales)).statusCode()).isEqualTo(200);
            assertThat(client.sign(body("get_certificates", sales)).statusCode())
                    .isEqualTo(401);
            HttpResponse<byte[]> over = client.sign(body("sign", sales));
            assertThat(over.statusCode()).isEqualTo(429);
            assertThat(over.headers().firstValueAsLong("Retry-After").orElse(0)).isBetween(86_000L, 86_400L);
            assertThat(Client.text(over)).contains("\"rate_limited\"").doesNotContain("sales", "86400");
            assertThat(client.sign(body("sign", legal)).statusCode()).isEqualTo(200);
        });
        assertThat(events)
                .extracting(event -> String.join(",", event.callers()) + " "
                        + event.keyName().orElse("-"))
                .containsExactly(
                        "legal legal-key",
                        "legal legal-key",
                        "sales sales-key",
                        "sales -",
                        "sales -",
                        "legal legal-key");
    }

    private static void withServer(SigningService service, Consumer<Client> use) {
        Javalin application = Javalin.create(config -> {
                    config.startup.showJavalinBanner = false;
                    config.registerPlugin(new DocumentEnginePlugin(() -> service));
                })
                .start(0);
        try {
            use.accept(new Client(application.port()));
        } finally {
            application.stop();
        }
    }
}

package io.github.hsmsigner.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hsmsigner.access.ClientCertificateSettings.ListedCertificate;
import io.github.hsmsigner.access.SharedSecretSettings.SharedSecret;
import io.github.hsmsigner.access.UserListSettings.ListedUser;
import io.github.hsmsigner.core.PolicyDecision;
import io.github.hsmsigner.core.TransportFacts;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.testing.TestPki;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Shared secrets, lists of users and client certificates; and several of them together. */
class TokenPoliciesTest {

    private static final PolicyFactory FACTORY = new PolicyFactory(Clock.systemUTC());
    private static final String FIRST = "first-secret-of-the-engine";
    private static final String SECOND = "second-secret-of-the-engine";
    private static final String OTHER = "secret-of-somebody-else";

    private static final X509Certificate ENGINE = certificate("O=Example,OU=Documents,CN=engine");
    private static final X509Certificate RENEWED = certificate("O=Example,OU=Documents,CN=engine");
    private static final X509Certificate INTRUDER = certificate("O=Elsewhere,CN=engine");

    @TempDir
    private Path directory;

    /** The subject in the order of the encoding, which is the reverse of RFC 2253. */
    private static X509Certificate certificate(String subject) {
        return TestPki.certify(
                subject,
                TestPki.keyPair("EC", 256).getPublic(),
                "CN=CA",
                TestPki.keyPair("EC", 256),
                false,
                Instant.EPOCH,
                Instant.now());
    }

    private static SharedSecret secret(String caller, String secret) {
        return new SharedSecret(caller, Secret.of(secret.getBytes(StandardCharsets.UTF_8)));
    }

    private static PolicyDecision decide(PolicySettings settings, String token) {
        return FACTORY.policy(AccessSettings.of(settings)).decide(Attempts.with(token));
    }

    private static PolicyDecision decide(AccessSettings settings, String token, Map<String, String> facts) {
        return FACTORY.policy(settings)
                .decide(Attempts.by(Attempts.context(token, facts).build()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "anything"})
    void theOpenPolicyAcceptsEverybody(String token) {
        assertThat(decide(new AllowAll(false), token).denialReason()).isEmpty();
        assertThat(decide(new AllowAll(false), null).denialReason()).isEmpty();
        assertThat(AccessSettings.of(new AllowAll(false)).warnings())
                .singleElement()
                .asString()
                .contains("every caller that reaches this service may sign");
        assertThat(AccessSettings.of(new AllowAll(true)).warnings()).isEmpty();
    }

    static Stream<Arguments> secrets() {
        return Stream.of(
                Arguments.of(FIRST, "engine"),
                Arguments.of(SECOND, "engine"),
                Arguments.of(OTHER, "archive"),
                Arguments.of(null, null),
                Arguments.of("", null),
                Arguments.of(FIRST + "\n", null),
                Arguments.of(FIRST.substring(1), null),
                Arguments.of(FIRST.toUpperCase(), null),
                Arguments.of(FIRST + SECOND, null),
                Arguments.of("a".repeat(1_000_000), null));
    }

    @ParameterizedTest
    @MethodSource("secrets")
    void aSharedSecretNamesItsCaller(String token, String caller) {
        SharedSecretSettings settings = new SharedSecretSettings(
                List.of(secret("engine", FIRST), secret("engine", SECOND), secret("archive", OTHER)));
        PolicyDecision decision = decide(settings, token);
        assertThat(decision.callers())
                .isEqualTo(Optional.ofNullable(caller).stream().toList());
        assertThat(decision.denialReason().isEmpty()).isEqualTo(caller != null);
        assertThat(decision.denialReason().orElse("")).doesNotContain("engine", FIRST);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\n", "\r\n"})
    void aLineBreakAtTheEndOfAFileIsNoPartOfTheSecret(String end) throws IOException {
        Path file = Files.writeString(directory.resolve("secret"), FIRST + end);
        SharedSecretSettings settings =
                new SharedSecretSettings(List.of(new SharedSecret("engine", Secret.inFile(file))));
        assertThat(settings.files()).containsExactly(file);
        assertThat(decide(settings, FIRST).callers()).contains("engine");
        assertThat(decide(settings, FIRST + end).callers().isEmpty()).isEqualTo(!end.isEmpty());
    }

    @Test
    void secretsThatCannotWorkAreNamed() throws IOException {
        assertRefused(List.of(secret("engine", "fifteen octets!")), "\"engine\" has 15 bytes; it needs at least 16");
        Path empty = Files.writeString(directory.resolve("empty"), "\n");
        assertRefused(List.of(new SharedSecret("engine", Secret.inFile(empty))), empty + " has 0 bytes");
        Path absent = directory.resolve("absent");
        assertRefused(List.of(new SharedSecret("engine", Secret.inFile(absent))), absent + " cannot be read");
        assertRefused(
                List.of(secret("engine", FIRST), secret("archive", FIRST)), "\"engine\" and \"archive\" have the same");
        assertThatThrownBy(() -> new SharedSecretSettings(List.of())).isInstanceOf(InvalidConfigurationException.class);
        assertThatThrownBy(() -> secret("two\nlines", FIRST)).isInstanceOf(InvalidConfigurationException.class);
        assertThat(secret("engine", FIRST).toString()).contains("engine").doesNotContain(FIRST);
    }

    private static void assertRefused(List<SharedSecret> secrets, String message) {
        AccessSettings settings = AccessSettings.of(new SharedSecretSettings(secrets));
        assertThatThrownBy(() -> FACTORY.policy(settings))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining(message)
                .message()
                .doesNotContain(FIRST);
    }

    static Stream<Arguments> users() {
        return Stream.of(
                Arguments.of("{'userId':'ada','signMethod':'qualified'}", "ada", "key-q"),
                Arguments.of("{'signMethod':'simple','userId':'ada'}", "ada", null),
                Arguments.of("{'userId':'ada','signMethod':'simple','further':{'a':[1]}}", "ada", null),
                Arguments.of("{'userId':'bob'}", "bob", null),
                Arguments.of("{'userId':'bob','signMethod':'whatever'}", "bob", null),
                Arguments.of("{'userId':'bob','signMethod':null}", "bob", null),
                Arguments.of("{'userId':'bob','signMethod':'qualified'}", "bob", "key-q"),
                Arguments.of("{'userId':'ada','signMethod':'other'}", "ada", "denied"),
                Arguments.of("{'userId':'ada'}", "ada", "denied"),
                Arguments.of("{'userId':'bob','signMethod':['qualified']}", "bob", "denied"),
                Arguments.of("{'userId':'eve','signMethod':'simple'}", null, "denied"),
                Arguments.of("{'userId':'ADA','signMethod':'simple'}", null, "denied"),
                Arguments.of("{'userId':['ada'],'signMethod':'simple'}", null, "denied"),
                Arguments.of("{'userId':7}", null, "denied"),
                Arguments.of("{'userId':'eve','userId':'bob'}", null, "denied"),
                Arguments.of("{'userId':'bob','x':1,'x':2}", null, "denied"),
                Arguments.of("{'userId':'bob'} {}", null, "denied"),
                Arguments.of("{'userId':'bob'", null, "denied"),
                Arguments.of("['bob']", null, "denied"),
                Arguments.of("'bob'", null, "denied"),
                Arguments.of("bob", "bob", null),
                Arguments.of("ada", "ada", "denied"),
                Arguments.of(" bob", null, "denied"),
                Arguments.of("Bob", null, "denied"),
                Arguments.of("bob\n", null, "denied"),
                Arguments.of("eve", null, "denied"),
                Arguments.of("{}", null, "denied"),
                Arguments.of("", null, "denied"),
                Arguments.of(null, null, "denied"),
                Arguments.of("{'x':" + "[".repeat(2000), null, "denied"),
                Arguments.of("{'userId':'bob','x':'" + "y".repeat(9000) + "'}", null, "denied"));
    }

    @ParameterizedTest
    @MethodSource("users")
    void aListedUserMaySign(String token, String caller, String key) {
        UserListSettings settings = new UserListSettings(
                List.of(new ListedUser("ada", Set.of("simple", "qualified")), new ListedUser("bob", Set.of())),
                Map.of("qualified", "key-q"));
        PolicyDecision decision = decide(settings, token == null ? null : token.replace('\'', '"'));
        assertThat(decision.callers())
                .isEqualTo(Optional.ofNullable(caller).stream().toList());
        if ("denied".equals(key)) {
            assertThat(decision.denialReason())
                    .hasValueSatisfying(reason -> assertThat(reason).doesNotContain("eve", "other", "whatever"));
        } else {
            assertThat(decision.denialReason()).isEmpty();
            assertThat(decision.keyName()).isEqualTo(Optional.ofNullable(key));
        }
    }

    static Stream<Arguments> certificates() {
        return Stream.of(
                Arguments.of(ENGINE, "engine"),
                Arguments.of(RENEWED, "engine"),
                Arguments.of(INTRUDER, null),
                Arguments.of(null, null));
    }

    @ParameterizedTest
    @MethodSource("certificates")
    void aListedSubjectMaySign(X509Certificate presented, String caller) {
        ClientCertificateSettings settings = new ClientCertificateSettings(
                List.of(ListedCertificate.withSubject("engine", "cn=engine, ou=Documents, o=Example")));
        PolicyDecision decision = decide(AccessSettings.of(settings), null, facts(presented));
        assertThat(decision.callers())
                .isEqualTo(Optional.ofNullable(caller).stream().toList());
        assertThat(decision.denialReason().isEmpty()).isEqualTo(caller != null);
    }

    /** An authority that certifies names without care would otherwise let a client pass for another. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "CN=Engine,OU=Documents,O=Example",
                "CN=engine,OU=Documents,O=Exam ple",
                "CN=ｅngine,OU=Documents,O=Example",
                "CN=engine,O=Example"
            })
    void caseAndBlanksOfASubjectCount(String subject) {
        ClientCertificateSettings settings =
                new ClientCertificateSettings(List.of(ListedCertificate.withSubject("engine", subject)));
        assertThat(decide(AccessSettings.of(settings), null, facts(ENGINE)).denialReason())
                .hasValueSatisfying(
                        reason -> assertThat(reason).contains("its subject is CN=engine,OU=Documents,O=Example"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "CN=CA; true",
                "2.5.4.3=CA; true",
                "CN=ca; false",
                "CN=C A; false",
                "CN=CA,O=Example; false",
                "CN=Other CA; false"
            })
    void anIssuerCountsIfItIsSet(String issuer, boolean listed) {
        ClientCertificateSettings settings = new ClientCertificateSettings(
                List.of(ListedCertificate.withSubject("engine", "CN=engine,OU=Documents,O=Example")
                        .withIssuer(issuer)));
        PolicyDecision decision = decide(AccessSettings.of(settings), null, facts(ENGINE));
        assertThat(decision.callers().contains("engine")).isEqualTo(listed);
        if (!listed) {
            assertThat(decision.denialReason())
                    .hasValueSatisfying(reason -> assertThat(reason).contains("its issuer is CN=CA."));
        }
    }

    @Test
    void aFingerprintIsOneCertificate() {
        String hex = facts(ENGINE).get(TransportFacts.CLIENT_CERTIFICATE_SHA256);
        String withColons = hex.toUpperCase().replaceAll("(..)(?!$)", "$1:");
        ClientCertificateSettings settings =
                new ClientCertificateSettings(List.of(ListedCertificate.withFingerprint("engine", withColons)));
        assertThat(decide(AccessSettings.of(settings), null, facts(ENGINE)).callers())
                .contains("engine");
        assertThat(decide(AccessSettings.of(settings), null, facts(RENEWED)).denialReason())
                .isPresent();
        assertThatThrownBy(() -> ListedCertificate.withFingerprint("engine", "AB:CD"))
                .hasMessageContaining("64 hexadecimal digits");
        assertThatThrownBy(() -> ListedCertificate.withSubject("engine", "no name"))
                .hasMessageContaining("not a distinguished name");
        assertThatThrownBy(() ->
                        ListedCertificate.withSubject("engine", "CN=engine").withIssuer("no name"))
                .hasMessageContaining("The issuer")
                .hasMessageContaining("not a distinguished name");
        assertThatThrownBy(
                        () -> ListedCertificate.withFingerprint("engine", hex).withIssuer("CN=A"))
                .hasMessageContaining("has an issuer without a subject");
        assertThatThrownBy(() -> new ListedCertificate("engine", Optional.empty(), Optional.empty(), Optional.empty()))
                .hasMessageContaining("needs a subject or a SHA-256 fingerprint");
    }

    private static Map<String, String> facts(X509Certificate certificate) {
        return certificate == null ? new HashMap<>() : TransportFacts.ofClientCertificate(certificate);
    }

    @Test
    void severalPoliciesMustAllAllow() {
        AccessSettings both = new AccessSettings(
                List.of(
                        new ClientCertificateSettings(
                                List.of(ListedCertificate.withSubject("engine", "CN=engine,OU=Documents,O=Example"))),
                        new UserListSettings(List.of(new ListedUser("ada", Set.of())), Map.of())),
                Map.of(),
                Optional.of(CallerPermissions.unrestricted()));
        String ada = "{\"userId\":\"ada\"}";
        assertThat(decide(both, ada, facts(ENGINE)).callers()).containsExactly("engine", "ada");
        assertThat(decide(both, ada, facts(ENGINE)).denialReason()).isEmpty();
        assertThat(decide(both, ada, facts(INTRUDER)).denialReason()).isPresent();
        assertThat(decide(both, ada, facts(null)).denialReason()).isPresent();
        assertThat(decide(both, "{}", facts(ENGINE)).denialReason()).isPresent();
        assertThat(both.warnings()).isEmpty();
        assertThat(AccessSettings.of(both.policies().get(1)).warnings())
                .singleElement()
                .asString()
                .contains("prove nothing");
    }
}

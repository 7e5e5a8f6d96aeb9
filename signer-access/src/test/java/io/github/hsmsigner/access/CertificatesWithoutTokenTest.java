package io.github.hsmsigner.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hsmsigner.access.AccessSettings.CertificateAccess;
import io.github.hsmsigner.access.ClientCertificateSettings.ListedCertificate;
import io.github.hsmsigner.access.SharedSecretSettings.SharedSecret;
import io.github.hsmsigner.access.UserListSettings.ListedUser;
import io.github.hsmsigner.core.PolicyDecision;
import io.github.hsmsigner.core.RequestContext;
import io.github.hsmsigner.core.SigningAction;
import io.github.hsmsigner.core.SigningAttempt;
import io.github.hsmsigner.core.TransportFacts;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.testing.TestPki;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Document Engine sends {@code {"action":"get_certificates"}} and nothing else: see the README of the public repository
 * PSPDFKit/pspdfkit-web-signing-service-example, section "Get Certificates".
 */
class CertificatesWithoutTokenTest {

    private static final String SECRET = "secret-of-the-document-engine";
    private static final Set<String> KEYS = Set.of("a", "b");
    private static final CallerPermissions ANY = CallerPermissions.unrestricted();
    private static final X509Certificate ENGINE =
            new TestPki().certifySigner("engine", TestPki.keyPair("EC", 256).getPublic());

    @TempDir
    private static Path directory;

    private static PolicySettings secret() {
        return new SharedSecretSettings(
                List.of(new SharedSecret("engine", Secret.of(SECRET.getBytes(StandardCharsets.UTF_8)))));
    }

    private static PolicySettings users(Map<String, String> keyBySignMethod) {
        return new UserListSettings(
                List.of(new ListedUser("ada", Set.of()), new ListedUser("bob", Set.of())), keyBySignMethod);
    }

    private static JwtSettings.Builder jwt() {
        return JwtSettings.builder(List.of(JwtKeySource.ofSecret(
                        Secret.of("hmac-secret-of-32-octets-or-more".getBytes(StandardCharsets.UTF_8)))))
                .audience("signer");
    }

    private static PolicySettings certificates() {
        return new ClientCertificateSettings(List.of(ListedCertificate.withSubject(
                "proxy", ENGINE.getSubjectX500Principal().getName())));
    }

    private static CallerPermissions key(String name) {
        return CallerPermissions.builder().key(name).build();
    }

    private static CallerPermissions only(SigningAction action) {
        return CallerPermissions.builder().actions(Set.of(action)).build();
    }

    private static PolicyDecision decide(AccessSettings settings, SigningAction action, RequestContext context) {
        return new PolicyFactory(Clock.systemUTC())
                .policy(settings)
                .decide(new SigningAttempt(action, context, context.keyName(), Optional.empty(), Optional.empty()));
    }

    private static PolicyDecision decide(AccessSettings settings) {
        return decide(settings, SigningAction.CERTIFICATES, context(null, Map.of()));
    }

    private static RequestContext context(String token, Map<String, String> facts) {
        return Attempts.context(token, facts).build();
    }

    static Stream<PolicySettings> tokenPolicies() {
        return Stream.of(secret(), users(Map.of()), jwt().build());
    }

    @ParameterizedTest
    @MethodSource("tokenPolicies")
    void everyPolicyOverSigningTokensAllowsThem(PolicySettings policy) {
        AccessSettings settings = AccessSettings.of(policy);
        PolicyDecision decision = decide(settings);
        assertThat(decision.denialReason()).isEmpty();
        assertThat(decision.callers()).isEmpty();
        for (String wrong : List.of("", "wrong", "{\"userId\":\"eve\"}")) {
            assertThat(decide(settings, SigningAction.CERTIFICATES, context(wrong, Map.of()))
                            .denialReason())
                    .as("a signing token that is sent counts")
                    .isPresent();
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"RAW_SIGNATURE", "CONTAINER"})
    void signaturesNeedASigningToken(SigningAction action) {
        tokenPolicies()
                .forEach(policy -> assertThat(decide(AccessSettings.of(policy), action, context(null, Map.of()))
                                .denialReason())
                        .contains("The request has no signing token."));
    }

    @Test
    void aSettingDemandsASigningToken() {
        CertificateAccess restricted = new CertificateAccess(false, Optional.empty());
        tokenPolicies()
                .map(policy -> new AccessSettings(List.of(policy), Map.of(), Optional.of(ANY), restricted))
                .forEach(settings ->
                        assertThat(decide(settings).denialReason()).contains("The request has no signing token."));
    }

    @Test
    void policiesOverTheConnectionStillApply() {
        AccessSettings settings = new AccessSettings(List.of(certificates(), secret()), Map.of(), Optional.of(ANY));
        assertThat(decide(settings).denialReason()).contains("The client has no certificate.");
        PolicyDecision known =
                decide(settings, SigningAction.CERTIFICATES, context(null, TransportFacts.ofClientCertificate(ENGINE)));
        assertThat(known.denialReason()).isEmpty();
        assertThat(known.callers()).containsExactly("proxy");

        AccessSettings withRules = new AccessSettings(
                List.of(certificates(), secret()),
                Map.of("proxy", only(SigningAction.CONTAINER), "engine", ANY),
                Optional.empty());
        assertThat(decide(
                                withRules,
                                SigningAction.CERTIFICATES,
                                context(null, TransportFacts.ofClientCertificate(ENGINE)))
                        .denialReason())
                .contains("The caller may not ask for CERTIFICATES.");
    }

    @Test
    void theRulesForOthersCanRestrictThem() {
        Map<String, CallerPermissions> callers = Map.of("engine", ANY);
        for (Optional<CallerPermissions> allowing :
                List.of(Optional.<CallerPermissions>empty(), Optional.of(only(SigningAction.CERTIFICATES)))) {
            assertThat(decide(new AccessSettings(List.of(secret()), callers, allowing))
                            .denialReason())
                    .isEmpty();
        }
        assertThat(decide(new AccessSettings(List.of(secret()), callers, Optional.of(only(SigningAction.CONTAINER))))
                        .denialReason())
                .hasValueSatisfying(reason -> assertThat(reason).contains("the rules for others exclude"));
    }

    /** Policies that choose between the keys. */
    static Stream<AccessSettings> choices() {
        return Stream.of(
                AccessSettings.of(users(Map.of("simple", "a", "qualified", "b"))),
                AccessSettings.of(jwt().keyClaim("department").build()),
                AccessSettings.of(jwt().keyClaim("department")
                        .keyByClaimValue(Map.of("x", "a", "y", "b"))
                        .build()),
                new AccessSettings(
                        List.of(users(Map.of())), Map.of("ada", key("a"), "bob", key("b")), Optional.empty()),
                new AccessSettings(List.of(secret()), Map.of("engine", key("a")), Optional.of(key("b"))),
                new AccessSettings(
                        List.of(certificates(), users(Map.of("simple", "a", "qualified", "b"))),
                        Map.of("proxy", ANY),
                        Optional.of(ANY)));
    }

    private static AccessSettings with(AccessSettings settings, String certificatesKey) {
        return new AccessSettings(
                settings.policies(),
                settings.callers(),
                settings.others(),
                new CertificateAccess(true, Optional.of(certificatesKey)));
    }

    @ParameterizedTest
    @MethodSource("choices")
    void ifThePolicyChoosesKeysASettingNamesTheKey(AccessSettings settings) {
        RequestContext byEngine = context(null, TransportFacts.ofClientCertificate(ENGINE));
        PolicyDecision undecided = decide(settings, SigningAction.CERTIFICATES, byEngine);
        assertThat(undecided.denialReason()).isEmpty();
        assertThat(undecided.keyName()).isEmpty();
        assertThat(undecided.missingKeyReason())
                .hasValueSatisfying(reason -> assertThat(reason)
                        .contains("no signing token", "certificates-key")
                        .doesNotContain("\"a\"", "[a"));
        assertThat(settings.certificateWarnings(KEYS))
                .singleElement()
                .asString()
                .contains("get 400");
        assertThat(settings.certificateWarnings(Set.of("a"))).isEmpty();

        AccessSettings named = with(settings, "b");
        assertThat(decide(named, SigningAction.CERTIFICATES, byEngine).keyName())
                .contains("b");
        assertThat(named.certificateWarnings(KEYS))
                .singleElement()
                .asString()
                .contains("those of the key \"b\"", "Raw signing with [a]", "in the application's request");
        assertThat(named.keyNames()).contains("b");
    }

    @Test
    void aKeyThatTheRequestNamesIsUsed() {
        RequestContext asks = RequestContext.builder("r").keyName("a").build();
        AccessSettings settings = AccessSettings.of(users(Map.of("simple", "a", "qualified", "b")));
        for (AccessSettings each : List.of(settings, with(settings, "b"))) {
            PolicyDecision decision = decide(each, SigningAction.CERTIFICATES, asks);
            assertThat(decision.denialReason()).isEmpty();
            assertThat(decision.keyName()).isEmpty();
            assertThat(decision.missingKeyReason()).isEmpty();
        }
    }

    @Test
    void theOnlyKeyThatThePolicyCanChooseIsNoGuess() {
        AccessSettings settings = new AccessSettings(List.of(secret()), Map.of("engine", key("b")), Optional.empty());
        assertThat(decide(settings).keyName()).contains("b");
        assertThat(settings.certificateWarnings(KEYS)).isEmpty();
        assertThat(decide(AccessSettings.of(secret())).missingKeyReason()).isEmpty();
    }

    @Test
    void theRulesForAClientCertificateChooseFirst() {
        AccessSettings settings = new AccessSettings(
                List.of(certificates(), jwt().keyClaim("department").build()),
                Map.of("proxy", key("a")),
                Optional.of(ANY),
                CertificateAccess.open());
        for (AccessSettings each : List.of(settings, with(settings, "b"))) {
            assertThat(decide(
                                    each,
                                    SigningAction.CERTIFICATES,
                                    context(null, TransportFacts.ofClientCertificate(ENGINE)))
                            .keyName())
                    .contains("a");
            assertThat(each.certificateWarnings(KEYS)).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void settingsWithoutEffectAreRefused(boolean open) {
        PolicySettings policy = open ? new AllowAll(false) : certificates();
        for (CertificateAccess access : List.of(
                new CertificateAccess(false, Optional.empty()), new CertificateAccess(true, Optional.of("a")))) {
            assertThatThrownBy(() -> new AccessSettings(List.of(policy), Map.of(), Optional.of(ANY), access))
                    .isInstanceOf(InvalidConfigurationException.class)
                    .hasMessageContaining("no policy needs a signing token");
        }
        assertThatThrownBy(() -> new CertificateAccess(false, Optional.of("a")))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("get no certificates");
    }
}

package io.github.hsmsigner.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hsmsigner.access.AccessSettings.CertificateAccess;
import io.github.hsmsigner.access.ClientCertificateSettings.ListedCertificate;
import io.github.hsmsigner.access.SharedSecretSettings.SharedSecret;
import io.github.hsmsigner.access.UserListSettings.ListedUser;
import io.github.hsmsigner.core.ContainerFormat;
import io.github.hsmsigner.core.DigestAlgorithm;
import io.github.hsmsigner.core.SigningAction;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Rules that can never apply are refused, and no others. */
class UnreachablePermissionsTest {

    private static final CallerPermissions ANY = CallerPermissions.unrestricted();
    private static final PolicySettings SECRET = new SharedSecretSettings(List.of(
            new SharedSecret("engine", Secret.of("a secret of the document engine".getBytes(StandardCharsets.UTF_8)))));
    private static final PolicySettings USERS =
            new UserListSettings(List.of(new ListedUser("ada", Set.of()), new ListedUser("bob", Set.of())), Map.of());
    private static final PolicySettings CERTIFICATES =
            new ClientCertificateSettings(List.of(ListedCertificate.withSubject("proxy", "CN=proxy")));
    private static final PolicySettings JWT = JwtSettings.builder(List.of(JwtKeySource.ofSecret(
                    Secret.of("hmac-secret-of-32-octets-or-more".getBytes(StandardCharsets.UTF_8)))))
            .build();

    private static Arguments of(
            List<PolicySettings> policies, Set<String> callers, boolean others, boolean tokenless, String problem) {
        return Arguments.of(policies, callers, others, tokenless, problem);
    }

    static Stream<Arguments> settings() {
        String never = "can never apply";
        return Stream.of(
                of(List.of(SECRET), Set.of("engine"), false, true, null),
                of(List.of(SECRET), Set.of("engin"), true, true, "callers [engin] " + never),
                of(List.of(USERS), Set.of("ada", "eve"), true, true, "callers [eve] " + never),
                of(List.of(CERTIFICATES), Set.of("engine"), true, true, "know only the callers [proxy]"),
                of(List.of(CERTIFICATES, USERS), Set.of("proxy", "ada"), true, true, null),
                of(List.of(CERTIFICATES, USERS), Set.of("proxy", "eve"), true, true, "callers [eve] " + never),
                of(List.of(new AllowAll(false), SECRET), Set.of("engine"), true, true, null),
                // Whoever has a valid JWT can have any name.
                of(List.of(JWT), Set.of("anybody"), false, true, null),
                of(List.of(CERTIFICATES, JWT), Set.of("proxy", "anybody"), true, false, null),
                // Requests without a signing token come under the rules for others.
                of(List.of(SECRET), Set.of("engine"), true, true, null),
                of(List.of(SECRET), Set.of("engine"), true, false, "rules for others " + never),
                of(List.of(USERS), Set.of("ada"), true, false, null),
                of(List.of(USERS), Set.of("ada", "bob"), true, false, "rules for others " + never),
                of(List.of(CERTIFICATES), Set.of("proxy"), true, true, "rules for others " + never),
                of(List.of(CERTIFICATES, SECRET), Set.of("proxy"), true, false, null),
                // A policy none of whose callers may do anything.
                of(List.of(JWT, CERTIFICATES), Set.of("anybody"), false, true, "client_certificate knows only"),
                of(List.of(CERTIFICATES, USERS), Set.of("ada", "bob"), false, true, "every request is denied"),
                of(List.of(CERTIFICATES, USERS), Set.of("proxy", "ada"), false, true, null));
    }

    @ParameterizedTest
    @MethodSource("settings")
    void areRefused(
            List<PolicySettings> policies, Set<String> callers, boolean others, boolean tokenless, String problem) {
        Map<String, CallerPermissions> rules = callers.stream().collect(Collectors.toMap(name -> name, name -> ANY));
        CertificateAccess certificates = new CertificateAccess(
                tokenless || policies.stream().noneMatch(PolicySettings::needsSigningToken), Optional.empty());
        ThrowingCallable making =
                () -> new AccessSettings(policies, rules, others ? Optional.of(ANY) : Optional.empty(), certificates);
        if (problem == null) {
            assertThatCode(making).doesNotThrowAnyException();
        } else {
            assertRefused(making, problem);
        }
    }

    private static void assertRefused(ThrowingCallable making, String problem) {
        assertThatThrownBy(making)
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining(problem);
    }

    @Test
    void entriesThatCanNeverApplyAreRefused() {
        ListedCertificate first = ListedCertificate.withSubject("engine", "CN=engine,O=Example");
        ListedCertificate same = ListedCertificate.withSubject("archive", "cn=engine, o=Example");
        assertRefused(() -> new ClientCertificateSettings(List.of(first, same)), "caller \"archive\" is listed twice");
        ListedCertificate ofOne = first.withIssuer("CN=One CA");
        ListedCertificate ofOther = first.withIssuer("CN=Other CA");
        assertThatCode(() -> new ClientCertificateSettings(List.of(ofOne, ofOther, first)))
                .doesNotThrowAnyException();
        assertRefused(
                () -> new ClientCertificateSettings(List.of(ofOne, ofOther, same.withIssuer("cn=Other CA"))),
                "caller \"archive\" is listed twice");
        assertRefused(() -> new ClientCertificateSettings(List.of(same, ofOther)), "caller \"engine\" is listed twice");
        String hash = "ab".repeat(32);
        assertRefused(
                () -> new ClientCertificateSettings(List.of(
                        ListedCertificate.withFingerprint("a", hash),
                        ListedCertificate.withFingerprint("b", hash.toUpperCase()))),
                "caller \"b\" is listed twice");
        List<ListedUser> users = List.of(new ListedUser("ada", Set.of("simple")));
        assertRefused(
                () -> new UserListSettings(users, Map.of("simple", "a", "qualified", "b")),
                "signMethod \"qualified\" can never be used");
        assertThatCode(() -> new UserListSettings(users, Map.of("simple", "a"))).doesNotThrowAnyException();
    }

    @Test
    void rulesWithoutEffectAreRefused() {
        Set<SigningAction> certificates = Set.of(SigningAction.CERTIFICATES);
        Set<SigningAction> raw = Set.of(SigningAction.CERTIFICATES, SigningAction.RAW_SIGNATURE);
        assertRefused(
                () -> CallerPermissions.builder()
                        .actions(raw)
                        .formats(Set.of(ContainerFormat.CMS))
                        .build(),
                "Container formats have no effect");
        assertRefused(
                () -> CallerPermissions.builder()
                        .actions(certificates)
                        .digestAlgorithms(Set.of(DigestAlgorithm.SHA512))
                        .build(),
                "whose only action is certificates");
        assertRefused(
                () -> CallerPermissions.builder()
                        .actions(certificates)
                        .rate(new RateLimit(1, Duration.ofSeconds(1)))
                        .build(),
                "whose only action is certificates");
    }

    @Test
    void containerFormatsExcludeRawSignaturesUnlessActionsAreSet() {
        Set<ContainerFormat> cms = Set.of(ContainerFormat.CMS);
        assertThat(CallerPermissions.builder().formats(cms).build().actions())
                .containsExactlyInAnyOrder(SigningAction.CERTIFICATES, SigningAction.CONTAINER);
        assertThat(CallerPermissions.builder()
                        .formats(Set.of(ContainerFormat.values()))
                        .build()
                        .actions())
                .doesNotContain(SigningAction.RAW_SIGNATURE);
        assertThat(CallerPermissions.builder()
                        .formats(cms)
                        .actions(Set.of(SigningAction.values()))
                        .build()
                        .actions())
                .contains(SigningAction.RAW_SIGNATURE);
        assertThat(CallerPermissions.unrestricted().actions()).contains(SigningAction.RAW_SIGNATURE);
    }
}

package io.github.hsmsigner.service.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hsmsigner.access.AllowAll;
import io.github.hsmsigner.access.JwtKeySource;
import io.github.hsmsigner.access.JwtSettings;
import io.github.hsmsigner.access.PolicyFactory;
import io.github.hsmsigner.access.PolicySettings;
import io.github.hsmsigner.core.ContainerFormat;
import io.github.hsmsigner.core.DigestAlgorithm;
import io.github.hsmsigner.core.RequestContext;
import io.github.hsmsigner.core.SigningAction;
import io.github.hsmsigner.core.SigningAttempt;
import io.github.hsmsigner.core.SigningPolicy;
import io.github.hsmsigner.core.SigningToken;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each kind of policy in the settings makes a separate policy, and only the kind "open" lets an unknown client sign. */
class PolicyKindsTest {

    private static final Map<String, String> EXAMPLES = Map.of(
            "open", "open: true",
            "shared-secrets", "shared-secrets: [{caller: engine, secret: {file: @secret}}]",
            "user-list", "user-list: {users: [{user: ada}]}",
            "jwt", "jwt: {keys: [{secret: {file: @secret}}]}",
            "client-certificates", "client-certificates: [{caller: engine, subject: CN=engine}]");

    @TempDir
    private static Path directory;

    private static SettingsFiles files;

    @BeforeAll
    static void writeFiles() throws IOException {
        files = SettingsFiles.write(directory);
    }

    static Stream<String> kinds() {
        return PolicyReader.SECTION.settings().stream().map(Setting::name);
    }

    private static List<PolicySettings> read(String policies) throws InvalidSettingsException {
        return settings(policies).access().policies();
    }

    private static ServiceSettings settings(String policies) throws InvalidSettingsException {
        return SettingsReader.read(files.yaml("""
                tokens: {main: {module: @module.so, pin: {file: @pin}}}
                keys: {seal: {}}
                server:
                  tls:
                    certificate: @signer.pem
                    private-key: @signer.pem
                    client-certificates: optional
                    client-authorities: @root.pem
                access: {policies: [%s]}
                """.formatted(policies)));
    }

    @Test
    void theShortFormInJavaHasTheDefaultsOfTheSettings() throws InvalidSettingsException {
        assertThat(read("{jwt: {keys: [{public-key: @signer.pem}], audience: signer}}"))
                .containsExactly(JwtSettings.builder(List.of(JwtKeySource.ofPublicKey(files.certificate())))
                        .audience("signer")
                        .build());
    }

    private static String example(String kind) {
        assertThat(EXAMPLES).containsKey(kind);
        return "{" + EXAMPLES.get(kind) + "}";
    }

    private static void assertUnknownClientsMaySign(SigningPolicy policy, boolean expected) {
        for (Optional<String> token : List.of(Optional.<String>empty(), Optional.of(""), Optional.of("a-stranger"))) {
            RequestContext context = RequestContext.builder("request-1")
                    .signingToken(token.map(text -> SigningToken.of(text.getBytes(StandardCharsets.UTF_8)))
                            .orElse(null))
                    .build();
            for (SigningAction action : List.of(SigningAction.RAW_SIGNATURE, SigningAction.CONTAINER)) {
                SigningAttempt attempt = new SigningAttempt(
                        action,
                        context,
                        Optional.of("seal"),
                        Optional.of(DigestAlgorithm.SHA256),
                        action == SigningAction.CONTAINER ? Optional.of(ContainerFormat.CMS) : Optional.empty());
                assertThat(policy.decide(attempt).denialReason().isEmpty())
                        .as("%s with the signing token %s", action, token)
                        .isEqualTo(expected);
            }
        }
    }

    /** An empty list must not mean the default, which permits everything. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "token-secret: {file: @secret}, others: {keys: []}",
                "token-secret: {file: @secret}, others: {keys: ','}",
                "token-secret: {file: @secret}, callers: {document-engine: {keys: []}}",
                "token-secret: {file: @secret}, others: {actions: []}",
                "token-secret: {file: @secret}, others: {digest-algorithms: ' '}",
                "token-secret: {file: @secret}, others: {containers: []}",
                "policies: []",
                "policies: [{shared-secrets: []}]",
                "policies: [{client-certificates: []}]",
                "policies: [{user-list: {users: []}}]",
                "policies: [{user-list: {users: [{user: ada, sign-methods: []}]}}]",
                "policies: [{jwt: {keys: []}}]",
                "policies: [{jwt: {keys: [{secret: {file: @secret}}], algorithms: []}}]",
                "policies: [{jwt: {keys: [{secret: {file: @secret}}], key-claim: key, key-by-claim-value: {}}}]",
            })
    void anEmptyListIsAnError(String access) {
        assertThatThrownBy(() -> SettingsReader.read(files.yaml("""
                tokens: {main: {module: @module.so, pin: {file: @pin}}}
                keys: {seal: {}}
                access: {%s}
                """.formatted(access))))
                .isInstanceOf(InvalidSettingsException.class);
    }

    @Test
    void eachKindHasSettingsOfItsOwn() throws InvalidSettingsException {
        Set<Class<?>> found = new HashSet<>();
        for (String kind : kinds().toList()) {
            List<PolicySettings> policies = read(example(kind));
            assertThat(policies).as(kind).hasSize(1);
            found.add(policies.get(0).getClass());
        }
        assertThat(found).containsExactlyInAnyOrder(PolicySettings.class.getPermittedSubclasses());
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void onlyTheOpenKindLetsUnknownClientsSign(String kind) throws InvalidSettingsException {
        ServiceSettings settings = settings(example(kind));
        PolicySettings only = settings.access().policies().get(0);
        Clock clock = Clock.systemUTC();
        assertUnknownClientsMaySign(only.policy(clock), only instanceof AllowAll);
        assertUnknownClientsMaySign(new PolicyFactory(clock).policy(settings.access()), only instanceof AllowAll);
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void noPolicyOfSeveralIsLost(String kind) throws InvalidSettingsException {
        for (String other : kinds().toList()) {
            ServiceSettings settings = settings(example(other) + ", " + example(kind));
            List<PolicySettings> policies = settings.access().policies();
            assertThat(policies)
                    .usingRecursiveComparison()
                    .ignoringFields("keys", "secrets")
                    .isEqualTo(List.of(
                            read(example(other)).get(0), read(example(kind)).get(0)));
            assertUnknownClientsMaySign(
                    new PolicyFactory(Clock.systemUTC()).policy(settings.access()),
                    policies.stream().allMatch(AllowAll.class::isInstance));
        }
    }
}

package io.github.hsmsigner.service.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.hsmsigner.access.AccessSettings;
import io.github.hsmsigner.access.CallerPermissions;
import io.github.hsmsigner.access.ClientCertificateSettings;
import io.github.hsmsigner.access.ClientCertificateSettings.ListedCertificate;
import io.github.hsmsigner.access.JwtAlgorithm;
import io.github.hsmsigner.access.JwtKeySource;
import io.github.hsmsigner.access.JwtSettings;
import io.github.hsmsigner.access.RateLimit;
import io.github.hsmsigner.access.UserListSettings;
import io.github.hsmsigner.access.UserListSettings.ListedUser;
import io.github.hsmsigner.core.ContainerFormat;
import io.github.hsmsigner.core.DigestAlgorithm;
import io.github.hsmsigner.core.SignatureScheme;
import io.github.hsmsigner.core.SigningAction;
import io.github.hsmsigner.pkcs11.CallingThread;
import io.github.hsmsigner.pkcs11.KeySelector;
import io.github.hsmsigner.pkcs11.Pkcs11Config;
import io.github.hsmsigner.pkcs11.TokenSelector;
import io.github.hsmsigner.pkcs11.VendorProfile;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class YamlSettingsTest {

    /** One token with one key, and nothing else. */
    private static final String ONE = """
            tokens:
              main:
                module: @module.so
                pin: {file: @pin}
            keys:
              seal: {}
            """;

    private static final String TWO = """
            tokens:
              one: {module: @module.so, pin: {file: @pin}, label: a}
              two: {module: @module.so, pin: {file: @pin}, label: b}
            keys:
              seal: {tokens: [one, two], label: seal}
              archive: {keystore: @signer.p12, keystore-password: {env: ARCHIVE_PASSWORD}}
            """;

    @TempDir
    private static Path directory;

    private static SettingsFiles files;

    @BeforeAll
    static void writeFiles() throws IOException {
        files = SettingsFiles.write(directory);
    }

    private static ServiceSettings read(String yaml, String... variables) throws InvalidSettingsException {
        return SettingsReader.read(files.yaml(yaml, variables));
    }

    @Test
    void readsSeveralTokensAndKeys() throws InvalidSettingsException {
        ServiceSettings settings = read(TWO, "ARCHIVE_PASSWORD", "pass");

        assertThat(settings.tokens()).containsOnlyKeys("one", "two");
        assertThat(settings.tokens().get("two").pinFile()).contains(files.pin());
        assertThat(settings.tokens().get("two").pkcs11().token())
                .isEqualTo(TokenSelector.any().withLabel("b"));
        assertThat(settings.keys().keySet()).containsExactly("seal", "archive");
        assertThat(settings.keys().get("seal"))
                .isEqualTo(new KeySettings.OnToken(
                        List.of("one", "two"),
                        KeySelector.byLabel("seal"),
                        Optional.empty(),
                        new KeySettings.KeyCertificates(Optional.empty(), List.of())));
        assertThat(settings.keys().get("archive"))
                .isInstanceOfSatisfying(
                        KeySettings.InFile.class,
                        key -> assertThat(new String(key.password().read())).isEqualTo("pass"));
    }

    @Test
    void readsAllOfATokenAndAKey() throws InvalidSettingsException {
        ServiceSettings settings = read("""
                tokens:
                  main:
                    module: @module.so
                    pin:
                      command: [/bin/cat, @pin]
                      timeout: 2s
                    slot-id: 0x10
                    maximum-pool-size: 3
                    minimum-idle: 1
                    sessions-opened-at-once: 2
                    idle-timeout: 1m
                    keepalive-time: 15s
                    max-lifetime: 1h
                    initialize-parameters: configdir='${NSS}' $${kept}
                    vendor-profile: cloudhsm
                    calling-thread: module
                    login-on-final-try: true
                    recovery:
                      failures-to-open: 9
                      first-retry-pause: 30ms
                      hang-limit: 12s
                      no-success-limit: 20s
                keys:
                  seal:
                    tokens: main
                    id: 0123
                    rsa-scheme: PSS
                    certificate: @signer.pem
                    ca-certificates:
                      - @issuers.pem
                      - @root.pem
                """, "NSS", "/etc/nss");

        Pkcs11Config token = settings.tokens().get("main").pkcs11();
        assertThat(new String(token.pin().pin())).isEqualTo(SettingsFiles.PIN);
        assertThat(token.token()).isEqualTo(TokenSelector.any().withSlotId(16));
        assertThat(token.maximumPoolSize()).isEqualTo(3);
        assertThat(token.sessionsOpenedAtOnce()).isEqualTo(2);
        assertThat(token.minimumIdle()).isEqualTo(1);
        assertThat(token.idleTimeout()).isEqualTo(Duration.ofMinutes(1));
        assertThat(token.keepaliveTime()).isEqualTo(Duration.ofSeconds(15));
        assertThat(token.maxLifetime()).isEqualTo(Duration.ofHours(1));
        assertThat(token.initializeParameters()).contains("configdir='/etc/nss' ${kept}");
        assertThat(token.vendorProfile()).contains(VendorProfile.cloudHsm());
        assertThat(token.callingThread()).isEqualTo(CallingThread.MODULE);
        assertThat(token.loginOnFinalTry()).isTrue();
        assertThat(token.recovery().failuresToOpen()).isEqualTo(9);
        assertThat(token.recovery().firstRetryPause()).isEqualTo(Duration.ofMillis(30));
        assertThat(token.recovery().drainLimit()).isEqualTo(Duration.ofSeconds(5));
        assertThat(token.recovery().hangLimit()).isEqualTo(Duration.ofSeconds(12));
        assertThat(token.recovery().noSuccessLimit()).isEqualTo(Duration.ofSeconds(20));
        assertThat(settings.warnings()).isEmpty();
        assertThat(settings.keys().get("seal"))
                .isEqualTo(new KeySettings.OnToken(
                        List.of("main"),
                        KeySelector.byId(new byte[] {1, 0x23}),
                        Optional.of(SignatureScheme.RSA_PSS),
                        new KeySettings.KeyCertificates(
                                Optional.of(files.certificate()), List.of(files.issuers(), files.root()))));
    }

    private static String token(String settings) {
        return "tokens:\n  main: {module: @module.so, pin: {file: @pin}, " + settings + "}\nkeys:\n  seal: {}\n";
    }

    private static List<String> sentences(String yaml, String... variables) {
        return catchThrowableOfType(InvalidSettingsException.class, () -> read(yaml, variables))
                .problems();
    }

    @Test
    void oldNamesWorkWithAWarningThatNamesTheNewOnes() throws InvalidSettingsException {
        ServiceSettings settings = read(token("max-sessions: 3, session-keep-alive: 1m"));
        Pkcs11Config main = settings.tokens().get("main").pkcs11();
        assertThat(main.maximumPoolSize()).isEqualTo(3);
        assertThat(main.idleTimeout()).isEqualTo(Duration.ofMinutes(1));
        assertThat(settings.warnings())
                .containsExactly(
                        "tokens.main.max-sessions (line 2) is an old name of maximum-pool-size. It works in this version"
                                + " only. Use maximum-pool-size instead.",
                        "tokens.main.session-keep-alive (line 2) is an old name of idle-timeout. It works in this version"
                                + " only. Use idle-timeout instead.");
        settings = read(token("label: hsm"), "HSM_MAX_SESSIONS", "5");
        assertThat(settings.tokens().get("main").pkcs11().maximumPoolSize()).isEqualTo(5);
        assertThat(settings.warnings())
                .containsExactly("HSM_MAX_SESSIONS is an old name of HSM_MAXIMUM_POOL_SIZE. It works in this version"
                        + " only. Use HSM_MAXIMUM_POOL_SIZE instead.");
        settings = read(token("max-sessions: 3"), "HSM_MAXIMUM_POOL_SIZE", "5");
        assertThat(settings.tokens().get("main").pkcs11().maximumPoolSize()).isEqualTo(5);
        assertThat(settings.warnings()).singleElement().asString().startsWith("tokens.main.max-sessions (line 2)");
    }

    @Test
    void oldNamesOfContainersWorkWithAWarning() throws InvalidSettingsException {
        ServiceSettings settings = read(ONE + "access: {others: {containers: [cms, cades-b-b, cades-b-t]}}\n");
        assertThat(settings.access().others().orElseThrow().formats())
                .containsExactlyInAnyOrder(ContainerFormat.CMS, ContainerFormat.PADES_B_B, ContainerFormat.PADES_B_T);
        assertThat(settings.warnings())
                .filteredOn(warning -> warning.contains("containers"))
                .singleElement()
                .asString()
                .startsWith("access.others.containers (line ")
                .endsWith(" has cades-b-b or cades-b-t, the old names of pades-b-b and pades-b-t. They work in this"
                        + " version only. Use the new names instead.");
        assertThatThrownBy(() -> read(ONE + "access: {others: {containers: xades}}\n"))
                .isInstanceOfSatisfying(
                        InvalidSettingsException.class,
                        e -> assertThat(e.problems())
                                .singleElement()
                                .asString()
                                .contains("one of cms, pades-b-b, pades-b-t")
                                .doesNotContain("cades"));
    }

    @Test
    void anOldNameNextToTheNewOneIsAnError() {
        assertThat(sentences(token("max-sessions: 3, maximum-pool-size: 3")))
                .containsExactly(
                        "tokens.main.max-sessions (line 2) and tokens.main.maximum-pool-size (line 2) are the old"
                                + " and the new name of one setting; set the new.");
        assertThat(sentences(token("session-keep-alive: 1m, idle-timeout: 2m")))
                .singleElement()
                .asString()
                .startsWith("tokens.main.session-keep-alive (line 2) and tokens.main.idle-timeout (line 2) are");
        assertThat(sentences(token("label: hsm"), "HSM_MAX_SESSIONS", "5", "HSM_MAXIMUM_POOL_SIZE", "5"))
                .containsExactly(
                        "HSM_MAX_SESSIONS and HSM_MAXIMUM_POOL_SIZE are the old and the new name of one setting;"
                                + " set the new.");
        assertThat(sentences(token("max-sessions: 0")))
                .containsExactly("tokens.main.max-sessions (line 2) must be a number from 1 to 1024.");
    }

    @Test
    void leavesTextsAsTheyAreWritten() throws InvalidSettingsException {
        ServiceSettings settings = read("""
                tokens:
                  main: {module: @module.so, pin: 0123, label: yes}
                keys:
                  seal: {label: 1.10}
                """);
        assertThat(new String(settings.tokens().get("main").pkcs11().pin().pin()))
                .isEqualTo("0123");
        assertThat(settings.tokens().get("main").pkcs11().token())
                .isEqualTo(TokenSelector.any().withLabel("yes"));
        assertThat(settings.keys().get("seal"))
                .isInstanceOfSatisfying(
                        KeySettings.OnToken.class,
                        key -> assertThat(key.selector()).isEqualTo(KeySelector.byLabel("1.10")));
    }

    @Test
    void theEnvironmentCountsBeforeTheFileAndCompletesIt() throws InvalidSettingsException {
        ServiceSettings settings = read(
                "server: {port: 7000}\nlog: {level: warn}\ntokens:\n  main: {label: file}\nkeys:\n  seal: {}\n",
                "HSM_MODULE",
                files.module().toString(),
                "HSM_PIN",
                SettingsFiles.PIN,
                "HSM_TOKEN_LABEL",
                "environment",
                "SIGNING_SERVICE_PORT",
                "8000");

        assertThat(settings.server().listener().port()).isEqualTo(8000);
        assertThat(settings.log().level()).isEqualTo("WARN");
        assertThat(settings.tokens()).containsOnlyKeys("main");
        assertThat(settings.tokens().get("main").pkcs11().token())
                .isEqualTo(TokenSelector.any().withLabel("environment"));
    }

    @Test
    void aFileMayReferToVariablesThatAreAboutTheOnlyToken() throws InvalidSettingsException {
        ServiceSettings settings = read("""
                tokens:
                  one: {module: @module.so, label: a, pin: "${HSM_PIN}"}
                  two: {module: @module.so, label: b, pin: {env: HSM_PIN}}
                keys:
                  seal: {tokens: [one, two]}
                """, "HSM_PIN", SettingsFiles.PIN);
        assertThat(settings.tokens().values())
                .allSatisfy(token ->
                        assertThat(new String(token.pkcs11().pin().pin())).isEqualTo(SettingsFiles.PIN));
    }

    @Test
    void readsPoliciesAndRules() throws InvalidSettingsException {
        AccessSettings access = read(ONE + """
                server:
                  tls:
                    certificate: @signer.pem
                    private-key: @signer.pem
                    client-certificates: required
                    client-authorities: @root.pem
                access:
                  policies:
                    - client-certificates:
                        - {caller: engine, subject: "CN=engine,O=Example"}
                    - jwt:
                        keys:
                          - secret: {file: @secret}
                          - public-key: @signer.pem
                        algorithms: [HS256, es256]
                        issuer: https://issuer.example
                        audience: signer
                        type: at+jwt
                        leeway: 10s
                        maximum-age: 5m
                        caller-claim: client_id
                        key-claim: key
                        key-by-claim-value: {contracts: seal}
                        max-token: 8KiB
                    - user-list:
                        users:
                          - {user: ada, sign-methods: [qualified, advanced]}
                          - {user: grace}
                        key-by-sign-method: {qualified: seal}
                  callers:
                    accounting:
                      actions: [certificates, container]
                      keys: [seal]
                      digest-algorithms: [sha256]
                      containers: pades-b-b
                      rate: 100/1m
                  others:
                    actions: certificates
                """).access();

        assertThat(access.policies()).hasSize(3);
        assertThat(access.policies().get(0))
                .isEqualTo(new ClientCertificateSettings(
                        List.of(ListedCertificate.withSubject("engine", "CN=engine,O=Example"))));
        assertThat(access.policies().get(1)).isInstanceOfSatisfying(JwtSettings.class, jwt -> {
            assertThat(jwt.files()).containsExactly(files.secret(), files.certificate());
            assertThat(jwt.keys().get(1)).isEqualTo(JwtKeySource.ofPublicKey(files.certificate()));
            assertThat(jwt.algorithms()).containsExactlyInAnyOrder(JwtAlgorithm.HS256, JwtAlgorithm.ES256);
            assertThat(jwt.issuer()).contains("https://issuer.example");
            assertThat(jwt.audience()).contains("signer");
            assertThat(jwt.type()).contains("at+jwt");
            assertThat(jwt.leeway()).isEqualTo(Duration.ofSeconds(10));
            assertThat(jwt.maximumAge()).contains(Duration.ofMinutes(5));
            assertThat(jwt.callerClaim()).isEqualTo("client_id");
            assertThat(jwt.keyClaim()).contains("key");
            assertThat(jwt.keyByClaimValue()).isEqualTo(Map.of("contracts", "seal"));
            assertThat(jwt.maxTokenBytes()).isEqualTo(8192);
        });
        assertThat(access.policies().get(2))
                .isEqualTo(new UserListSettings(
                        List.of(
                                new ListedUser("ada", Set.of("qualified", "advanced")),
                                new ListedUser("grace", Set.of())),
                        Map.of("qualified", "seal")));
        CallerPermissions rules = access.callers().get("accounting");
        assertThat(rules.actions()).containsExactlyInAnyOrder(SigningAction.CERTIFICATES, SigningAction.CONTAINER);
        assertThat(rules.keys()).containsExactly("seal");
        assertThat(rules.digestAlgorithms()).containsExactly(DigestAlgorithm.SHA256);
        assertThat(rules.formats()).containsExactly(ContainerFormat.PADES_B_B);
        assertThat(rules.rate()).contains(new RateLimit(100, Duration.ofMinutes(1)));
        assertThat(access.others().orElseThrow().actions()).containsExactly(SigningAction.CERTIFICATES);
    }

    @Test
    void rulesForCallersLeaveNothingToOthers() throws InvalidSettingsException {
        String policy = "access:\n  token-secret: {file: @secret}\n";
        assertThat(read(ONE + policy).access().others()).isPresent();
        assertThat(read(ONE + policy + "  callers: {document-engine: {}}\n")
                        .access()
                        .others())
                .isEmpty();
    }

    @Test
    void readsTheRest() throws InvalidSettingsException {
        ServiceSettings settings = read(ONE + """
                server:
                  limits: {max-body: 2GiB, max-name: 99, max-text: 65536, max-header: 8KiB, min-rate: 0, max-requests: 9}
                signatures:
                  verify-after-sign: false
                  complete-chains: true
                  revocation-info: true
                  timestamps:
                    authorities:
                      - address: https://tsa.example/
                        policy: 1.2.3
                        trusted: @root.pem
                        user: signer
                        password: {file: @secret}
                audit: {file: audit.jsonl, rotate-at: 0, time-limit: 1s, max-waiting: 5}
                """);
        assertThat(settings.server().callbackLimits().maxBodyBytes()).isEqualTo(2L << 30);
        assertThat(settings.server().callbackLimits().json().maxNameLength()).isEqualTo(99);
        assertThat(settings.server().callbackLimits().json().maxTextLength()).isEqualTo(65_536);
        assertThat(settings.server().clientLimits().maxHeaderBytes()).isEqualTo(8192);
        assertThat(settings.server().clientLimits().maxRequests()).isEqualTo(9);
        assertThat(settings.signatures().verifyAfterSign()).isFalse();
        assertThat(settings.signatures().completeChains()).isTrue();
        SignatureSettings.TimestampSettings timestamps =
                settings.signatures().timestamps().orElseThrow();
        assertThat(timestamps.required()).isTrue();
        assertThat(timestamps.authorities()).singleElement().satisfies(authority -> {
            assertThat(authority.policy()).contains("1.2.3");
            assertThat(authority.trusted()).containsExactly(files.root());
            assertThat(new String(authority.login().orElseThrow().password().read()))
                    .isEqualTo(SettingsFiles.SECRET);
        });
        assertThat(settings.audit().orElseThrow().rotateAtBytes()).isZero();
        assertThat(settings.audit().orElseThrow().maxWaiting()).isEqualTo(5);
    }

    static Stream<Arguments> problems() {
        return Stream.of(
                problem("empty file", "", "No signing key is set"),
                problem("no mapping", "- a\n- b\n", "must hold settings as name: value", "No signing key"),
                problem(
                        "unknown name",
                        ONE + "sever:\n  port: 1\n",
                        "sever (line 8) is not a setting; did you mean server?"),
                problem(
                        "unknown name within",
                        ONE.replace("module:", "modul:"),
                        "tokens.main.modul (line 3) is not a setting; did you mean module?",
                        "tokens.main.module (or HSM_MODULE) is missing: path"),
                problem(
                        "unknown name, nothing like it",
                        ONE + "log: {colour: red}\n",
                        "log.colour (line 7) is not a setting; there are level, format"),
                problem("twice", ONE + "log: {level: info, level: warn}\n", "Line 7 repeats a setting"),
                problem("no number", ONE + "server:\n  port: http\n", "server.port (line 8) must be a number from 0"),
                problem("empty value", ONE + "server:\n  port:\n", "server.port (line 8) is empty"),
                problem("empty section", ONE + "access:\n", "access (line 7) must hold settings"),
                problem("list for a text", ONE + "server: {port: [1]}\n", "server.port (line 7) must be a number"),
                problem(
                        "bytes for characters",
                        ONE + "server: {limits: {max-name: 1KiB, max-text: 64KiB}}\n",
                        "server.limits.max-name (line 7) must be a number from 17 to 1000000.",
                        "server.limits.max-text (line 7) must be a number from 128 to 1000000."),
                problem(
                        "text for a list",
                        ONE + "access: {policies: open}\n",
                        "access.policies (line 7) must be a list"),
                problem(
                        "variable not set",
                        ONE.replace("{file: @pin}", "${NO_SUCH_PIN}"),
                        "tokens.main.pin (line 4) refers to the environment variable NO_SUCH_PIN, which is not set"),
                problem(
                        "what looks like a variable in a secret",
                        ONE.replace("{file: @pin}", "se${CRET}"),
                        "tokens.main.pin (line 4) refers to an environment variable that is not set"),
                problem(
                        "brace left open",
                        ONE.replace("{file: @pin}", "'${SECRET'"),
                        "has ${ that is not followed by the name"),
                problem(
                        "PIN with a colon and a space",
                        ONE.replace("pin: {file: @pin}", "pin:\n      SECRET: crypto"),
                        "tokens.main.pin (line 5) must be a text, or have one of file, env and command"),
                problem(
                        "PIN file missing",
                        ONE.replace("{file: @pin}", "{file: SECRET}"),
                        "file in tokens.main.pin (line 4) does not name a readable file"),
                problem(
                        "env missing",
                        ONE.replace("{file: @pin}", "{env: SECRET}"),
                        "names an environment variable that"),
                problem(
                        "command for a password",
                        ONE + "access: {token-secret: {command: [SECRET]}}\n",
                        "access.token-secret (line 7) must be a text, or have one of file and env"),
                problem(
                        "colon in a value",
                        "a: SECRET: b\n",
                        "at line 1, column 10: a value with a colon",
                        "No signing key"),
                problem("alias", "tokens: {main: {pin: *SECRET}}\n", "a value that begins with *", "No signing key"),
                problem("tag", ONE.replace("{file: @pin}", "!SECRET crypto"), "Line 4 has a value that begins with !"),
                problem("at sign", "pin: @@SECRET\n", "No signing key is set", "pin (line 1)"),
                problem(
                        "unknown token",
                        ONE.replace("seal: {}", "seal: {tokens: mian}"),
                        "keys.seal.tokens (line 6) names a token that is not among those set; did you mean main?"),
                problem(
                        "which token",
                        TWO.replace("tokens: [one, two], ", "").replace("env: ARCHIVE_PASSWORD", "file: @secret"),
                        "keys.seal.tokens is missing: the name of the token that the key is on, of one, two"),
                problem(
                        "unused token",
                        TWO.replace("[one, two]", "[one]").replace("env: ARCHIVE_PASSWORD", "file: @secret"),
                        "tokens.two (line 3) is a token that no key is on"),
                problem(
                        "on a token and in a key store",
                        ONE.replace("{}", "{tokens: main, keystore: @signer.p12, keystore-password: {file: @secret}}"),
                        "keys.seal (line 6) is either on a token or in a key store"),
                problem(
                        "unknown key in rules",
                        ONE + "access:\n  others: {keys: [seel]}\n",
                        "access.others.keys (line 8) names a key that is not among those set; did you mean seal?"),
                problem(
                        "key to use that is not permitted",
                        ONE.replace("seal: {}", "seal: {}\n  other: {label: x}")
                                + "access:\n  others: {keys: [seal], key: other}\n",
                        "access.others (line 9): The key"),
                problem("no policy", ONE + "access: {policies: []}\n", "access (line 7): No policy is set"),
                problem(
                        "two kinds in one policy",
                        ONE + "access: {policies: [{open: true, shared-secrets: []}]}\n",
                        "access.policies[0] (line 7) must have one of open, shared-secrets",
                        ""),
                problem(
                        "rules for a caller whom nobody knows",
                        ONE + "access: {callers: {ada: {}}}\n",
                        "access (line 7): The open policy knows no caller"),
                problem(
                        "client certificates without TLS",
                        ONE + "access: {policies: [{client-certificates: [{caller: e, subject: CN=e}]}]}\n",
                        "access (line 7) has a policy over client certificates, which server.tls.client-certificates"),
                problem(
                        "fingerprint",
                        ONE + "access: {policies: [{client-certificates: [{caller: e, sha256: ab}]}]}\n",
                        "The fingerprint of the client certificate of caller \"e\""),
                problem(
                        "subject",
                        ONE + "access: {policies: [{client-certificates: [{caller: e, subject: engine}]}]}\n",
                        "The subject of the client certificate of caller \"e\" is not a distinguished name"),
                problem(
                        "certificate that nothing tells from others",
                        ONE + "access: {policies: [{client-certificates: [{caller: e}]}]}\n",
                        "access.policies[0].client-certificates[0].subject is missing: "),
                problem(
                        "leeway of a JWT",
                        ONE + "access: {policies: [{jwt: {keys: [{secret: {file: @secret}}], leeway: 601s}}]}\n",
                        "access.policies[0].jwt.leeway"),
                problem(
                        "age of a JWT",
                        ONE + "access: {policies: [{jwt: {keys: [{secret: {file: @secret}}], maximum-age: 0s}}]}\n",
                        "access.policies[0].jwt.maximum-age"),
                problem(
                        "length of a JWT",
                        ONE + "access: {policies: [{jwt: {keys: [{secret: {file: @secret}}], max-token: 255}}]}\n",
                        "access.policies[0].jwt.max-token"),
                problem(
                        "retry pauses",
                        ONE.replace("pin:", "recovery: {first-retry-pause: 2s}\n    pin:"),
                        "tokens.main.recovery (line 4): The longest pause"),
                problem(
                        "timestamps",
                        ONE + "signatures: {timestamps: {authorities: [{policy: 1.2}]}}\n",
                        "signatures.timestamps.authorities[0].address is missing"),
                problem("two documents", ONE + "---\nlog: {}\n", "must hold one YAML document"));
    }

    private static Arguments problem(String name, String yaml, String... expected) {
        return Arguments.argumentSet(name, yaml, List.of(expected));
    }

    @ParameterizedTest
    @MethodSource("problems")
    void tellsEachProblemWithItsLine(String yaml, List<String> expected) {
        InvalidSettingsException problems = catchThrowableOfType(InvalidSettingsException.class, () -> read(yaml));

        assertThat(problems.problems())
                .allSatisfy(sentence -> assertThat(sentence)
                        .doesNotContain("\n", "SECRET", "CRET}", "crypto", "{CRET")
                        .matches(".*[^.?][.?]"));
        expected.forEach(part -> assertThat(problems.problems()).anyMatch(sentence -> sentence.contains(part)));
        assertThat(problems.problems())
                .hasSameSizeAs(expected.stream().filter(p -> !p.isEmpty()).toList());
    }

    @Test
    void variablesAboutTheOnlyTokenAreAmbiguousWhereThereAreTwo() {
        InvalidSettingsException problems = catchThrowableOfType(
                InvalidSettingsException.class,
                () -> read(TWO, "ARCHIVE_PASSWORD", "x", "HSM_PIN", "y", "HSM_KEY_LABEL", "z"));
        assertThat(problems.problems())
                .hasSize(2)
                .anyMatch(sentence -> sentence.startsWith("HSM_PIN works only with a single token,"))
                .anyMatch(sentence -> sentence.startsWith("HSM_KEY_LABEL works only with a single key,"));
    }

    @Test
    void aliasesCannotStandForMoreThanAFileMayHold() {
        StringBuilder yaml = new StringBuilder("a0: &a0 [x, x, x, x]\n");
        for (int i = 1; i <= 11; i++) {
            yaml.append("a%d: &a%d [*a%d, *a%d, *a%d, *a%d]\n".formatted(i, i, i - 1, i - 1, i - 1, i - 1));
        }
        InvalidSettingsException problems =
                catchThrowableOfType(InvalidSettingsException.class, () -> read(yaml.toString()));
        assertThat(problems.problems()).anyMatch(sentence -> sentence.contains("has more than 20000 values"));
    }

    /** Each is shorter than a file may be. */
    static Stream<Arguments> filesThatAreTooMuch() {
        return Stream.of(
                Arguments.of("flow sequences", "a: " + "[".repeat(20_000), "nests values more than 16 deep at line 1"),
                Arguments.of("closed", "[".repeat(10_000) + "]".repeat(10_000), "nests values more than 16 deep"),
                Arguments.of("flow mappings", "a: " + "{a: ".repeat(20_000), "nests values more than 16 deep"),
                Arguments.of("block sequences", "- ".repeat(50_000), "nests values more than 16 deep"),
                Arguments.of("keys that are mappings", "? ".repeat(50_000), "nests values more than 16 deep"),
                Arguments.of("lines that go in", indented(1000), "nests values more than 16 deep at line 17"),
                Arguments.of("values", "a: [" + "x,".repeat(50_000) + "x]", "has more than 20000 values"),
                Arguments.of("names", "{" + "a,".repeat(50_000) + "b}", "has more than 20000 values"),
                Arguments.of("empty collections", "a: [" + "[],".repeat(50_000) + "x]", "has more than 20000 values"),
                Arguments.of("a long name", "x".repeat(50_000) + ": 1", "is not well-formed YAML"),
                Arguments.of("a long quoted name", "\"" + "x".repeat(50_000) + "\": 1", "is not well-formed YAML"),
                Arguments.of("an alias in itself", "a: &a [*a]", "nests values more than 16 deep"));
    }

    private static String indented(int levels) {
        StringBuilder yaml = new StringBuilder();
        for (int i = 0; i < levels; i++) {
            yaml.append(" ".repeat(i)).append("a:\n");
        }
        return yaml.toString();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("filesThatAreTooMuch")
    void aFileThatIsTooMuchIsOneSentence(String name, String yaml, String expected) {
        InvalidSettingsException problems = catchThrowableOfType(InvalidSettingsException.class, () -> read(yaml));

        assertThat(problems.problems())
                .filteredOn(sentence -> sentence.startsWith("The file "))
                .singleElement()
                .asString()
                .contains(expected)
                .hasSizeLessThan(300);
    }
}

package io.github.hsmsigner.service.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.hsmsigner.access.AccessSettings;
import io.github.hsmsigner.access.AllowAll;
import io.github.hsmsigner.access.SharedSecretSettings;
import io.github.hsmsigner.audit.AuditFileSettings;
import io.github.hsmsigner.core.RawDataRule;
import io.github.hsmsigner.core.SignatureScheme;
import io.github.hsmsigner.http.TestKey;
import io.github.hsmsigner.http.protocol.CallbackLimits;
import io.github.hsmsigner.http.protocol.CertificateEncoding;
import io.github.hsmsigner.http.protocol.MemoryBudget;
import io.github.hsmsigner.pkcs11.KeySelector;
import io.github.hsmsigner.pkcs11.Pkcs11Config;
import io.github.hsmsigner.pkcs11.TokenSelector;
import io.github.hsmsigner.service.server.ClientLimits;
import io.github.hsmsigner.service.server.ListenerSettings;
import io.github.hsmsigner.service.server.TlsSettings;
import io.github.hsmsigner.service.server.TlsSettings.ClientCertificates;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class EnvironmentSettingsTest {

    @TempDir
    private static Path directory;

    private static SettingsFiles files;

    @BeforeAll
    static void writeFiles() throws IOException {
        files = SettingsFiles.write(directory);
    }

    private static Pkcs11Config token(ServiceSettings settings) {
        assertThat(settings.tokens()).hasSize(1);
        return settings.tokens().values().iterator().next().pkcs11();
    }

    private static KeySettings key(ServiceSettings settings) {
        assertThat(settings.keys()).hasSize(1);
        return settings.keys().values().iterator().next();
    }

    @Test
    void hasDefaultsForAllButTheKey() throws InvalidSettingsException {
        ServiceSettings settings = SettingsReader.read(files.hsm());

        assertThat(settings.server().listener()).isEqualTo(new ListenerSettings("0.0.0.0", 6000));
        assertThat(settings.server().path()).isEqualTo("/sign");
        assertThat(settings.server().tls()).isEmpty();
        assertThat(settings.server().admin()).isEmpty();
        assertThat(settings.server().callbackLimits())
                .usingRecursiveComparison()
                .isEqualTo(CallbackLimits.defaults());
        assertThat(settings.server().callbackLimits().maxBodyBytes()).isEqualTo(1_503_238_553L);
        assertThat(settings.server().clientLimits())
                .isEqualTo(new ClientLimits(
                        8_192,
                        64,
                        Duration.ofSeconds(30),
                        1_024,
                        Duration.ofSeconds(10),
                        1_024,
                        256,
                        MemoryBudget.DEFAULT_BYTES,
                        65_536,
                        Duration.ofSeconds(60),
                        Duration.ofSeconds(30),
                        true));
        assertThat(settings.server().certificateEncoding()).isEqualTo(CertificateEncoding.PEM);
        assertThat(settings.server().stopLimit()).isEqualTo(Duration.ofSeconds(20));
        assertThat(settings.log()).isEqualTo(new LogSettings("INFO", LogSettings.Format.TEXT));
        assertThat(settings.signatures())
                .isEqualTo(new SignatureSettings(
                        Duration.ofSeconds(9),
                        true,
                        true,
                        RawDataRule.WARN,
                        new SignatureSettings.QueueSettings(128, Duration.ofSeconds(9)),
                        false,
                        false,
                        1 << 20,
                        Optional.empty()));
        assertThat(settings.access()).usingRecursiveComparison().isEqualTo(AccessSettings.of(new AllowAll(false)));
        assertThat(settings.audit()).isEmpty();
        assertThat(settings.tokens()).containsOnlyKeys("hsm");
        assertThat(token(settings))
                .usingRecursiveComparison()
                .ignoringFields("pin")
                .isEqualTo(Pkcs11Config.builder(files.module())
                        .pin(token(settings).pin())
                        .build());
        assertThat(new String(token(settings).pin().pin())).isEqualTo(SettingsFiles.PIN);
        assertThat(settings.tokens().get("hsm").pinFile()).isEmpty();
        assertThat(settings.keys())
                .isEqualTo(Map.of(
                        "hsm",
                        new KeySettings.OnToken(
                                List.of("hsm"),
                                KeySelector.any(),
                                Optional.empty(),
                                new KeySettings.KeyCertificates(Optional.empty(), List.of()))));
    }

    @Test
    void readsEverythingOfTheGuide() throws InvalidSettingsException {
        ServiceSettings settings = SettingsReader.read(files.hsm(
                "SIGNING_SERVICE_PORT", "0",
                "SIGNING_SERVICE_MAX_BODY_BYTES", "4294967296",
                "SIGNING_SERVICE_LOG_LEVEL", "debug",
                "SIGNING_SERVICE_CERTIFICATE_ENCODING", "DER",
                "HSM_SLOT_ID", "0xFFFFFFFFFFFFFFFF",
                "HSM_KEY_LABEL", "contracts",
                "HSM_KEY_ID", "0A1b",
                "HSM_MAXIMUM_POOL_SIZE", "8",
                "SIGNING_CERTIFICATE", files.certificate().toString(),
                "SIGNING_CERTIFICATE_VALIDITY", "warn",
                "SIGNING_CA_CERTIFICATES", files.issuers() + ":" + files.root()));

        assertThat(settings.server().listener().port()).isZero();
        assertThat(settings.server().callbackLimits().maxBodyBytes()).isEqualTo(1L << 32);
        assertThat(settings.log().level()).isEqualTo("DEBUG");
        assertThat(settings.server().certificateEncoding()).isEqualTo(CertificateEncoding.DER);
        assertThat(settings.signatures().validCertificateRequired()).isFalse();
        assertThat(token(settings).token()).isEqualTo(TokenSelector.any().withSlotId(-1L));
        assertThat(token(settings).maximumPoolSize()).isEqualTo(8);
        assertThat(settings.keys())
                .isEqualTo(Map.of(
                        "contracts",
                        new KeySettings.OnToken(
                                List.of("hsm"),
                                KeySelector.of("contracts", HexFormat.of().parseHex("0a1b")),
                                Optional.empty(),
                                new KeySettings.KeyCertificates(
                                        Optional.of(files.certificate()), List.of(files.issuers(), files.root())))));
    }

    @Test
    void readsWhatElseAnOperatorOfOneKeyWants() throws InvalidSettingsException {
        ServiceSettings settings = SettingsReader.read(SettingsFiles.with(
                Map.of("HSM_MODULE", files.module().toString()),
                "HSM_PIN_FILE",
                files.pin().toString(),
                "HSM_URI",
                "pkcs11:token=vault;object=contracts;type=private",
                "SIGNING_KEY_NAME",
                "seal",
                "SIGNING_RSA_SCHEME",
                "pss",
                "SIGNING_SERVICE_ADDRESS",
                "127.0.0.1",
                "SIGNING_SERVICE_ADMIN_PORT",
                "9090",
                "SIGNING_SERVICE_LOG_FORMAT",
                "json",
                "SIGNING_SERVICE_DEADLINE",
                "5s",
                "SIGNING_SERVICE_STOP_LIMIT",
                "1m",
                "SIGNING_SERVICE_QUEUE_MAX_WAITING",
                "7",
                "SIGNING_SERVICE_QUEUE_MAX_WAIT",
                "500ms",
                "SIGNING_SERVICE_TLS_CERTIFICATE",
                files.certificate().toString(),
                "SIGNING_SERVICE_TLS_PRIVATE_KEY",
                files.noCertificate().toString(),
                "SIGNING_SERVICE_TLS_CLIENT_CERTIFICATES",
                "required",
                "SIGNING_SERVICE_TLS_CLIENT_AUTHORITIES",
                files.root().toString(),
                "SIGNING_TIMESTAMP_ADDRESSES",
                "http://tsa.example/a, https://tsa.example/b",
                "SIGNING_TIMESTAMP_REQUIRED",
                "false",
                "SIGNING_AUDIT_FILE",
                "/var/log/signer/audit.jsonl",
                "SIGNING_TOKEN_SECRET_FILE",
                files.secret().toString()));

        assertThat(settings.tokens().get("hsm").pinFile()).contains(files.pin());
        assertThat(new String(token(settings).pin().pin())).isEqualTo(SettingsFiles.PIN);
        assertThat(token(settings).token()).isEqualTo(TokenSelector.any().withLabel("vault"));
        assertThat(settings.keys()).containsOnlyKeys("seal");
        assertThat(key(settings).scheme()).contains(SignatureScheme.RSA_PSS);
        assertThat(settings.server().listener()).isEqualTo(new ListenerSettings("127.0.0.1", 6000));
        assertThat(settings.server().admin()).contains(new ListenerSettings("127.0.0.1", 9090));
        assertThat(settings.log().format()).isEqualTo(LogSettings.Format.JSON);
        assertThat(settings.signatures().deadline()).isEqualTo(Duration.ofSeconds(5));
        assertThat(settings.signatures().queue())
                .isEqualTo(new SignatureSettings.QueueSettings(7, Duration.ofMillis(500)));
        assertThat(settings.server().stopLimit()).isEqualTo(Duration.ofMinutes(1));
        assertThat(settings.server().tls())
                .contains(new TlsSettings(
                        files.certificate(),
                        files.noCertificate(),
                        Optional.empty(),
                        ClientCertificates.REQUIRED,
                        List.of(files.root())));
        assertThat(settings.signatures().timestamps())
                .contains(new SignatureSettings.TimestampSettings(
                        Stream.of("http://tsa.example/a", "https://tsa.example/b")
                                .map(address -> new SignatureSettings.TimestampSettings.Authority(
                                        URI.create(address), Optional.empty(), List.of(), Optional.empty()))
                                .toList(),
                        false,
                        Duration.ofSeconds(5)));
        assertThat(settings.audit()).contains(AuditFileSettings.of(Path.of("/var/log/signer/audit.jsonl")));
        assertThat(settings.access().policies())
                .singleElement()
                .isInstanceOfSatisfying(SharedSecretSettings.class, policy -> {
                    assertThat(policy.files()).containsExactly(files.secret());
                    assertThat(policy.secrets().get(0).caller()).isEqualTo("document-engine");
                });
    }

    @Test
    void takesModuleAndPinFromTheUri() throws InvalidSettingsException {
        ServiceSettings settings = SettingsReader.read(Map.of(
                "HSM_URI", "pkcs11:id=%0a%1b?module-path=" + files.module() + "&pin-source=file://" + files.pin()));

        assertThat(token(settings).module()).isEqualTo(files.module());
        assertThat(token(settings).token()).isEqualTo(TokenSelector.any());
        assertThat(settings.tokens().get("hsm").pinFile()).contains(files.pin());
        assertThat(settings.keys()).containsOnlyKeys("0a1b");
    }

    @Test
    void takesAKeyStoreInsteadOfAnHsmAndEmptyVariablesAsAbsent() throws InvalidSettingsException {
        ServiceSettings settings = SettingsReader.read(files.inKeyStore(
                "HSM_MODULE", "", "HSM_PIN", "", "SIGNING_SERVICE_PORT", "", "SIGNING_CERTIFICATE", ""));

        assertThat(settings.server().listener().port()).isEqualTo(6000);
        assertThat(settings.tokens()).isEmpty();
        assertThat(settings.keys()).containsOnlyKeys("keystore");
        assertThat(key(settings)).isInstanceOfSatisfying(KeySettings.InFile.class, key -> {
            assertThat(key.file()).isEqualTo(files.keyStore());
            assertThat(new String(key.password().read())).isEqualTo(TestKey.PASSWORD);
        });
    }

    @Test
    void doesNotShowSecretsWhenPrinted() throws InvalidSettingsException {
        assertThat(SettingsReader.read(files.hsm()).toString()).doesNotContain(SettingsFiles.PIN);
        assertThat(SettingsReader.read(files.inKeyStore()).toString()).doesNotContain(TestKey.PASSWORD);
    }

    @ParameterizedTest(name = "{0}={1}")
    @CsvSource({
        // A Service called signing-service
        "SIGNING_SERVICE_SERVICE_HOST, 10.0.0.1",
        "SIGNING_SERVICE_SERVICE_PORT, 6000",
        "SIGNING_SERVICE_SERVICE_PORT_HTTP, 6000",
        "SIGNING_SERVICE_PORT, tcp://10.0.0.1:6000",
        "SIGNING_SERVICE_PORT_6000_TCP, tcp://10.0.0.1:6000",
        "SIGNING_SERVICE_PORT_6000_TCP_PROTO, tcp",
        "SIGNING_SERVICE_PORT_6000_TCP_PORT, 6000",
        "SIGNING_SERVICE_PORT_6000_TCP_ADDR, 10.0.0.1",
        // Services called signing-service-admin, signing, and hsm-proxy
        "SIGNING_SERVICE_ADMIN_PORT, tcp://10.0.0.1:9090",
        "SIGNING_SERVICE_HOST, 10.0.0.1",
        "SIGNING_PORT, tcp://10.0.0.1:80",
        "SIGNING_PORT_80_TCP, tcp://10.0.0.1:80",
        "HSM_PROXY_PORT, udp://10.0.0.1:1500",
        "HSM_PROXY_SERVICE_PORT, 1500",
        // Document Engine's
        "SIGNING_SERVICE_URL, http://signing-service:6000/sign"
    })
    void passesOverWhatIsNotMeantForIt(String name, String value) throws InvalidSettingsException {
        ServiceSettings settings = SettingsReader.read(files.hsm(name, value));

        assertThat(settings.server().listener().port()).isEqualTo(6000);
        assertThat(settings.server().admin()).isEmpty();
    }

    static Stream<Arguments> problems() {
        return Stream.of(
                problem("neither", Map.of(), "No signing key is set"),
                problem(
                        "both",
                        files.hsm("SIGNING_KEYSTORE", files.keyStore().toString()),
                        "both are set: HSM_MODULE, HSM_PIN and SIGNING_KEYSTORE"),
                problem("no PIN", Map.of("HSM_MODULE", files.module().toString()), "HSM_PIN is missing"),
                problem("no module", Map.of("HSM_PIN", SettingsFiles.PIN), "HSM_MODULE is missing"),
                problem("only a label", Map.of("HSM_KEY_LABEL", "x"), "HSM_MODULE is missing", "HSM_PIN is missing"),
                problem(
                        "module file missing",
                        files.hsm("HSM_MODULE", "/nowhere/module.so"),
                        "HSM_MODULE names /nowhere/module.so, which is not a readable file"),
                problem("module is a directory", files.hsm("HSM_MODULE", directory.toString()), "not a readable file"),
                problem("path with a NUL", files.hsm("HSM_MODULE", "a\0b"), "HSM_MODULE does not hold a path"),
                problem("label and slot", files.hsm("HSM_TOKEN_LABEL", "a", "HSM_SLOT_ID", "1"), "set one of them"),
                problem("slot not a number", files.hsm("HSM_SLOT_ID", "one"), "HSM_SLOT_ID must be an unsigned"),
                problem("slot bad hex", files.hsm("HSM_SLOT_ID", "0x"), "HSM_SLOT_ID must be an unsigned"),
                problem("slot negative", files.hsm("HSM_SLOT_ID", "-1"), "HSM_SLOT_ID must be an unsigned"),
                problem("slot too large", files.hsm("HSM_SLOT_ID", "0x10000000000000000"), "HSM_SLOT_ID must be"),
                problem("id not hex", files.hsm("HSM_KEY_ID", "xy"), "HSM_KEY_ID must be hexadecimal"),
                problem("id odd", files.hsm("HSM_KEY_ID", "abc"), "HSM_KEY_ID must be hexadecimal"),
                problem(
                        "no sessions",
                        files.hsm("HSM_MAXIMUM_POOL_SIZE", "0"),
                        "HSM_MAXIMUM_POOL_SIZE must be a number from 1 to 1024"),
                problem(
                        "too many sessions",
                        files.hsm("HSM_MAXIMUM_POOL_SIZE", "5000"),
                        "HSM_MAXIMUM_POOL_SIZE must be"),
                problem("port not a number", files.hsm("SIGNING_SERVICE_PORT", "http"), "number from 0 to 65535"),
                problem("port too large", files.hsm("SIGNING_SERVICE_PORT", "65536"), "number from 0 to 65535"),
                problem("port negative", files.hsm("SIGNING_SERVICE_PORT", "-1"), "number from 0 to 65535"),
                problem(
                        "no body",
                        files.hsm("SIGNING_SERVICE_MAX_BODY_BYTES", "0"),
                        "SIGNING_SERVICE_MAX_BODY_BYTES must"),
                problem(
                        "log level",
                        files.hsm("SIGNING_SERVICE_LOG_LEVEL", "loud"),
                        "SIGNING_SERVICE_LOG_LEVEL must be one"),
                problem("encoding", files.hsm("SIGNING_SERVICE_CERTIFICATE_ENCODING", "p7b"), "must be pem or der"),
                problem("validity", files.hsm("SIGNING_CERTIFICATE_VALIDITY", "no"), "must be required or warn"),
                problem(
                        "no password",
                        Map.of("SIGNING_KEYSTORE", files.keyStore().toString()),
                        "_PASSWORD is missing"),
                problem("no key store", Map.of("SIGNING_KEYSTORE_PASSWORD", "x"), "SIGNING_KEYSTORE is missing"),
                problem(
                        "key store missing",
                        files.inKeyStore("SIGNING_KEYSTORE", "/nowhere.p12"),
                        "names /nowhere.p12"),
                problem("certificate missing", files.hsm("SIGNING_CERTIFICATE", "/nowhere.pem"), "names /nowhere.pem"),
                problem(
                        "certificate file without one",
                        files.hsm("SIGNING_CERTIFICATE", files.noCertificate().toString()),
                        "SIGNING_CERTIFICATE: The file " + files.noCertificate() + " holds no certificate"),
                problem(
                        "one of the CA files missing",
                        files.hsm("SIGNING_CA_CERTIFICATES", files.issuers() + ":/nowhere.pem"),
                        "SIGNING_CA_CERTIFICATES names /nowhere.pem"),
                problem(
                        "many at once",
                        files.hsm(
                                "SIGNING_SERVICE_PORT", "x",
                                "HSM_SLOT_ID", "y",
                                "HSM_KEY_ID", "z",
                                "HSM_MODULE", "/nowhere.so",
                                "SIGNING_CERTIFICATE", "/nowhere.pem"),
                        "SIGNING_SERVICE_PORT",
                        "HSM_MODULE",
                        "HSM_SLOT_ID",
                        "HSM_KEY_ID",
                        "SIGNING_CERTIFICATE"),
                problem(
                        "PIN and PIN file",
                        files.hsm("HSM_PIN_FILE", files.pin().toString()),
                        "HSM_PIN and HSM_PIN_FILE are both set; set one of them"),
                problem(
                        "the PIN where its file belongs",
                        Map.of("HSM_MODULE", files.module().toString(), "HSM_PIN_FILE", SettingsFiles.PIN),
                        "HSM_PIN_FILE does not name a readable file; the text is not shown"),
                problem(
                        "the PIN with a slash where its file belongs",
                        Map.of("HSM_MODULE", files.module().toString(), "HSM_PIN_FILE", "/" + SettingsFiles.PIN),
                        "HSM_PIN_FILE does not name a readable file; the text is not shown"),
                problem(
                        "PIN file missing",
                        Map.of("HSM_MODULE", files.module().toString(), "HSM_PIN_FILE", files.pin() + "-absent"),
                        "HSM_PIN_FILE names " + files.pin() + "-absent, which does not exist"),
                problem(
                        "PIN file is a directory",
                        Map.of("HSM_MODULE", files.module().toString(), "HSM_PIN_FILE", "/tmp"),
                        "HSM_PIN_FILE names /tmp, which is a directory"),
                problem(
                        "PIN in the URI",
                        files.hsm("HSM_URI", "pkcs11:object=x?pin-value=" + "crypto-user%3apass"),
                        "HSM_URI is no PKCS#11 URI that can be used"),
                problem(
                        "label and URI of a key",
                        files.hsm("HSM_URI", "pkcs11:object=x", "HSM_KEY_LABEL", "y"),
                        "HSM_KEY_LABEL and HSM_URI both select the key"),
                problem(
                        "label and URI of a token",
                        files.hsm("HSM_URI", "pkcs11:token=x", "HSM_TOKEN_LABEL", "y"),
                        "HSM_TOKEN_LABEL and HSM_URI both select the token"),
                problem(
                        "slip of the pen",
                        files.hsm("HSM_KEYLABEL", "x"),
                        "HSM_KEYLABEL is not a setting; did you mean HSM_KEY_LABEL?"),
                problem(
                        "another slip",
                        files.hsm("SIGNING_SERVICE_LOGLEVEL", "x"),
                        "SIGNING_SERVICE_LOGLEVEL is not a setting; did you mean SIGNING_SERVICE_LOG_LEVEL?"),
                problem("nothing like it", files.hsm("HSM_COLOUR_OF_THE_BOX", "x"), "HSM_COLOUR_OF_THE_BOX is not a"),
                problem(
                        "port of a Service called signing",
                        files.hsm(
                                "SIGNING_SERVICE_HOST", "10.0.0.1",
                                "SIGNING_SERVICE_PORT", "80",
                                "SIGNING_PORT", "tcp://10.0.0.1:80"),
                        "SIGNING_SERVICE_PORT looks like the port of a Kubernetes Service called signing"),
                problem(
                        "half of TLS",
                        files.hsm(
                                "SIGNING_SERVICE_TLS_CERTIFICATE",
                                files.certificate().toString()),
                        "SIGNING_SERVICE_TLS_PRIVATE_KEY is missing"),
                problem(
                        "client certificates of nobody",
                        files.hsm(
                                "SIGNING_SERVICE_TLS_CERTIFICATE",
                                files.certificate().toString(),
                                "SIGNING_SERVICE_TLS_PRIVATE_KEY",
                                files.certificate().toString(),
                                "SIGNING_SERVICE_TLS_CLIENT_CERTIFICATES",
                                "optional"),
                        "SIGNING_SERVICE_TLS_CLIENT_AUTHORITIES is missing"),
                problem(
                        "no file",
                        Map.of("SIGNING_SERVICE_CONFIG", "/nowhere.yaml"),
                        "names /nowhere.yaml",
                        "No signing"),
                problem("duration", files.hsm("SIGNING_SERVICE_DEADLINE", "30"), "must be a duration from 100ms to 1h"),
                problem("admin port", files.hsm("SIGNING_SERVICE_ADMIN_PORT", "6000"), "is the port of the callback"),
                problem(
                        "timestamps",
                        files.hsm("SIGNING_TIMESTAMP_REQUIRED", "true"),
                        "TIMESTAMP_ADDRESSES is missing"),
                problem(
                        "an address with a password",
                        files.hsm("SIGNING_TIMESTAMP_ADDRESSES", "http://u:secret@tsa.example/"),
                        "SIGNING_TIMESTAMP_ADDRESSES must be an http or https address without user and password"),
                problem(
                        "an address with a user and an underscore",
                        files.hsm("SIGNING_TIMESTAMP_ADDRESSES", "http://u@time_stamp/"),
                        "SIGNING_TIMESTAMP_ADDRESSES must be an http or https address without user and password"),
                problem(
                        "an address of another scheme",
                        files.hsm("SIGNING_TIMESTAMP_ADDRESSES", "ftp://tsa.example/"),
                        "without user and password, but it does not begin with http:// or https://"),
                problem(
                        "an address without a valid port",
                        files.hsm("SIGNING_TIMESTAMP_ADDRESSES", "http://tsa.example:port/"),
                        "without user and password, but its host or port is not valid"),
                problem(
                        "audit without file",
                        files.hsm("SIGNING_AUDIT_ROTATE_AT", "1MiB"),
                        "SIGNING_AUDIT_FILE is missing"),
                problem(
                        "audit rotation",
                        files.hsm("SIGNING_AUDIT_ROTATE_AT", "1KiB", "SIGNING_AUDIT_FILE", "/x"),
                        "SIGNING_AUDIT_ROTATE_AT: "));
    }

    private static Arguments problem(String name, Map<String, String> variables, String... expected) {
        return Arguments.argumentSet(name, variables, List.of(expected));
    }

    @ParameterizedTest
    @MethodSource("problems")
    void collectsAllProblems(Map<String, String> variables, List<String> expected) {
        InvalidSettingsException problems =
                catchThrowableOfType(InvalidSettingsException.class, () -> SettingsReader.read(variables));

        assertThat(problems.problems())
                .hasSameSizeAs(expected)
                .allSatisfy(sentence -> assertThat(sentence)
                        .containsPattern("[.?]$")
                        .doesNotContain("\n", SettingsFiles.PIN, TestKey.PASSWORD, "crypto-user", "u:secret"));
        for (int i = 0; i < expected.size(); i++) {
            assertThat(problems.problems().get(i)).contains(expected.get(i));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"%s\n\n", "%s\n%s", "%s\t", "Schl\uFFFD\uFFFDssel%s"})
    void aDamagedSecretIsAProblemOfTheSettings(String form) {
        String damaged = form.replace("%s", SettingsFiles.SECRET);
        for (String variable : List.of("HSM_PIN", "SIGNING_TOKEN_SECRET")) {
            assertThat(problems(files.hsm(variable, damaged)))
                    .singleElement()
                    .asString()
                    .startsWith(variable + " has ")
                    .doesNotContain(SettingsFiles.SECRET, "\n");
        }
        assertThat(problems(files.inKeyStore("SIGNING_KEYSTORE_PASSWORD", damaged)))
                .singleElement()
                .asString()
                .startsWith("SIGNING_KEYSTORE_PASSWORD has ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\uFEFF1234", "1234\r", "1234\n", "\uFEFF1234\r\n"})
    void whatAShellAddsToASecretIsRemoved(String pin) throws InvalidSettingsException {
        assertThat(token(SettingsReader.read(files.hsm("HSM_PIN", pin))).pin().pin())
                .containsExactly("1234".toCharArray());
    }

    private static List<String> problems(Map<String, String> variables) {
        return catchThrowableOfType(InvalidSettingsException.class, () -> SettingsReader.read(variables))
                .problems();
    }
}

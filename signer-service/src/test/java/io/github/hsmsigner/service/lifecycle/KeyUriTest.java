package io.github.hsmsigner.service.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.github.hsmsigner.core.ContainerFormat;
import io.github.hsmsigner.core.ContainerRequest;
import io.github.hsmsigner.core.DigestAlgorithm;
import io.github.hsmsigner.http.Client;
import io.github.hsmsigner.http.TestKey;
import io.github.hsmsigner.pkcs11.softhsm.SoftHsm;
import io.github.hsmsigner.service.check.ServiceCheck;
import io.github.hsmsigner.service.config.InvalidSettingsException;
import io.github.hsmsigner.service.config.SettingsPrinter;
import io.github.hsmsigner.service.config.SettingsReader;
import io.github.hsmsigner.testing.CapturedLog;
import io.github.hsmsigner.testing.TestPki;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.util.List;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Keys by URI: of a token (RFC 7512), of a PKCS#12 file, and of an integrator's provider in a separate jar. */
@Timeout(60)
class KeyUriTest {

    private static final String SIGN = "{\"action\":\"sign\",\"data_to_be_signed\":\"AQID\"}";
    private static final String SECRET = "secret-in-the-uri-7c1d";
    private static final KeyPair OTHER = TestPki.keyPair("EC", 256);

    /** A URI is vault:PATH-OF-A-KEY-STORE?credentials. */
    private static final String PROVIDER = """
            package com.example;

            import io.github.hsmsigner.core.*;
            import io.github.hsmsigner.core.error.*;
            import io.github.hsmsigner.core.keystore.KeyStoreSigner;
            import java.nio.file.*;
            import java.time.Duration;
            import java.util.Map;

            public final class VaultProvider implements KeySource.Provider {
                @Override
                public String scheme() {
                    return "vault";
                }

                @Override
                public KeySource open(String uri, Deadline deadline) {
                    Path file = Path.of(uri.replaceFirst("^vault:", "").replaceFirst("[?].*", ""));
                    if (uri.contains("fault")) {
                        throw new IllegalArgumentException("Illegal URI " + uri);
                    }
                    if (uri.contains("denied")) {
                        throw new InvalidConfigurationException("The vault has no such key.");
                    }
                    if (!Files.exists(file)) {
                        throw SigningUnavailableException.passing("The vault does not answer.", Duration.ofSeconds(1), null);
                    }
                    KeyStoreSigner key = KeyStoreSigner.open(file, "%s".toCharArray());
                    Map<String, Signer> keys = uri.contains("several") ? Map.of("first", key, "second", key) : Map.of("first", key);
                    return new KeySource() {
                        @Override
                        public Map<String, Signer> signers() {
                            return keys;
                        }

                        @Override
                        public CertificateProvider certificates() {
                            return key;
                        }

                        @Override
                        public void close() {}
                    };
                }
            }
            """.formatted(TestKey.PASSWORD);

    @TempDir
    private static Path directory;

    private static Path providers;
    private static Path pin;
    private static Path keyStore;
    private static SoftHsm.Token token;

    private ClassLoader before;

    @BeforeAll
    static void makeKeysAndProvider() throws IOException {
        token = SoftHsm.newToken();
        token.importKey(TestKey.keyPair(), "rsa", "a1");
        token.importKey(OTHER, "ec", "b2");
        pin = Files.writeString(directory.resolve("pin"), token.pin());
        TestPki.writePem(directory.resolve("rsa.pem"), TestKey.certificate());
        TestPki.writePem(directory.resolve("ec.pem"), TestKey.pki().certifySigner("EC", OTHER.getPublic()));
        keyStore = TestKey.writeKeyStore(directory);
        Files.writeString(directory.resolve("password"), TestKey.PASSWORD);

        Path source = Files.createDirectories(directory.resolve("com/example")).resolve("VaultProvider.java");
        Files.writeString(source, PROVIDER);
        int result = ToolProvider.getSystemJavaCompiler()
                .run(
                        null,
                        null,
                        null,
                        "-proc:none",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "-d",
                        directory.toString(),
                        source.toString());
        assertThat(result).isZero();
        providers = Files.createDirectories(directory.resolve("providers"));
        try (JarOutputStream jar = new JarOutputStream(Files.newOutputStream(providers.resolve("vault.jar")))) {
            for (String name : List.of("com/example/VaultProvider.class", "com/example/VaultProvider$1.class")) {
                jar.putNextEntry(new JarEntry(name));
                jar.write(Files.readAllBytes(directory.resolve(name)));
            }
            jar.putNextEntry(new JarEntry("META-INF/services/io.github.hsmsigner.core.KeySource$Provider"));
            jar.write("com.example.VaultProvider\n".getBytes(StandardCharsets.UTF_8));
        }
    }

    @BeforeEach
    void addProvider() throws IOException {
        before = Thread.currentThread().getContextClassLoader();
        Thread.currentThread()
                .setContextClassLoader(new URLClassLoader(
                        new URL[] {providers.resolve("vault.jar").toUri().toURL()}, before));
    }

    @AfterEach
    void removeProvider() throws IOException {
        ((URLClassLoader) Thread.currentThread().getContextClassLoader()).close();
        Thread.currentThread().setContextClassLoader(before);
    }

    private static String onToken(String object, String more) {
        return "\"pkcs11:token=" + token.label() + ";object=" + object + "?module-path=" + SoftHsm.module()
                + "&pin-source=file:" + pin + more + "\"";
    }

    private static String certificate(String name) {
        return "&x-certificate-file=" + directory.resolve(name);
    }

    private static String vault(String file, String more) {
        return "vault:" + directory.resolve(file) + "?" + SECRET + more;
    }

    private static String yaml(String keys) {
        return "server: {address: 127.0.0.1, port: 0, stop-limit: 100ms}\nkeys:\n" + keys;
    }

    private static ConfiguredService start(String keys) {
        return ConfiguredService.start(directory, yaml(keys) + "access: {open: true, others: {key: first}}\n");
    }

    private static List<String> problems(String keys) {
        return ConfiguredService.problems(directory, yaml(keys));
    }

    private static String page(ConfiguredService service, String path) {
        return Client.text(service.client().get(path));
    }

    private static void assertSigns(Client client) {
        byte[] signature = client.sign(SIGN).body();
        TestKey.assertOpensslVerifies(directory, signature, new byte[] {1, 2, 3}, "sha256");
    }

    @Test
    void urisOfOneTokenShareItsConnection() {
        try (ConfiguredService service = start("  first: {uri: " + onToken("rsa", certificate("rsa.pem")) + "}\n"
                + "  second: {uri: " + onToken("ec", certificate("ec.pem")) + "}\n")) {
            assertSigns(service.client());
            assertThat(page(service, "/health/ready"))
                    .containsOnlyOnce("\"kind\":\"token\",\"name\":\"" + token.label() + "\",\"state\":\"ready\"")
                    .contains("\"kind\":\"key\",\"name\":\"second\",\"state\":\"ready\"");
            assertThat(page(service, "/metrics"))
                    .contains("signer_logins_total{result=\"ok\",token=\"" + token.label() + "\"} 1.0");
            assertThat(Logins.accepted(service.client())).isEqualTo("1.0");
        }
    }

    @Test
    void aUriSharesATokenOfTheSettingsIfItSelectsItWithTheSameAttributes() {
        try (ConfiguredService service = ConfiguredService.start(
                directory,
                yaml("  first: {uri: " + onToken("rsa", certificate("rsa.pem")) + "}\n")
                        + "tokens: {vault: {module: %s, label: %s, pin: {file: @pin}, maximum-pool-size: 3}}\n"
                                .formatted(SoftHsm.module(), token.label()))) {
            assertSigns(service.client());
            assertThat(page(service, "/metrics")).contains("signer_sessions_capacity{token=\"vault\"} 3.0");
        }
    }

    @Test
    void theEnvironmentNamesAKeyByUri() {
        try (ConfiguredService service = ConfiguredService.start(
                cryptoki -> cryptoki,
                Map.of(
                        "SIGNING_SERVICE_PORT",
                        "0",
                        "SIGNING_SERVICE_ADDRESS",
                        "127.0.0.1",
                        "SIGNING_KEY_URI",
                        onToken("rsa", "").replace("\"", ""),
                        "SIGNING_CERTIFICATE",
                        directory.resolve("rsa.pem").toString()))) {
            assertSigns(service.client());
            assertThat(page(service, "/health/ready")).contains("\"kind\":\"key\",\"name\":\"rsa\"");
        }
    }

    @Test
    void aFileUriNamesAKeyStore() {
        try (ConfiguredService service =
                start("  first: {uri: \"file:" + keyStore + "?password-file=" + directory + "/password\"}\n")) {
            assertSigns(service.client());
        }
        assertThat(problems("  first: {uri: \"file:" + keyStore + "?password=" + SECRET + "\"}\n"))
                .singleElement()
                .asString()
                .contains("keys.first.uri (line 3)", "does not name the file of the password")
                .doesNotContain(SECRET);
    }

    @Test
    void aKeyOfAProviderIsUsableWhenItsSourceAnswers() throws IOException {
        Path late = directory.resolve("late.p12");
        try (CapturedLog log = new CapturedLog();
                ConfiguredService service = start("  first: {uri: \"" + vault("late.p12", "") + "\"}\n"
                        + "  third: {uri: \"" + vault("late.p12", "") + "\"}\n")) {
            assertThat(page(service, "/health/ready"))
                    .contains("\"status\":\"not_ready\"", "The vault does not answer.")
                    .doesNotContain(SECRET);
            assertThat(service.client().sign(SIGN).statusCode()).isEqualTo(503);
            Files.copy(keyStore, late);
            ConfiguredService.await(
                    "the next attempt", () -> page(service, "/health/ready").contains("\"status\":\"ready\""));
            assertSigns(service.client());
            assertThat(log.text())
                    .contains("Key source \"vault\" of \"first\", \"third\" is not ready; next attempt in")
                    .doesNotContain(SECRET);
        }
    }

    @Test
    void anUnexpectedExceptionOfAProviderDoesNotShowTheUri() {
        try (CapturedLog log = new CapturedLog();
                ConfiguredService service = start("  first: {uri: \"" + vault("fault", "") + "\"}\n")) {
            assertThat(page(service, "/health/ready"))
                    .contains("The connection failed with an unexpected error. The log has the reason.");
            assertThat(log.text())
                    .contains(
                            "Key source \"vault\" of \"first\" failed with an unexpected error.",
                            "The provider of the scheme \"vault\" threw java.lang.IllegalArgumentException.",
                            "at com.example.VaultProvider.open")
                    .doesNotContain(SECRET);
        }
    }

    @Test
    void ofSeveralKeysTheNameChooses() {
        try (ConfiguredService service = start("  first: {uri: \"" + vault("signer.p12", "several") + "\"}\n")) {
            assertSigns(service.client());
        }
        assertThat(problems("  other: {uri: \"" + vault("signer.p12", "several") + "\"}\n"))
                .containsExactly(
                        "Key \"other\": its URI names the keys [first, second]. Name one key in the URI, or give"
                                + " the key in the settings one of these names.");
    }

    @Test
    void aProviderIsInAJarOfItsOwn() {
        Map<String, String> environment =
                Map.of("SIGNING_KEY_URI", vault("signer.p12", ""), "SIGNING_SERVICE_PORT", "0");
        try (ChildProcess serve = ChildProcess.startWithProviders(providers, directory, environment)) {
            assertSigns(new Client(serve.awaitPort()));
            serve.terminate();
            assertThat(serve.exitCode()).isZero();
            assertThat(serve.errors()).isEmpty();
            assertThat(String.join("\n", serve.output()))
                    .contains("Key \"vault\" is ready: certificate of")
                    .doesNotContain(SECRET);
        }
    }

    @Test
    void theCommandSignUsesAProvider() throws InvalidSettingsException, CannotStartException, InterruptedException {
        try (CommandSigningService signing =
                CommandSigningService.open(SettingsReader.read(Map.of("SIGNING_KEY_URI", vault("signer.p12", ""))))) {
            byte[] container = signing.service()
                    .sign(ContainerRequest.forContent(
                            ContainerFormat.CMS, DigestAlgorithm.SHA256, new ByteArrayInputStream(new byte[] {7})));
            TestKey.assertOpensslVerifiesContainer(directory, container, new byte[] {7});
        }
    }

    @Test
    void theCommandCheckUsesAProvider() {
        assertThat(check(vault("signer.p12", "")))
                .contains("OK       key vault: Signs, and the signature verifies with the certificate of")
                .doesNotContain(SECRET);
        assertThat(check(vault("fault", "")))
                .contains("ERROR    key vault: The provider of the scheme \"vault\" threw java.lang.IllegalArgument")
                .doesNotContain(SECRET);
        assertThat(check(vault("denied", ""))).contains("ERROR    key vault: The vault has no such key.");
        assertThat(check(vault("absent.p12", ""))).contains("ERROR    key vault: The vault does not answer.");
    }

    private static String check(String uri) {
        return ServiceCheck.run(Map.of("SIGNING_KEY_URI", uri, "SIGNING_SERVICE_PORT", "0"))
                .text();
    }

    @Test
    void theEffectiveConfigurationShowsOnlyTheScheme() throws InvalidSettingsException {
        Map<String, String> environment = Map.of("SIGNING_KEY_URI", vault("signer.p12", ""));
        assertThat(SettingsPrinter.print(environment))
                .contains("uri: \"vault:****\"  # SIGNING_KEY_URI")
                .doesNotContain(SECRET);
        assertThat(SettingsReader.read(environment).toString()).doesNotContain(SECRET);
        assertThat(SettingsPrinter.print(
                        Map.of("SIGNING_KEY_URI", onToken("rsa", "").replace("\"", ""))))
                .contains("object=rsa");
        assertThat(SettingsPrinter.print(Map.of(
                        "SIGNING_KEY_URI", onToken("rsa", "&password=" + SECRET).replace("\"", ""))))
                .contains("uri: \"pkcs11:****\"")
                .doesNotContain(SECRET);
    }

    @ParameterizedTest
    @MethodSource
    void aUriThatCannotBeUsedIsAProblem(String key, String expected) {
        assertThat(problems("  first: {" + key + "}\n"))
                .singleElement()
                .asString()
                .contains(expected)
                .doesNotContain(SECRET);
    }

    static Stream<Arguments> aUriThatCannotBeUsedIsAProblem() {
        String rsa = "uri: " + onToken("rsa", "");
        return Stream.of(
                arguments(
                        "uri: \"awskms:alias/" + SECRET + "\"",
                        "keys.first.uri (line 3) is no URI that can be used. No provider for the key URI scheme"
                                + " \"awskms\" is on the class path. Schemes: file, pkcs11, vault."),
                arguments("uri: " + SECRET, "must begin with a scheme and a colon. Schemes: file, pkcs11, vault."),
                arguments("uri: \"pkcs11:object=x?pin-value=" + SECRET + "\"", "\"pin-value\" is refused"),
                arguments("uri: \"pkcs11:objekt=x\"", "the attribute \"objekt\" is not known"),
                arguments(
                        "uri: \"pkcs11:token=x;object=rsa?module-path=" + SoftHsm.module() + "\"",
                        "needs both module-path and pin-source"),
                arguments(
                        "uri: " + onToken("rsa", "").replace(SoftHsm.module().toString(), "/absent.so"),
                        "in module-path, names /absent.so, which is not a readable file"),
                arguments(
                        "uri: " + onToken("rsa", "").replace(pin.toString(), pin + "-absent"),
                        "in pin-source, names " + pin + "-absent, which does not exist"),
                arguments("uri: " + onToken("absent", ""), "none is the key with label \"absent\""),
                arguments("uri: " + onToken("rsa", certificate("absent.pem")), "in x-certificate-file, names"),
                arguments(
                        rsa + ", label: rsa", "keys.first.label (line 3) and keys.first.uri (line 3) both select the"),
                arguments(rsa + ", tokens: hsm", "and keys.first.tokens (line 3) names it too. Remove one of them"),
                arguments(
                        "uri: " + onToken("rsa", certificate("rsa.pem")) + ", certificate: @rsa.pem",
                        "both name the certificate"),
                arguments(
                        "uri: \"" + vault("signer.p12", "") + "\", label: rsa, keystore: @signer.p12",
                        "names the key completely, so keys.first.label (line 3), keys.first.keystore (line 3) must not"),
                arguments("uri: \"" + vault("denied", "") + "\"", "The vault has no such key."));
    }

    @Test
    void twoPinsForOneTokenAreAProblem() throws IOException {
        Path another = Files.writeString(directory.resolve("another-pin"), token.pin());
        String second = onToken("ec", "").replace(pin.toString(), another.toString());
        assertThat(problems("  first: {uri: " + onToken("rsa", "") + "}\n  second: {uri: " + second + "}\n"))
                .singleElement()
                .asString()
                .endsWith("keys.second.uri (line 4) names the token \"" + token.label()
                        + "\" with another source of the PIN. Use the same pin-source in all URIs of the token.");
        assertThat(ConfiguredService.problems(
                        directory,
                        yaml("  first: {uri: " + second + "}\n")
                                + "tokens: {vault: {module: %s, label: %s, pin: {file: @pin}}}\n"
                                        .formatted(SoftHsm.module(), token.label())))
                .singleElement()
                .asString()
                .endsWith("keys.first.uri (line 3) names the token \"vault\" with another source of the PIN. Remove"
                        + " module-path and pin-source, and set tokens to vault.");
    }

    @Test
    void theVariablesOfAnHsmAndAUriWithAModuleAreNotMixed() {
        assertThat(ConfiguredService.problems(
                        directory,
                        "server: {port: 0}\n",
                        "HSM_MODULE",
                        SoftHsm.module().toString(),
                        "HSM_PIN_FILE",
                        pin.toString(),
                        "SIGNING_KEY_URI",
                        onToken("rsa", "").replace("\"", "")))
                .singleElement()
                .asString()
                .contains(
                        "is a token that no key is on. A key is on it if its URI has no module-path and no pin-source");
        assertThat(ConfiguredService.problems(
                        directory,
                        "server: {port: 0}\n",
                        "HSM_URI",
                        onToken("rsa", "").replace("\"", ""),
                        "SIGNING_KEY_URI",
                        "pkcs11:object=rsa"))
                .singleElement()
                .asString()
                .endsWith("SIGNING_KEY_URI and HSM_URI both name the key; set one of them.");
    }

    @Test
    void aProviderThatCannotBeLoadedIsAProblem() throws IOException {
        Path services = Files.createDirectories(directory.resolve("broken/META-INF/services"));
        Files.writeString(services.resolve("io.github.hsmsigner.core.KeySource$Provider"), "com.example.Absent\n");
        URL broken = directory.resolve("broken").toUri().toURL();
        ClassLoader own = Thread.currentThread().getContextClassLoader();
        try (URLClassLoader loader = new URLClassLoader(new URL[] {broken}, before)) {
            Thread.currentThread().setContextClassLoader(loader);
            assertThat(problems("  first: {uri: \"other:" + SECRET + "\"}\n"))
                    .singleElement()
                    .asString()
                    .contains("A provider of keys cannot be loaded", "com.example.Absent")
                    .doesNotContain(SECRET);
        } finally {
            Thread.currentThread().setContextClassLoader(own);
        }
    }
}

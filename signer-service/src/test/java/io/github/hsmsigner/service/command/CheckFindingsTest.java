package io.github.hsmsigner.service.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hsmsigner.http.TestKey;
import io.github.hsmsigner.testing.LoopbackServer;
import io.github.hsmsigner.testing.OpenSslTimestampAuthority;
import io.github.hsmsigner.testing.TestPki;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bouncycastle.asn1.x509.CRLDistPoint;
import org.bouncycastle.asn1.x509.DistributionPoint;
import org.bouncycastle.asn1.x509.DistributionPointName;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The command check exercises what the service would do: timestamps, revocation, digests, TLS and all dates. */
class CheckFindingsTest {

    private static final Instant NOW = Instant.now();
    private static final Instant BEGIN = NOW.minus(Duration.ofDays(1));
    private static final Instant END = NOW.plus(Duration.ofDays(90));

    @TempDir
    private Path directory;

    private Console.Result check(String... variables) {
        Map<String, String> environment = new HashMap<>(Map.of(
                "SIGNING_KEYSTORE",
                directory.resolve("signer.p12").toString(),
                "SIGNING_KEYSTORE_PASSWORD",
                TestKey.PASSWORD));
        if (!Files.exists(directory.resolve("signer.p12"))) {
            TestKey.writeKeyStore(directory);
        }
        for (int i = 0; i < variables.length; i += 2) {
            environment.put(variables[i], variables[i + 1]);
        }
        return new Console(environment).run("check");
    }

    private static void assertFinds(Console.Result result, String level, String pattern) {
        assertThat(result.output()).containsPattern("(?m)^" + level + " +" + pattern);
        assertThat(result.exitCode()).isEqualTo(result.output().contains(" 0 errors,") ? 0 : 1);
    }

    private static void assertFindsNoError(Console.Result result) {
        assertThat(result.output()).contains("The service would work: 0 errors");
        assertThat(result.exitCode()).isZero();
    }

    @Test
    void anAuthorityThatGivesNoTimestampIsAnErrorWhereTimestampsAreRequired() {
        String absent = LoopbackServer.closedPort().toString();
        String name = absent.substring(0, absent.indexOf('/', "http://".length()));
        Console.Result required = check("SIGNING_TIMESTAMP_ADDRESSES", absent);
        assertFinds(required, "ERROR", "timestamps " + name + ": No timestamp authority gave a timestamp");
        assertThat(required.exitCode()).isEqualTo(1);
        Console.Result optional = check("SIGNING_TIMESTAMP_ADDRESSES", absent, "SIGNING_TIMESTAMP_REQUIRED", "false");
        assertFinds(optional, "WARNING", "timestamps " + name + ": No timestamp authority gave a timestamp");
        assertFindsNoError(optional);
    }

    @Test
    void eachAuthorityIsAskedAndTheContainerHasATimestamp() {
        String absent = LoopbackServer.closedPort().toString();
        try (OpenSslTimestampAuthority authority = new OpenSslTimestampAuthority(directory)) {
            Console.Result result = check("SIGNING_TIMESTAMP_ADDRESSES", absent + " " + authority.uri());
            assertFinds(
                    result,
                    "WARNING",
                    "timestamps http://127\\.0\\.0\\.1:\\d+: No timestamp authority gave a timestamp");
            assertFinds(result, "OK", "timestamps http://127\\.0\\.0\\.1:\\d+: Gave a timestamp");
            assertFindsNoError(result);
            // One for the authority, one in the PAdES container of the key.
            assertThat(authority.requests()).isEqualTo(2);
        }
    }

    @Test
    void aRevocationListThatCannotBeFetchedIsAnError() throws IOException {
        certifyWithCrl(LoopbackServer.closedPort() + "ca.crl");
        Console.Result result = check("SIGNING_REVOCATION_INFO", "true");
        assertFinds(
                result, "ERROR", "key keystore: No CMS container can be made: No revocation information .*/ca\\.crl");
        assertThat(result.exitCode()).isEqualTo(1);
        assertFinds(result, "OK", "key keystore: A PAdES container");
        assertFindsNoError(check());
    }

    private void certifyWithCrl(String address) throws IOException {
        KeyPair root = TestPki.rsaKeyPair(2048);
        KeyPair key = TestPki.rsaKeyPair(2048);
        Extension crl = new Extension(
                Extension.cRLDistributionPoints,
                false,
                new CRLDistPoint(new DistributionPoint[] {
                            new DistributionPoint(
                                    new DistributionPointName(new GeneralNames(
                                            new GeneralName(GeneralName.uniformResourceIdentifier, address))),
                                    null,
                                    null)
                        })
                        .getEncoded());
        TestPki.writePkcs12(
                directory.resolve("signer.p12"),
                TestKey.PASSWORD.toCharArray(),
                key,
                List.of(
                        TestPki.certify("CN=Signer", key.getPublic(), "CN=CA", root, false, BEGIN, END, crl),
                        TestPki.certify("CN=CA", root.getPublic(), "CN=CA", root, true, BEGIN, END)));
    }

    @Test
    void digestsThatTheKeyLacksAndRawSignaturesThatItCannotMakeAreWarnings() {
        KeyPair key = TestPki.keyPair("Ed25519", 255);
        TestKey.pki()
                .writePkcs12(
                        directory.resolve("signer.p12"),
                        TestKey.PASSWORD.toCharArray(),
                        key,
                        TestKey.pki().certifySigner("Edwards", key.getPublic()));
        Console.Result result = check();
        assertFinds(result, "OK", "key keystore: Signs with sha512\\.");
        assertFinds(result, "WARNING", "key keystore: Does not sign with sha256, sha384: ");
        assertFinds(result, "WARNING", "key keystore: The service refuses the action sign .* with sha512: ");
        assertFindsNoError(result);
    }

    @Test
    void anOpenPolicyIsAWarningUnlessItIsAcknowledgedOrForThisMachineAlone() throws IOException {
        String warning = "(?m)^WARNING +access: No policy is set: every caller that reaches this service may sign";
        assertThat(check().output()).containsPattern(warning);
        assertThat(check("SIGNING_SERVICE_ADDRESS", "::").output()).containsPattern(warning);
        assertThat(check("SIGNING_SERVICE_ADDRESS", "no-such-host.invalid").output())
                .containsPattern(warning);
        for (String address : List.of("127.0.0.1", "127.1.2.3", "::1", "[::1]", "localhost")) {
            assertThat(check("SIGNING_SERVICE_ADDRESS", address).output())
                    .as(address)
                    .doesNotContain("No policy is set");
        }
        assertThat(check("SIGNING_SERVICE_ACCESS_OPEN", "true").output()).doesNotContain("No policy is set");
        for (String access : List.of("open", "{open: true}", "{policies: [{open: true}]}")) {
            String file = Files.writeString(directory.resolve("settings.yaml"), "access: " + access + "\n")
                    .toString();
            assertThat(check("SIGNING_SERVICE_CONFIG", file).output())
                    .as(access)
                    .doesNotContain("No policy is set")
                    .contains("Policy: open; ");
        }
    }

    @Test
    void aSecretThatEveryUserCanReadIsAWarning() throws IOException {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        String password = secret("password", TestKey.PASSWORD);
        String token = secret("token", "a-signing-token-of-33-characters!");
        String[] settings = {
            "SIGNING_KEYSTORE_PASSWORD",
            "",
            "SIGNING_KEYSTORE_PASSWORD_FILE",
            password,
            "SIGNING_TOKEN_SECRET_FILE",
            token
        };
        Files.setPosixFilePermissions(Path.of(password), PosixFilePermissions.fromString("rw-r--r--"));
        check(settings); // Makes the key store.
        Files.setPosixFilePermissions(directory.resolve("signer.p12"), PosixFilePermissions.fromString("rw-r-----"));
        Console.Result result = check(settings);
        assertFinds(
                result,
                "WARNING",
                "secrets: Every user of this machine can read " + password
                        + ", which has the password of the private key \"keystore\": its mode is rw-r--r--\\.");
        assertThat(result.output()).contains("chmod o= " + password).containsOnlyOnce("WARNING  secrets:");
        assertFindsNoError(result);

        Files.setPosixFilePermissions(Path.of(token), PosixFilePermissions.fromString("rw-rw-rw-"));
        Files.setPosixFilePermissions(directory.resolve("signer.p12"), PosixFilePermissions.fromString("r--r--r--"));
        assertThat(check(settings).output())
                .contains(token + ", which has a secret of the policy: its mode is rw-rw-rw-.")
                .contains("signer.p12, which has the private key \"keystore\": its mode is r--r--r--.");

        // The directory hides the files from others.
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-x---"));
        assertThat(check(settings).output()).doesNotContain("secrets:");
    }

    @Test
    void aSecretThatEveryUserCanReadIsAWarningWhileOtherSettingsAreWrong() throws IOException {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        String set = secret("keys.json", "{\"keys\":[{\"kty\":\"oct\",\"k\":\"" + "A".repeat(43) + "\"}]}");
        String publicSet = secret("public.json", "{\"keys\":[]}");
        Files.setPosixFilePermissions(Path.of(set), PosixFilePermissions.fromString("rw-r--r--"));
        Files.setPosixFilePermissions(Path.of(publicSet), PosixFilePermissions.fromString("rw-r--r--"));
        String file = Files.writeString(
                        directory.resolve("settings.yaml"),
                        "access: {policies: [{jwt: {keys: [{jwk-set: " + set + "}, {jwk-set: " + publicSet + "}]}}]}\n")
                .toString();
        Console.Result result = check("SIGNING_SERVICE_CONFIG", file, "SIGNING_SERVICE_PORT", "none");
        assertThat(result.output())
                .contains("Every user of this machine can read " + set + ", which has a secret of the policy")
                .doesNotContain("can read " + publicSet);
        assertThat(result.exitCode()).isEqualTo(1);
    }

    private String secret(String name, String content) throws IOException {
        Path file = Files.writeString(directory.resolve(name), content);
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"))
                .toString();
    }

    @Test
    void aKeyIsTriedWithEachDigestAndInEachFormat() {
        Console.Result result = check();
        assertFinds(result, "OK", "key keystore: Signs with sha256, sha384, sha512\\.");
        assertFinds(result, "OK", "key keystore: A CMS container has \\d+ bytes");
        assertFinds(result, "OK", "key keystore: A PAdES container has \\d+ bytes");
        assertFindsNoError(result);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "-5 | -1  | ERROR   | The TLS certificate of CN=Server expired on ",
                " 1 | 90  | ERROR   | The TLS certificate of CN=Server is not valid before ",
                "-5 |  3  | WARNING | The TLS certificate of CN=Server expires on .*, in [23] days\\.",
                "-5 | 29  | WARNING | The TLS certificate of CN=Server expires on .*, in 2[89] days\\.",
                "-5 | 90  | OK      | A handshake works \\(TLSv1\\.3, TLS_AES_256_GCM_SHA384\\), with the certificate of CN=Server"
            })
    void theDatesOfTheTlsCertificate(int firstDay, int lastDay, String level, String sentence) {
        KeyPair key = TestPki.rsaKeyPair(2048);
        X509Certificate certificate = TestKey.pki()
                .certifySigner(
                        "Server",
                        key.getPublic(),
                        NOW.plus(Duration.ofDays(firstDay)),
                        NOW.plus(Duration.ofDays(lastDay)));
        Console.Result result = checkTls(key, certificate);
        assertFinds(result, level, "tls: " + sentence);
        assertThat(result.exitCode()).isEqualTo(level.equals("ERROR") ? 1 : 0);
    }

    private Console.Result checkTls(KeyPair key, X509Certificate certificate, String... more) {
        String[] variables = new String[more.length + 4];
        variables[0] = "SIGNING_SERVICE_TLS_CERTIFICATE";
        variables[1] =
                TestPki.writePem(directory.resolve("server.pem"), certificate).toString();
        variables[2] = "SIGNING_SERVICE_TLS_PRIVATE_KEY";
        variables[3] = TestPki.writePem(directory.resolve("server.key"), TestPki.pkcs8(key))
                .toString();
        System.arraycopy(more, 0, variables, 4, more.length);
        return check(variables);
    }

    @Test
    void aCertificateThatIsTooWeakIsAnError() {
        KeyPair weak = TestPki.rsaKeyPair(768);
        Console.Result result = checkTls(weak, TestKey.pki().certifySigner("Server", weak.getPublic()));
        assertFinds(result, "ERROR", "tls: The certificate of .* in .*server.pem is too weak: its key has ");
        assertThat(result.exitCode()).isEqualTo(1);
    }

    @Test
    void theAuthoritiesOfClientsAreChecked() {
        KeyPair key = TestPki.rsaKeyPair(2048);
        X509Certificate expired = TestPki.certify(
                "CN=Clients", key.getPublic(), "CN=Clients", key, true, BEGIN.minus(Duration.ofDays(10)), BEGIN);
        Console.Result result = checkTls(
                key,
                TestKey.pki().certifySigner("Server", key.getPublic()),
                "SIGNING_SERVICE_TLS_CLIENT_CERTIFICATES",
                "required",
                "SIGNING_SERVICE_TLS_CLIENT_AUTHORITIES",
                TestPki.writePem(directory.resolve("clients.pem"), expired).toString());
        assertFinds(result, "WARNING", "tls: The client authority of CN=Clients expired on ");
        assertFinds(result, "OK", "tls: A handshake works");
        assertFindsNoError(result);
    }

    @Test
    void anAuthorityThatExpiresBeforeTheKeysCertificateIsAWarning() {
        Path later = TestPki.writePem(
                directory.resolve("later.pem"),
                TestKey.pki()
                        .certifySigner(
                                "Signer",
                                TestKey.keyPair().getPublic(),
                                NOW.minus(Duration.ofDays(1)),
                                NOW.plus(Duration.ofDays(400))),
                TestKey.pki().intermediate(),
                TestKey.pki().root());
        Console.Result result = check("SIGNING_CERTIFICATE", later.toString());
        assertFinds(
                result,
                "WARNING",
                "certificate keystore: The authority certificate of CN=Test Issuing CA expires on .*, before the"
                        + " certificate of the key");
        assertFindsNoError(result);
    }

    @Test
    void aRuleThatCanNeverApplyIsAnErrorAndTheOtherPartsAreCheckedTooButNoToken() throws IOException {
        KeyPair key = TestPki.rsaKeyPair(2048);
        X509Certificate expired =
                TestKey.pki().certifySigner("Server", key.getPublic(), BEGIN.minus(Duration.ofDays(9)), BEGIN);
        Path file = Files.write(
                directory.resolve("signer.yaml"),
                List.of(
                        "server:",
                        "  tls:",
                        "    certificate: " + TestPki.writePem(directory.resolve("server.pem"), expired),
                        "    private-key: " + TestPki.writePem(directory.resolve("server.key"), TestPki.pkcs8(key)),
                        "tokens: {hsm: {module: " + directory.resolve("server.pem") + ", pin: '1234'}}",
                        "keys:",
                        "  hsm: {tokens: hsm}",
                        "  file: {keystore: " + TestKey.writeKeyStore(directory) + ", keystore-password: "
                                + TestKey.PASSWORD + "}",
                        "access:",
                        "  token-secret: a secret of more than sixteen",
                        "  callers: {nobody: {actions: [certificates]}}"));
        Console.Result result = new Console(Map.of("SIGNING_SERVICE_CONFIG", file.toString())).run("check");
        assertFinds(result, "ERROR", "settings: .*\\[nobody\\] can never apply");
        assertFinds(result, "ERROR", "tls: The TLS certificate of CN=Server expired on ");
        assertFinds(result, "OK", "key file: Signs with sha256, sha384, sha512\\.");
        assertFinds(result, "WARNING", "token: Tokens are not opened while settings are wrong");
        assertThat(result.output()).doesNotContain("token hsm").doesNotContain(TestKey.PASSWORD);
        assertThat(result.exitCode()).isEqualTo(1);
    }

    @Test
    void theAuditLogIsOpenedAsTheServiceWouldButLeftAsItIs() throws IOException {
        Path log = directory.resolve("audit.jsonl");
        assertFinds(check("SIGNING_AUDIT_FILE", log.toString()), "OK", "audit: Goes to .*audit\\.jsonl");
        assertThat(directory)
                .isDirectoryNotContaining(file -> file.getFileName().toString().startsWith("audit"));
        Files.writeString(log, "no line of an audit log\n");
        assertFinds(
                check("SIGNING_AUDIT_FILE", log.toString()),
                "ERROR",
                "audit: The last line of the audit log .* is damaged");
        assertThat(log).hasContent("no line of an audit log");
        Path link = Files.createSymbolicLink(directory.resolve("link.jsonl"), log);
        assertFinds(check("SIGNING_AUDIT_FILE", link.toString()), "ERROR", "audit: .*link\\.jsonl is no regular file");
    }

    @ParameterizedTest
    @CsvSource({"rotate-at: 65535", "time-limit: 0s", "max-waiting: 0", "reserve: -1"})
    void auditSettingsThatMakeNoSenseAreErrors(String setting) throws IOException {
        Path file =
                Files.writeString(directory.resolve("signer.yaml"), "audit: {file: audit.jsonl, " + setting + "}\n");
        assertFinds(
                check("SIGNING_SERVICE_CONFIG", file.toString()),
                "ERROR",
                "settings: .*audit." + setting.substring(0, setting.indexOf(':')));
    }
}

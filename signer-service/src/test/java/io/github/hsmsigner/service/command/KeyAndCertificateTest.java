package io.github.hsmsigner.service.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hsmsigner.pkcs11.softhsm.SoftHsm;
import io.github.hsmsigner.testing.ExternalTool;
import io.github.hsmsigner.testing.TestPki;
import io.github.hsmsigner.testing.UnsortedName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which certificate belongs to a key: found by the public key, or by a trial signature where the token does not show it. */
class KeyAndCertificateTest {

    private static final TestPki PKI = new TestPki();

    private final SoftHsm.Token token = SoftHsm.newToken();

    @TempDir
    private Path directory;

    private Console console(Path certificate) {
        Map<String, String> environment = new HashMap<>(Map.of(
                "HSM_MODULE", SoftHsm.module().toString(),
                "HSM_PIN", token.pin(),
                "HSM_TOKEN_LABEL", token.label()));
        if (certificate != null) {
            environment.put("SIGNING_CERTIFICATE", certificate.toString());
        }
        return new Console(environment);
    }

    /** As vendors' import tools leave a key: SoftHSM shows the modulus of an RSA key, and nothing of an EC key. */
    private void importPrivateHalf(KeyPair key) throws IOException {
        Path file = Files.write(directory.resolve("key.der"), key.getPrivate().getEncoded());
        token.tool(
                "--write-object",
                file.toString(),
                "--type",
                "privkey",
                "--id",
                "01",
                "--label",
                "contracts",
                "--usage-sign");
    }

    private Path pem(X509Certificate... certificates) {
        return TestPki.writePem(directory.resolve("certificates.pem"), (Object[]) certificates);
    }

    @ParameterizedTest
    @CsvSource({"EC, 256", "EC, 384", "RSA, 2048"})
    void theCertificateIsFoundWhereverItStands(String algorithm, int bits) throws IOException {
        KeyPair key = TestPki.keyPair(algorithm, bits);
        KeyPair former = TestPki.keyPair(algorithm, bits);
        importPrivateHalf(key);
        X509Certificate own = PKI.certifySigner("Contracts", key.getPublic());
        X509Certificate old = PKI.certifySigner("Contracts", former.getPublic());
        for (Path file :
                List.of(pem(PKI.root(), PKI.intermediate(), own), pem(old, own, PKI.intermediate(), PKI.root()))) {
            Console.Result checked = console(file).run("check");
            assertThat(checked.output()).contains("verifies with the certificate of CN=Contracts", "3 certificates");
            assertThat(checked.exitCode()).isZero();
        }
    }

    @ParameterizedTest
    @CsvSource({"EC, 256, 256", "EC, 256, 384", "EC, 521, 256", "RSA, 2048, 3072"})
    void theCertificateOfAnotherKeyAloneIsRefused(String algorithm, int bits, int othersBits) throws IOException {
        importPrivateHalf(TestPki.keyPair(algorithm, bits));
        X509Certificate other = PKI.certifySigner(
                "Other", TestPki.keyPair(algorithm, othersBits).getPublic());
        for (String command : List.of("check", "sign")) {
            Console.Result result = command.equals("check")
                    ? console(pem(other)).run("check")
                    : console(pem(other)).run("sign", pem(other).toString());
            assertThat(result.output() + result.errors())
                    .contains("None of the certificates")
                    .contains("belong");
            assertThat(result.exitCode()).isEqualTo(command.equals("check") ? 1 : 2);
        }
    }

    @Test
    void commandsWorkWithAKeyWhosePublicHalfTheTokenDoesNotShow() throws IOException {
        KeyPair key = TestPki.keyPair("EC", 256);
        importPrivateHalf(key);
        X509Certificate own = PKI.certifySigner("Contracts", key.getPublic());
        Path file = pem(PKI.intermediate(), own);

        Console.Result keys = console(file).run("keys");
        assertThat(keys.output()).contains("CN=Contracts").doesNotContain("does not show the public half");
        assertThat(console(null).run("keys").output()).contains("does not show the public half");

        Path request = directory.resolve("request.csr");
        Console.Result requested = console(file)
                .run("request-certificate", "--label", "contracts", "--subject", "CN=New", "--csr", request.toString());
        assertThat(requested.errors()).isEmpty();
        assertThat(ExternalTool.runOrFail("openssl", "req", "-in", request.toString(), "-verify", "-noout"))
                .contains("verify OK");

        Path others = TestPki.writePem(
                directory.resolve("other.pem"),
                PKI.certifySigner("Other", TestPki.keyPair("EC", 256).getPublic()));
        Console.Result refused = console(null).run("import-certificate", others.toString(), "--label", "contracts");
        assertThat(refused.exitCode()).isEqualTo(2);
        assertThat(refused.errors()).contains("None of the certificates given for the key");

        Console.Result imported = console(null).run("import-certificate", file.toString(), "--label", "contracts");
        assertThat(imported.errors()).isEmpty();
        assertThat(imported.exitCode()).isZero();
        assertThat(imported.output()).contains("CN=Contracts");
        assertThat(console(null).run("check").exitCode()).isZero();
    }

    /**
     * BouncyCastle, and so EU DSS, encodes such a name in another order than the authority signed it. NSS compares the issuer's octets. So
     * no signature is made with such a certificate, wherever it comes from.
     */
    @Test
    void aCertificateThatVerifiersEncodeInAnotherWayIsRefused() throws Exception {
        KeyPair key = TestPki.rsaKeyPair(2048);
        X509Certificate odd = UnsortedName.certify("CN=Contracts", key.getPublic(), TestPki.rsaKeyPair(2048));
        Path document = Files.writeString(directory.resolve("document"), "To be signed");
        token.importKey(key, "contracts", "01");

        Console.Result ofFile = console(pem(odd)).run("sign", document.toString());
        assertThat(ofFile.errors())
                .contains("it is not a certificate in DER (such as a name with an RDN out of order)");
        assertThat(ofFile.exitCode()).isEqualTo(2);

        token.importCertificate(odd, "contracts", "01");
        Console.Result onToken = console(null).run("sign", document.toString());
        assertThat(onToken.errors()).contains("holds none that can be used");
        assertThat(onToken.exitCode()).isEqualTo(2);

        Path store = TestPki.writePkcs12(directory.resolve("store.p12"), "secret".toCharArray(), key, List.of(odd));
        Console.Result ofKeyStore = new Console(
                        Map.of("SIGNING_KEYSTORE", store.toString(), "SIGNING_KEYSTORE_PASSWORD", "secret"))
                .run("sign", document.toString());
        assertThat(ofKeyStore.errors()).contains("certificate in the key store", "not a certificate in DER");
        assertThat(ofKeyStore.exitCode()).isEqualTo(2);

        Path privateKey = TestPki.writePem(directory.resolve("server.key"), TestPki.pkcs8(key));
        Console.Result ofTls = new Console(Map.of(
                        "SIGNING_KEYSTORE", store.toString(),
                        "SIGNING_KEYSTORE_PASSWORD", "secret",
                        "SIGNING_SERVICE_TLS_CERTIFICATE", pem(odd).toString(),
                        "SIGNING_SERVICE_TLS_PRIVATE_KEY", privateKey.toString()))
                .run("check");
        assertThat(ofTls.output()).containsPattern("ERROR +tls: .*not a certificate in DER");
    }

    /** An authority may certify an RSA key for RSASSA-PSS alone, whatever the token calls it. */
    @ParameterizedTest
    @ValueSource(strings = {"", "-pkeyopt rsa_pss_keygen_md:sha256 -pkeyopt rsa_pss_keygen_mgf1_md:sha256"})
    void aCertificateForPssAlone(String parameters) throws Exception {
        Path key = directory.resolve("pss.key");
        Path certificate = directory.resolve("pss.pem");
        ExternalTool.runOrFail(("openssl genpkey -algorithm rsa-pss " + parameters + " -out " + key)
                .replaceAll(" +", " ")
                .split(" "));
        ExternalTool.runOrFail(
                "openssl", "req", "-x509", "-key", key.toString(), "-subj", "/CN=PSS", "-out", certificate.toString());
        Path plain = directory.resolve("plain.der");
        ExternalTool.runOrFail(
                "openssl", "rsa", "-in", key.toString(), "-traditional", "-outform", "DER", "-out", plain.toString());
        token.tool(
                "--write-object",
                plain.toString(),
                "--type",
                "privkey",
                "--id",
                "01",
                "--label",
                "contracts",
                "--usage-sign");
        Path document = Files.writeString(directory.resolve("document"), "To be signed");
        Console.Result signed = console(certificate).run("sign", document.toString());
        assertThat(signed.errors()).isEmpty();
        assertThat(signed.exitCode()).isZero();
        ExternalTool.runOrFail(
                "openssl",
                "cms",
                "-verify",
                "-binary",
                "-inform",
                "DER",
                "-in",
                document + ".p7s",
                "-content",
                document.toString(),
                "-CAfile",
                certificate.toString(),
                "-purpose",
                "any",
                "-out",
                "/dev/null");
        Console.Result imported =
                console(null).run("import-certificate", certificate.toString(), "--label", "contracts");
        assertThat(imported.errors()).isEmpty();
        assertThat(imported.exitCode()).isZero();
        assertThat(console(null).run("check").output()).contains("verifies with the certificate of CN=PSS");
        Console.Result sha512 = console(null)
                .run(
                        "sign",
                        document.toString(),
                        "--digest",
                        "sha512",
                        "--output",
                        directory.resolve("second.p7s").toString());
        assertThat(sha512.exitCode()).isEqualTo(parameters.isEmpty() ? 0 : 1);
    }
}

package io.github.hsmsigner.core.certificate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hsmsigner.core.TestKeys;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.testing.ExternalTool;
import io.github.hsmsigner.testing.TestPki;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.cms.ContentInfo;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cms.CMSAbsentContent;
import org.bouncycastle.cms.CMSSignedDataGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The forms in which certification authorities hand out certificates. */
class CertificateFormsTest {

    private static final X509Certificate ROOT = TestKeys.PKI.root();
    private static final X509Certificate INTERMEDIATE = TestKeys.PKI.intermediate();

    @TempDir
    private Path directory;

    @Test
    void readsDer() throws Exception {
        assertThat(CertificateFiles.read(Files.write(directory.resolve("root.cer"), ROOT.getEncoded())))
                .containsExactly(ROOT);
    }

    @Test
    void readsWhatOpensslBundles() {
        Path pem = TestPki.writePem(directory.resolve("both.pem"), INTERMEDIATE, ROOT);
        for (String form : List.of("PEM", "DER")) {
            Path bundle = directory.resolve("bundle." + form);
            ExternalTool.runOrFail(
                    "openssl",
                    "crl2pkcs7",
                    "-nocrl",
                    "-certfile",
                    pem.toString(),
                    "-outform",
                    form,
                    "-out",
                    bundle.toString());
            assertThat(CertificateFiles.read(bundle)).containsExactlyInAnyOrder(INTERMEDIATE, ROOT);
        }
    }

    /** RFC 5652 allows BER, and tools that write while they read use it. */
    @Test
    void readsBundlesInBer() throws Exception {
        CMSSignedDataGenerator generator = new CMSSignedDataGenerator();
        generator.addCertificate(new X509CertificateHolder(INTERMEDIATE.getEncoded()));
        generator.addCertificate(new X509CertificateHolder(ROOT.getEncoded()));
        ContentInfo bundle = generator.generate(new CMSAbsentContent()).toASN1Structure();
        byte[] ber = bundle.getEncoded(ASN1Encoding.BER);
        assertThat(HexFormat.of().formatHex(ber, 0, 2)).isEqualTo("3080");
        byte[] der = bundle.getEncoded(ASN1Encoding.DER);
        byte[] longForm = ByteBuffer.allocate(der.length + 1)
                .put(HexFormat.of().parseHex("308300"))
                .put(der, 2, der.length - 2)
                .array();
        for (byte[] document : List.of(ber, der, longForm, block("PKCS7", ber), block("CMS", ber))) {
            assertThat(CertificateFiles.parse("file", document)).containsExactlyInAnyOrder(INTERMEDIATE, ROOT);
        }
        byte[] cut = Arrays.copyOf(ber, ber.length - 2);
        byte[] longer = Arrays.copyOf(ber, ber.length + 1);
        for (byte[] document : List.of(cut, longer)) {
            assertThatThrownBy(() -> CertificateFiles.parse("file", document))
                    .isInstanceOf(InvalidConfigurationException.class)
                    .hasMessageContaining("file cannot be read as certificates");
        }
    }

    private static byte[] block(String label, byte[] content) {
        return ("-----BEGIN " + label + "-----\n"
                        + Base64.getMimeEncoder().encodeToString(content)
                        + "\n-----END " + label + "-----\n")
                .getBytes(StandardCharsets.US_ASCII);
    }

    static Stream<Arguments> textForms() {
        String pem = TestPki.pem(ROOT);
        String parameters = "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n";
        String other = "-----BEGIN SOMETHING ELSE-----\nAAAA\n-----END SOMETHING ELSE-----\n";
        return Stream.of(
                        pem,
                        "\ufeff" + pem,
                        pem.indent(4),
                        pem.replaceAll("(?m)^", "\t"),
                        pem.replace("\n", "\r\n"),
                        pem.replace("\n", "\r"),
                        pem.replace("\n", " \n"),
                        "subject=CN = Prüfung\n" + pem + "text behind",
                        parameters + pem,
                        pem + other,
                        other + pem,
                        TestPki.pem(ROOT.getPublicKey()) + pem,
                        pem.replace("CERTIFICATE", "X509 CERTIFICATE"))
                .flatMap(text -> Stream.of(
                        Arguments.of((Object) text.getBytes(StandardCharsets.UTF_8)),
                        Arguments.of((Object) ("\ufeff" + text).getBytes(StandardCharsets.UTF_16LE)),
                        Arguments.of((Object) ("\ufeff" + text).getBytes(StandardCharsets.UTF_16BE)),
                        Arguments.of((Object) text.getBytes(StandardCharsets.UTF_16LE)),
                        Arguments.of((Object) text.getBytes(StandardCharsets.UTF_16BE))));
    }

    @ParameterizedTest
    @MethodSource("textForms")
    void readsTextAsEditorsWriteIt(byte[] text) {
        assertThat(CertificateFiles.parse("file", text)).containsExactly(ROOT);
    }

    @Test
    void readsWhatOpensslCallsATrustedCertificate() {
        Path pem = TestPki.writePem(directory.resolve("root.pem"), ROOT);
        Path trusted = directory.resolve("trusted.pem");
        ExternalTool.runOrFail(
                "openssl",
                "x509",
                "-in",
                pem.toString(),
                "-trustout",
                "-addtrust",
                "serverAuth",
                "-out",
                trusted.toString());
        assertThat(trusted).content().contains("BEGIN TRUSTED CERTIFICATE");
        assertThat(CertificateFiles.read(trusted)).containsExactly(ROOT);
    }

    @Test
    void namesTheBlocksOfAFileWithoutACertificate() {
        byte[] text = (TestPki.pem(ROOT.getPublicKey())
                        + "-----BEGIN CERTIFCATE-----\nAAAA\n-----END CERTIFCATE-----\n")
                .getBytes(StandardCharsets.US_ASCII);
        assertThatThrownBy(() -> CertificateFiles.parse("file", text))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("It holds: PUBLIC KEY block of line 1, CERTIFCATE block of line 10.");
    }

    @Test
    void refusesASignedMessageThatIsNoBundle() throws IOException {
        Path key = directory.resolve("key.pem");
        Path certificate = directory.resolve("certificate.pem");
        Path message = Files.writeString(directory.resolve("message"), "a message");
        Path signed = directory.resolve("signed.p7s");
        ExternalTool.runOrFail(
                "openssl",
                "req",
                "-x509",
                "-newkey",
                "rsa:2048",
                "-noenc",
                "-subj",
                "/CN=x",
                "-keyout",
                key.toString(),
                "-out",
                certificate.toString());
        ExternalTool.runOrFail(
                "openssl",
                "cms",
                "-sign",
                "-nodetach",
                "-outform",
                "DER",
                "-signer",
                certificate.toString(),
                "-inkey",
                key.toString(),
                "-in",
                message.toString(),
                "-out",
                signed.toString());
        assertThatThrownBy(() -> CertificateFiles.read(signed))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("signed.p7s");
    }
}

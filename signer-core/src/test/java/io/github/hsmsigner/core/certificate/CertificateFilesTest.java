package io.github.hsmsigner.core.certificate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hsmsigner.core.TestKeys;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.testing.TestPki;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CertificateFilesTest {

    private static final TestPki PKI = TestKeys.PKI;
    private static final X509Certificate SIGNER = TestKeys.chain().signer();
    private static final PublicKey KEY = TestKeys.KEY_PAIR.getPublic();

    @TempDir
    private Path directory;

    private Path file(String name, String text) throws IOException {
        return Files.write(directory.resolve(name), text.getBytes(StandardCharsets.ISO_8859_1));
    }

    @Test
    void readsABundleWithTextAroundItAndCarriageReturns() throws IOException {
        String text =
                "Unterzeichner für alle\r\n" + TestPki.pem(SIGNER) + "\nissued by\n" + TestPki.pem(PKI.intermediate());
        Path file = file("bundle.pem", text.replace("\n", "\r\n"));
        assertThat(CertificateFiles.read(file)).containsExactly(SIGNER, PKI.intermediate());
    }

    @Test
    void completesTheChainFromFurtherFiles() throws IOException {
        FixedCertificateProvider provider = FixedCertificateProvider.fromFiles(
                file("signer.pem", TestPki.pem(SIGNER)),
                List.of(file("root.pem", TestPki.pem(PKI.root())), file("ca.pem", TestPki.pem(PKI.intermediate()))));
        assertThat(provider.certificateChain(KEY).certificates())
                .containsExactly(SIGNER, PKI.intermediate(), PKI.root());
    }

    @Test
    void findsTheKeysCertificateInABundleInAnyOrder() throws IOException {
        FixedCertificateProvider provider = FixedCertificateProvider.fromFiles(
                file("all.pem", TestPki.pem(PKI.root(), SIGNER, PKI.intermediate())), List.of());
        assertThat(provider.certificateChain(KEY).certificates())
                .containsExactly(SIGNER, PKI.intermediate(), PKI.root());
    }

    @Test
    void saysWhatTheFileHoldsWhenNoneBelongsToTheKey() throws IOException {
        FixedCertificateProvider provider =
                FixedCertificateProvider.fromFiles(file("root.pem", TestPki.pem(PKI.root())), List.of());
        assertThatThrownBy(() -> provider.certificateChain(KEY))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("root.pem")
                .hasMessageContaining("CN=Test Root CA (serial ");
    }

    @Test
    void saysWhatToDoWhenThereIsNoCertificateAtAll() {
        FixedCertificateProvider provider =
                FixedCertificateProvider.of("the token", List.of(), List.of(PKI.intermediate()));
        assertThatThrownBy(() -> provider.certificateChain(KEY))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessage(
                        "There is no certificate for the signing key, as the token holds none that can be used: configure the"
                                + " certificate of the key as a file, or put it there.");
    }

    @Test
    void saysThatSeveralBelongToTheKey() {
        X509Certificate renewed = PKI.certifySigner("Renewed", KEY);
        FixedCertificateProvider provider =
                FixedCertificateProvider.of("the token", List.of(SIGNER, renewed), List.of());
        assertThatThrownBy(() -> provider.certificateChain(KEY))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("Several certificates of the token")
                .hasMessageContaining("CN=Signer (serial ")
                .hasMessageContaining("CN=Renewed (serial ");
    }

    @Test
    void afterARenewalTheNewestValidCertificateCounts() {
        Instant now = Instant.now();
        Instant later = now.plus(1, ChronoUnit.DAYS);
        X509Certificate expired = PKI.certifySigner("Signer", KEY, now.minusSeconds(7200), now.minusSeconds(3600));
        X509Certificate old = PKI.certifySigner("Signer", KEY, now.minusSeconds(7200), later);
        X509Certificate renewed = PKI.certifySigner("Signer", KEY, now.minusSeconds(60), later.plusSeconds(1));
        X509Certificate future = PKI.certifySigner("Signer", KEY, later, later.plus(9, ChronoUnit.DAYS));
        assertThat(signerAmong(expired, renewed)).isEqualTo(renewed);
        assertThat(signerAmong(old, renewed, PKI.root())).isEqualTo(renewed);
        assertThat(signerAmong(renewed, future)).isEqualTo(renewed);
        assertThat(signerAmong(future, expired)).as("none is valid").isEqualTo(future);
        X509Certificate renewedForLess = PKI.certifySigner("Signer", KEY, now.minusSeconds(60), later.minusSeconds(60));
        assertThat(signerAmong(old, renewedForLess)).as("newest, not longest").isEqualTo(renewedForLess);
        X509Certificate ofAnotherIssuer =
                new TestPki().certifySigner("Signer", KEY, now.minusSeconds(30), later.minusSeconds(60));
        assertThat(signerAmong(ofAnotherIssuer, renewed)).isEqualTo(ofAnotherIssuer);
    }

    private static X509Certificate signerAmong(X509Certificate... certificates) {
        return FixedCertificateProvider.of("a file", List.of(certificates), List.of())
                .certificateChain(KEY)
                .signer();
    }

    @Test
    void saysThatTheFileIsMissing() {
        assertThatThrownBy(() -> CertificateFiles.read(directory.resolve("absent.pem")))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("absent.pem does not exist");
    }

    @Test
    void saysThatTheFileHoldsNoCertificate() throws IOException {
        Path file = file("key.pem", TestPki.pem(KEY));
        assertThatThrownBy(() -> CertificateFiles.read(file))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("key.pem holds no certificate");
    }

    @Test
    void saysThatABlockIsDamaged() throws IOException {
        String pem = TestPki.pem(SIGNER);
        Path cut = file("cut.pem", pem.substring(0, pem.length() / 2));
        Path garbage = file(
                "garbage.pem", "-----BEGIN CERTIFICATE-----\nTm90IGEgY2VydGlmaWNhdGU=\n-----END CERTIFICATE-----\n");
        for (Path file : List.of(cut, garbage, directory)) {
            assertThatThrownBy(() -> CertificateFiles.read(file))
                    .isInstanceOf(InvalidConfigurationException.class)
                    .hasMessageContaining("cannot be read");
        }
    }
}

package io.github.hsmsigner.service.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.testing.TestPki;
import java.math.BigInteger;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.X509TrustManager;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Certificates with SHA-1 or short RSA keys are refused in TLS, on both sides. */
class WeakCertificatesTest {

    private static final KeyPair RSA_1024 = TestPki.rsaKeyPair(1024);
    private static final KeyPair RSA_2048 = TestPki.rsaKeyPair(2048);

    @TempDir
    private static Path directory;

    private static ClientCertificateVerifier trust;
    private static X509TrustManager handshake;

    @BeforeAll
    static void trustAnAuthority() throws Exception {
        trust = new ClientCertificateVerifier(
                List.of(certify("Root", RSA_2048, "Root", RSA_2048, true, "SHA256withRSA")));
        handshake = (X509TrustManager) trust.trustManagers()[0];
    }

    private static X509Certificate certify(
            String subject, KeyPair key, String issuer, KeyPair issuerKey, boolean authority, String algorithm)
            throws Exception {
        Instant now = Instant.now();
        return new JcaX509CertificateConverter()
                .getCertificate(new JcaX509v3CertificateBuilder(
                                new X500Name("CN=" + issuer),
                                BigInteger.TEN,
                                Date.from(now.minus(Duration.ofDays(1))),
                                Date.from(now.plus(Duration.ofDays(1))),
                                new X500Name("CN=" + subject),
                                key.getPublic())
                        .addExtension(Extension.basicConstraints, true, new BasicConstraints(authority))
                        .build(new JcaContentSignerBuilder(algorithm)
                                .setProvider(new BouncyCastleProvider())
                                .build(issuerKey.getPrivate())));
    }

    private static KeyPair key(int bits) {
        return bits == 1024 ? RSA_1024 : RSA_2048;
    }

    @ParameterizedTest
    @CsvSource({
        "1024, SHA256withRSA, its key has 1024 bits",
        "2048, SHA1withRSA, it is signed with SHA-1",
        "2048, SHA1withRSAandMGF1, it is signed with SHA-1",
        "2048, SHA256withRSA,",
        "2048, SHA384withRSAandMGF1,"
    })
    void aClientCertificate(int bits, String algorithm, String weakness) throws Exception {
        assertTrust(weakness, certify("Client", key(bits), "Root", RSA_2048, false, algorithm));
    }

    @ParameterizedTest
    @CsvSource({
        "1024, SHA256withRSA, its key has 1024 bits",
        "2048, SHA1withRSA, it is signed with SHA-1",
        "2048, SHA256withRSA,"
    })
    void anIssuerInTheClientsChain(int bits, String algorithm, String weakness) throws Exception {
        assertTrust(
                weakness,
                certify("Client", RSA_2048, "Issuer", key(bits), false, "SHA256withRSA"),
                certify("Issuer", key(bits), "Root", RSA_2048, true, algorithm));
    }

    private static void assertTrust(String weakness, X509Certificate... chain) {
        if (weakness == null) {
            assertThatCode(() -> handshake.checkClientTrusted(chain, "RSA")).doesNotThrowAnyException();
            assertThatCode(() -> trust.verify(chain, Instant.now())).doesNotThrowAnyException();
        } else {
            assertThatThrownBy(() -> handshake.checkClientTrusted(chain, "RSA"))
                    .isInstanceOf(CertificateException.class)
                    .hasStackTraceContaining(weakness);
            assertThatThrownBy(() -> trust.verify(chain, Instant.now())).isInstanceOf(CertificateException.class);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "1024, SHA256withRSA, its key has 1024 bits",
        "2048, SHA1withRSA, it is signed with SHA-1",
        "2048, SHA1withRSAandMGF1, it is signed with SHA-1"
    })
    void certificatesOfTheSettings(int bits, String algorithm, String weakness) throws Exception {
        X509Certificate weak = certify("Weak", key(bits), "Weak", key(bits), true, algorithm);
        Path file = TestPki.writePem(directory.resolve("weak.pem"), weak);
        Path weakKey = TestPki.writePem(directory.resolve("weak.key"), TestPki.pkcs8(key(bits)));
        X509Certificate good = certify("Good", RSA_2048, "Good", RSA_2048, true, "SHA256withRSA");
        Path goodFile = TestPki.writePem(directory.resolve("good.pem"), good);
        Path goodKey = TestPki.writePem(directory.resolve("good.key"), TestPki.pkcs8(RSA_2048));
        assertRefused(settings(file, weakKey, goodFile), weakness, file);
        assertRefused(settings(goodFile, goodKey, file), weakness, file);
    }

    private static TlsSettings settings(Path certificate, Path key, Path authority) {
        return new TlsSettings(
                certificate, key, Optional.empty(), TlsSettings.ClientCertificates.REQUIRED, List.of(authority));
    }

    private static void assertRefused(TlsSettings settings, String weakness, Path file) {
        assertThatThrownBy(() -> TlsIdentity.read(settings))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageStartingWith("The certificate of CN=Weak in " + file + " is too weak: " + weakness)
                .hasMessageEndingWith("that is signed with SHA-256.");
        assertThatThrownBy(() -> SigningHttpServer.checkFiles(settings))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining(weakness);
    }

    @Test
    void aMissingWeaknessIsNone() throws Exception {
        assertThat(CertificateStrength.weakness(
                        certify("EC", TestPki.keyPair("EC", 256), "Root", RSA_2048, false, "SHA256withRSA")))
                .isEmpty();
    }
}

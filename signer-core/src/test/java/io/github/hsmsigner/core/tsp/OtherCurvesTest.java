package io.github.hsmsigner.core.tsp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hsmsigner.core.CertificateChain;
import io.github.hsmsigner.core.SigningKey;
import io.github.hsmsigner.core.TestKeys;
import io.github.hsmsigner.core.certificate.CertificateFiles;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.core.internal.key.SubjectPublicKeys;
import io.github.hsmsigner.core.keystore.KeyStoreSigner;
import io.github.hsmsigner.testing.ExternalTool;
import io.github.hsmsigner.testing.TestPki;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.Date;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Authorities with keys that the Java runtime cannot verify with. */
class OtherCurvesTest {

    @TempDir
    private Path directory;

    private String file(String name) {
        return directory.resolve(name).toString();
    }

    private static void openssl(String command) {
        ExternalTool.runOrFail(("openssl " + command).split(" "));
    }

    private X509Certificate read(String name) {
        return CertificateFiles.read(directory.resolve(name)).get(0);
    }

    private void authority(String name, String curve) {
        openssl("ecparam -name " + curve + " -genkey -noout -out " + file(name + ".key"));
        openssl("req -x509 -key " + file(name + ".key") + " -subj /CN=Curve_CA -days 30 -out " + file(name + ".pem")
                + " -addext keyUsage=critical,keyCertSign,cRLSign");
    }

    @ParameterizedTest
    @CsvSource({
        "brainpoolP256r1, brainpoolP256r1",
        "brainpoolP384r1, brainpoolP384r1",
        "brainpoolP512t1, brainpoolP512t1",
        "secp256k1, secp256k1",
        "secp224r1, secp224r1"
    })
    void chainsAndPathsAreVerified(String curve, String name) {
        authority("ca", curve);
        authority("stranger", curve);
        TestPki.writePem(directory.resolve("leaf.key"), TestKeys.KEY_PAIR.getPrivate());
        openssl("req -new -key " + file("leaf.key") + " -subj /CN=Leaf -out " + file("leaf.csr"));
        openssl("x509 -req -in " + file("leaf.csr") + " -CA " + file("ca.pem") + " -CAkey " + file("ca.key")
                + " -days 9 -out " + file("leaf.pem"));
        X509Certificate leaf = read("leaf.pem");
        X509Certificate ca = read("ca.pem");
        X509Certificate stranger = read("stranger.pem");
        assertThat(SubjectPublicKeys.otherCurve(ca.getPublicKey())).contains(name);
        assertThat(CertificateChain.issued(ca, leaf)).isTrue();
        assertThat(CertificateChain.issued(ca, ca)).isTrue();
        assertThat(CertificateChain.issued(stranger, leaf)).isFalse();
        assertThat(CertificateChain.of(leaf, List.of(stranger, ca)).certificates())
                .containsExactly(leaf, ca);
        assertThat(pathExists(leaf, ca)).isTrue();
        assertThat(pathExists(leaf, stranger)).isFalse();
    }

    private static boolean pathExists(X509Certificate leaf, X509Certificate trusted) {
        try {
            return TrustedPath.exists(leaf, List.of(), List.of(trusted), new Date());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    @ParameterizedTest
    @CsvSource({"brainpoolP256r1", "secp256k1", "secp224r1"})
    void aSigningKeyOnSuchACurveIsRefusedByName(String curve) {
        authority("signer", curve);
        openssl("pkcs12 -export -inkey " + file("signer.key") + " -in " + file("signer.pem")
                + " -passout pass:secret -out " + file("signer.p12"));
        assertThatThrownBy(() -> {
                    KeyStoreSigner signer =
                            KeyStoreSigner.open(directory.resolve("signer.p12"), "secret".toCharArray());
                    SigningKey.open("key", signer, signer, TestKeys.soon());
                })
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining(curve);
    }
}

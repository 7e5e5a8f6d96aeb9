package io.github.hsmsigner.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hsmsigner.core.certificate.CertificateFiles;
import io.github.hsmsigner.core.internal.key.SubjectPublicKeys;
import io.github.hsmsigner.testing.ExternalTool;
import io.github.hsmsigner.testing.TestPki;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.util.Arrays;
import java.util.List;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x509.X509ObjectIdentifiers;
import org.bouncycastle.crypto.params.ECPublicKeyParameters;
import org.bouncycastle.crypto.util.PublicKeyFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SubjectPublicKeysTest {

    @TempDir
    private Path directory;

    /** As a certificate holds it that an authority made for RSASSA-PSS alone. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "-pkeyopt rsa_pss_keygen_md:sha256 -pkeyopt rsa_pss_keygen_mgf1_md:sha256 -pkeyopt rsa_pss_keygen_saltlen:32"
            })
    void anRsaKeyIsTheSameUnderEachIdentifier(String parameters) {
        Path key = directory.resolve("key.pem");
        Path certificate = directory.resolve("certificate.pem");
        ExternalTool.runOrFail(("openssl genpkey -algorithm rsa-pss " + parameters + " -out " + key)
                .replaceAll(" +", " ")
                .split(" "));
        ExternalTool.runOrFail(
                "openssl", "req", "-x509", "-key", key.toString(), "-subj", "/CN=x", "-out", certificate.toString());
        PublicKey pss = CertificateFiles.read(certificate).get(0).getPublicKey();
        PublicKey rsa = SubjectPublicKeys.decode(pss.getEncoded());
        assertThat(pss.getAlgorithm()).isEqualTo("RSASSA-PSS");
        assertThat(rsa.getAlgorithm()).isEqualTo("RSA");
        assertThat(rsa.getEncoded()).isNotEqualTo(pss.getEncoded());
        assertThat(SubjectPublicKeys.same(rsa, pss)).isTrue();
        assertThat(SubjectPublicKeys.same(pss, rsa)).isTrue();
        assertThat(SubjectPublicKeys.same(pss, TestKeys.KEY_PAIR.getPublic())).isFalse();
        assertThat(KeyRequirements.allows(pss, SignatureAlgorithm.RSA_PKCS1_SHA256))
                .isFalse();
        assertThat(KeyRequirements.allows(pss, SignatureAlgorithm.RSA_PSS_SHA256))
                .isTrue();
        assertThat(KeyRequirements.allows(pss, SignatureAlgorithm.RSA_PSS_SHA512))
                .isEqualTo(parameters.isEmpty());
        assertThat(KeyRequirements.allows(rsa, SignatureAlgorithm.RSA_PKCS1_SHA256))
                .isTrue();
    }

    @Test
    void anEcKeyIsTheSameWithEachFormOfItsPoint() throws Exception {
        for (int bits : new int[] {256, 384, 521}) {
            KeyPair key = TestPki.keyPair("EC", bits);
            SubjectPublicKeyInfo info =
                    SubjectPublicKeyInfo.getInstance(key.getPublic().getEncoded());
            byte[] compressed = ((ECPublicKeyParameters) PublicKeyFactory.createKey(info))
                    .getQ()
                    .getEncoded(true);
            byte[] encoded = new SubjectPublicKeyInfo(info.getAlgorithm(), compressed).getEncoded();
            assertThat(SubjectPublicKeys.decode(encoded)).isEqualTo(key.getPublic());
            PublicKey other = new EncodedKey(encoded);
            assertThat(SubjectPublicKeys.same(key.getPublic(), other)).isTrue();
            assertThat(SubjectPublicKeys.same(other, key.getPublic())).isTrue();
            assertThat(SubjectPublicKeys.same(other, TestPki.keyPair("EC", bits).getPublic()))
                    .isFalse();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "DSA, 1.2.840.10040.4.1",
        "Ed448, 1.3.101.113",
        "X25519, 1.3.101.110",
        "DiffieHellman, 1.2.840.113549.1.3.1"
    })
    void keysOfOtherTypesAreRejectedByName(String type, String identifier) throws Exception {
        byte[] key =
                KeyPairGenerator.getInstance(type).generateKeyPair().getPublic().getEncoded();
        assertThatThrownBy(() -> SubjectPublicKeys.decode(key))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Not an RSA, EC or Ed25519 public key")
                .hasMessageEndingWith(identifier);
    }

    /** The identifier of RSA keys in X.509 (ITU-T X.500 Annex), which Java accepts too. */
    @Test
    void anRsaKeyWithTheIdentifierOfX509IsDecoded() throws Exception {
        SubjectPublicKeyInfo info =
                SubjectPublicKeyInfo.getInstance(TestKeys.KEY_PAIR.getPublic().getEncoded());
        byte[] encoded = new SubjectPublicKeyInfo(
                        new AlgorithmIdentifier(X509ObjectIdentifiers.id_ea_rsa, DERNull.INSTANCE),
                        info.parsePublicKey())
                .getEncoded();
        assertThat(SubjectPublicKeys.same(SubjectPublicKeys.decode(encoded), TestKeys.KEY_PAIR.getPublic()))
                .isTrue();
    }

    @Test
    void keysOfDifferentTypesAreNeverTheSame() {
        PublicKey rsa = TestKeys.KEY_PAIR.getPublic();
        PublicKey ec = TestPki.keyPair("EC", 256).getPublic();
        PublicKey ed25519 = TestPki.keyPair("Ed25519", 255).getPublic();
        assertThat(SubjectPublicKeys.same(rsa, ec)).isFalse();
        assertThat(SubjectPublicKeys.same(ec, ed25519)).isFalse();
        assertThat(SubjectPublicKeys.same(ed25519, SubjectPublicKeys.decode(ed25519.getEncoded())))
                .isTrue();
        assertThat(SubjectPublicKeys.same(new EncodedKey(new byte[] {5, 0}), ec))
                .isFalse();
    }

    @Test
    void otherKeysAreNotDecoded() {
        byte[] dsa = TestPki.keyPair("DSA", 2048).getPublic().getEncoded();
        for (byte[] encoded : List.of(dsa, new byte[] {0x30, 0}, Arrays.copyOf(dsa, 20))) {
            assertThatThrownBy(() -> SubjectPublicKeys.decode(encoded)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    private record EncodedKey(byte[] encoded) implements PublicKey {

        @Override
        public String getAlgorithm() {
            return "unknown";
        }

        @Override
        public String getFormat() {
            return "X.509";
        }

        @Override
        public byte[] getEncoded() {
            return encoded;
        }
    }
}

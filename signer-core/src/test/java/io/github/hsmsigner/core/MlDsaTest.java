package io.github.hsmsigner.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hsmsigner.core.certificate.FixedCertificateProvider;
import io.github.hsmsigner.core.error.UnsupportedRequestException;
import io.github.hsmsigner.core.failover.FailoverSigner;
import io.github.hsmsigner.core.x509.SignerContentSigner;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.security.spec.X509EncodedKeySpec;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cms.CMSProcessableByteArray;
import org.bouncycastle.cms.CMSSignedData;
import org.bouncycastle.cms.jcajce.JcaSimpleSignerInfoVerifierBuilder;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.bouncycastle.pkcs.PKCS10CertificationRequestBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A scheme that the library does not have: ML-DSA-65 (FIPS 204) in CMS, as in RFC 9882. It needs one class and one key. */
class MlDsaTest {

    private static final BouncyCastleProvider BOUNCY_CASTLE = new BouncyCastleProvider();
    private static final byte[] CONTENT = "content".getBytes(StandardCharsets.UTF_8);

    private final KeyPair keyPair = newKeyPair();
    private final X509Certificate certificate = TestKeys.PKI.certifySigner("ML-DSA", keyPair.getPublic());
    private final Signer signer = new SoftwareSigner(keyPair);
    private final CertificateProvider certificates =
            FixedCertificateProvider.of("the test", List.of(certificate), List.of(TestKeys.PKI.intermediate()));
    private final SigningService service = SigningService.of(signer, certificates);

    private static final class MlDsa65 extends SignatureScheme {

        static final SignatureScheme SCHEME = new MlDsa65();
        static final SignatureAlgorithm ALGORITHM = SCHEME.algorithms().get(0);

        private MlDsa65() {
            super("ML_DSA_65", "ML-DSA-65", true, DigestAlgorithm.SHA512);
        }

        @Override
        public void requireUsable(PublicKey key) {
            // Keys of this type have one strength.
        }

        @Override
        public AlgorithmIdentifier cmsIdentifier(DigestAlgorithm digestAlgorithm) {
            return new AlgorithmIdentifier(NISTObjectIdentifiers.id_ml_dsa_65);
        }

        @Override
        public int maxSignatureLength(PublicKey key) {
            return 3309;
        }

        @Override
        public Verifier verifier() {
            return (key, digestAlgorithm, message, signature) -> {
                try {
                    Signature verifier = Signature.getInstance("ML-DSA-65", BOUNCY_CASTLE);
                    verifier.initVerify(KeyFactory.getInstance("ML-DSA-65", BOUNCY_CASTLE)
                            .generatePublic(new X509EncodedKeySpec(key.getEncoded())));
                    verifier.update(message);
                    return verifier.verify(signature);
                } catch (GeneralSecurityException e) {
                    return false;
                }
            };
        }
    }

    private record SoftwareSigner(KeyPair keyPair) implements Signer {

        @Override
        public PublicKey publicKey() {
            return keyPair.getPublic();
        }

        @Override
        public Set<SignatureAlgorithm> algorithms() {
            return Set.of(MlDsa65.ALGORITHM);
        }

        @Override
        public byte[] sign(SignatureAlgorithm algorithm, Digest digest, Deadline deadline) {
            requireSupported(algorithm, digest);
            throw new IllegalStateException();
        }

        @Override
        public byte[] signMessage(SignatureAlgorithm algorithm, byte[] message, Deadline deadline) {
            requireSupported(algorithm);
            try {
                Signature signature = Signature.getInstance("ML-DSA-65", BOUNCY_CASTLE);
                signature.initSign(keyPair.getPrivate());
                signature.update(message);
                return signature.sign();
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private static KeyPair newKeyPair() {
        try {
            return KeyPairGenerator.getInstance("ML-DSA-65", BOUNCY_CASTLE).generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = ContainerFormat.class,
            names = {"CMS", "PADES_B_B", "CADES_B_B"})
    void bouncyCastleAcceptsItsContainers(ContainerFormat format) throws Exception {
        byte[] container = service.sign(ContainerRequest.forContent(format, DigestAlgorithm.SHA512, CONTENT));

        assertThat(new CMSSignedData(new CMSProcessableByteArray(CONTENT), container)
                        .getSignerInfos()
                        .iterator()
                        .next()
                        .verify(new JcaSimpleSignerInfoVerifierBuilder()
                                .setProvider(BOUNCY_CASTLE)
                                .build(certificate)))
                .isTrue();
        int promised =
                service.maxContainerSize(RequestContext.builder("request").build(), format, DigestAlgorithm.SHA512);
        assertThat(promised).isEqualTo(container.length);
    }

    @Test
    void severalSignersOfTheKeyAreOne() {
        Signer failover = FailoverSigner.builder(List.of(signer, signer)).build();
        byte[] signature = failover.signMessage(MlDsa65.ALGORITHM, CONTENT, TestKeys.soon());
        assertThat(MlDsa65.ALGORITHM.verify(keyPair.getPublic(), CONTENT, signature))
                .isTrue();
        signature[9] ^= 1;
        assertThat(MlDsa65.ALGORITHM.verify(keyPair.getPublic(), CONTENT, signature))
                .isFalse();
    }

    @Test
    void bouncyCastleAcceptsACertificationRequest() throws Exception {
        PKCS10CertificationRequest request = new PKCS10CertificationRequestBuilder(
                        new X500Name("CN=ML-DSA"),
                        SubjectPublicKeyInfo.getInstance(keyPair.getPublic().getEncoded()))
                .build(SignerContentSigner.of(signer, MlDsa65.ALGORITHM, Duration.ofSeconds(10)));
        assertThat(request.isSignatureValid(new JcaContentVerifierProviderBuilder()
                        .setProvider(BOUNCY_CASTLE)
                        .build(keyPair.getPublic())))
                .isTrue();
    }

    @Test
    void itsNameIsInMessages() {
        assertThatThrownBy(() -> service.sign(
                        ContainerRequest.forContent(ContainerFormat.CADES_B_B, DigestAlgorithm.SHA256, CONTENT)))
                .isInstanceOf(UnsupportedRequestException.class)
                .hasMessageContaining("ML_DSA_65 and sha256; it offers sha512");
        assertThatThrownBy(() -> signer.requireSupported(SignatureAlgorithm.ED25519))
                .hasMessageContaining("ED25519; it offers [ML_DSA_65]");
    }
}

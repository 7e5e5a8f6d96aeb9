package io.github.hsmsigner.core.cms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hsmsigner.core.CertificateChain;
import io.github.hsmsigner.core.ContainerFormat;
import io.github.hsmsigner.core.ContainerParameters;
import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.Digest;
import io.github.hsmsigner.core.DigestAlgorithm;
import io.github.hsmsigner.core.PreparedContainer;
import io.github.hsmsigner.core.SignatureAlgorithm;
import io.github.hsmsigner.core.SignatureScheme;
import io.github.hsmsigner.core.TestKeys;
import io.github.hsmsigner.core.keystore.KeyStoreSigner;
import io.github.hsmsigner.testing.ExternalTool;
import io.github.hsmsigner.testing.TestPki;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.cms.Attribute;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cms.CMSProcessableByteArray;
import org.bouncycastle.cms.CMSSignedData;
import org.bouncycastle.cms.SignerInformation;
import org.bouncycastle.cms.jcajce.JcaSimpleSignerInfoVerifierBuilder;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class CmsContainerBuilderTest {

    private static final byte[] CONTENT = "the byte range of a document".getBytes(StandardCharsets.UTF_8);
    private static final Instant TIME = Instant.parse("2026-01-02T03:04:05Z");

    private static final String CONTENT_TYPE = "1.2.840.113549.1.9.3";
    private static final String MESSAGE_DIGEST = "1.2.840.113549.1.9.4";
    private static final String SIGNING_TIME = "1.2.840.113549.1.9.5";
    private static final String ALGORITHM_PROTECTION = "1.2.840.113549.1.9.52";
    private static final String SIGNING_CERTIFICATE_V2 = "1.2.840.113549.1.9.16.2.47";

    /** AlgorithmIdentifiers in DER, by hand from RFC 3370, RFC 4055, RFC 5754 and RFC 8419. */
    private static final Map<SignatureAlgorithm, String> SIGNATURE_ALGORITHMS = new EnumMap<>(Map.of(
            SignatureAlgorithm.RSA_PKCS1_SHA256, "300d06092a864886f70d0101010500",
            SignatureAlgorithm.RSA_PKCS1_SHA384, "300d06092a864886f70d0101010500",
            SignatureAlgorithm.RSA_PKCS1_SHA512, "300d06092a864886f70d0101010500",
            SignatureAlgorithm.RSA_PSS_SHA256, pss("01", "20"),
            SignatureAlgorithm.RSA_PSS_SHA384, pss("02", "30"),
            SignatureAlgorithm.RSA_PSS_SHA512, pss("03", "40"),
            SignatureAlgorithm.ECDSA_SHA256, "300a06082a8648ce3d040302",
            SignatureAlgorithm.ECDSA_SHA384, "300a06082a8648ce3d040303",
            SignatureAlgorithm.ECDSA_SHA512, "300a06082a8648ce3d040304",
            SignatureAlgorithm.ED25519, "300506032b6570"));

    private static String pss(String hashArc, String saltLength) {
        String hash = "300d060960864801650304" + "02" + hashArc + "0500";
        return "304106092a864886f70d01010a3034" + "a00f" + hash + "a11c301a06092a864886f70d010108" + hash + "a203"
                + "0201" + saltLength;
    }

    @TempDir
    private Path directory;

    private final CmsContainerBuilder builder = new CmsContainerBuilder();

    static Stream<Arguments> formatsAndAlgorithms() {
        return Stream.of(ContainerFormat.CMS, ContainerFormat.CADES_B_B)
                .flatMap(format ->
                        Stream.of(SignatureAlgorithm.values()).map(algorithm -> Arguments.of(format, algorithm)));
    }

    private static ContainerParameters parameters(ContainerFormat format, SignatureAlgorithm algorithm) {
        return new ContainerParameters(format, algorithm, chain(algorithm), TIME);
    }

    private static CertificateChain chain(SignatureAlgorithm algorithm) {
        KeyStoreSigner signer = TestKeys.signerFor(algorithm);
        return signer.certificateChain(signer.publicKey());
    }

    private byte[] container(ContainerParameters parameters) {
        SignatureAlgorithm algorithm = parameters.signatureAlgorithm();
        PreparedContainer prepared =
                builder.prepare(parameters, Digest.compute(algorithm.digestAlgorithm(), CONTENT), TestKeys.soon());
        return prepared.complete(
                TestKeys.signerFor(algorithm).signMessage(algorithm, prepared.dataToBeSigned(), TestKeys.soon()),
                TestKeys.soon());
    }

    /** OpenSSL before 3.2 cannot verify a CMS with Ed25519 at all: that signature is verified apart from its container. */
    static Stream<Arguments> formatsAndAlgorithmsOfOpenssl() {
        return formatsAndAlgorithms().filter(a -> a.get()[1] != SignatureAlgorithm.ED25519);
    }

    @ParameterizedTest
    @EnumSource(names = {"CMS", "CADES_B_B"})
    void opensslAcceptsTheSignatureOfEd25519(ContainerFormat format) throws Exception {
        SignatureAlgorithm algorithm = SignatureAlgorithm.ED25519;
        SignerInformation signer = signerInfo(container(parameters(format, algorithm)));
        Path signedAttributes = Files.write(directory.resolve("signed"), signer.getEncodedSignedAttributes());
        Path key = TestPki.writePem(
                directory.resolve("key.pem"), chain(algorithm).signer().getPublicKey());
        assertThat(ExternalTool.runOrFail(
                        "openssl",
                        "pkeyutl",
                        "-verify",
                        "-pubin",
                        "-inkey",
                        key.toString(),
                        "-rawin",
                        "-in",
                        signedAttributes.toString(),
                        "-sigfile",
                        Files.write(directory.resolve("signature"), signer.getSignature())
                                .toString()))
                .contains("Signature Verified Successfully");
    }

    @ParameterizedTest
    @MethodSource("formatsAndAlgorithmsOfOpenssl")
    void opensslAcceptsIt(ContainerFormat format, SignatureAlgorithm algorithm) throws IOException {
        List<String> verification = List.of(
                "openssl",
                "cms",
                "-verify",
                "-binary",
                "-inform",
                "DER",
                "-in",
                Files.write(directory.resolve("container"), container(parameters(format, algorithm)))
                        .toString(),
                "-content",
                Files.write(directory.resolve("content"), CONTENT).toString(),
                "-CAfile",
                TestPki.writePem(directory.resolve("root.pem"), TestKeys.PKI.root())
                        .toString(),
                "-purpose",
                "any",
                "-out",
                directory.resolve("verified").toString());
        ExternalTool.Result result = ExternalTool.run(verification);
        assertThat(result.output()).contains("CMS Verification successful");
        assertThat(result.exitCode()).isZero();

        Files.writeString(directory.resolve("content"), "another content");
        assertThat(ExternalTool.run(verification).exitCode()).isNotZero();
    }

    @ParameterizedTest
    @MethodSource("formatsAndAlgorithms")
    void bouncyCastleAcceptsIt(ContainerFormat format, SignatureAlgorithm algorithm) throws Exception {
        SignerInformation signer = signerInfo(container(parameters(format, algorithm)));
        // By key, not by certificate: the fixed signing time lies before the certificate's.
        assertThat(signer.verify(new JcaSimpleSignerInfoVerifierBuilder()
                        .setProvider(new BouncyCastleProvider())
                        .build(chain(algorithm).signer().getPublicKey())))
                .isTrue();
    }

    private static SignerInformation signerInfo(byte[] container) throws Exception {
        return new CMSSignedData(new CMSProcessableByteArray(CONTENT), container)
                .getSignerInfos()
                .getSigners()
                .iterator()
                .next();
    }

    @ParameterizedTest
    @MethodSource("formatsAndAlgorithms")
    void itHasTheSignedAttributesOfItsFormatAndNoOthers(ContainerFormat format, SignatureAlgorithm algorithm)
            throws Exception {
        SignerInformation signer = signerInfo(container(parameters(format, algorithm)));
        DigestAlgorithm digest = algorithm.digestAlgorithm();
        Map<String, String> actual = new TreeMap<>();
        for (Attribute attribute :
                signer.getSignedAttributes().toASN1Structure().getAttributes()) {
            assertThat(attribute.getAttrValues().size()).isEqualTo(1);
            actual.put(
                    attribute.getAttrType().getId(),
                    hex(attribute.getAttributeValues()[0].toASN1Primitive().getEncoded(ASN1Encoding.DER)));
        }
        // What each standard asks for, written out by hand: tag, length, value.
        Map<String, String> expected = new TreeMap<>();
        String digestOid =
                "06096086480165030402" + Map.of(32, "01", 48, "02", 64, "03").get(digest.length());
        String digestAlgorithm = "300b" + digestOid;
        expected.put(CONTENT_TYPE, "06092a864886f70d010701");
        expected.put(MESSAGE_DIGEST, octetString(digest, CONTENT));
        expected.put(
                ALGORITHM_PROTECTION,
                sequence(digestAlgorithm + "a1"
                        + SIGNATURE_ALGORITHMS.get(algorithm).substring(2)));
        String certificateHash = octetString(digest, chain(algorithm).signer().getEncoded());
        // SHA-256 is the DEFAULT of ESSCertIDv2 and so left out in DER.
        String certId = sequence((digest == DigestAlgorithm.SHA256 ? "" : digestAlgorithm) + certificateHash);
        expected.put(SIGNING_CERTIFICATE_V2, sequence(sequence(certId)));
        if (format == ContainerFormat.CMS) {
            expected.put(SIGNING_TIME, "170d" + hex("260102030405Z".getBytes(StandardCharsets.US_ASCII)));
        }
        assertThat(actual).isEqualTo(expected);
        assertThat(signer.getUnsignedAttributes()).isNull();
    }

    private static String octetString(DigestAlgorithm algorithm, byte[] message) {
        return "04" + HexFormat.of().toHexDigits((byte) algorithm.length())
                + hex(Digest.compute(algorithm, message).bytes());
    }

    private static String sequence(String content) {
        return "30" + HexFormat.of().toHexDigits((byte) (content.length() / 2)) + content;
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    @ParameterizedTest
    @MethodSource("formatsAndAlgorithms")
    void itsAlgorithmIdentifiersAreThoseOfTheStandards(ContainerFormat format, SignatureAlgorithm algorithm)
            throws Exception {
        SignerInformation signer = signerInfo(container(parameters(format, algorithm)));
        assertThat(signer.getDigestAlgOID())
                .isEqualTo(algorithm.digestAlgorithm().oid());
        assertThat(signer.getDigestAlgParams()).isNull();
        assertThat(hex(signer.toASN1Structure().getDigestEncryptionAlgorithm().getEncoded(ASN1Encoding.DER)))
                .isEqualTo(SIGNATURE_ALGORITHMS.get(algorithm));
    }

    @ParameterizedTest
    @MethodSource("formatsAndAlgorithms")
    void itIsDerAndTheSameEachTimeWhereTheSchemeIsDeterministic(ContainerFormat format, SignatureAlgorithm algorithm)
            throws IOException {
        byte[] container = container(parameters(format, algorithm));
        assertThat(ASN1Primitive.fromByteArray(container).getEncoded(ASN1Encoding.DER))
                .isEqualTo(container);
        if (algorithm.scheme() == SignatureScheme.RSA_PKCS1 || algorithm.scheme() == SignatureScheme.ED25519) {
            assertThat(container(parameters(format, algorithm))).isEqualTo(container);
        }
    }

    @ParameterizedTest
    @MethodSource("formatsAndAlgorithms")
    void itsSizeIsKnownBefore(ContainerFormat format, SignatureAlgorithm algorithm) {
        ContainerParameters parameters = parameters(format, algorithm);
        // The numbers of an ECDSA signature are short now and then; other signatures have one length.
        int slack = algorithm.scheme() == SignatureScheme.ECDSA ? 8 : 0;
        assertThat(builder.maxSize(parameters, TestKeys.soon()))
                .isBetween(container(parameters).length, container(parameters).length + slack);
    }

    @Test
    void itIsDetachedAndHoldsTheWholeChain() throws Exception {
        CMSSignedData signedData =
                new CMSSignedData(container(parameters(ContainerFormat.CMS, SignatureAlgorithm.RSA_PKCS1_SHA256)));
        assertThat(signedData.getSignedContent()).isNull();
        List<byte[]> certificates = new ArrayList<>();
        for (X509CertificateHolder certificate : signedData.getCertificates().getMatches(null)) {
            certificates.add(certificate.getEncoded());
        }
        List<byte[]> chain = new ArrayList<>();
        for (X509Certificate certificate : TestKeys.chain().certificates()) {
            chain.add(certificate.getEncoded());
        }
        assertThat(certificates).containsExactlyInAnyOrderElementsOf(chain);
    }

    @Test
    void refusesADigestOfAnotherAlgorithm() {
        ContainerParameters parameters = parameters(ContainerFormat.CMS, SignatureAlgorithm.RSA_PKCS1_SHA512);
        Digest digest = Digest.compute(DigestAlgorithm.SHA256, CONTENT);
        Deadline deadline = TestKeys.soon();
        assertThatThrownBy(() -> builder.prepare(parameters, digest, deadline))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("The content must be hashed with SHA-512, not SHA-256");
    }
}

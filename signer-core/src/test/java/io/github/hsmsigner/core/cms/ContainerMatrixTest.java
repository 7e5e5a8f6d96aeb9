package io.github.hsmsigner.core.cms;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hsmsigner.core.ContainerCase;
import io.github.hsmsigner.core.ContainerFormat;
import io.github.hsmsigner.core.ContainerParameters;
import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.Digest;
import io.github.hsmsigner.core.DigestAlgorithm;
import io.github.hsmsigner.core.PreparedContainer;
import io.github.hsmsigner.core.SignatureAlgorithm;
import io.github.hsmsigner.core.SignatureScheme;
import io.github.hsmsigner.core.TestKeys;
import io.github.hsmsigner.core.TimestampSource;
import io.github.hsmsigner.core.tsp.Rfc3161TimestampSource;
import io.github.hsmsigner.core.tsp.TimestampAuthority;
import io.github.hsmsigner.testing.ExternalTool;
import io.github.hsmsigner.testing.OpenSslTimestampAuthority;
import io.github.hsmsigner.testing.OpensslCms;
import io.github.hsmsigner.testing.TestPki;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateEncodingException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.ASN1Set;
import org.bouncycastle.asn1.cms.Attribute;
import org.bouncycastle.asn1.cms.ContentInfo;
import org.bouncycastle.asn1.cms.SignedData;
import org.bouncycastle.asn1.cms.SignerInfo;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cms.CMSProcessableByteArray;
import org.bouncycastle.cms.CMSSignedData;
import org.bouncycastle.cms.SignerInformation;
import org.bouncycastle.cms.jcajce.JcaSimpleSignerInfoVerifierBuilder;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.tsp.TimeStampToken;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Containers of every format, by every key and algorithm, byte by byte and before OpenSSL and BouncyCastle. EU DSS and pdfsig look
 * at the same containers where they belong, in PDFs: {@code PdfMatrixTest} of the examples.
 */
@TestInstance(Lifecycle.PER_CLASS)
class ContainerMatrixTest {

    private static final String CASES = "io.github.hsmsigner.core.ContainerCase#all";
    private static final byte[] CONTENT = "the byte range of a document".getBytes(StandardCharsets.UTF_8);
    private static final Instant TIME = Instant.parse("2026-01-02T03:04:05Z");
    private static final BouncyCastleProvider BOUNCY_CASTLE = new BouncyCastleProvider();

    private static final String CONTENT_TYPE = "1.2.840.113549.1.9.3";
    private static final String MESSAGE_DIGEST = "1.2.840.113549.1.9.4";
    private static final String SIGNING_TIME = "1.2.840.113549.1.9.5";
    private static final String ALGORITHM_PROTECTION = "1.2.840.113549.1.9.52";
    private static final String SIGNING_CERTIFICATE_V2 = "1.2.840.113549.1.9.16.2.47";
    private static final String MIME_TYPE = "0.4.0.1733.2.1";
    private static final String SIGNATURE_TIMESTAMP = "1.2.840.113549.1.9.16.2.14";

    private static final Map<ContainerFormat, List<String>> SIGNED_ATTRIBUTES = Map.of(
            ContainerFormat.CMS,
            List.of(CONTENT_TYPE, MESSAGE_DIGEST, SIGNING_TIME, ALGORITHM_PROTECTION, SIGNING_CERTIFICATE_V2),
            ContainerFormat.PADES_B_B,
            List.of(CONTENT_TYPE, MESSAGE_DIGEST, ALGORITHM_PROTECTION, SIGNING_CERTIFICATE_V2),
            ContainerFormat.PADES_B_T,
            List.of(CONTENT_TYPE, MESSAGE_DIGEST, ALGORITHM_PROTECTION, SIGNING_CERTIFICATE_V2),
            ContainerFormat.CADES_B_B,
            List.of(
                    CONTENT_TYPE,
                    MESSAGE_DIGEST,
                    SIGNING_TIME,
                    ALGORITHM_PROTECTION,
                    SIGNING_CERTIFICATE_V2,
                    MIME_TYPE),
            ContainerFormat.CADES_B_T,
            List.of(
                    CONTENT_TYPE,
                    MESSAGE_DIGEST,
                    SIGNING_TIME,
                    ALGORITHM_PROTECTION,
                    SIGNING_CERTIFICATE_V2,
                    MIME_TYPE));

    private static final Map<ContainerFormat, List<String>> UNSIGNED_ATTRIBUTES = Map.of(
            ContainerFormat.CMS, List.of(),
            ContainerFormat.PADES_B_B, List.of(),
            ContainerFormat.PADES_B_T, List.of(SIGNATURE_TIMESTAMP),
            ContainerFormat.CADES_B_B, List.of(),
            ContainerFormat.CADES_B_T, List.of(SIGNATURE_TIMESTAMP));

    /** Object identifiers of attributes in DER, by hand from RFC 5652, RFC 6211, RFC 5035 and ETSI EN 319 122-1. */
    private static final Map<String, String> ATTRIBUTE_TYPES = Map.of(
            CONTENT_TYPE, "06092a864886f70d010903",
            MESSAGE_DIGEST, "06092a864886f70d010904",
            SIGNING_TIME, "06092a864886f70d010905",
            ALGORITHM_PROTECTION, "06092a864886f70d010934",
            SIGNING_CERTIFICATE_V2, "060b2a864886f70d010910022f",
            MIME_TYPE, "060604008d450201");

    /** AlgorithmIdentifiers in DER, by hand from RFC 5754: parameters absent. */
    private static final Map<DigestAlgorithm, String> DIGEST_ALGORITHMS = Map.of(
            DigestAlgorithm.SHA256, "300b0609608648016503040201",
            DigestAlgorithm.SHA384, "300b0609608648016503040202",
            DigestAlgorithm.SHA512, "300b0609608648016503040203");

    /** AlgorithmIdentifiers in DER, by hand from RFC 3370, RFC 4055, RFC 5754 and RFC 8419. */
    private static final Map<SignatureAlgorithm, String> SIGNATURE_ALGORITHMS = Map.of(
            SignatureAlgorithm.RSA_PKCS1_SHA256, "300d06092a864886f70d0101010500",
            SignatureAlgorithm.RSA_PKCS1_SHA384, "300d06092a864886f70d0101010500",
            SignatureAlgorithm.RSA_PKCS1_SHA512, "300d06092a864886f70d0101010500",
            SignatureAlgorithm.RSA_PSS_SHA256, pss("01", "20"),
            SignatureAlgorithm.RSA_PSS_SHA384, pss("02", "30"),
            SignatureAlgorithm.RSA_PSS_SHA512, pss("03", "40"),
            SignatureAlgorithm.ECDSA_SHA256, "300a06082a8648ce3d040302",
            SignatureAlgorithm.ECDSA_SHA384, "300a06082a8648ce3d040303",
            SignatureAlgorithm.ECDSA_SHA512, "300a06082a8648ce3d040304",
            SignatureAlgorithm.ED25519, "300506032b6570");

    private static String pss(String hashArc, String saltLength) {
        String hash = "300d060960864801650304" + "02" + hashArc + "0500";
        return "304106092a864886f70d01010a3034" + "a00f" + hash + "a11c301a06092a864886f70d010108" + hash + "a203"
                + "0201" + saltLength;
    }

    private final Map<ContainerCase, byte[]> made = new ConcurrentHashMap<>();
    private OpenSslTimestampAuthority authority;
    private CmsContainerBuilder builder;
    private Path directory;

    @BeforeAll
    void start(@TempDir Path temporary) {
        directory = temporary;
        authority = new OpenSslTimestampAuthority(temporary.resolve("tsa"));
        TimestampAuthority here = TimestampAuthority.builder(authority.uri())
                .trusted(List.of(authority.caCertificate()))
                .build();
        builder = CmsContainerBuilder.builder()
                .timestamps(new RepeatingSource(
                        Rfc3161TimestampSource.builder(List.of(here)).build()))
                .build();
    }

    @AfterAll
    void stop() {
        authority.close();
    }

    /** Gives the token again that it once gave for a digest: signing is to be deterministic, and time goes on. */
    private record RepeatingSource(TimestampSource source, Map<Digest, byte[]> tokens) implements TimestampSource {

        RepeatingSource(TimestampSource source) {
            this(source, new ConcurrentHashMap<>());
        }

        @Override
        public byte[] timestamp(Digest digest, Deadline deadline) {
            return tokens.computeIfAbsent(digest, d -> source.timestamp(d, deadline));
        }

        @Override
        public DigestAlgorithm digestAlgorithm() {
            return source.digestAlgorithm();
        }

        @Override
        public int maxTokenSize() {
            return source.maxTokenSize();
        }
    }

    private byte[] container(ContainerCase wanted) {
        return made.computeIfAbsent(wanted, this::makeContainer);
    }

    private byte[] makeContainer(ContainerCase wanted) {
        SignatureAlgorithm algorithm = wanted.algorithm();
        ContainerParameters parameters =
                new ContainerParameters(wanted.format(), algorithm, wanted.key().chain(), TIME);
        PreparedContainer prepared =
                builder.prepare(parameters, Digest.compute(algorithm.digestAlgorithm(), CONTENT), TestKeys.soon());
        byte[] signature = wanted.key().signer().signMessage(algorithm, prepared.dataToBeSigned(), TestKeys.soon());
        return prepared.complete(signature, TestKeys.soon()).octets();
    }

    private static SignedData signedData(byte[] container) {
        return SignedData.getInstance(ContentInfo.getInstance(container).getContent());
    }

    private static SignerInfo signerInfo(byte[] container) {
        ASN1Set signerInfos = signedData(container).getSignerInfos();
        assertThat(signerInfos).hasSize(1);
        return SignerInfo.getInstance(signerInfos.getObjectAt(0));
    }

    private static SignerInformation signer(byte[] container) throws Exception {
        return new CMSSignedData(new CMSProcessableByteArray(CONTENT), container)
                .getSignerInfos()
                .iterator()
                .next();
    }

    @ParameterizedTest
    @MethodSource(CASES)
    void bouncyCastleAcceptsIt(ContainerCase wanted) throws Exception {
        assertThat(signer(container(wanted))
                        .verify(new JcaSimpleSignerInfoVerifierBuilder()
                                .setProvider(BOUNCY_CASTLE)
                                .build(wanted.key().chain().signer())))
                .isTrue();
    }

    @ParameterizedTest
    @MethodSource(CASES)
    void opensslAcceptsIt(ContainerCase wanted) throws Exception {
        if (wanted.algorithm() == SignatureAlgorithm.ED25519) {
            opensslAcceptsTheSignatureAlone(wanted);
            return;
        }
        ExternalTool.Result verdict = OpensslCms.verify(directory, container(wanted), CONTENT, TestKeys.PKI.root());
        assertThat(verdict.output()).contains("CAdES Verification successful");
        assertThat(verdict.exitCode()).isZero();
        byte[] other = "another content".getBytes(StandardCharsets.UTF_8);
        assertThat(OpensslCms.verify(directory, container(wanted), other, TestKeys.PKI.root())
                        .exitCode())
                .isNotZero();
    }

    /**
     * OpenSSL before 3.2 cannot verify a CMS with Ed25519 at all, as it wants to hash what this scheme signs unhashed. So the
     * signature is verified apart from its container, over the DER of the signed attributes, which is what it is made over.
     */
    private void opensslAcceptsTheSignatureAlone(ContainerCase wanted) throws Exception {
        SignerInformation signer = signer(container(wanted));
        assertThat(ExternalTool.runOrFail(
                        "openssl",
                        "pkeyutl",
                        "-verify",
                        "-rawin",
                        "-pubin",
                        "-inkey",
                        TestPki.writePem(file("key.pem"), wanted.key().keyPair().getPublic())
                                .toString(),
                        "-in",
                        Files.write(file("signed"), signer.getEncodedSignedAttributes())
                                .toString(),
                        "-sigfile",
                        Files.write(file("signature"), signer.getSignature()).toString()))
                .contains("Signature Verified Successfully");
    }

    private Path file(String name) throws IOException {
        return Files.createTempFile(directory, name, "");
    }

    @ParameterizedTest
    @MethodSource(CASES)
    void itHasTheSignedAttributesOfItsFormatInTheOrderOfDer(ContainerCase wanted) throws Exception {
        List<String> expected = new ArrayList<>();
        for (String type : SIGNED_ATTRIBUTES.get(wanted.format())) {
            String values = tlv("31", expectedValue(type, wanted));
            expected.add(tlv("30", ATTRIBUTE_TYPES.get(type) + values));
        }
        // X.690, section 11.6: the components of a SET OF ascend as octet strings. None is the beginning of another
        // here.
        expected.sort(String::compareTo);
        assertThat(encodings(signerInfo(container(wanted)).getAuthenticatedAttributes()))
                .containsExactlyElementsOf(expected);
    }

    /** What each standard asks for, written out by hand: tag, length, value. */
    private static String expectedValue(String type, ContainerCase wanted) throws CertificateEncodingException {
        DigestAlgorithm digest = wanted.algorithm().digestAlgorithm();
        return switch (type) {
            // id-data
            case CONTENT_TYPE -> "06092a864886f70d010701";
            case MESSAGE_DIGEST -> octetString(digest, CONTENT);
            case SIGNING_TIME -> tlv("17", hex("260102030405Z".getBytes(StandardCharsets.US_ASCII)));
            case MIME_TYPE -> tlv("0c", hex("application/octet-stream".getBytes(StandardCharsets.US_ASCII)));
            // The signature algorithm stands there as [1] IMPLICIT, in place of its own tag.
            case ALGORITHM_PROTECTION ->
                tlv(
                        "30",
                        DIGEST_ALGORITHMS.get(digest)
                                + "a1"
                                + SIGNATURE_ALGORITHMS.get(wanted.algorithm()).substring(2));
            // SHA-256 is the DEFAULT of ESSCertIDv2 and so left out in DER.
            case SIGNING_CERTIFICATE_V2 ->
                tlv(
                        "30",
                        tlv(
                                "30",
                                tlv(
                                        "30",
                                        (digest == DigestAlgorithm.SHA256 ? "" : DIGEST_ALGORITHMS.get(digest))
                                                + octetString(
                                                        digest,
                                                        wanted.key()
                                                                .chain()
                                                                .signer()
                                                                .getEncoded()))));
            default -> throw new IllegalArgumentException(type);
        };
    }

    @ParameterizedTest
    @MethodSource(CASES)
    void itHasTheUnsignedAttributesOfItsFormat(ContainerCase wanted) throws Exception {
        SignerInfo signerInfo = signerInfo(container(wanted));
        ASN1Set attributes = signerInfo.getUnauthenticatedAttributes();
        List<String> expected = UNSIGNED_ATTRIBUTES.get(wanted.format());
        if (expected.isEmpty()) {
            // RFC 5652, section 5.3: a SET of one or more, or none at all.
            assertThat(attributes).isNull();
            return;
        }
        assertThat(Arrays.stream(attributes.toArray())
                        .map(a -> Attribute.getInstance(a).getAttrType().getId()))
                .containsExactlyElementsOf(expected);
        ASN1Set tokens = Attribute.getInstance(attributes.getObjectAt(0)).getAttrValues();
        assertThat(tokens).hasSize(1);
        assertTimestampOver(
                signerInfo.getEncryptedDigest().getOctets(),
                tokens.getObjectAt(0).toASN1Primitive().getEncoded());
    }

    private static void assertTimestampOver(byte[] signature, byte[] encodedToken) throws Exception {
        TimeStampToken token = new TimeStampToken(new CMSSignedData(encodedToken));
        byte[] imprint = Digest.compute(DigestAlgorithm.SHA256, signature).bytes();
        assertThat(token.getTimeStampInfo().getMessageImprintDigest()).isEqualTo(imprint);
        X509CertificateHolder stamper = token.getCertificates().getMatches(null).stream()
                .filter(token.getSID()::match)
                .findFirst()
                .orElseThrow();
        token.validate(new JcaSimpleSignerInfoVerifierBuilder()
                .setProvider(BOUNCY_CASTLE)
                .build(stamper));
    }

    @ParameterizedTest
    @MethodSource(CASES)
    void itsVersionsAndAlgorithmIdentifiersAreThoseOfTheStandards(ContainerCase wanted) throws IOException {
        byte[] container = container(wanted);
        SignedData signedData = signedData(container);
        SignerInfo signerInfo = signerInfo(container);
        String digestAlgorithm = DIGEST_ALGORITHMS.get(wanted.algorithm().digestAlgorithm());
        assertThat(signedData.getVersion().intValueExact()).isEqualTo(1);
        assertThat(encodings(signedData.getDigestAlgorithms())).containsExactly(digestAlgorithm);
        assertThat(signerInfo.getVersion().intValueExact()).isEqualTo(1);
        assertThat(hex(signerInfo.getDigestAlgorithm().getEncoded())).isEqualTo(digestAlgorithm);
        assertThat(hex(signerInfo.getDigestEncryptionAlgorithm().getEncoded()))
                .isEqualTo(SIGNATURE_ALGORITHMS.get(wanted.algorithm()));
    }

    @ParameterizedTest
    @MethodSource(CASES)
    void itIsDerThroughout(ContainerCase wanted) throws IOException {
        byte[] container = container(wanted);
        assertThat(ASN1Primitive.fromByteArray(container).getEncoded(ASN1Encoding.DER))
                .isEqualTo(container);
        // Decoding does not know that these two are sets, as their tags are implicit; so their order is looked at here.
        assertThat(encodings(signedData(container).getCertificates())).isSorted();
        assertThat(encodings(signerInfo(container).getAuthenticatedAttributes()))
                .isSorted();
    }

    @ParameterizedTest
    @MethodSource(CASES)
    void itIsTheSameEachTimeButForASignatureThatIsRandomised(ContainerCase wanted) {
        SignatureScheme scheme = wanted.algorithm().scheme();
        boolean deterministic = scheme == SignatureScheme.RSA_PKCS1 || scheme == SignatureScheme.ED25519;
        byte[] container = container(wanted);
        byte[] again = makeContainer(wanted);
        assertThat(Arrays.equals(again, container)).isEqualTo(deterministic);
        assertThat(signerInfo(again).getAuthenticatedAttributes())
                .isEqualTo(signerInfo(container).getAuthenticatedAttributes());
    }

    private static List<String> encodings(ASN1Set set) throws IOException {
        List<String> encodings = new ArrayList<>();
        for (ASN1Encodable element : set) {
            encodings.add(hex(element.toASN1Primitive().getEncoded(ASN1Encoding.DER)));
        }
        return encodings;
    }

    private static String octetString(DigestAlgorithm algorithm, byte[] message) {
        return tlv("04", hex(Digest.compute(algorithm, message).bytes()));
    }

    /** Tag, length and value in DER, for values of up to 255 octets. */
    private static String tlv(String tag, String value) {
        int length = value.length() / 2;
        String lengthOctet = HexFormat.of().toHexDigits((byte) length);
        return tag + (length < 0x80 ? "" : "81") + lengthOctet + value;
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}

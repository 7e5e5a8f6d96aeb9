package io.github.hsmsigner.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hsmsigner.core.cms.CmsContainerBuilder;
import io.github.hsmsigner.core.error.InvalidRequestException;
import io.github.hsmsigner.core.error.SigningDeniedException;
import io.github.hsmsigner.testing.CapturedLog;
import io.github.hsmsigner.testing.ExternalTool;
import io.github.hsmsigner.testing.TestPki;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.BERSet;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSet;
import org.bouncycastle.asn1.DERTaggedObject;
import org.bouncycastle.asn1.DERUTF8String;
import org.bouncycastle.asn1.DLSet;
import org.bouncycastle.asn1.cms.Attribute;
import org.bouncycastle.asn1.cms.CMSAttributes;
import org.bouncycastle.asn1.cms.Time;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.cms.CMSException;
import org.bouncycastle.cms.CMSSignedData;
import org.bouncycastle.cms.SignerInformation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which data is the signed attributes of a CMS signature, and what is done with other data. */
class RawDataTest {

    private static final Attribute TYPE = attribute(CMSAttributes.contentType, PKCSObjectIdentifiers.data);
    private static final Attribute DIGEST = attribute(CMSAttributes.messageDigest, octets(32));
    private static final Attribute TIME = attribute(CMSAttributes.signingTime, new Time(new Date(0)));

    @TempDir
    private static Path directory;

    private static Attribute attribute(org.bouncycastle.asn1.ASN1ObjectIdentifier type, ASN1Encodable... values) {
        return new Attribute(type, new DERSet(values));
    }

    private static DEROctetString octets(int length) {
        return new DEROctetString(new byte[length]);
    }

    private static byte[] der(ASN1Encodable structure) {
        try {
            return structure.toASN1Primitive().getEncoded(ASN1Encoding.DER);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] asItIs(ASN1Encodable structure) {
        try {
            return structure.toASN1Primitive().getEncoded();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] set(ASN1Encodable... attributes) {
        return der(new DERSet(attributes));
    }

    private static RawData inspect(DigestAlgorithm algorithm, byte[] data) {
        return RawData.inspect(Digest.compute(algorithm, data), data);
    }

    static Stream<Arguments> signedAttributes() {
        RequestContext context = RequestContext.builder("r").build();
        return Stream.of(
                Arguments.of("the least", DigestAlgorithm.SHA256, set(TYPE, DIGEST)),
                Arguments.of("with a time", DigestAlgorithm.SHA256, set(TYPE, DIGEST, TIME)),
                Arguments.of(
                        "SHA-384",
                        DigestAlgorithm.SHA384,
                        set(TYPE, attribute(CMSAttributes.messageDigest, octets(48)))),
                Arguments.of(
                        "SHA-512",
                        DigestAlgorithm.SHA512,
                        set(TYPE, attribute(CMSAttributes.messageDigest, octets(64)))),
                Arguments.of(
                        "close to the limit",
                        DigestAlgorithm.SHA256,
                        set(TYPE, DIGEST, attribute(PKCSObjectIdentifiers.id_aa_ets_otherSigCert, octets(65_000)))),
                Arguments.of("of this library, CMS", DigestAlgorithm.SHA256, ours(context, ContainerFormat.CMS)),
                Arguments.of(
                        "of this library, PAdES", DigestAlgorithm.SHA256, ours(context, ContainerFormat.PADES_B_B)),
                Arguments.of(
                        "of this library, CAdES", DigestAlgorithm.SHA256, ours(context, ContainerFormat.CADES_B_B)),
                Arguments.of("of OpenSSL", DigestAlgorithm.SHA256, openssl("sha256")),
                Arguments.of("of OpenSSL, CAdES", DigestAlgorithm.SHA512, openssl("sha512", "-cades")),
                Arguments.of(
                        "of OpenSSL, with receipt",
                        DigestAlgorithm.SHA384,
                        openssl("sha384", "-receipt_request_to", "a@example.org")));
    }

    private static byte[] ours(RequestContext context, ContainerFormat format) {
        byte[] container = SigningService.builder(SigningKeys.of(TestKeys.key("key")), new CmsContainerBuilder())
                .build()
                .signContainer(
                        context,
                        ContainerRequest.forDigest(format, Digest.compute(DigestAlgorithm.SHA256, new byte[] {1})));
        return attributesOf(container);
    }

    private static byte[] openssl(String hash, String... more) {
        Path key = TestPki.writePem(directory.resolve("key.pem"), TestPki.pkcs8(TestKeys.KEY_PAIR));
        Path certificate = TestPki.writePem(
                directory.resolve("signer.pem"), TestKeys.chain().signer());
        Path out = directory.resolve("cms.der");
        try {
            Files.writeString(directory.resolve("contents"), "contents");
            List<String> command = new ArrayList<>(List.of("openssl", "cms", "-sign", "-binary", "-outform", "DER"));
            command.addAll(List.of("-in", directory.resolve("contents").toString(), "-inkey", key.toString()));
            command.addAll(List.of("-signer", certificate.toString(), "-md", hash, "-out", out.toString()));
            command.addAll(Arrays.asList(more));
            ExternalTool.runOrFail(command.toArray(String[]::new));
            return attributesOf(Files.readAllBytes(out));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** As BouncyCastle gives them to a verifier. */
    private static byte[] attributesOf(byte[] container) {
        try {
            SignerInformation signer =
                    new CMSSignedData(container).getSignerInfos().iterator().next();
            return signer.getEncodedSignedAttributes();
        } catch (CMSException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void signedAttributes(String name, DigestAlgorithm algorithm, byte[] data) {
        assertThat(inspect(algorithm, data).deviation()).isEmpty();
    }

    static Stream<Arguments> otherData() throws Exception {
        KeyPair key = TestPki.keyPair("EC", 256);
        X509Certificate certificate =
                TestPki.certify("CN=Forged", key.getPublic(), "CN=CA", key, true, Instant.EPOCH, Instant.EPOCH);
        String jwt = Base64.getUrlEncoder().encodeToString("{\"alg\":\"RS256\"}".getBytes(StandardCharsets.UTF_8)) + "."
                + Base64.getUrlEncoder().encodeToString("{\"sub\":\"admin\"}".getBytes(StandardCharsets.UTF_8));
        ByteArrayOutputStream handshake = new ByteArrayOutputStream();
        handshake.write(" ".repeat(64).getBytes(StandardCharsets.US_ASCII));
        handshake.write("TLS 1.3, server CertificateVerify".getBytes(StandardCharsets.US_ASCII));
        handshake.write(0);
        handshake.write(new byte[32]);
        byte[] good = set(TYPE, DIGEST);
        byte[] outOfOrder = asItIs(new DLSet(new ASN1Encodable[] {DIGEST, TYPE}));
        byte[] longLength = new byte[good.length + 1];
        longLength[0] = good[0];
        longLength[1] = (byte) 0x81;
        System.arraycopy(good, 1, longLength, 2, good.length - 1);
        return Stream.of(
                Arguments.of("a TBSCertificate", certificate.getTBSCertificate(), "is not a SET OF"),
                Arguments.of("a certificate", certificate.getEncoded(), "is not a SET OF"),
                Arguments.of("a JWT (RFC 7515)", jwt.getBytes(StandardCharsets.US_ASCII), "is not a SET OF"),
                Arguments.of(
                        "a CertificateVerify (RFC 8446, section 4.4.3)", handshake.toByteArray(), "is not a SET OF"),
                Arguments.of("text", "text".getBytes(StandardCharsets.UTF_8), "is not a SET OF"),
                Arguments.of(
                        "text that begins with a 1",
                        "1234".getBytes(StandardCharsets.UTF_8),
                        "is not a SET OF Attribute"),
                Arguments.of("nothing", new byte[0], "is not a SET OF"),
                Arguments.of("one octet", new byte[] {0x31}, "is not a SET OF Attribute"),
                Arguments.of(
                        "attributes with the tag of a SignerInfo",
                        der(new DERTaggedObject(false, 0, new DERSet(new ASN1Encodable[] {TYPE, DIGEST}))),
                        "begins with the tag [0]"),
                Arguments.of(
                        "BER of indefinite length",
                        asItIs(new BERSet(new ASN1Encodable[] {TYPE, DIGEST})),
                        "is not in DER"),
                Arguments.of("a length in the long form", longLength, "is not in DER"),
                Arguments.of(
                        "attributes out of order",
                        Arrays.equals(outOfOrder, good)
                                ? asItIs(new DLSet(new ASN1Encodable[] {TYPE, DIGEST}))
                                : outOfOrder,
                        "is not in DER"),
                Arguments.of(
                        "an octet behind the set", Arrays.copyOf(good, good.length + 1), "something follows the set"),
                Arguments.of("a set behind the set", twice(good), "something follows the set"),
                Arguments.of("half a set", Arrays.copyOf(good, good.length - 1), "is not a SET OF Attribute"),
                Arguments.of("an empty set", set(), "exactly one content-type"),
                Arguments.of("a set of texts", set(new DERUTF8String("a")), "is not a SET OF Attribute"),
                Arguments.of("no content type", set(DIGEST, TIME), "exactly one content-type"),
                Arguments.of("two content types", set(TYPE, TYPE, DIGEST), "exactly one content-type"),
                Arguments.of(
                        "a content type with two values",
                        set(
                                attribute(
                                        CMSAttributes.contentType,
                                        PKCSObjectIdentifiers.data,
                                        PKCSObjectIdentifiers.signedData),
                                DIGEST),
                        "exactly one content-type"),
                Arguments.of(
                        "a content type that is text",
                        set(attribute(CMSAttributes.contentType, new DERUTF8String("a")), DIGEST),
                        "exactly one content-type"),
                Arguments.of("no message digest", set(TYPE, TIME), "exactly one message-digest"),
                Arguments.of(
                        "two message digests",
                        set(TYPE, DIGEST, attribute(CMSAttributes.messageDigest, new DEROctetString(new byte[] {1}))),
                        "exactly one message-digest"),
                Arguments.of(
                        "a message digest with two values",
                        set(TYPE, attribute(CMSAttributes.messageDigest, octets(32), octets(31))),
                        "exactly one message-digest"),
                Arguments.of(
                        "a message digest that is text",
                        set(TYPE, attribute(CMSAttributes.messageDigest, new DERUTF8String("a"))),
                        "exactly one message-digest"),
                Arguments.of(
                        "a digest of another length",
                        set(TYPE, attribute(CMSAttributes.messageDigest, octets(20))),
                        "has a message digest of 20 bytes, but one made with sha256 has 32"),
                Arguments.of(
                        "a digest of SHA-512",
                        set(TYPE, attribute(CMSAttributes.messageDigest, octets(64))),
                        "has a message digest of 64 bytes"),
                Arguments.of(
                        "an attribute without a value",
                        set(TYPE, DIGEST, attribute(CMSAttributes.signingTime)),
                        "without a value"),
                Arguments.of("sets in sets", nested(), "is not a SET OF Attribute"),
                Arguments.of(
                        "too long",
                        set(TYPE, DIGEST, attribute(PKCSObjectIdentifiers.id_aa_ets_otherSigCert, octets(65_536))),
                        "is longer than 65536 bytes"));
    }

    private static byte[] twice(byte[] data) {
        byte[] twice = Arrays.copyOf(data, 2 * data.length);
        System.arraycopy(data, 0, twice, data.length, data.length);
        return twice;
    }

    private static byte[] nested() {
        byte[] nested = new byte[60_000];
        for (int i = 0; i < nested.length; i += 2) {
            nested[i] = 0x31;
            nested[i + 1] = (byte) 0x80;
        }
        return nested;
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void otherData(String name, byte[] data, String expected) {
        assertThat(inspect(DigestAlgorithm.SHA256, data).deviation())
                .hasValueSatisfying(deviation -> assertThat(deviation).contains(expected));
    }

    /** Counts what the service tells. */
    private static final class Counts implements SignerMetrics {
        private int signed;
        private int refused;

        @Override
        public void rawDataDeviated(boolean isRefused) {
            if (isRefused) {
                refused++;
            } else {
                signed++;
            }
        }
    }

    private final Counts counts = new Counts();

    private SigningService.Builder service(RawDataRule rule) {
        return SigningService.builder(SigningKeys.of(TestKeys.key("key")), new CmsContainerBuilder())
                .rawData(rule)
                .metrics(counts);
    }

    private static RequestContext request() {
        return RequestContext.builder("request-1").build();
    }

    @Test
    void anyDataIsSignedInSilenceByDefault() {
        SigningService service = SigningService.builder(SigningKeys.of(TestKeys.key("key")), new CmsContainerBuilder())
                .metrics(counts)
                .build();
        try (CapturedLog log = new CapturedLog()) {
            assertThat(service.signRaw(request(), DigestAlgorithm.SHA256, new byte[] {1}))
                    .isNotEmpty();
            assertThat(service.signRaw(request(), Digest.compute(DigestAlgorithm.SHA256, new byte[] {1})))
                    .isNotEmpty();
            assertThat(log.lines()).noneMatch(line -> line.startsWith("WARN"));
        }
        assertThat(counts.signed + counts.refused).isZero();
    }

    @Test
    void otherDataIsSignedWithOneWarningAMinuteAndCounted() {
        SigningService service = service(RawDataRule.WARN).build();
        try (CapturedLog log = new CapturedLog()) {
            for (int i = 0; i < 3; i++) {
                assertThat(service.signRaw(request(), DigestAlgorithm.SHA256, new byte[] {1}))
                        .isNotEmpty();
            }
            assertThat(service.signRaw(request(), DigestAlgorithm.SHA256, set(TYPE, DIGEST)))
                    .isNotEmpty();
            assertThat(log.lines().stream().filter(line -> line.startsWith("WARN")))
                    .singleElement()
                    .asString()
                    .contains("request-1", "it is not a SET OF in DER");
        }
        assertThat(counts.signed).isEqualTo(3);
        assertThat(counts.refused).isZero();
    }

    @Test
    void otherDataIsRefusedWithTheReasonAndRecorded() {
        List<AuditEvent> events = new ArrayList<>();
        SigningService service = service(RawDataRule.SIGNED_ATTRIBUTES)
                .policy(attempt -> PolicyDecision.allow("caller"))
                .audit(events::add)
                .build();
        Digest digest = Digest.compute(DigestAlgorithm.SHA256, new byte[] {1});
        assertThatThrownBy(() -> service.signRaw(request(), DigestAlgorithm.SHA256, new byte[] {1}))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("RFC 5652, section 5.4). It is not a SET OF in DER.");
        assertThatThrownBy(() -> service.signRaw(request(), digest))
                .hasMessageContaining("It is known by its digest only.");
        assertThatThrownBy(() -> service.signRaw(request(), RawData.tooLong(digest)))
                .hasMessageContaining("It is longer than 65536 bytes.");
        assertThat(service.signAll(request(), List.of(digest)).get(0).error()).isPresent();
        assertThatCode(() -> service.signRaw(request(), DigestAlgorithm.SHA256, set(TYPE, DIGEST)))
                .doesNotThrowAnyException();
        assertThat(counts.refused).isEqualTo(4);
        assertThat(events)
                .hasSize(5)
                .allSatisfy(event -> assertThat(event.callers()).containsExactly("caller"));
        assertThat(events.get(0).error()).isPresent();
        assertThat(events.get(4).error()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"WARN", "SIGNED_ATTRIBUTES"})
    void whoIsDeniedHearsNothingOfIt(RawDataRule rule) {
        SigningService service =
                service(rule).policy(attempt -> PolicyDecision.deny("No.")).build();
        assertThatThrownBy(() -> service.signRaw(request(), DigestAlgorithm.SHA256, new byte[] {1}))
                .isInstanceOf(SigningDeniedException.class);
        assertThat(counts.signed + counts.refused).isZero();
    }

    @Test
    void containersAreNotRawData() {
        SigningService service = service(RawDataRule.SIGNED_ATTRIBUTES).build();
        assertThat(service.signContainer(
                        request(),
                        ContainerRequest.forDigest(
                                ContainerFormat.CMS, Digest.compute(DigestAlgorithm.SHA256, new byte[] {1}))))
                .isNotEmpty();
        assertThat(Optional.of(service.rawData())).contains(RawDataRule.SIGNED_ATTRIBUTES);
    }
}

package io.github.hsmsigner.core.tsp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.Digest;
import io.github.hsmsigner.core.DigestAlgorithm;
import io.github.hsmsigner.core.TestKeys;
import io.github.hsmsigner.core.error.SigningUnavailableException;
import io.github.hsmsigner.testing.CapturedLog;
import io.github.hsmsigner.testing.ExternalTool;
import io.github.hsmsigner.testing.LoopbackServer;
import io.github.hsmsigner.testing.OpenSslTimestampAuthority;
import io.github.hsmsigner.testing.TestPki;
import java.io.IOException;
import java.math.BigInteger;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.Date;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.BEROctetString;
import org.bouncycastle.asn1.BERSequence;
import org.bouncycastle.asn1.BERSet;
import org.bouncycastle.asn1.BERTaggedObject;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERUTF8String;
import org.bouncycastle.asn1.cmp.PKIFailureInfo;
import org.bouncycastle.asn1.cms.ContentInfo;
import org.bouncycastle.asn1.cms.SignedData;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.cert.jcajce.JcaCertStore;
import org.bouncycastle.cms.CMSSignedData;
import org.bouncycastle.cms.jcajce.JcaSimpleSignerInfoGeneratorBuilder;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.operator.bc.BcDigestCalculatorProvider;
import org.bouncycastle.tsp.TimeStampRequest;
import org.bouncycastle.tsp.TimeStampRequestGenerator;
import org.bouncycastle.tsp.TimeStampResponseGenerator;
import org.bouncycastle.tsp.TimeStampToken;
import org.bouncycastle.tsp.TimeStampTokenGenerator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class Rfc3161TimestampSourceTest {

    private static final byte[] SIGNATURE = "octets of a signature".getBytes(StandardCharsets.US_ASCII);
    private static final Digest DIGEST = Digest.compute(DigestAlgorithm.SHA256, SIGNATURE);

    private static final String SHA256 = DigestAlgorithm.SHA256.oid();
    private static final String SHA3_256 = "2.16.840.1.101.3.4.2.8";
    private static final KeyPair TSA_KEY = TestPki.rsaKeyPair(2048);
    private static final int FLIPS = 40;

    @TempDir
    private static Path directory;

    private static OpenSslTimestampAuthority authority;
    private static OpenSslTimestampAuthority second;

    @BeforeAll
    static void start() {
        authority = new OpenSslTimestampAuthority(directory.resolve("tsa"));
        second = new OpenSslTimestampAuthority(directory.resolve("second"));
    }

    @AfterAll
    static void stop() {
        authority.close();
        second.close();
    }

    @BeforeEach
    void behave() {
        authority.reset();
        second.reset();
    }

    private TimestampAuthority.Builder here() {
        return TimestampAuthority.builder(authority.uri()).trusted(List.of(authority.caCertificate()));
    }

    private static Rfc3161TimestampSource source(TimestampAuthority... authorities) {
        return Rfc3161TimestampSource.builder(List.of(authorities)).build();
    }

    private static void assertRefused(Rfc3161TimestampSource source, String... reasons) {
        assertThatThrownBy(() -> source.timestamp(DIGEST, TestKeys.soon()))
                .isInstanceOfSatisfying(SigningUnavailableException.class, e -> {
                    assertThat(e.retryable()).isTrue();
                    assertThat(e.getMessage()).contains(reasons);
                });
    }

    @ParameterizedTest
    @EnumSource
    void opensslVerifiesTheToken(DigestAlgorithm algorithm) throws IOException {
        assertOpensslVerifies(
                source(here().build()).timestamp(Digest.compute(algorithm, SIGNATURE), TestKeys.soon()),
                authority.caCertificate());
    }

    private void assertOpensslVerifies(byte[] token, X509Certificate ca) throws IOException {
        String verdict = ExternalTool.runOrFail(
                "openssl",
                "ts",
                "-verify",
                "-token_in",
                "-in",
                Files.write(directory.resolve("token"), token).toString(),
                "-data",
                Files.write(directory.resolve("data"), SIGNATURE).toString(),
                "-CAfile",
                TestPki.writePem(directory.resolve("ca.pem"), ca).toString());
        assertThat(verdict).contains("Verification: OK");
    }

    /** OpenSSL's authority cannot sign so; it can verify neither. */
    @ParameterizedTest
    @ValueSource(strings = {"SHA256withRSAandMGF1", "SHA512withRSAandMGF1"})
    void takesATokenThatIsSignedWithRsassaPss(String algorithm) throws Exception {
        byte[] token = stampWith(algorithm);
        assertThat(new TimeStampToken(new CMSSignedData(token))
                        .getTimeStampInfo()
                        .getMessageImprintDigest())
                .isEqualTo(DIGEST.bytes());
    }

    /** Asks an authority that BouncyCastle plays. */
    private static byte[] stampWith(String algorithm) {
        try (LoopbackServer server = new LoopbackServer(
                (exchange, request) -> LoopbackServer.Reply.of(reply(new TimeStampRequest(request), algorithm)))) {
            TimestampAuthority played = TimestampAuthority.builder(server.uri("/"))
                    .trusted(List.of(TestKeys.PKI.intermediate()))
                    .build();
            return source(played).timestamp(DIGEST, TestKeys.soon());
        }
    }

    private static byte[] reply(TimeStampRequest request, String algorithm) {
        try {
            X509Certificate certificate = TestKeys.PKI.certifyTimestampAuthority(TSA_KEY.getPublic());
            TimeStampTokenGenerator tokens = new TimeStampTokenGenerator(
                    new JcaSimpleSignerInfoGeneratorBuilder()
                            .setProvider(new BouncyCastleProvider())
                            .build(algorithm, TSA_KEY.getPrivate(), certificate),
                    new BcDigestCalculatorProvider().get(new AlgorithmIdentifier(new ASN1ObjectIdentifier(SHA256))),
                    new ASN1ObjectIdentifier("1.2.3.4.1"));
            tokens.addCertificates(new JcaCertStore(List.of(certificate)));
            return new TimeStampResponseGenerator(tokens, Set.of(SHA256))
                    .generate(request, BigInteger.ONE, new Date())
                    .getEncoded();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** RFC 5652 lets all but the signed attributes be in BER; the container that the token is for is in DER. */
    @Test
    void takesAnAnswerInBerAndGivesTheTokenInDer() throws IOException {
        authority.changeResponse(response -> ber(response, false));
        byte[] token = source(here().build()).timestamp(DIGEST, TestKeys.soon());
        assertThat(ASN1Primitive.fromByteArray(token).getEncoded(ASN1Encoding.DER))
                .isEqualTo(token);
        assertOpensslVerifies(token, authority.caCertificate());
    }

    @Test
    void refusesABerTokenThatWouldNotBeTheSameInDer() {
        authority.changeResponse(response -> ber(response, true));
        assertRefused(source(here().build()), "its token holds a certificate or a CRL that is not in DER");
    }

    /** Indefinite lengths and a content in parts; in the certificates only if asked for, as that changes what was signed. */
    private static byte[] ber(byte[] response, boolean certificatesToo) {
        try {
            ASN1Sequence answer = ASN1Sequence.getInstance(response);
            ContentInfo token = ContentInfo.getInstance(answer.getObjectAt(1));
            SignedData signed = SignedData.getInstance(token.getContent());
            byte[] content = ASN1OctetString.getInstance(
                            signed.getEncapContentInfo().getContent())
                    .getOctets();
            BEROctetString parts = new BEROctetString(content, 50);
            ASN1Encodable[] certificates = signed.getCertificates().toArray();
            if (certificatesToo) {
                for (int i = 0; i < certificates.length; i++) {
                    certificates[i] = new BERSequence(
                            ASN1Sequence.getInstance(certificates[i]).toArray());
                }
            }
            BERSequence signedData = sequence(
                    signed.getVersion(),
                    signed.getDigestAlgorithms(),
                    sequence(signed.getEncapContentInfo().getContentType(), new BERTaggedObject(true, 0, parts)),
                    new BERTaggedObject(false, 0, new BERSet(certificates)),
                    signed.getSignerInfos());
            return sequence(
                            answer.getObjectAt(0),
                            sequence(token.getContentType(), new BERTaggedObject(true, 0, signedData)))
                    .getEncoded();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static BERSequence sequence(ASN1Encodable... elements) {
        return new BERSequence(elements);
    }

    @ParameterizedTest
    @CsvSource({"SHA1withRSA,SHA-1", "SHA1withRSAandMGF1,SHA-1", "MD5withRSA,MD5"})
    void refusesATokenThatIsSignedWithABrokenDigest(String algorithm, String name) {
        assertThatThrownBy(() -> stampWith(algorithm))
                .isInstanceOf(SigningUnavailableException.class)
                .hasMessageContaining("it is signed with " + name + ", for which collisions can be made");
    }

    @Test
    void refusesThoseOfOpensslToo() {
        authority.signWith("sha1");
        assertRefused(source(here().build()), "it is signed with SHA-1");
    }

    @Test
    void whatAnAuthoritySaysIsShownOnOneLineAndCutShort() {
        String text = "come\r\nback \u202Elater \u2028" + "x".repeat(5000);
        authority.changeResponse(response -> refusal(text));
        assertThatThrownBy(() -> source(here().build()).timestamp(DIGEST, TestKeys.soon()))
                .hasMessageContainingAll(
                        "it refuses with status 2 (rejection), badAlg, timeNotAvailable, \"come back later xxx",
                        "...\"")
                .hasMessageNotContaining("\n")
                .hasMessageNotContaining("\u202E")
                .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(600));
    }

    private static byte[] refusal(String text) {
        try {
            return new DERSequence(new DERSequence(new ASN1Encodable[] {
                        new ASN1Integer(2),
                        new DERSequence(new DERUTF8String(text)),
                        new PKIFailureInfo(PKIFailureInfo.badAlg | PKIFailureInfo.timeNotAvailable)
                    }))
                    .getEncoded();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void anInterruptedThreadAsksNoFurtherAuthority() throws Exception {
        authority.beSlow();
        Rfc3161TimestampSource source =
                source(here().build(), TimestampAuthority.builder(second.uri()).build());
        CompletableFuture<Throwable> failure = new CompletableFuture<>();
        Thread thread = new Thread(() -> failure.complete(
                catchThrowable(() -> source.timestamp(DIGEST, Deadline.after(Duration.ofSeconds(30))))));
        authority.changeResponse(response -> {
            thread.interrupt();
            return response;
        });
        thread.start();
        assertThat(failure.get(20, TimeUnit.SECONDS))
                .isInstanceOf(SigningUnavailableException.class)
                .hasMessageContaining("interrupted")
                .hasMessageNotContaining(second.uri().getAuthority());
        assertThat(second.requests()).isZero();
    }

    /** Each way in which the first authority can fail. */
    static Stream<Arguments> failures() {
        return Stream.of(
                failure("slow", OpenSslTimestampAuthority::beSlow),
                failure("wrong nonce", a -> a.changeRequest(q -> query(SHA256, DIGEST.bytes(), BigInteger.TEN))),
                failure("wrong imprint", a -> a.changeRequest(q -> query(SHA256, new byte[32], nonce(q)))),
                failure("garbage", a -> a.changeResponse(r -> "garbage".getBytes(StandardCharsets.US_ASCII))),
                failure("500", a -> a.answerStatus(500)),
                failure("connection refused", null));
    }

    private static Arguments failure(String name, Consumer<OpenSslTimestampAuthority> behaviour) {
        return Arguments.of(name, behaviour);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("failures")
    void theSecondAuthorityHelpsOut(String name, Consumer<OpenSslTimestampAuthority> behaviour) {
        TimestampAuthority first = behaviour == null
                ? TimestampAuthority.builder(LoopbackServer.closedPort()).build()
                : here().build();
        if (behaviour != null) {
            behaviour.accept(authority);
        }
        Rfc3161TimestampSource source = Rfc3161TimestampSource.builder(List.of(
                        first,
                        TimestampAuthority.builder(second.uri())
                                .trusted(List.of(second.caCertificate()))
                                .build()))
                .attemptLimit(Duration.ofSeconds(2))
                .build();
        assertThat(source.timestamp(DIGEST, TestKeys.soon())).isNotEmpty();
        assertThat(second.requests()).isEqualTo(1);
    }

    @Test
    void asksForThePolicy() throws Exception {
        byte[] token = source(here().policy("1.2.3.4.5").build()).timestamp(DIGEST, TestKeys.soon());
        assertThat(new TimeStampToken(new CMSSignedData(token))
                        .getTimeStampInfo()
                        .getPolicy()
                        .getId())
                .isEqualTo("1.2.3.4.5");
        assertRefused(
                source(here().policy("1.9.9.9").build()),
                "it refuses with status 2 (rejection), unacceptedPolicy, \"Requested policy is not supported.\"");
    }

    static Stream<Arguments> changedRequests() {
        return Stream.of(
                changed("nonce", q -> query(SHA256, DIGEST.bytes(), BigInteger.TEN)),
                changed("nonce", q -> query(SHA256, DIGEST.bytes(), null)),
                changed("imprint", q -> query(SHA256, new byte[32], nonce(q))),
                changed("imprint", q -> query(DigestAlgorithm.SHA384.oid(), new byte[48], nonce(q))),
                changed("imprint algorithm", q -> query(SHA3_256, DIGEST.bytes(), nonce(q))));
    }

    private static Arguments changed(String reason, UnaryOperator<byte[]> change) {
        return Arguments.of(reason, change);
    }

    private static BigInteger nonce(byte[] query) {
        try {
            return new TimeStampRequest(query).getNonce();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] query(String algorithm, byte[] imprint, BigInteger nonce) {
        TimeStampRequestGenerator generator = new TimeStampRequestGenerator();
        generator.setCertReq(true);
        try {
            return generator
                    .generate(new ASN1ObjectIdentifier(algorithm), imprint, nonce)
                    .getEncoded();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @ParameterizedTest
    @MethodSource("changedRequests")
    void refusesTheAnswerToAnotherRequest(String reason, UnaryOperator<byte[]> change) {
        authority.changeRequest(change);
        assertRefused(source(here().build()), "its answer is refused", reason);
    }

    @Test
    void refusesWhatIsNoAnswer() {
        Rfc3161TimestampSource source = source(here().build());
        Stream<UnaryOperator<byte[]>> damages = Stream.of(
                r -> "not a timestamp".getBytes(StandardCharsets.US_ASCII),
                r -> Arrays.copyOf(r, r.length + 1),
                r -> Arrays.copyOf(r, r.length - 1),
                r -> Arrays.copyOf(r, r.length / 2),
                r -> HexFormat.of().parseHex("3084ffffffff00"),
                r -> HexFormat.of().parseHex("3080020100"),
                r -> new byte[] {0x30},
                r -> new byte[0],
                r -> HexFormat.of().parseHex("300530030201ff"),
                r -> HexFormat.of().parseHex("30053003020100"));
        damages.forEach(damage -> {
            authority.changeResponse(damage);
            assertThatThrownBy(() -> source.timestamp(DIGEST, TestKeys.soon()))
                    .isInstanceOf(SigningUnavailableException.class)
                    .hasMessageContaining("its answer");
        });
    }

    /** A bit may be flipped where nothing depends on it, as in a certificate that nobody needs; anywhere else it must be noticed. */
    @Test
    void aFlippedBitLeadsToARefusalOrDoesNoHarm() throws Exception {
        Rfc3161TimestampSource source = source(here().build());
        int refused = 0;
        for (int i = 0; i < FLIPS; i++) {
            int part = i;
            authority.changeResponse(r -> {
                byte[] flipped = r.clone();
                flipped[(r.length - 1) * part / (FLIPS - 1)] ^= (byte) (1 << (part % 8));
                return flipped;
            });
            try {
                byte[] token = source.timestamp(DIGEST, TestKeys.soon());
                assertThat(new TimeStampToken(new CMSSignedData(token))
                                .getTimeStampInfo()
                                .getMessageImprintDigest())
                        .isEqualTo(DIGEST.bytes());
            } catch (SigningUnavailableException e) {
                refused++;
            }
        }
        assertThat(refused).isGreaterThan(FLIPS / 2);
    }

    @Test
    void refusesAnAnswerThatIsTooLarge() {
        authority.changeResponse(r -> new byte[100_000]);
        assertRefused(source(here().build()), ": the answer is larger than");
        authority.changeResponse(r -> r);
        assertRefused(
                Rfc3161TimestampSource.builder(List.of(here().build()))
                        .maxTokenSize(100)
                        .build(),
                "more than the limit of 100");
    }

    @Test
    void doesNotWaitForASlowAuthority() {
        authority.beSlow();
        Rfc3161TimestampSource source = source(here().build());
        assertThatThrownBy(() -> source.timestamp(DIGEST, Deadline.after(Duration.ofMillis(300))))
                .isInstanceOf(SigningUnavailableException.class)
                .hasMessageContaining("no whole answer came in time");
    }

    @Test
    void saysWhatTheServerSays() {
        authority.answerStatus(500);
        assertRefused(source(here().build()), "status 500");
        assertRefused(
                source(TimestampAuthority.builder(LoopbackServer.closedPort()).build()), "was refused");
    }

    @Test
    void refusesAnAuthorityThatIsNotTrusted() {
        assertRefused(
                source(TimestampAuthority.builder(authority.uri())
                        .trusted(List.of(TestKeys.PKI.root()))
                        .build()),
                "not issued by a trusted one");
        assertThat(source(TimestampAuthority.builder(authority.uri()).build()).timestamp(DIGEST, TestKeys.soon()))
                .isNotEmpty();
    }

    @Test
    void refusesATimeThatIsFarOff() {
        Rfc3161TimestampSource source = Rfc3161TimestampSource.builder(List.of(here().build()))
                .clock(Clock.offset(Clock.systemUTC(), Duration.ofHours(1)))
                .build();
        assertRefused(source, "its clock is off by");
    }

    @Test
    void sendsCredentialsAndShowsThemNowhere() {
        authority.require("Basic dXNlcjpzM2NyM3Q=");
        TimestampAuthority right =
                here().basicAuth("user", "s3cr3t".toCharArray()).build();
        TimestampAuthority wrong =
                here().basicAuth("user", "gu3ss".toCharArray()).build();
        try (CapturedLog log = new CapturedLog()) {
            assertThat(source(right).timestamp(DIGEST, TestKeys.soon())).isNotEmpty();
            assertRefused(source(wrong), "status 401");
            assertThat(log.text()).doesNotContain("s3cr3t", "gu3ss", "Z3Uzc3M", "dXNlcjpzM2NyM3Q");
        }
        assertThat(right.toString()).doesNotContain("s3cr3t", "user");
    }

    @Test
    void goesOnToTheNextAuthority() {
        TimestampAuthority dead =
                TimestampAuthority.builder(LoopbackServer.closedPort()).build();
        try (CapturedLog log = new CapturedLog()) {
            assertThat(source(dead, here().build()).timestamp(DIGEST, TestKeys.soon()))
                    .isNotEmpty();
            assertThat(log.lines())
                    .filteredOn(line -> line.startsWith("WARN"))
                    .singleElement()
                    .asString()
                    .contains(dead.toString());
        }
        assertThat(authority.requests()).isEqualTo(1);
    }

    @Test
    void namesEveryReasonWhenAllFail() {
        authority.answerStatus(503);
        TimestampAuthority dead =
                TimestampAuthority.builder(LoopbackServer.closedPort()).build();
        Rfc3161TimestampSource source = source(dead, here().build());
        assertThatThrownBy(() -> source.timestamp(DIGEST, TestKeys.soon()))
                .hasMessageContainingAll(
                        dead.toString(), "was refused", here().build().toString(), "status 503")
                .satisfies(e -> assertThat(e.getSuppressed()).hasSize(1));
    }

    @Test
    void aShortDeadlineIsSharedByAllAuthorities() {
        authority.beSlow();
        Rfc3161TimestampSource source =
                source(here().build(), TimestampAuthority.builder(second.uri()).build());
        // Less than the default limit of one authority.
        assertThat(source.timestamp(DIGEST, Deadline.after(Duration.ofSeconds(4))))
                .isNotEmpty();
    }

    @Test
    void keysInTheAddressAreShownNowhere() {
        authority.answerStatus(500);
        TimestampAuthority keyed = TimestampAuthority.builder(
                        URI.create(authority.uri() + "/k3yinpath?apikey=k3yinquery"))
                .build();
        try (CapturedLog log = new CapturedLog()) {
            Rfc3161TimestampSource source = source(keyed);
            assertThatThrownBy(() -> source.timestamp(DIGEST, TestKeys.soon()))
                    .hasMessageContaining("127.0.0.1:")
                    .hasMessageNotContaining("k3yin");
            assertThat(log.text()).contains("127.0.0.1:").doesNotContain("k3yin");
        }
    }

    @Test
    void settingsThatCannotWorkAreRefused() {
        Rfc3161TimestampSource.Builder builder = Rfc3161TimestampSource.builder(List.of(here().build()));
        assertThatThrownBy(() -> builder.attemptLimit(Duration.ZERO)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> builder.maxTokenSize(Integer.MAX_VALUE)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> builder.maxTokenSize(0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void anAddressHoldsNoCredentialsAndIsHttp() {
        assertThatThrownBy(() -> TimestampAuthority.builder(URI.create("ftp://tsa.example/")))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> TimestampAuthority.builder(URI.create("http://user:secret@tsa.example/")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageNotContaining("secret");
    }

    @Test
    void aHostMayHaveANameOfComposeAndTheSchemeCapitals() {
        assertThat(TimestampAuthority.builder(URI.create("HTTP://time_stamp:8080/key"))
                        .build())
                .hasToString("http://time_stamp:8080");
        assertThat(TimestampAuthority.builder(URI.create("https://tsa-/")).build())
                .hasToString("https://tsa-");
        assertThatThrownBy(() -> TimestampAuthority.builder(URI.create("http://user@time_stamp/")))
                .hasMessage("The address of a timestamp authority must not contain a user or a password");
        assertThatThrownBy(() -> TimestampAuthority.builder(URI.create("http:///tsa")))
                .hasMessageContaining("its host or port is not valid");
    }
}

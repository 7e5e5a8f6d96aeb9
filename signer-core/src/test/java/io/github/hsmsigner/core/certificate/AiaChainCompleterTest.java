package io.github.hsmsigner.core.certificate;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hsmsigner.core.CertificateChain;
import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.TestKeys;
import io.github.hsmsigner.testing.CapturedLog;
import io.github.hsmsigner.testing.LoopbackServer;
import io.github.hsmsigner.testing.TestPki;
import io.github.hsmsigner.testing.UnsortedName;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AccessDescription;
import org.bouncycastle.asn1.x509.AuthorityInformationAccess;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.cms.CMSAbsentContent;
import org.bouncycastle.cms.CMSSignedDataGenerator;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.util.io.pem.PemObject;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Chains that are completed over HTTP. */
class AiaChainCompleterTest {

    private static final Instant NOW = Instant.parse("2026-06-01T00:00:00Z");
    private static final KeyPair ROOT_KEY = TestPki.rsaKeyPair(2048);
    private static final KeyPair SIGNER_KEY = TestPki.rsaKeyPair(2048);
    private static final X509Certificate ODD_ISSUER =
            UnsortedName.certify("CN=Root", ROOT_KEY.getPublic(), TestPki.rsaKeyPair(2048));

    private final AtomicInteger requests = new AtomicInteger();
    private LoopbackServer server;
    private volatile byte[] answer = new byte[0];
    private volatile boolean slow;

    @BeforeEach
    void serve() {
        server = new LoopbackServer((exchange, request) -> {
            requests.incrementAndGet();
            return new LoopbackServer.Reply(200, answer, slow);
        });
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private String address() {
        return server.uri("/issuer.cer").toString();
    }

    private static X509Certificate root(Instant begin, Instant expiry) throws Exception {
        return certificate("CN=Root", ROOT_KEY, begin, expiry, new BasicConstraints(true));
    }

    private static X509Certificate signer(String... issuerAddresses) throws Exception {
        return certificate("CN=Somebody", SIGNER_KEY, days(-1), days(1), new BasicConstraints(false), issuerAddresses);
    }

    private static X509Certificate certificate(
            String subject,
            KeyPair key,
            Instant begin,
            Instant expiry,
            BasicConstraints constraints,
            String... issuerAddresses)
            throws Exception {
        JcaX509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                new X500Name("CN=Root"),
                BigInteger.valueOf(System.identityHashCode(key)),
                Date.from(begin),
                Date.from(expiry),
                new X500Name(subject),
                key.getPublic());
        builder.addExtension(Extension.basicConstraints, true, constraints);
        if (issuerAddresses.length > 0) {
            builder.addExtension(
                    Extension.authorityInfoAccess,
                    false,
                    new AuthorityInformationAccess(Stream.of(issuerAddresses)
                            .map(address -> new AccessDescription(
                                    AccessDescription.id_ad_caIssuers,
                                    new GeneralName(GeneralName.uniformResourceIdentifier, address)))
                            .toArray(AccessDescription[]::new)));
        }
        return new JcaX509CertificateConverter()
                .getCertificate(
                        builder.build(new JcaContentSignerBuilder("SHA256withRSA").build(ROOT_KEY.getPrivate())));
    }

    private static Instant days(int days) {
        return NOW.plus(Duration.ofDays(days));
    }

    @Test
    void fetchesAMissingIssuerOnce() throws Exception {
        X509Certificate root = root(days(-1000), days(1000));
        answer = root.getEncoded();
        CertificateChain chain = CertificateChain.of(signer(address()), List.of());
        AiaChainCompleter completer = AiaChainCompleter.builder().build();
        assertThat(completer.complete(chain, TestKeys.soon()).certificates()).containsExactly(chain.signer(), root);
        assertThat(completer.complete(chain, TestKeys.soon()).certificates()).hasSize(2);
        assertThat(requests).hasValue(1);
        assertThat(completer
                        .completing(key -> chain)
                        .certificateChain(SIGNER_KEY.getPublic())
                        .certificates())
                .hasSize(2);
    }

    @Test
    void anAddressThatMakesNoSenseDoesNotHideTheNext() throws Exception {
        answer = root(days(-1000), days(1000)).getEncoded();
        CertificateChain chain =
                CertificateChain.of(signer("http://not an address", "ldap://127.0.0.1/", address()), List.of());
        assertThat(AiaChainCompleter.builder()
                        .build()
                        .complete(chain, TestKeys.soon())
                        .certificates())
                .hasSize(2);
    }

    @Test
    void anInterruptedThreadFetchesNothing() throws Exception {
        CertificateChain chain = CertificateChain.of(signer(address()), List.of());
        Thread.currentThread().interrupt();
        assertThat(AiaChainCompleter.builder().build().complete(chain, TestKeys.soon()))
                .isEqualTo(chain);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(requests).hasValue(0);
    }

    @Test
    void takesNoIssuerThatDidNotSign() throws Exception {
        CertificateChain chain = CertificateChain.of(signer(address()), List.of());
        List<byte[]> answers = new ArrayList<>(List.of(
                TestKeys.PKI.root().getEncoded(), "garbage".getBytes(), new byte[0], new byte[] {0x30, (byte) 0x84, -1
                }));
        byte[] trailing = new byte[root(days(-1), days(1)).getEncoded().length + 1];
        System.arraycopy(root(days(-1), days(1)).getEncoded(), 0, trailing, 0, trailing.length - 1);
        answers.add(trailing);
        for (byte[] bytes : answers) {
            answer = bytes;
            assertThat(AiaChainCompleter.builder().build().complete(chain, TestKeys.soon()))
                    .isEqualTo(chain);
        }
        answer = root(days(-1), days(1)).getEncoded();
        assertThat(AiaChainCompleter.builder().maxBytes(100).build().complete(chain, TestKeys.soon()))
                .isEqualTo(chain);
    }

    static Stream<Arguments> readableForms() throws Exception {
        X509Certificate root = root(days(-1000), days(1000));
        byte[] der = root.getEncoded();
        return Stream.of(
                Arguments.of("Base64 in one line", Base64.getEncoder().encode(der)),
                Arguments.of("Base64 in lines", Base64.getMimeEncoder().encode(der)),
                Arguments.of("Base64 of PKCS#7", Base64.getMimeEncoder().encode(bundle(root))),
                Arguments.of("DER with a line break", (latin1(der) + "\r\n").getBytes(StandardCharsets.ISO_8859_1)),
                Arguments.of("PKCS#7", bundle(root)),
                Arguments.of("PEM", ascii(TestPki.pem(root))),
                Arguments.of(
                        "PEM after a text",
                        ascii("CN=Root\r\n" + TestPki.pem(root).replace("\n", "\r\n"))),
                Arguments.of("PEM of PKCS#7", ascii(TestPki.pem(new PemObject("PKCS7", bundle(root))))));
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static String latin1(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    /** A bundle with the bytes of the certificate. */
    private static byte[] bundle(X509Certificate certificate) throws Exception {
        CMSSignedDataGenerator generator = new CMSSignedDataGenerator();
        generator.addCertificate(new JcaX509CertificateHolder(certificate));
        return generator.generate(new CMSAbsentContent()).getEncoded(ASN1Encoding.DL);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("readableForms")
    void anIssuerIsReadInEachUsualForm(String name, byte[] form) throws Exception {
        answer = form;
        CertificateChain chain = CertificateChain.of(signer(address()), List.of());
        assertThat(AiaChainCompleter.builder()
                        .build()
                        .complete(chain, TestKeys.soon())
                        .certificates())
                .hasSize(2);
    }

    static Stream<Arguments> otherForms() throws Exception {
        ByteArrayOutputStream zipped = new ByteArrayOutputStream();
        try (OutputStream zip = new GZIPOutputStream(zipped)) {
            zip.write(root(days(-1000), days(1000)).getEncoded());
        }
        return Stream.of(
                Arguments.of(ascii("<!DOCTYPE html><html>moved</html>"), "it is an HTML or XML page"),
                Arguments.of(ascii("\r\n <?xml version=\"1.0\"?>"), "it is an HTML or XML page"),
                Arguments.of(ascii("Not found."), "it is text"),
                Arguments.of(zipped.toByteArray(), "it is compressed with gzip"),
                Arguments.of(
                        ascii("-----BEGIN X509 CRL-----\nMAA=\n-----END X509 CRL-----\n"),
                        "It holds: X509 CRL block of line 1"));
    }

    @ParameterizedTest
    @MethodSource("otherForms")
    void anotherFormIsNamed(byte[] form, String reason) throws Exception {
        answer = form;
        CertificateChain chain = CertificateChain.of(signer(address()), List.of());
        try (CapturedLog log = new CapturedLog()) {
            assertThat(AiaChainCompleter.builder().build().complete(chain, TestKeys.soon()))
                    .isEqualTo(chain);
            assertThat(log.text()).contains("could not be fetched: " + address() + ": ", reason);
        }
    }

    /** Its own issuer has such a name: a certificate of a signer with one is refused. */
    @ParameterizedTest
    @ValueSource(strings = {"DER", "PEM", "PKCS#7", "Base64"})
    void anIssuerWithAnUnsortedNameKeepsItsBytes(String form) throws Exception {
        byte[] odd = ODD_ISSUER.getEncoded();
        answer = switch (form) {
            case "PEM" -> ascii(TestPki.pem(ODD_ISSUER));
            case "PKCS#7" -> bundle(ODD_ISSUER);
            case "Base64" -> Base64.getMimeEncoder().encode(odd);
            default -> odd;
        };
        CertificateChain chain = CertificateChain.of(signer(address()), List.of());
        assertThat(UnsortedName.count(odd)).isEqualTo(1);
        List<X509Certificate> completed = AiaChainCompleter.builder()
                .build()
                .complete(chain, TestKeys.soon())
                .certificates();
        assertThat(completed).hasSize(2);
        assertThat(completed.get(1).getEncoded()).isEqualTo(odd);
    }

    @Test
    void doesNotWaitForASlowServerNorFetchFromElsewhereThanHttp() throws Exception {
        slow = true;
        answer = root(days(-1), days(1)).getEncoded();
        CertificateChain chain = CertificateChain.of(signer(address()), List.of());
        assertThat(AiaChainCompleter.builder().build().complete(chain, Deadline.after(Duration.ofMillis(200))))
                .isEqualTo(chain);
        for (String elsewhere : List.of("file:///etc/passwd", "ldap://127.0.0.1/x", "http://", "not an address")) {
            CertificateChain other = CertificateChain.of(signer(elsewhere), List.of());
            assertThat(AiaChainCompleter.builder().build().complete(other, TestKeys.soon()))
                    .isEqualTo(other);
        }
    }
}

package io.github.hsmsigner.core.certificate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hsmsigner.core.CertificateChain;
import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.TestKeys;
import io.github.hsmsigner.core.certificate.ChainFinding.Kind;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.testing.LoopbackServer;
import io.github.hsmsigner.testing.TestPki;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AccessDescription;
import org.bouncycastle.asn1.x509.AuthorityInformationAccess;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Chains that are inspected, replaced while running, and completed over HTTP. */
class ChainsTest {

    private static final Instant NOW = Instant.parse("2026-06-01T00:00:00Z");
    private static final KeyPair ROOT_KEY = TestPki.rsaKeyPair(2048);
    private static final KeyPair SIGNER_KEY = TestPki.rsaKeyPair(2048);

    @TempDir
    private Path directory;

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
        return certificate("CN=Root", ROOT_KEY, begin, expiry, new BasicConstraints(true), null);
    }

    private static X509Certificate signer(Instant begin, Instant expiry, Integer usage, String... issuerAddresses)
            throws Exception {
        return certificate(
                "CN=Somebody", SIGNER_KEY, begin, expiry, new BasicConstraints(false), usage, issuerAddresses);
    }

    private static X509Certificate certificate(
            String subject,
            KeyPair key,
            Instant begin,
            Instant expiry,
            BasicConstraints constraints,
            Integer usage,
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
        if (usage != null) {
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(usage));
        }
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

    private static List<Kind> findings(X509Certificate signer, X509Certificate... issuers) {
        return ChainInspection.inspect(CertificateChain.of(signer, List.of(issuers)), NOW).stream()
                .map(ChainFinding::kind)
                .toList();
    }

    @Test
    void namesWhatIsWrongWithAChain() throws Exception {
        X509Certificate root = root(days(-100), days(100));
        int forSignatures = KeyUsage.digitalSignature;
        assertThat(findings(signer(days(-1), days(1), forSignatures), root)).isEmpty();
        assertThat(findings(signer(days(-1), days(1), null), root)).isEmpty();
        assertThat(findings(signer(days(-1), days(1), KeyUsage.nonRepudiation), root))
                .isEmpty();
        assertThat(findings(signer(days(-2), days(-1), forSignatures), root)).containsExactly(Kind.SIGNER_EXPIRED);
        assertThat(findings(signer(days(1), days(2), forSignatures), root)).containsExactly(Kind.SIGNER_NOT_YET_VALID);
        assertThat(findings(signer(days(-1), days(1), KeyUsage.keyEncipherment), root))
                .containsExactly(Kind.SIGNER_NOT_FOR_SIGNATURES);
        assertThat(findings(signer(days(-1), days(1), forSignatures), root(days(-2), days(-1))))
                .containsExactly(Kind.ISSUER_EXPIRED);
        assertThat(findings(signer(days(-1), days(1), forSignatures))).containsExactly(Kind.INCOMPLETE);
    }

    @Test
    void saysItWithSubjectAndDate() throws Exception {
        CertificateChain chain =
                CertificateChain.of(signer(days(-2), days(-1), null), List.of(root(days(-100), days(100))));
        assertThat(ChainInspection.inspect(chain, NOW)).singleElement().satisfies(finding -> {
            assertThat(finding.severity()).isEqualTo(ChainFinding.Severity.ERROR);
            assertThat(finding.date()).contains(days(-1));
            assertThat(finding.sentence())
                    .isEqualTo("The certificate of \"CN=Somebody\" expired on 2026-05-31T00:00:00Z.");
        });
        assertThat(ChainInspection.timeLeft(chain, days(-3))).isEqualTo(Duration.ofDays(2));
    }

    @Test
    void replacesAChainWhileRunningOrKeepsTheOldOne() throws Exception {
        X509Certificate old = TestKeys.PKI.certifySigner("Old", SIGNER_KEY.getPublic());
        X509Certificate renewed = TestKeys.PKI.certifySigner("Renewed", SIGNER_KEY.getPublic());
        X509Certificate stranger = TestKeys.PKI.certifySigner("Stranger", TestKeys.KEY_PAIR.getPublic());
        Path file = TestPki.writePem(directory.resolve("signer.pem"), old);
        ReloadableCertificateProvider provider =
                ReloadableCertificateProvider.fromFiles(SIGNER_KEY.getPublic(), file, List.of());
        assertThat(provider.reload()).isFalse();

        TestPki.writePem(file, renewed);
        assertThat(provider.reload()).isTrue();
        assertThat(provider.certificateChain(SIGNER_KEY.getPublic()).signer()).isEqualTo(renewed);

        for (String unusable :
                List.of(TestPki.pem(stranger), "nothing", TestPki.pem(renewed).substring(0, 200))) {
            Files.writeString(file, unusable);
            assertThatThrownBy(provider::reload).isInstanceOf(InvalidConfigurationException.class);
            assertThat(provider.certificateChain(SIGNER_KEY.getPublic()).signer())
                    .isEqualTo(renewed);
        }
        assertThat(provider.timeLeft(Instant.now())).isPositive();
        assertThatThrownBy(() -> provider.certificateChain(ROOT_KEY.getPublic()))
                .isInstanceOf(InvalidConfigurationException.class);
    }

    @Test
    void fetchesAMissingIssuerOnce() throws Exception {
        X509Certificate root = root(days(-1000), days(1000));
        answer = root.getEncoded();
        CertificateChain chain = CertificateChain.of(signer(days(-1), days(1), null, address()), List.of());
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
        CertificateChain chain = CertificateChain.of(
                signer(days(-1), days(1), null, "http://not an address", "ldap://127.0.0.1/", address()), List.of());
        assertThat(AiaChainCompleter.builder()
                        .build()
                        .complete(chain, TestKeys.soon())
                        .certificates())
                .hasSize(2);
    }

    @Test
    void anInterruptedThreadFetchesNothing() throws Exception {
        CertificateChain chain = CertificateChain.of(signer(days(-1), days(1), null, address()), List.of());
        Thread.currentThread().interrupt();
        assertThat(AiaChainCompleter.builder().build().complete(chain, TestKeys.soon()))
                .isEqualTo(chain);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(requests).hasValue(0);
    }

    @Test
    void takesNoIssuerThatDidNotSign() throws Exception {
        CertificateChain chain = CertificateChain.of(signer(days(-1), days(1), null, address()), List.of());
        List<byte[]> answers = new ArrayList<>(List.of(
                TestKeys.PKI.root().getEncoded(), "garbage".getBytes(), new byte[0], new byte[] {0x30, (byte) 0x84, -1
                }));
        byte[] trailing = new byte[root(days(-1), days(1)).getEncoded().length + 1];
        System.arraycopy(root(days(-1), days(1)).getEncoded(), 0, trailing, 0, trailing.length - 1);
        answers.add(trailing);
        for (byte[] octets : answers) {
            answer = octets;
            assertThat(AiaChainCompleter.builder().build().complete(chain, TestKeys.soon()))
                    .isEqualTo(chain);
        }
        answer = root(days(-1), days(1)).getEncoded();
        assertThat(AiaChainCompleter.builder().maxBytes(100).build().complete(chain, TestKeys.soon()))
                .isEqualTo(chain);
    }

    @Test
    void doesNotWaitForASlowServerNorFetchFromElsewhereThanHttp() throws Exception {
        slow = true;
        answer = root(days(-1), days(1)).getEncoded();
        CertificateChain chain = CertificateChain.of(signer(days(-1), days(1), null, address()), List.of());
        assertThat(AiaChainCompleter.builder().build().complete(chain, Deadline.after(Duration.ofMillis(200))))
                .isEqualTo(chain);
        for (String elsewhere : List.of("file:///etc/passwd", "ldap://127.0.0.1/x", "http://", "not an address")) {
            CertificateChain other = CertificateChain.of(signer(days(-1), days(1), null, elsewhere), List.of());
            assertThat(AiaChainCompleter.builder().build().complete(other, TestKeys.soon()))
                    .isEqualTo(other);
        }
    }
}

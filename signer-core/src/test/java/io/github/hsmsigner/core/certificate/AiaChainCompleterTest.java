package io.github.hsmsigner.core.certificate;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hsmsigner.core.CertificateChain;
import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.TestKeys;
import io.github.hsmsigner.testing.LoopbackServer;
import io.github.hsmsigner.testing.TestPki;
import java.math.BigInteger;
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
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Chains that are completed over HTTP. */
class AiaChainCompleterTest {

    private static final Instant NOW = Instant.parse("2026-06-01T00:00:00Z");
    private static final KeyPair ROOT_KEY = TestPki.rsaKeyPair(2048);
    private static final KeyPair SIGNER_KEY = TestPki.rsaKeyPair(2048);

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

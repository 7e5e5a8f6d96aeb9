package io.github.hsmsigner.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hsmsigner.core.ChainFinding.Kind;
import io.github.hsmsigner.core.ChainFinding.Severity;
import io.github.hsmsigner.testing.TestPki;
import java.math.BigInteger;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.stream.Stream;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ChainInspectionTest {

    private static final Instant NOW = Instant.parse("2026-06-01T00:00:00Z");
    private static final KeyPair ROOT_KEY = TestPki.rsaKeyPair(2048);
    private static final KeyPair SIGNER_KEY = TestKeys.KEY_PAIR;
    private static final Period VALID = new Period(-1, 1);
    private static final Period EXPIRED = new Period(-2, -1);
    private static final Period FUTURE = new Period(1, 2);
    private static final Integer ANY_USE = null;

    /** In days from now. */
    private record Period(int begin, int end) {}

    private static X509Certificate root(Period period) throws Exception {
        return certificate("CN=Root", ROOT_KEY, period, new BasicConstraints(true), ANY_USE);
    }

    private static X509Certificate signer(Period period, Integer usage) throws Exception {
        return certificate("CN=Somebody", SIGNER_KEY, period, new BasicConstraints(false), usage);
    }

    private static X509Certificate certificate(
            String subject, KeyPair key, Period period, BasicConstraints constraints, Integer usage) throws Exception {
        JcaX509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                new X500Name("CN=Root"),
                BigInteger.ONE,
                Date.from(days(period.begin())),
                Date.from(days(period.end())),
                new X500Name(subject),
                key.getPublic());
        builder.addExtension(Extension.basicConstraints, true, constraints);
        if (usage != null) {
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(usage));
        }
        return new JcaX509CertificateConverter()
                .getCertificate(
                        builder.build(new JcaContentSignerBuilder("SHA256withRSA").build(ROOT_KEY.getPrivate())));
    }

    private static Instant days(int days) {
        return NOW.plus(Duration.ofDays(days));
    }

    static Stream<Arguments> chains() throws Exception {
        X509Certificate root = root(VALID);
        X509Certificate good = signer(VALID, KeyUsage.digitalSignature);
        X509Certificate notAnAuthority = certificate("CN=Root", ROOT_KEY, VALID, new BasicConstraints(false), ANY_USE);
        return Stream.of(
                Arguments.of("good", List.of(good, root), List.of()),
                Arguments.of("any use", List.of(signer(VALID, ANY_USE), root), List.of()),
                Arguments.of("non-repudiation", List.of(signer(VALID, KeyUsage.nonRepudiation), root), List.of()),
                Arguments.of("expired", List.of(signer(EXPIRED, ANY_USE), root), List.of(Kind.SIGNER_EXPIRED)),
                Arguments.of("future", List.of(signer(FUTURE, ANY_USE), root), List.of(Kind.SIGNER_NOT_YET_VALID)),
                Arguments.of(
                        "for encryption",
                        List.of(signer(VALID, KeyUsage.keyEncipherment), root),
                        List.of(Kind.SIGNER_NOT_FOR_SIGNATURES)),
                Arguments.of("expired root", List.of(good, root(EXPIRED)), List.of(Kind.ISSUER_EXPIRED)),
                Arguments.of("future root", List.of(good, root(FUTURE)), List.of(Kind.ISSUER_NOT_YET_VALID)),
                Arguments.of("root that is no authority", List.of(good, notAnAuthority), List.of()),
                Arguments.of("no issuer", List.of(good), List.of(Kind.INCOMPLETE)),
                Arguments.of(
                        "several things",
                        List.of(signer(EXPIRED, KeyUsage.keyEncipherment)),
                        List.of(Kind.SIGNER_EXPIRED, Kind.SIGNER_NOT_FOR_SIGNATURES, Kind.INCOMPLETE)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("chains")
    void namesWhatIsWrong(String name, List<X509Certificate> certificates, List<Kind> expected) {
        CertificateChain chain = CertificateChain.of(certificates.get(0), certificates);
        assertThat(chain.inspect(NOW)).extracting(ChainFinding::kind).containsExactlyElementsOf(expected);
    }

    @Test
    void saysItWithSubjectAndDate() throws Exception {
        CertificateChain chain = CertificateChain.of(signer(EXPIRED, ANY_USE), List.of(root(VALID)));
        assertThat(chain.inspect(NOW)).singleElement().satisfies(finding -> {
            assertThat(finding.severity()).isEqualTo(Severity.ERROR);
            assertThat(finding.date()).contains(days(-1));
            assertThat(finding.sentence())
                    .isEqualTo("The certificate of \"CN=Somebody\" expired on 2026-05-31T00:00:00Z.");
        });
    }

    @Test
    void countsTheTimeThatIsLeft() throws Exception {
        CertificateChain chain = CertificateChain.of(signer(VALID, ANY_USE), List.of());
        assertThat(chain.timeLeft(NOW)).isEqualTo(Duration.ofDays(1));
        assertThat(chain.timeLeft(days(3))).isEqualTo(Duration.ofDays(-2));
    }
}

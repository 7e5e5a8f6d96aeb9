package io.github.hsmsigner.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hsmsigner.testing.Property;
import io.github.hsmsigner.testing.TestPki;
import java.math.BigInteger;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CertificateChainTest {

    private static final TestPki PKI = TestKeys.PKI;
    private static final X509Certificate SIGNER = TestKeys.chain().signer();

    private static final int LONGEST = 5;

    /** One for each certificate of a chain, and one for strangers. Short, as they protect nothing and verify fast. */
    private static final List<KeyPair> KEYS =
            Stream.generate(() -> TestPki.rsaKeyPair(1024)).limit(LONGEST + 1).toList();

    private static final KeyPair STRANGER = KEYS.get(LONGEST);

    private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");
    private static final Instant END = Instant.parse("2027-01-01T00:00:00Z");
    private static final Instant EARLIER_END = Instant.parse("2026-07-01T00:00:00Z");

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, LONGEST})
    void everyOrderOfTheCandidatesGivesTheSameChain(int length) {
        Property.holds(6, random -> {
            List<X509Certificate> chain = randomChain(length, random);
            List<X509Certificate> candidates = new ArrayList<>(chain.subList(1, length));
            candidates.add(stranger(chain, random));
            candidates.add(stranger(chain, random));
            forEachOrder(
                    candidates,
                    order -> assertThat(serialNumbers(
                                    CertificateChain.of(chain.get(0), order).certificates()))
                            .isEqualTo(serialNumbers(chain)));
        });
    }

    /** What tells them apart, and is short to print. */
    private static List<BigInteger> serialNumbers(List<X509Certificate> certificates) {
        return certificates.stream().map(X509Certificate::getSerialNumber).toList();
    }

    /** Signer first, root last; as there are two names for all, some certificates share theirs. */
    private static List<X509Certificate> randomChain(int length, RandomGenerator random) {
        List<String> names =
                Stream.generate(() -> anyName(random)).limit(length).toList();
        List<X509Certificate> chain = new ArrayList<>();
        for (int i = 0; i < length; i++) {
            int issuer = Math.min(i + 1, length - 1);
            chain.add(TestPki.certify(
                    names.get(i), KEYS.get(i).getPublic(), names.get(issuer), KEYS.get(issuer), i > 0, BEGIN, END));
        }
        return chain;
    }

    private static String anyName(RandomGenerator random) {
        return Property.oneOf(random, "CN=One", "CN=Other");
    }

    /** A certificate that has a name of the chain, and is not of it. */
    private static X509Certificate stranger(List<X509Certificate> chain, RandomGenerator random) {
        int place = random.nextInt(chain.size());
        String name = chain.get(place).getSubjectX500Principal().getName();
        String issuer = chain.get(place).getIssuerX500Principal().getName();
        KeyPair issuerKey = KEYS.get(Math.min(place + 1, chain.size() - 1));
        return switch (random.nextInt(4)) {
            // Calls itself the same.
            case 0 -> TestPki.certify(name, STRANGER.getPublic(), name, STRANGER, true, BEGIN, END);
            // Claims to have the same issuer.
            case 1 -> TestPki.certify(name, STRANGER.getPublic(), issuer, STRANGER, true, BEGIN, END);
            // Has the same issuer indeed, and another key.
            case 2 -> TestPki.certify(name, STRANGER.getPublic(), issuer, issuerKey, true, BEGIN, END);
            // Was in use before it was renewed with the same key.
            default -> TestPki.certify(name, KEYS.get(place).getPublic(), issuer, issuerKey, true, BEGIN, EARLIER_END);
        };
    }

    /** Heap's algorithm. */
    private static void forEachOrder(List<X509Certificate> certificates, Consumer<List<X509Certificate>> action) {
        forEachOrder(new ArrayList<>(certificates), certificates.size(), action);
    }

    private static void forEachOrder(
            List<X509Certificate> order, int changing, Consumer<List<X509Certificate>> action) {
        if (changing <= 1) {
            action.accept(order);
            return;
        }
        for (int i = 0; i < changing; i++) {
            forEachOrder(order, changing - 1, action);
            Collections.swap(order, changing % 2 == 0 ? i : 0, changing - 1);
        }
    }

    @Test
    void ofCertificatesOfOneIssuerTheOneThatIsValidLongestIsTaken() {
        X509Certificate older = root(EARLIER_END);
        X509Certificate newer = root(END);
        X509Certificate signer =
                TestPki.certify("CN=Signer", KEYS.get(0).getPublic(), "CN=Root", KEYS.get(1), false, BEGIN, END);
        assertThat(CertificateChain.of(signer, List.of(older, newer)).issuers()).containsExactly(newer);
        assertThat(CertificateChain.of(signer, List.of(newer, older)).issuers()).containsExactly(newer);
    }

    private static final Instant NOW = Instant.parse("2026-03-01T00:00:00Z");
    private static final X509Certificate LEAF = leaf();

    private static X509Certificate leaf() {
        return TestPki.certify("CN=Leaf", KEYS.get(0).getPublic(), "CN=X", KEYS.get(1), false, BEGIN, END);
    }

    /** Certifies the key of an authority, by another or by the same one. */
    private static X509Certificate authority(
            String subject, int key, String issuer, int issuerKey, Instant... validity) {
        return TestPki.certify(
                subject,
                KEYS.get(key).getPublic(),
                issuer,
                KEYS.get(issuerKey),
                true,
                validity.length == 0 ? BEGIN : validity[0],
                validity.length == 0 ? END : validity[1]);
    }

    private static void assertBest(List<X509Certificate> candidates, X509Certificate... issuers) {
        forEachOrder(
                new ArrayList<>(candidates),
                order -> assertThat(CertificateChain.of(LEAF, order, NOW).issuers())
                        .containsExactly(issuers));
    }

    @Test
    void anIssuerThatIsNotValidYetComesAfterOneThatIs() {
        X509Certificate current = authority("CN=X", 1, "CN=X", 1);
        X509Certificate renewed =
                authority("CN=X", 1, "CN=X", 1, NOW.plusSeconds(86_400), END.plusSeconds(86_400 * 365L));
        assertBest(List.of(current, renewed), current);
        assertBest(List.of(renewed), renewed);
        assertThat(CertificateChain.of(LEAF, List.of(current, renewed), END.plusSeconds(1))
                        .issuers())
                .containsExactly(renewed);
        X509Certificate intermediate = authority("CN=X", 1, "CN=Y", 2);
        X509Certificate renewedIntermediate =
                authority("CN=X", 1, "CN=Y", 2, NOW.plusSeconds(1), END.plusSeconds(86_400 * 365L));
        X509Certificate root = authority("CN=Y", 2, "CN=Y", 2);
        assertBest(List.of(renewedIntermediate, intermediate, root), intermediate, root);
    }

    @Test
    void aCompleteChainComesBeforeACrossCertificateWhoseIssuerIsUnknown() {
        X509Certificate self = authority("CN=X", 1, "CN=X", 1, BEGIN, EARLIER_END);
        X509Certificate cross = authority("CN=X", 1, "CN=Y", 2);
        X509Certificate other = authority("CN=Y", 2, "CN=Y", 2);
        assertBest(List.of(self, cross), self);
        assertBest(List.of(cross), cross);
        assertBest(List.of(self, cross, other), cross, other);
        X509Certificate expired = authority("CN=Y", 2, "CN=Y", 2, BEGIN, BEGIN.plusSeconds(1));
        assertBest(List.of(self, cross, expired), self);
    }

    @Test
    void authoritiesThatCertifyEachOtherDoNotHideTheRoot() {
        X509Certificate crossedByY = authority("CN=X", 1, "CN=Y", 2);
        X509Certificate crossedByX = authority("CN=Y", 2, "CN=X", 1);
        X509Certificate self = authority("CN=X", 1, "CN=X", 1, BEGIN, EARLIER_END);
        assertBest(List.of(crossedByY, crossedByX), crossedByY, crossedByX);
        assertBest(List.of(crossedByY, crossedByX, self), self);
        X509Certificate crossedByZ = authority("CN=Y", 2, "CN=Z", 3);
        X509Certificate root = authority("CN=Z", 3, "CN=Z", 3);
        assertBest(List.of(crossedByY, crossedByX, crossedByZ, root), crossedByY, crossedByZ, root);
    }

    /** Twelve authorities that all certify each other form more chains than can be tried. */
    @Test
    void manyCrossCertificatesEndTheSearchWithTheChainToTheRoot() {
        List<X509Certificate> candidates = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            for (int j = 0; j < 12; j++) {
                if (i != j) {
                    candidates.add(authority(i == 0 ? "CN=X" : "CN=A" + i, 1, j == 0 ? "CN=X" : "CN=A" + j, 1));
                }
            }
        }
        X509Certificate root = authority("CN=Z", 2, "CN=Z", 2);
        X509Certificate crossed = authority("CN=A3", 1, "CN=Z", 2);
        candidates.add(root);
        candidates.add(crossed);
        List<X509Certificate> chain = CertificateChain.of(LEAF, candidates, NOW).certificates();
        assertThat(chain).hasSizeLessThanOrEqualTo(16).endsWith(crossed, root);
    }

    private static X509Certificate root(Instant end) {
        return TestPki.certify("CN=Root", KEYS.get(1).getPublic(), "CN=Root", KEYS.get(1), true, BEGIN, end);
    }

    @Test
    void theSignerAndRepetitionsAmongTheCandidatesDoNotMatter() {
        CertificateChain chain =
                CertificateChain.of(SIGNER, List.of(PKI.root(), SIGNER, PKI.intermediate(), SIGNER, PKI.root()));
        assertThat(chain.certificates()).containsExactly(SIGNER, PKI.intermediate(), PKI.root());
        assertThat(chain.signer()).isEqualTo(SIGNER);
        assertThat(chain.issuers()).containsExactly(PKI.intermediate(), PKI.root());
    }

    @Test
    void itEndsWhereNoIssuerIsKnown() {
        assertThat(CertificateChain.of(SIGNER, List.of(PKI.root())).certificates())
                .containsExactly(SIGNER);
    }

    @Test
    void aRootAloneIsAChainOfOne() {
        assertThat(CertificateChain.of(PKI.root(), List.of(PKI.root())).certificates())
                .containsExactly(PKI.root());
    }

    @Test
    void whoIssuedACertificateIsToldByNameAndSignature() {
        TestPki stranger = new TestPki();
        assertThat(CertificateChain.issued(
                        TestKeys.PKI.intermediate(), TestKeys.chain().signer()))
                .isTrue();
        assertThat(CertificateChain.issued(TestKeys.PKI.root(), TestKeys.PKI.root()))
                .isTrue();
        assertThat(CertificateChain.issued(TestKeys.PKI.root(), TestKeys.chain().signer()))
                .isFalse();
        // The same name, another key.
        assertThat(CertificateChain.issued(
                        stranger.intermediate(), TestKeys.chain().signer()))
                .isFalse();
    }
}

package io.github.hsmsigner.core.cms;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hsmsigner.core.CertificateChain;
import io.github.hsmsigner.core.ContainerFormat;
import io.github.hsmsigner.core.ContainerParameters;
import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.Digest;
import io.github.hsmsigner.core.DigestAlgorithm;
import io.github.hsmsigner.core.PreparedContainer;
import io.github.hsmsigner.core.SignatureAlgorithm;
import io.github.hsmsigner.core.TestKey;
import io.github.hsmsigner.core.TestKeys;
import io.github.hsmsigner.core.TimestampSource;
import io.github.hsmsigner.testing.Property;
import io.github.hsmsigner.testing.TestPki;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.x509.Extension;
import org.junit.jupiter.api.Test;

/** The size that is promised before there is a signature, over chains, keys, algorithms and timestamps of all sizes. */
class ContainerSizeTest {

    private static final Instant TIME = Instant.parse("2026-01-02T03:04:05Z");
    private static final ASN1ObjectIdentifier PRIVATE_EXTENSION = new ASN1ObjectIdentifier("1.3.6.1.4.1.99999.1");

    @Test
    void noContainerIsLargerThanPromisedOrMuchSmaller() {
        Property.holds(120, random -> {
            ContainerFormat format = Property.oneOf(random, ContainerFormat.values());
            TestKey key = Property.oneOf(random, TestKey.values());
            SignatureAlgorithm algorithm =
                    Property.oneOf(random, key.algorithms().toArray(SignatureAlgorithm[]::new));
            RandomTokens tokens = new RandomTokens(random.nextInt(512, 20_000), random);
            CmsContainerBuilder builder =
                    CmsContainerBuilder.builder().timestamps(tokens).build();
            ContainerParameters parameters = new ContainerParameters(format, algorithm, anyChain(key, random), TIME);

            int promised = builder.maxSize(parameters, TestKeys.soon());

            byte[] content = Property.bytes(random, 1);
            PreparedContainer prepared =
                    builder.prepare(parameters, Digest.compute(algorithm.digestAlgorithm(), content), TestKeys.soon());
            byte[] signature = key.signer().signMessage(algorithm, prepared.dataToBeSigned(), TestKeys.soon());
            int real = prepared.complete(signature, TestKeys.soon()).octets().length;
            int timestampAllowance = format.hasTimestamp() ? tokens.maxTokenSize() : 0;
            assertThat(promised).isBetween(real, real + real / 4 + timestampAllowance);
        });
    }

    /** Of one to five certificates, with keys of all kinds, and names and extensions from short to long. */
    private static CertificateChain anyChain(TestKey signer, RandomGenerator random) {
        List<X509Certificate> certificates = new ArrayList<>();
        TestKey key = signer;
        String name = anyName(random);
        int issuers = random.nextInt(5);
        for (int i = 0; i <= issuers; i++) {
            TestKey issuer = i == issuers ? key : Property.oneOf(random, TestKey.values());
            String issuerName = i == issuers ? name : anyName(random);
            certificates.add(TestPki.certify(
                    name,
                    key.keyPair().getPublic(),
                    issuerName,
                    issuer.keyPair(),
                    i > 0,
                    TIME,
                    TIME.plus(Duration.ofDays(365)),
                    new Extension(PRIVATE_EXTENSION, false, Property.bytes(random, random.nextInt(3000)))));
            key = issuer;
            name = issuerName;
        }
        CertificateChain chain = CertificateChain.of(certificates.get(0), certificates);
        assertThat(chain.certificates()).hasSize(issuers + 1);
        return chain;
    }

    private static String anyName(RandomGenerator random) {
        String number = Long.toUnsignedString(random.nextLong());
        return "CN=" + number + ",O=" + "x".repeat(random.nextInt(1, 300));
    }

    /** Tokens of any size up to the largest, which is what counts here, and not what stands in them. */
    private record RandomTokens(int maxTokenSize, RandomGenerator random) implements TimestampSource {

        /** The octets before the content of an OCTET STRING of up to 64 KiB. */
        private static final int HEADER = 4;

        @Override
        public byte[] timestamp(Digest digest, Deadline deadline) {
            int content = Property.oneOf(random, maxTokenSize, random.nextInt(HEADER, maxTokenSize)) - HEADER;
            try {
                return new DEROctetString(new byte[content]).getEncoded();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public DigestAlgorithm digestAlgorithm() {
            return DigestAlgorithm.SHA256;
        }
    }
}

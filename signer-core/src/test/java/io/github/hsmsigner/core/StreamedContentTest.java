package io.github.hsmsigner.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hsmsigner.core.cms.CmsContainerBuilder;
import io.github.hsmsigner.testing.Property;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/** A content gives the same container as its digest does, in whatever pieces it comes. */
class StreamedContentTest {

    private static final int BUFFER = 64 * 1024;

    /** Keys whose signatures are the same each time. */
    private static final List<TestKey> DETERMINISTIC = List.of(TestKey.RSA_2048, TestKey.ED25519);

    private final SigningService service = SigningService.builder(
                    SigningKeys.of(DETERMINISTIC.stream()
                            .map(key -> SigningKey.open(key.name(), key.signer(), key.signer(), TestKeys.soon()))
                            .toList()),
                    new CmsContainerBuilder())
            .clock(Clock.fixed(Instant.parse("2026-01-02T03:04:05Z"), ZoneOffset.UTC))
            .build();

    @Test
    void theContainerIsThatOfTheDigest() {
        Property.holds(150, random -> {
            byte[] content = Property.bytes(random, anyLength(random));
            ContainerFormat format =
                    Property.oneOf(random, ContainerFormat.CMS, ContainerFormat.PADES_B_B, ContainerFormat.CADES_B_B);
            TestKey key = Property.oneOf(random, TestKey.RSA_2048, TestKey.ED25519);
            DigestAlgorithm algorithm =
                    key == TestKey.ED25519 ? DigestAlgorithm.SHA512 : Property.oneOf(random, DigestAlgorithm.values());
            byte[] expected = sign(key, ContainerRequest.forDigest(format, Digest.compute(algorithm, content)));
            assertThat(sign(key, ContainerRequest.forContent(format, algorithm, content)))
                    .isEqualTo(expected);
            assertThat(sign(key, ContainerRequest.forContent(format, algorithm, new InPieces(content, random))))
                    .isEqualTo(expected);
        });
    }

    private byte[] sign(TestKey key, ContainerRequest wanted) {
        return service.signContainer(
                RequestContext.builder("request").keyName(key.name()).build(), wanted);
    }

    /** None, around the size of the buffer that contents are read with, and any. */
    private static int anyLength(RandomGenerator random) {
        return Property.oneOf(random, 0, 1, BUFFER - 1, BUFFER, BUFFER + 1, random.nextInt(4 * BUFFER));
    }

    /** Gives fewer bytes at a time than it is asked for, and now and then none. */
    private static final class InPieces extends InputStream {

        private final ByteArrayInputStream content;
        private final RandomGenerator random;
        private final int longest;

        InPieces(byte[] content, RandomGenerator random) {
            this.content = new ByteArrayInputStream(content);
            this.random = random;
            this.longest = 1 << random.nextInt(6, 20);
        }

        @Override
        public int read() {
            return content.read();
        }

        @Override
        public int read(byte[] buffer, int offset, int length) {
            return content.read(buffer, offset, Math.min(length, random.nextInt(longest)));
        }
    }
}

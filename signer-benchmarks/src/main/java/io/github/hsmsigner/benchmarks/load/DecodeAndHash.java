package io.github.hsmsigner.benchmarks.load;

import io.github.hsmsigner.core.DigestAlgorithm;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/** The least that must be done to contents, by the JDK alone: Base64 is decoded and digests computed, in pieces, in each of some threads. */
final class DecodeAndHash {

    private static final int PIECE = 48 * 1024;

    private DecodeAndHash() {}

    /** Returns the megabytes (10^6 bytes) of contents per second of all threads together. */
    static double megabytesPerSecond(int threads, double seconds, DigestAlgorithm... algorithms) {
        byte[] piece = new byte[PIECE];
        new Random(1).nextBytes(piece);
        byte[] base64 = Base64.getEncoder().encode(piece);
        return Workers.perSecond(threads, seconds, () -> {
                    List<MessageDigest> digests = Stream.of(algorithms)
                            .map(DigestAlgorithm::newMessageDigest)
                            .toList();
                    byte[] decoded = new byte[PIECE];
                    return () -> {
                        int length = Base64.getDecoder().decode(base64, decoded);
                        digests.forEach(digest -> digest.update(decoded, 0, length));
                    };
                })
                * PIECE
                / 1e6;
    }
}

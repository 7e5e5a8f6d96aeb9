package io.github.hsmsigner.http.protocol;

import io.github.hsmsigner.core.Digest;
import io.github.hsmsigner.core.DigestAlgorithm;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.util.Collection;
import java.util.EnumMap;
import java.util.Map;

/**
 * Hashes what is written to it and keeps nothing else. With several algorithms it hashes side by side, for contents that arrive
 * before the field that names their algorithm. Not safe for use by several threads.
 */
final class StreamedDigest extends OutputStream {

    private final Map<DigestAlgorithm, MessageDigest> computations = new EnumMap<>(DigestAlgorithm.class);
    private boolean empty = true;

    StreamedDigest(Collection<DigestAlgorithm> algorithms) {
        algorithms.forEach(algorithm -> computations.put(algorithm, algorithm.newMessageDigest()));
    }

    @Override
    public void write(int octet) {
        write(new byte[] {(byte) octet}, 0, 1);
    }

    @Override
    public void write(byte[] octets, int offset, int length) {
        empty &= length == 0;
        computations.values().forEach(computation -> computation.update(octets, offset, length));
    }

    /** Whether nothing was written. */
    boolean isEmpty() {
        return empty;
    }

    /** Ends the computation with this algorithm, which must be one of those given at the start. */
    Digest digest(DigestAlgorithm algorithm) {
        return Digest.of(algorithm, computations.get(algorithm).digest());
    }
}

package io.github.hsmsigner.http.protocol;

import io.github.hsmsigner.core.Digest;
import io.github.hsmsigner.core.DigestAlgorithm;
import io.github.hsmsigner.core.RawData;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.util.Collection;
import java.util.EnumMap;
import java.util.Map;

/**
 * Hashes the written bytes. It keeps them only if they are inspected and can be signed attributes. With several
 * algorithms it computes all digests at the same time, for contents that arrive before the field that names their
 * algorithm. Not thread-safe.
 */
final class StreamedDigest extends OutputStream {

    /** The buffer while it grows, its copy, and the parsed structure. */
    private static final int MEMORY_FOR_A_BYTE = 4;

    private final Map<DigestAlgorithm, MessageDigest> computations = new EnumMap<>(DigestAlgorithm.class);
    private boolean empty = true;

    /** The written bytes; {@code null} if they are not inspected, or are too long for signed attributes. */
    private ByteArrayOutputStream kept;

    private final MemoryBudget.Share memory;
    private boolean tooLong;

    /** Keeps the written bytes for an inspection within the memory of the request; {@code null} for none. */
    StreamedDigest(Collection<DigestAlgorithm> algorithms, MemoryBudget.Share memory) {
        algorithms.forEach(algorithm -> computations.put(algorithm, algorithm.newMessageDigest()));
        this.memory = memory;
        this.kept = memory == null ? null : new ByteArrayOutputStream();
    }

    @Override
    public void write(int octet) {
        write(new byte[] {(byte) octet}, 0, 1);
    }

    @Override
    public void write(byte[] octets, int offset, int length) {
        empty &= length == 0;
        keep(octets, offset, length);
        computations.values().forEach(computation -> computation.update(octets, offset, length));
    }

    private void keep(byte[] octets, int offset, int length) {
        if (kept == null) {
            return;
        }
        if (kept.size() + length > RawData.MAX_SIGNED_ATTRIBUTES) {
            kept = null;
            tooLong = true;
            return;
        }
        memory.take((long) length * MEMORY_FOR_A_BYTE);
        kept.write(octets, offset, length);
    }

    /** Returns whether nothing was written. */
    boolean isEmpty() {
        return empty;
    }

    /** Ends the computation with this algorithm, which must be one of those given at the start. */
    Digest digest(DigestAlgorithm algorithm) {
        return Digest.of(algorithm, computations.get(algorithm).digest());
    }

    /** Ends the computation as {@link #digest}, and inspects the written bytes if they were kept. */
    RawData rawData(DigestAlgorithm algorithm) {
        Digest digest = digest(algorithm);
        if (tooLong) {
            return RawData.tooLong(digest);
        }
        return kept == null ? RawData.ofDigest(digest) : RawData.inspect(digest, kept.toByteArray());
    }
}

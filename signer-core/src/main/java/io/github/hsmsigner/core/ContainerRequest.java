package io.github.hsmsigner.core;

import java.io.InputStream;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A request to sign content in a container: a kind of container, and the content as its digest or as a stream.
 *
 * <p>A request made from a digest or from bytes is immutable. A request made from a stream can be served once.
 */
public final class ContainerRequest {

    private final ContainerFormat format;
    private final DigestAlgorithm digestAlgorithm;
    private final @Nullable Digest digest;
    private final @Nullable InputStream content;

    private ContainerRequest(
            ContainerFormat format,
            DigestAlgorithm digestAlgorithm,
            @Nullable Digest digest,
            @Nullable InputStream content) {
        this.format = Objects.requireNonNull(format, "format");
        this.digestAlgorithm = Objects.requireNonNull(digestAlgorithm, "digestAlgorithm");
        this.digest = digest;
        this.content = content;
    }

    /**
     * Returns a request for content of which only the digest is known.
     *
     * @param format the kind of container
     * @param digest the content's digest
     * @return the request
     */
    public static ContainerRequest forDigest(ContainerFormat format, Digest digest) {
        return new ContainerRequest(format, digest.algorithm(), digest, null);
    }

    /**
     * Returns a request for content of any length, hashed in constant memory while it is read.
     *
     * @param format the kind of container
     * @param digestAlgorithm the algorithm that hashes it
     * @param content the content; read to its end by the service and left open
     * @return the request
     */
    public static ContainerRequest forContent(
            ContainerFormat format, DigestAlgorithm digestAlgorithm, InputStream content) {
        return new ContainerRequest(format, digestAlgorithm, null, Objects.requireNonNull(content, "content"));
    }

    /**
     * Returns a request for content that is in memory.
     *
     * @param format the kind of container
     * @param digestAlgorithm the algorithm that hashes it
     * @param content the content; hashed now and not kept
     * @return the request
     */
    public static ContainerRequest forContent(ContainerFormat format, DigestAlgorithm digestAlgorithm, byte[] content) {
        return forDigest(format, Digest.compute(digestAlgorithm, content));
    }

    /**
     * Returns the kind of container.
     *
     * @return the format
     */
    public ContainerFormat format() {
        return format;
    }

    /**
     * Returns the algorithm that hashes the content.
     *
     * @return the digest algorithm
     */
    public DigestAlgorithm digestAlgorithm() {
        return digestAlgorithm;
    }

    Optional<Digest> digest() {
        return Optional.ofNullable(digest);
    }

    @Nullable InputStream content() {
        return content;
    }
}

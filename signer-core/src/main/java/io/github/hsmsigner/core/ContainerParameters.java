package io.github.hsmsigner.core;

import java.time.Instant;
import java.util.Objects;

/**
 * Everything that shapes a container, apart from the content and the signature. Immutable.
 *
 * @param format the kind of container
 * @param signatureAlgorithm the algorithm of the signature; its digest algorithm is also the content's
 * @param chain the certificates to put in, signer first
 * @param signingTime the time that the container claims for the signature, where its format carries one
 */
public record ContainerParameters(
        ContainerFormat format, SignatureAlgorithm signatureAlgorithm, CertificateChain chain, Instant signingTime) {

    /**
     * Checks that nothing is missing.
     *
     * @param format the kind of container
     * @param signatureAlgorithm the algorithm of the signature; its digest algorithm is also the content's
     * @param chain the certificates to put in, signer first
     * @param signingTime the time that the container claims for the signature, where its format carries one
     */
    public ContainerParameters {
        Objects.requireNonNull(format, "format");
        Objects.requireNonNull(signatureAlgorithm, "signatureAlgorithm");
        Objects.requireNonNull(chain, "chain");
        Objects.requireNonNull(signingTime, "signingTime");
    }
}

package io.github.hsmsigner.core;

import io.github.hsmsigner.core.error.InvalidConfigurationException;
import java.util.Arrays;
import java.util.Objects;

/**
 * A key under the name that requests use for it, with its certificates. Immutable.
 */
public final class SigningKey {

    private final String name;
    private final Signer signer;
    private final CertificateChain chain;

    private SigningKey(String name, Signer signer, CertificateChain chain) {
        this.name = name;
        this.signer = signer;
        this.chain = chain;
    }

    /**
     * Puts a key and its certificates together and proves that they belong together: the certificate must hold the key's
     * public half, and a signature made now must verify with the certificate.
     *
     * @param name the name for requests and logs
     * @param signer the key
     * @param certificates where its certificates come from
     * @param deadline by when the proof is due
     * @return the key, ready for use
     * @throws InvalidConfigurationException if the certificate is not that of the key
     * @throws io.github.hsmsigner.core.error.SigningUnavailableException if the key cannot be used now
     */
    public static SigningKey prove(String name, Signer signer, CertificateProvider certificates, Deadline deadline) {
        Objects.requireNonNull(name, "name");
        CertificateChain chain = certificates.certificateChain(signer.publicKey());
        byte[] certified = chain.signer().getPublicKey().getEncoded();
        if (!Arrays.equals(certified, signer.publicKey().getEncoded())) {
            throw mismatch(name, chain, "holds another public key");
        }
        SignatureAlgorithm algorithm = signer.algorithms().iterator().next();
        Digest probe = Digest.compute(algorithm.digestAlgorithm(), new byte[0]);
        byte[] signature = signer.sign(algorithm, probe, deadline);
        if (!SignatureVerifier.verifies(chain.signer().getPublicKey(), algorithm, probe, signature)) {
            throw mismatch(name, chain, "does not verify a signature made with the key");
        }
        return new SigningKey(name, signer, chain);
    }

    private static InvalidConfigurationException mismatch(String name, CertificateChain chain, String what) {
        return new InvalidConfigurationException("The certificate of "
                + chain.signer().getSubjectX500Principal().getName() + " does not belong to the key \"" + name
                + "\": it "
                + what + ".");
    }

    /**
     * The name that requests and logs use.
     *
     * @return the name
     */
    public String name() {
        return name;
    }

    /**
     * The key itself.
     *
     * @return the signer
     */
    public Signer signer() {
        return signer;
    }

    /**
     * The key's certificates.
     *
     * @return the chain, signer first
     */
    public CertificateChain chain() {
        return chain;
    }

    @Override
    public String toString() {
        return "SigningKey[" + name + "]";
    }
}

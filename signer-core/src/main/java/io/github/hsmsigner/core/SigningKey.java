package io.github.hsmsigner.core;

import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.core.error.UnsupportedRequestException;
import io.github.hsmsigner.core.internal.key.SubjectPublicKeys;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * A key under the name that requests use for it, with its certificates.
 *
 * <p>Thread-safe. Its certificates can be replaced while it is in use, by
 * {@link SigningService#reloadCertificates}; nothing else about it ever changes.
 */
public final class SigningKey {

    /** Not empty: there are tokens that refuse to sign an empty message. */
    private static final byte[] PROBE = "Does this key belong to this certificate?".getBytes(StandardCharsets.US_ASCII);

    private final String name;
    private final Signer signer;
    private final SignatureScheme scheme;
    private final CertificateProvider certificates;
    private volatile CertificateChain chain;

    private SigningKey(
            String name,
            Signer signer,
            SignatureScheme scheme,
            CertificateProvider certificates,
            CertificateChain chain) {
        this.name = name;
        this.signer = signer;
        this.scheme = scheme;
        this.certificates = certificates;
        this.chain = chain;
    }

    /**
     * Opens a key with the default scheme of its type and verifies that the certificate belongs to it. RSA keys sign with
     * RSASSA-PKCS1-v1_5, unless the certificate allows only RSASSA-PSS (RFC 4055, section 1.2).
     *
     * @param name the name for requests and logs
     * @param signer the key
     * @param certificates the source of the certificates, now and at each {@link SigningService#reloadCertificates}
     * @param deadline the deadline of the trial signature
     * @return the key, ready for use
     * @throws InvalidConfigurationException if the key is too weak or of a type that is not supported, or the certificate is not
     *     that of the key
     * @throws io.github.hsmsigner.core.error.SigningUnavailableException if the key cannot be used now
     */
    public static SigningKey open(String name, Signer signer, CertificateProvider certificates, Deadline deadline) {
        SignatureScheme scheme = firstAlgorithm(signer).scheme();
        scheme.requireUsable(signer.publicKey());
        if (scheme == SignatureScheme.RSA_PKCS1 && isForPssAlone(chainOf(name, signer, certificates))) {
            scheme = SignatureScheme.RSA_PSS;
        }
        return open(name, signer, scheme, certificates, deadline);
    }

    private static boolean isForPssAlone(CertificateChain chain) {
        return !KeyRequirements.allows(chain.signer().getPublicKey(), SignatureAlgorithm.RSA_PKCS1_SHA256);
    }

    /**
     * Combines a key with its certificates and proves that they belong together. The certificate must hold the key's
     * public half. A signature made now must verify with the certificate.
     *
     * @param name the name for requests and logs
     * @param signer the key
     * @param scheme the scheme that the key is to sign with
     * @param certificates the source of its certificates, now and at each {@link SigningService#reloadCertificates}
     * @param deadline the time limit of the proof
     * @return the key, ready for use
     * @throws InvalidConfigurationException if the key is too weak or of a type that is not supported, does not support
     *     the scheme, or does not match the certificate
     * @throws io.github.hsmsigner.core.error.SigningUnavailableException if the key cannot be used now
     */
    public static SigningKey open(
            String name, Signer signer, SignatureScheme scheme, CertificateProvider certificates, Deadline deadline) {
        Objects.requireNonNull(name, "name");
        scheme.requireUsable(signer.publicKey());
        List<SignatureAlgorithm> offered =
                signer.algorithms().stream().filter(a -> a.scheme() == scheme).toList();
        if (offered.isEmpty()) {
            throw new InvalidConfigurationException("The key \"" + name + "\" does not sign with " + scheme
                    + "; it offers " + signer.algorithms() + ".");
        }
        CertificateChain chain = chainOf(name, signer, certificates);
        SignatureAlgorithm algorithm = offered.stream()
                .filter(a -> KeyRequirements.allows(chain.signer().getPublicKey(), a))
                .findFirst()
                .orElseThrow(() -> new InvalidConfigurationException("The certificate of "
                        + DistinguishedName.ofSubject(chain.signer()).toString()
                        + " allows RSASSA-PSS alone, and with its parameters none of the algorithms of the key \""
                        + name
                        + "\" with the scheme " + scheme + ": " + offered + "."));
        ToBeSigned probe = ToBeSigned.message(algorithm, PROBE);
        if (!probe.verify(chain.signer().getPublicKey(), probe.sign(signer, deadline), scheme.verifier())) {
            throw mismatch(name, chain, "does not verify a signature made with the key");
        }
        return new SigningKey(name, signer, scheme, certificates, chain);
    }

    private static CertificateChain chainOf(String name, Signer signer, CertificateProvider certificates) {
        CertificateChain chain = certificates.certificateChain(signer.publicKey());
        if (!SubjectPublicKeys.same(chain.signer().getPublicKey(), signer.publicKey())) {
            throw mismatch(name, chain, "holds another public key");
        }
        return chain;
    }

    private static SignatureAlgorithm firstAlgorithm(Signer signer) {
        return signer.algorithms().stream()
                .min(Comparator.naturalOrder())
                .orElseThrow(() -> new IllegalArgumentException("A signer must offer an algorithm"));
    }

    private static InvalidConfigurationException mismatch(String name, CertificateChain chain, String what) {
        return new InvalidConfigurationException("The certificate of "
                + DistinguishedName.ofSubject(chain.signer()).toString() + " does not belong to the key \"" + name
                + "\": it "
                + what + ".");
    }

    /**
     * Returns the name that requests and logs use.
     *
     * @return the name
     */
    public String name() {
        return name;
    }

    /**
     * Returns the key itself.
     *
     * @return the signer
     */
    public Signer signer() {
        return signer;
    }

    /**
     * Returns the algorithm that this key signs with when a request asks for a digest algorithm.
     *
     * @param digestAlgorithm the digest algorithm asked for
     * @return the algorithm
     * @throws UnsupportedRequestException if the key's scheme is not used with that digest algorithm
     */
    public SignatureAlgorithm algorithm(DigestAlgorithm digestAlgorithm) {
        return SignatureAlgorithm.of(scheme, digestAlgorithm)
                .filter(signer.algorithms()::contains)
                .filter(this::isCertified)
                .orElseThrow(() -> new UnsupportedRequestException("The key does not sign with " + scheme + " and "
                        + digestAlgorithm.text() + "; it offers " + offers() + "."));
    }

    private boolean isCertified(SignatureAlgorithm algorithm) {
        return KeyRequirements.allows(chain.signer().getPublicKey(), algorithm);
    }

    private String offers() {
        return signer.algorithms().stream()
                .filter(a -> a.scheme() == scheme && isCertified(a))
                .map(a -> a.digestAlgorithm().text())
                .collect(Collectors.joining(", "));
    }

    /**
     * Returns the key's certificates as they are now.
     *
     * @return the chain, signer first
     */
    public CertificateChain chain() {
        return chain;
    }

    /**
     * Reads the certificates again, without using them yet. The key was proven before, so its public half is enough
     * here.
     */
    CertificateChain readChain() {
        return chainOf(name, signer, certificates);
    }

    void use(CertificateChain next) {
        chain = next;
    }

    @Override
    public String toString() {
        return "SigningKey[" + name + "]";
    }
}

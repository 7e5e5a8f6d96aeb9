package io.github.hsmsigner.examples.dss;

import eu.europa.esig.dss.enumerations.DigestAlgorithm;
import eu.europa.esig.dss.enumerations.EncryptionAlgorithm;
import eu.europa.esig.dss.enumerations.SignatureAlgorithm;
import eu.europa.esig.dss.model.DSSException;
import eu.europa.esig.dss.model.Digest;
import eu.europa.esig.dss.model.SignatureValue;
import eu.europa.esig.dss.model.ToBeSigned;
import eu.europa.esig.dss.model.x509.CertificateToken;
import eu.europa.esig.dss.token.DSSPrivateKeyEntry;
import eu.europa.esig.dss.token.SignatureTokenConnection;
import io.github.hsmsigner.core.CertificateChain;
import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.SignatureScheme;
import io.github.hsmsigner.core.Signer;
import io.github.hsmsigner.core.error.SigningException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Any {@link Signer} as EU DSS's {@link SignatureTokenConnection}: a token with one key.
 *
 * <p>Every error is a {@link SigningException}; DSS does not catch it. Closing the connection closes nothing, because
 * the caller that opened the signer closes it. Immutable and thread-safe.
 */
public final class SignerTokenConnection implements SignatureTokenConnection {

    private static final Map<EncryptionAlgorithm, SignatureScheme> SCHEMES = Map.of(
            EncryptionAlgorithm.RSA, SignatureScheme.RSA_PKCS1,
            EncryptionAlgorithm.RSASSA_PSS, SignatureScheme.RSA_PSS,
            EncryptionAlgorithm.ECDSA, SignatureScheme.ECDSA,
            EncryptionAlgorithm.EDDSA, SignatureScheme.ED25519);

    private final Signer signer;
    private final Entry entry;
    private final Duration timeLimit;

    /**
     * Makes a connection.
     *
     * @param signer the key
     * @param chain its certificates
     * @param timeLimit how long a signature may take
     */
    public SignerTokenConnection(Signer signer, CertificateChain chain, Duration timeLimit) {
        this.signer = Objects.requireNonNull(signer, "signer");
        this.entry = new Entry(
                chain.certificates().stream().map(CertificateToken::new).toList());
        this.timeLimit = Objects.requireNonNull(timeLimit, "timeLimit");
    }

    /** The key, in the form that DSS expects. */
    private record Entry(List<CertificateToken> chain) implements DSSPrivateKeyEntry {

        @Override
        public CertificateToken getCertificate() {
            return chain.get(0);
        }

        @Override
        public CertificateToken[] getCertificateChain() {
            return chain.toArray(CertificateToken[]::new);
        }

        @Override
        public EncryptionAlgorithm getEncryptionAlgorithm() {
            return EncryptionAlgorithm.forKey(getCertificate().getPublicKey());
        }
    }

    @Override
    public List<DSSPrivateKeyEntry> getKeys() {
        return List.of(entry);
    }

    @Override
    public SignatureValue sign(ToBeSigned message, DigestAlgorithm hash, DSSPrivateKeyEntry key) {
        return sign(message, SignatureAlgorithm.getAlgorithm(key.getEncryptionAlgorithm(), hash), key);
    }

    @Override
    public SignatureValue sign(ToBeSigned message, SignatureAlgorithm algorithm, DSSPrivateKeyEntry key) {
        byte[] octets = signer.signMessage(ours(algorithm), message.getBytes(), Deadline.after(timeLimit));
        return new SignatureValue(algorithm, octets);
    }

    @Override
    public SignatureValue signDigest(Digest digest, DSSPrivateKeyEntry key) {
        return signDigest(
                digest, SignatureAlgorithm.getAlgorithm(key.getEncryptionAlgorithm(), digest.getAlgorithm()), key);
    }

    @Override
    public SignatureValue signDigest(Digest digest, SignatureAlgorithm algorithm, DSSPrivateKeyEntry key) {
        io.github.hsmsigner.core.SignatureAlgorithm ours = ours(algorithm);
        byte[] octets = signer.sign(
                ours,
                io.github.hsmsigner.core.Digest.of(ours.digestAlgorithm(), digest.getValue()),
                Deadline.after(timeLimit));
        return new SignatureValue(algorithm, octets);
    }

    private static io.github.hsmsigner.core.SignatureAlgorithm ours(SignatureAlgorithm theirs) {
        SignatureScheme scheme = SCHEMES.get(theirs.getEncryptionAlgorithm());
        if (scheme == null) {
            throw new DSSException(theirs + " is not offered");
        }
        return io.github.hsmsigner.core.SignatureAlgorithm.of(
                        scheme,
                        io.github.hsmsigner.core.DigestAlgorithm.fromName(
                                theirs.getDigestAlgorithm().getName()))
                .orElseThrow(() -> new DSSException(theirs + " is not offered"));
    }

    @Override
    public void close() {
        // There is nothing to close.
    }
}

package io.github.hsmsigner.core.x509;

import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.Digest;
import io.github.hsmsigner.core.SignatureAlgorithm;
import io.github.hsmsigner.core.Signer;
import io.github.hsmsigner.core.error.SigningException;
import io.github.hsmsigner.core.error.UnsupportedRequestException;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Supplier;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.operator.ContentSigner;

/**
 * Adapts any {@link Signer} to BouncyCastle's {@link ContentSigner}, to make certificates, certification requests,
 * CRLs, OCSP responses and timestamps with a key in an HSM.
 *
 * <p>{@link #getSignature()} throws a {@link SigningException}. One object makes one signature and is not thread-safe,
 * as BouncyCastle defines it.
 */
public final class SignerContentSigner implements ContentSigner {

    private final AlgorithmIdentifier identifier;
    private final OutputStream output;
    private final Supplier<byte[]> signature;

    private SignerContentSigner(AlgorithmIdentifier identifier, OutputStream output, Supplier<byte[]> signature) {
        this.identifier = identifier;
        this.output = output;
        this.signature = signature;
    }

    /**
     * Makes a content signer for one signature.
     *
     * @param signer the key
     * @param algorithm one of the key's algorithms
     * @param timeLimit how long the signature may take, once its content is complete
     * @return the content signer
     * @throws UnsupportedRequestException if the algorithm is not one of the key's
     */
    public static SignerContentSigner of(Signer signer, SignatureAlgorithm algorithm, Duration timeLimit) {
        Objects.requireNonNull(timeLimit, "timeLimit");
        signer.requireSupported(algorithm);
        AlgorithmIdentifier identifier = algorithm.scheme().x509Identifier(algorithm.digestAlgorithm());
        if (signer.signsWholeMessage(algorithm)) {
            ByteArrayOutputStream message = new ByteArrayOutputStream();
            return new SignerContentSigner(
                    identifier,
                    message,
                    () -> signer.signMessage(algorithm, message.toByteArray(), Deadline.after(timeLimit)));
        }
        MessageDigest hash = algorithm.digestAlgorithm().newMessageDigest();
        return new SignerContentSigner(
                identifier,
                new DigestOutputStream(OutputStream.nullOutputStream(), hash),
                () -> signer.sign(
                        algorithm, Digest.of(algorithm.digestAlgorithm(), hash.digest()), Deadline.after(timeLimit)));
    }

    @Override
    public AlgorithmIdentifier getAlgorithmIdentifier() {
        return identifier;
    }

    @Override
    public OutputStream getOutputStream() {
        return output;
    }

    @Override
    public byte[] getSignature() {
        return signature.get();
    }
}

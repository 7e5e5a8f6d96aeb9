package io.github.hsmsigner.core;

import io.github.hsmsigner.core.error.SigningException;
import java.util.Objects;
import java.util.Optional;

/**
 * What became of one digest of many: a signature, or the reason why there is none. Immutable.
 */
public final class SignatureResult {

    private final byte[] signature;
    private final SigningException error;

    private SignatureResult(byte[] signature, SigningException error) {
        this.signature = signature;
        this.error = error;
    }

    static SignatureResult of(byte[] signature) {
        return new SignatureResult(signature, null);
    }

    static SignatureResult of(SigningException error) {
        return new SignatureResult(null, Objects.requireNonNull(error, "error"));
    }

    /**
     * The signature.
     *
     * @return a copy of the octets
     * @throws SigningException if there is none; the reason why
     */
    public byte[] signature() {
        if (error != null) {
            throw error;
        }
        return signature.clone();
    }

    /**
     * Why there is no signature.
     *
     * @return the reason, or empty if there is one
     */
    public Optional<SigningException> error() {
        return Optional.ofNullable(error);
    }
}

package io.github.hsmsigner.core;

import io.github.hsmsigner.core.error.SigningException;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The result for one of several digests: a signature, or the reason why there is none. Immutable.
 */
public final class SignatureResult {

    private final byte @Nullable [] signature;
    private final @Nullable SigningException error;

    private SignatureResult(byte @Nullable [] signature, @Nullable SigningException error) {
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
     * Returns the signature.
     *
     * @return a copy of the bytes
     * @throws SigningException if there is no signature; names the reason
     */
    public byte[] signature() {
        if (error != null) {
            throw error;
        }
        return signature.clone();
    }

    /**
     * Returns why there is no signature.
     *
     * @return the reason, or empty if there is one
     */
    public Optional<SigningException> error() {
        return Optional.ofNullable(error);
    }
}

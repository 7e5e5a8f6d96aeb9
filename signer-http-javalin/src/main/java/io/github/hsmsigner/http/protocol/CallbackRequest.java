package io.github.hsmsigner.http.protocol;

import io.github.hsmsigner.core.ContainerFormat;
import io.github.hsmsigner.core.Digest;
import io.github.hsmsigner.core.RawData;
import io.github.hsmsigner.core.SigningToken;
import java.util.Objects;
import java.util.Optional;

/**
 * One callback, read and checked. Implementations are immutable.
 *
 * <p>A request no longer has the contents of the document, only their digest. No implementation shows the digest or the
 * signing token when it is printed.
 */
public sealed interface CallbackRequest {

    /**
     * Returns the requested action.
     *
     * @return the action
     */
    CallbackAction action();

    /**
     * Returns the signing token, which the caller presents to be authorized.
     *
     * @return the signing token, or empty if the caller sent none
     */
    Optional<SigningToken> signingToken();

    /**
     * Asks for the certificates of the signing key.
     *
     * @param signingToken what the caller presents to be allowed to ask
     */
    record Certificates(Optional<SigningToken> signingToken) implements CallbackRequest {

        /**
         * Checks that nothing is missing.
         *
         * @param signingToken what the caller presents to be allowed to ask
         */
        public Certificates {
            Objects.requireNonNull(signingToken, "signingToken");
        }

        @Override
        public CallbackAction action() {
            return CallbackAction.GET_CERTIFICATES;
        }
    }

    /**
     * Asks for a bare signature.
     *
     * @param data the data to be signed
     * @param signingToken what the caller presents to be allowed to sign
     */
    record RawSignature(RawData data, Optional<SigningToken> signingToken) implements CallbackRequest {

        /**
         * Checks that nothing is missing.
         *
         * @param data the data to be signed
         * @param signingToken what the caller presents to be allowed to sign
         */
        public RawSignature {
            Objects.requireNonNull(data, "data");
            Objects.requireNonNull(signingToken, "signingToken");
        }

        @Override
        public CallbackAction action() {
            return CallbackAction.SIGN;
        }
    }

    /**
     * Asks for a signature in a container.
     *
     * @param format the kind of container
     * @param digest the digest of the contents
     * @param signingToken what the caller presents to be allowed to sign
     */
    record ContainerSignature(ContainerFormat format, Digest digest, Optional<SigningToken> signingToken)
            implements CallbackRequest {

        /**
         * Checks that nothing is missing.
         *
         * @param format the kind of container
         * @param digest the digest of the contents
         * @param signingToken what the caller presents to be allowed to sign
         */
        public ContainerSignature {
            Objects.requireNonNull(format, "format");
            Objects.requireNonNull(digest, "digest");
            Objects.requireNonNull(signingToken, "signingToken");
        }

        @Override
        public CallbackAction action() {
            return CallbackAction.SIGN_PKCS7;
        }
    }
}

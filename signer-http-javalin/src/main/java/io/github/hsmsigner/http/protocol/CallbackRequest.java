package io.github.hsmsigner.http.protocol;

import io.github.hsmsigner.core.ContainerFormat;
import io.github.hsmsigner.core.Digest;
import io.github.hsmsigner.core.RawData;
import io.github.hsmsigner.core.SigningToken;
import java.util.Optional;

/**
 * One callback, read and checked. It has the digest of the document, not its contents. No implementation shows the
 * digest or the signing token when it is printed. Immutable.
 */
sealed interface CallbackRequest {

    CallbackAction action();

    /** Returns the signing token, with which the caller asks to be authorized. */
    Optional<SigningToken> signingToken();

    /** Asks for the certificates of the signing key. */
    record Certificates(Optional<SigningToken> signingToken) implements CallbackRequest {

        @Override
        public CallbackAction action() {
            return CallbackAction.GET_CERTIFICATES;
        }
    }

    /** Asks for a bare signature. */
    record RawSignature(RawData data, Optional<SigningToken> signingToken) implements CallbackRequest {

        @Override
        public CallbackAction action() {
            return CallbackAction.SIGN;
        }
    }

    /** Asks for a signature in a container. */
    record ContainerSignature(ContainerFormat format, Digest digest, Optional<SigningToken> signingToken)
            implements CallbackRequest {

        @Override
        public CallbackAction action() {
            return CallbackAction.SIGN_PKCS7;
        }
    }
}

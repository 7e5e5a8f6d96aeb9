package io.github.hsmsigner.examples.documentengine;

import java.util.List;
import java.util.Optional;

/**
 * The texts about the signature in the signature dictionary. Immutable.
 *
 * @param signerName the name of the signer
 * @param reason the reason for the signature
 * @param location the place of the signature
 */
record SignatureMetadata(Optional<String> signerName, Optional<String> reason, Optional<String> location) {

    private static final String SIGNER_NAME = "signerName";
    private static final String REASON = "signatureReason";
    private static final String LOCATION = "signatureLocation";

    static SignatureMetadata parse(Options options) {
        options.requireOnly(List.of(SIGNER_NAME, REASON, LOCATION));
        return new SignatureMetadata(options.text(SIGNER_NAME), options.text(REASON), options.text(LOCATION));
    }

    static SignatureMetadata none() {
        return new SignatureMetadata(Optional.empty(), Optional.empty(), Optional.empty());
    }
}

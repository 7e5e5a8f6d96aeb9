package io.github.hsmsigner.http.protocol;

import io.github.hsmsigner.core.ContainerFormat;
import io.github.hsmsigner.core.Digest;
import io.github.hsmsigner.core.DigestAlgorithm;
import io.github.hsmsigner.core.RawData;
import io.github.hsmsigner.core.SigningToken;
import io.github.hsmsigner.core.error.InvalidRequestException;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/** Collects the fields of a callback in any order and combines them into a request. Not thread-safe. */
final class CallbackFields {

    CallbackAction action;
    DigestAlgorithm hashAlgorithm;
    ContainerFormat format = ContainerFormat.CMS;
    StreamedDigest contents;
    StreamedDigest dataToBeSigned;
    SigningToken signingToken;
    private byte[] digest;

    /** Takes the digest in either of its two spellings, which are one field. */
    void digest(byte[] value) {
        if (digest != null) {
            throw new InvalidRequestException(
                    "The digest occurs twice, as digest and as document_digest. Send one of them.");
        }
        digest = value;
    }

    /** Returns the algorithms to hash the contents with that arrive now: one if it is known already, otherwise all. */
    Set<DigestAlgorithm> contentsAlgorithms() {
        Optional<DigestAlgorithm> known = Optional.ofNullable(hashAlgorithm)
                .or(() -> Optional.ofNullable(digest).flatMap(octets -> DigestAlgorithm.ofLength(octets.length)));
        return known.<Set<DigestAlgorithm>>map(EnumSet::of).orElseGet(() -> EnumSet.allOf(DigestAlgorithm.class));
    }

    /** As {@link #contentsAlgorithms()}. A digest has no effect here, because it belongs to the contents. */
    Set<DigestAlgorithm> dataToBeSignedAlgorithms() {
        return hashAlgorithm == null ? EnumSet.allOf(DigestAlgorithm.class) : EnumSet.of(hashAlgorithm);
    }

    /** Puts the fields together, once all of them are read. */
    CallbackRequest toRequest() {
        Optional<SigningToken> token = Optional.ofNullable(signingToken);
        return switch (effectiveAction()) {
            case GET_CERTIFICATES -> new CallbackRequest.Certificates(token);
            case SIGN -> new CallbackRequest.RawSignature(rawData(), token);
            case SIGN_PKCS7 -> new CallbackRequest.ContainerSignature(format, contentsDigest(), token);
        };
    }

    private CallbackAction effectiveAction() {
        if (action != null) {
            return action;
        }
        if (contents != null || digest != null) {
            return CallbackAction.SIGN_PKCS7;
        }
        if (dataToBeSigned != null) {
            return CallbackAction.SIGN;
        }
        throw new InvalidRequestException("The request has neither the field action nor a field that implies it:"
                + " encoded_contents, digest or data_to_be_signed.");
    }

    private DigestAlgorithm effectiveAlgorithm() {
        return hashAlgorithm == null ? DigestAlgorithm.SHA256 : hashAlgorithm;
    }

    private RawData rawData() {
        if (dataToBeSigned == null) {
            throw new InvalidRequestException("The action sign needs the field data_to_be_signed.");
        }
        return dataToBeSigned.rawData(effectiveAlgorithm());
    }

    private Digest contentsDigest() {
        if (contents == null && digest == null) {
            throw new InvalidRequestException(
                    "The action sign_pkcs7 needs the field encoded_contents or the field digest.");
        }
        DigestAlgorithm algorithm = effectiveAlgorithm();
        if (digest != null && digest.length != algorithm.length()) {
            throw new InvalidRequestException("The digest has " + digest.length + " bytes, but a digest made with "
                    + algorithm.text() + " has " + algorithm.length()
                    + "; hash_algorithm names the algorithm and is sha256 where it is absent.");
        }
        if (contents == null) {
            return Digest.of(algorithm, digest);
        }
        Digest computed = contents.digest(algorithm);
        if (digest != null && !computed.equals(Digest.of(algorithm, digest))) {
            throw new InvalidRequestException("The digest does not match the contents: it is not the "
                    + algorithm.text() + " digest of encoded_contents.");
        }
        return computed;
    }
}

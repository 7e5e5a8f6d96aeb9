package io.github.hsmsigner.examples.documentengine;

import java.util.List;
import java.util.Optional;

/**
 * The options of a call of {@code /sign}. Immutable.
 *
 * @param container who assembles the container
 * @param type the kind of signature
 * @param level the level of a {@code cades} signature; ignored for {@code cms}, as the vendor's API reference says
 * @param hash the digest algorithm
 * @param signingToken what the application lets the signing service know; a secret
 * @param estimatedSize how many bytes to reserve for the container
 * @param flatten whether forms and annotations become part of the pages first
 * @param formFieldName the field to sign, where it is one that the document has
 * @param position where a new field is
 * @param appearance how the signature looks, if it was said
 * @param metadata what the signature dictionary says in words
 */
record SignOptions(
        SignatureContainer container,
        SignatureType type,
        CadesLevel level,
        HashAlgorithm hash,
        Optional<String> signingToken,
        int estimatedSize,
        boolean flatten,
        Optional<String> formFieldName,
        Optional<Position> position,
        Optional<Appearance> appearance,
        SignatureMetadata metadata) {

    private static final int DEFAULT_ESTIMATED_SIZE = 16_384;
    private static final int LARGEST_ESTIMATED_SIZE = 4 * 1024 * 1024;

    private static final String CONTAINER = "signatureContainer";
    private static final String TYPE = "signatureType";
    private static final String LEVEL = "cadesLevel";
    private static final String HASH = "hashAlgorithm";
    private static final String SIGNING_TOKEN = "signingToken";
    private static final String ESTIMATED_SIZE = "estimatedSize";
    private static final String FLATTEN = "flatten";
    private static final String FORM_FIELD_NAME = "formFieldName";
    private static final String POSITION = "position";
    private static final String APPEARANCE = "appearance";
    private static final String METADATA = "signatureMetadata";
    private static final List<String> ALL = List.of(
            CONTAINER,
            TYPE,
            LEVEL,
            HASH,
            SIGNING_TOKEN,
            ESTIMATED_SIZE,
            FLATTEN,
            FORM_FIELD_NAME,
            POSITION,
            APPEARANCE,
            METADATA);

    /** Refuses options that contradict each other. */
    SignOptions {
        if (formFieldName.isPresent() && position.isPresent()) {
            throw ApiException.badRequest(
                    "formFieldName names a field that has its place, so position must be left out.");
        }
        if (appearance.isPresent()
                && formFieldName.isEmpty()
                && position.flatMap(Position::box).isEmpty()) {
            throw ApiException.badRequest(
                    "appearance needs a place: position with pageIndex and rect, or formFieldName.");
        }
    }

    /** Reads the body of a call; an empty body means the defaults. */
    static SignOptions parse(String body, HashAlgorithm defaultHash, CadesLevel defaultLevel) {
        Options options = Options.parse(body);
        options.requireOnly(ALL);
        return new SignOptions(
                options.choice(CONTAINER, SignatureContainer.PKCS7),
                options.choice(TYPE, SignatureType.CMS),
                options.choice(LEVEL, defaultLevel),
                options.choice(HASH, defaultHash),
                options.text(SIGNING_TOKEN),
                options.number(
                                ESTIMATED_SIZE,
                                1,
                                LARGEST_ESTIMATED_SIZE,
                                "a number of bytes between 1 and " + LARGEST_ESTIMATED_SIZE)
                        .orElse(DEFAULT_ESTIMATED_SIZE),
                options.truth(FLATTEN, false),
                options.text(FORM_FIELD_NAME),
                options.object(POSITION).map(Position::parse),
                options.object(APPEARANCE).map(Appearance::parse),
                options.object(METADATA).map(SignatureMetadata::parse).orElseGet(SignatureMetadata::none));
    }

    /** Without the signing token and the names of people. */
    @Override
    public String toString() {
        return container.spelling() + "/" + type.spelling() + "/" + hash.spelling()
                + (type == SignatureType.CADES ? "/" + level.spelling() : "");
    }
}

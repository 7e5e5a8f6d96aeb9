package io.github.hsmsigner.pdf;

import io.github.hsmsigner.core.DigestAlgorithm;
import io.github.hsmsigner.pdf.PdfException.Reason;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The options of one signature: level, texts, field, appearance, certification and password. Immutable, and thread-safe.
 *
 * <p>{@link #toString()} has the level only.
 */
public final class PdfSignatureOptions {

    private final PdfLevel level;
    private final @Nullable DigestAlgorithm digestAlgorithm;
    private final @Nullable String name;
    private final @Nullable String reason;
    private final @Nullable String location;
    private final @Nullable String contactInfo;
    private final @Nullable String fieldName;
    private final @Nullable PdfAppearance appearance;
    private final @Nullable PdfCertification certification;
    private final char[] password;

    private PdfSignatureOptions(Builder builder) {
        this.level = builder.level;
        this.digestAlgorithm = builder.digestAlgorithm;
        this.name = builder.name;
        this.reason = builder.reason;
        this.location = builder.location;
        this.contactInfo = builder.contactInfo;
        this.fieldName = builder.fieldName;
        this.appearance = builder.appearance;
        this.certification = builder.certification;
        this.password = builder.password;
    }

    /**
     * Starts the options of a signature of level {@link PdfLevel#B_B} in a new field, which is not visible.
     *
     * @return a builder
     */
    public static Builder builder() {
        return new Builder();
    }

    PdfLevel level() {
        return level;
    }

    Optional<DigestAlgorithm> digestAlgorithm() {
        return Optional.ofNullable(digestAlgorithm);
    }

    Optional<String> name() {
        return Optional.ofNullable(name);
    }

    Optional<String> reason() {
        return Optional.ofNullable(reason);
    }

    Optional<String> location() {
        return Optional.ofNullable(location);
    }

    Optional<String> contactInfo() {
        return Optional.ofNullable(contactInfo);
    }

    Optional<String> fieldName() {
        return Optional.ofNullable(fieldName);
    }

    Optional<PdfAppearance> appearance() {
        return Optional.ofNullable(appearance);
    }

    Optional<PdfCertification> certification() {
        return Optional.ofNullable(certification);
    }

    char[] password() {
        return password;
    }

    @Override
    public String toString() {
        return "PdfSignatureOptions[" + level + "]";
    }

    /** Collects the options. Not safe for use by several threads. */
    public static final class Builder {

        private PdfLevel level = PdfLevel.B_B;
        private @Nullable DigestAlgorithm digestAlgorithm;
        private @Nullable String name;
        private @Nullable String reason;
        private @Nullable String location;
        private @Nullable String contactInfo;
        private @Nullable String fieldName;
        private @Nullable PdfAppearance appearance;
        private @Nullable PdfCertification certification;
        private char[] password = {};

        private Builder() {}

        /**
         * Sets the level. Default: {@link PdfLevel#B_B}.
         *
         * @param level the level
         * @return this builder
         */
        public Builder level(PdfLevel level) {
            this.level = Objects.requireNonNull(level, "level");
            return this;
        }

        /**
         * Sets the digest algorithm. Default: SHA-256; SHA-384 for P-384; SHA-512 for P-521 and Ed25519.
         *
         * @param digestAlgorithm the algorithm that hashes the document
         * @return this builder
         */
        public Builder digestAlgorithm(DigestAlgorithm digestAlgorithm) {
            this.digestAlgorithm = Objects.requireNonNull(digestAlgorithm, "digestAlgorithm");
            return this;
        }

        /**
         * Sets the name of the signer (entry Name; ISO 32000-2, table 255). Default: none, because readers show the name
         * in the certificate.
         *
         * @param name the name
         * @return this builder
         */
        public Builder name(String name) {
            this.name = Objects.requireNonNull(name, "name");
            return this;
        }

        /**
         * Sets the reason for the signature. Default: none.
         *
         * @param reason the reason
         * @return this builder
         */
        public Builder reason(String reason) {
            this.reason = Objects.requireNonNull(reason, "reason");
            return this;
        }

        /**
         * Sets the place where the signature was made. Default: none.
         *
         * @param location the place
         * @return this builder
         */
        public Builder location(String location) {
            this.location = Objects.requireNonNull(location, "location");
            return this;
        }

        /**
         * Sets how to contact the signer. Default: none.
         *
         * @param contactInfo a telephone number, for example
         * @return this builder
         */
        public Builder contactInfo(String contactInfo) {
            this.contactInfo = Objects.requireNonNull(contactInfo, "contactInfo");
            return this;
        }

        /**
         * Selects an unsigned signature field of the document. Default: a new field. If the field has a lock dictionary,
         * the signature locks the form fields that it names (FieldMDP; ISO 32000-2, section 12.7.5.5).
         *
         * @param fieldName the fully qualified name of the field
         * @return this builder
         */
        public Builder existingField(String fieldName) {
            this.fieldName = Objects.requireNonNull(fieldName, "fieldName");
            return this;
        }

        /**
         * Makes the signature visible, in the rectangle of the appearance or of the existing field. Default: a new field is
         * not visible, and an existing field keeps its appearance.
         *
         * @param appearance the image and the text
         * @return this builder
         */
        public Builder appearance(PdfAppearance appearance) {
            this.appearance = Objects.requireNonNull(appearance, "appearance");
            return this;
        }

        /**
         * Makes the signature a certification signature, which must be the first signature of the document
         * (ISO 32000-2, section 12.8.2.2). Default: an approval signature.
         *
         * @param certification the changes that the signature permits afterwards
         * @return this builder
         */
        public Builder certification(PdfCertification certification) {
            this.certification = Objects.requireNonNull(certification, "certification");
            return this;
        }

        /**
         * Sets the password of an encrypted document, of its owner or user. Default: the empty password.
         *
         * @param password the password; copied
         * @return this builder
         */
        public Builder password(char[] password) {
            this.password = password.clone();
            return this;
        }

        /**
         * Builds the options.
         *
         * @return the options
         * @throws PdfException if the appearance has no rectangle, or if the existing field has one already
         */
        public PdfSignatureOptions build() {
            if (appearance != null
                    && fieldName == null
                    && appearance.rectangle().isEmpty()) {
                throw new PdfException(
                        Reason.INVALID_APPEARANCE,
                        "The appearance has no rectangle. Set it, or select an existing field.");
            }
            if (appearance != null
                    && fieldName != null
                    && (appearance.rectangle().isPresent() || appearance.page().isPresent())) {
                throw new PdfException(
                        Reason.INVALID_APPEARANCE,
                        "The existing field has a page and a rectangle. Remove those of the appearance.");
            }
            return new PdfSignatureOptions(this);
        }
    }
}

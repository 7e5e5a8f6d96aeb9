package io.github.hsmsigner.pdf;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A PDF cannot be signed or extended as requested. The message says why, and has nothing of the document's contents. */
public final class PdfException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** The reason. */
    private final Reason reason;

    /** The reasons why a PDF cannot be signed. */
    public enum Reason {
        /** The file has no PDF header. */
        NOT_A_PDF,
        /** The file is damaged or has no page. Its signed copy would be damaged too, or unreadable. */
        DAMAGED,
        /** The PDF is encrypted, and the password is missing or wrong. */
        PASSWORD_REQUIRED,
        /** The encryption of the PDF is not supported: for certificates, or with an unknown algorithm. */
        UNSUPPORTED_ENCRYPTION,
        /** An earlier signature forbids this change (ISO 32000-2, sections 12.8.2.2 and 12.8.2.4). */
        CHANGES_FORBIDDEN,
        /**
         * The options do not fit the PDF: an unknown field, a rectangle that is not on a page, or a certification that is
         * not the first signature.
         */
        OPTIONS_DO_NOT_FIT,
        /** The PDF has no signature whose level could be extended. */
        NOT_SIGNED,
        /** Every signature of the PDF has the level already. */
        LEVEL_REACHED,
        /** A signature of the PDF cannot be read: it is damaged, or no CMS container. */
        UNREADABLE_SIGNATURE,
        /** The chain of a certificate does not end with a trusted root. */
        UNTRUSTED_CERTIFICATE,
        /** The appearance cannot be drawn: its image, font, text or rectangle is unusable. */
        INVALID_APPEARANCE
    }

    PdfException(Reason reason, String message) {
        this(reason, message, null);
    }

    PdfException(Reason reason, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.reason = Objects.requireNonNull(reason, "reason");
    }

    /**
     * Returns the reason.
     *
     * @return the reason, for programs
     */
    public Reason reason() {
        return reason;
    }
}

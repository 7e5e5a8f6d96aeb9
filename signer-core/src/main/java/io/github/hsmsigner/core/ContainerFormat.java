package io.github.hsmsigner.core;

/**
 * The kinds of signature container. All are detached CMS SignedData (RFC 5652).
 */
public enum ContainerFormat {
    /** CMS SignedData (RFC 5652) with a signing time, for the PDF SubFilter {@code adbe.pkcs7.detached}. */
    CMS,
    /**
     * PAdES baseline B-B (ETSI EN 319 142-1, section 6.3), for the PDF SubFilter {@code ETSI.CAdES.detached}. It has no
     * signing-time attribute, because the signature dictionary of the PDF has the time.
     */
    PADES_B_B,
    /** As {@link #PADES_B_B}, with a timestamp over the signature as unsigned attribute: baseline B-T. */
    PADES_B_T,
    /**
     * CAdES baseline B-B (ETSI EN 319 122-1, section 6.3), for files of any type. It has the attributes signing-time and
     * mime-type.
     */
    CADES_B_B,
    /** As {@link #CADES_B_B}, with a timestamp over the signature as unsigned attribute: baseline B-T. */
    CADES_B_T;

    /**
     * Returns whether a container of this format has a timestamp over its signature.
     *
     * @return {@code true} for level B-T
     */
    public boolean hasTimestamp() {
        return this != withoutTimestamp();
    }

    /**
     * Returns the format with a timestamp.
     *
     * @return level B-T of the same format; {@link #CMS} stays as it is
     */
    public ContainerFormat withTimestamp() {
        return switch (this) {
            case CMS -> CMS;
            case PADES_B_B, PADES_B_T -> PADES_B_T;
            case CADES_B_B, CADES_B_T -> CADES_B_T;
        };
    }

    /**
     * Returns the format without a timestamp.
     *
     * @return level B-B of the same format; {@link #CMS} stays as it is
     */
    public ContainerFormat withoutTimestamp() {
        return switch (this) {
            case CMS -> CMS;
            case PADES_B_B, PADES_B_T -> PADES_B_B;
            case CADES_B_B, CADES_B_T -> CADES_B_B;
        };
    }
}

package io.github.hsmsigner.core;

/**
 * The kinds of signature container.
 */
public enum ContainerFormat {
    /** CMS SignedData (RFC 5652) with a signing time, for the PDF SubFilter {@code adbe.pkcs7.detached}. */
    CMS,
    /**
     * CAdES baseline B-B (ETSI EN 319 122-1) as PAdES profiles it (ETSI EN 319 142-1), for the PDF SubFilter
     * {@code ETSI.CAdES.detached}: without a signing time, which stands in the PDF's signature dictionary.
     */
    CADES_B_B,
    /** As {@link #CADES_B_B}, with a timestamp over the signature as unsigned attribute: baseline B-T. */
    CADES_B_T
}

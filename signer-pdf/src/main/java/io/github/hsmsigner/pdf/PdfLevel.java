package io.github.hsmsigner.pdf;

/** The levels of a PDF signature, in ascending order. */
public enum PdfLevel {
    /** CMS with the SubFilter {@code adbe.pkcs7.detached} (ISO 32000-2, section 12.8.3.3), for old readers. */
    CMS,
    /** PAdES B-B: the signature with the signer's certificate (ETSI EN 319 142-1, section 6.3). */
    B_B,
    /** PAdES B-T: level B-B with a timestamp, which proves that the signature existed at that time. */
    B_T,
    /**
     * PAdES B-LT: level B-T with certificates and revocation information in the document (DSS dictionary; ETSI EN 319 142-1,
     * section 5.4), so that validation needs no network.
     */
    B_LT,
    /**
     * PAdES B-LTA: level B-LT with a document timestamp over all of it. Another document timestamp, before the certificate of
     * the previous one expires, makes it last longer.
     */
    B_LTA
}

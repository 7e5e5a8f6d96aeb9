package io.github.hsmsigner.examples.documentengine;

import org.apache.pdfbox.cos.COSName;
import org.apache.pdfbox.pdmodel.interactive.digitalsignature.PDSignature;

/** The values of the option {@code signatureType}. */
enum SignatureType {
    CMS(PDSignature.SUBFILTER_ADBE_PKCS7_DETACHED),
    CADES(PDSignature.SUBFILTER_ETSI_CADES_DETACHED);

    private final COSName subFilter;

    SignatureType(COSName subFilter) {
        this.subFilter = subFilter;
    }

    /** What the PDF calls this kind of signature (ISO 32000-2, table 255). */
    COSName subFilter() {
        return subFilter;
    }
}

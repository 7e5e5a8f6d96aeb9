package io.github.hsmsigner.examples.documentengine;

import org.apache.pdfbox.cos.COSName;
import org.apache.pdfbox.pdmodel.interactive.digitalsignature.PDSignature;

/** The values of the option {@code signatureType}. */
enum SignatureType implements Choice {
    CMS("cms", PDSignature.SUBFILTER_ADBE_PKCS7_DETACHED),
    CADES("cades", PDSignature.SUBFILTER_ETSI_CADES_DETACHED);

    private final String spelling;
    private final COSName subFilter;

    SignatureType(String spelling, COSName subFilter) {
        this.spelling = spelling;
        this.subFilter = subFilter;
    }

    @Override
    public String spelling() {
        return spelling;
    }

    /** Returns the name of this kind of signature in the PDF (ISO 32000-2, table 255). */
    COSName subFilter() {
        return subFilter;
    }
}

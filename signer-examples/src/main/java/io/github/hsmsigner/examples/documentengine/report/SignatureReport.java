package io.github.hsmsigner.examples.documentengine.report;

import java.util.List;

/**
 * The findings about a signature, in words for people. Immutable.
 *
 * @param field the name of its field
 * @param valid whether the signature is over this document, the key of its certificate made it, and every later change
 *     of the document is allowed
 * @param verdict the same in a sentence, with the reason if it is not valid
 * @param signer the common name of its certificate, or the whole subject if there is none
 * @param issuer the same for the issuer of the certificate; empty if it is not known
 * @param claimedTime the time that the signature claims, in ISO 8601; empty if it claims none
 * @param timestamps the time of each timestamp, in ISO 8601 with the name of its authority
 * @param coverage how much of the document it covers
 * @param container the form of its container, with the word for it in the PDF
 * @param level the signature's level
 * @param algorithm the key's algorithm and the digest algorithm
 * @param trust whether its certificate leads to a trusted one
 */
public record SignatureReport(
        String field,
        boolean valid,
        String verdict,
        String signer,
        String issuer,
        String claimedTime,
        List<String> timestamps,
        String coverage,
        String container,
        String level,
        String algorithm,
        String trust) {

    /** Returns the report on a signature that cannot be read. */
    static SignatureReport unreadable(String field) {
        return new SignatureReport(
                field, false, "The signature cannot be read.", "", "", "", List.of(), "", "", "", "", "");
    }
}

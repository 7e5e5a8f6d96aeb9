package io.github.hsmsigner.examples.documentengine.report;

import java.util.List;

/**
 * What was found about a signature, in words for people. Immutable.
 *
 * @param field the name of its field
 * @param valid whether the signature is over this document, is made by the key of its certificate, and no later change of the
 *     document is other than allowed
 * @param verdict the same in a sentence, with the reason where it is not valid
 * @param signer the common name of its certificate, or the whole subject if there is none
 * @param issuer the same of who issued the certificate; empty if it is not known
 * @param claimedTime when it was made by its own account, in ISO 8601; empty if it does not say
 * @param timestamps when authorities saw it, each in ISO 8601 with the authority's name
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
        String trust) {}

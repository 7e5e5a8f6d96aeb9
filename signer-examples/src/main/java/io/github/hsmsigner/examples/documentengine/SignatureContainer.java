package io.github.hsmsigner.examples.documentengine;

/** The values of the option {@code signatureContainer}: who assembles the CMS container. */
enum SignatureContainer {
    /** The stand-in, around a bare signature of the signing service. */
    RAW,
    /** The signing service. */
    PKCS7
}

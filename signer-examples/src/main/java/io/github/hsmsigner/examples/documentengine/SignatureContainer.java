package io.github.hsmsigner.examples.documentengine;

/** The values of the option {@code signatureContainer}: who assembles the CMS container. */
enum SignatureContainer implements Choice {
    /** The stand-in, around a bare signature of the signing service. */
    RAW("raw"),
    /** The signing service. */
    PKCS7("pkcs7");

    private final String spelling;

    SignatureContainer(String spelling) {
        this.spelling = spelling;
    }

    @Override
    public String spelling() {
        return spelling;
    }
}

package io.github.hsmsigner.examples.documentengine;

/**
 * The values of the option {@code cadesLevel} and of the variable {@code DIGITAL_SIGNATURE_CADES_LEVEL}: the baseline levels of
 * EN 319 142-1.
 */
public enum CadesLevel implements Choice {
    /** The signature alone. */
    B_B("b-b"),
    /** A timestamp over the signature too. */
    B_T("b-t"),
    /** The certificates and revocation data that prove it as well. */
    B_LT("b-lt");

    private final String spelling;

    CadesLevel(String spelling) {
        this.spelling = spelling;
    }

    @Override
    public String spelling() {
        return spelling;
    }
}

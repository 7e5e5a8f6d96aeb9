package io.github.hsmsigner.examples.documentengine;

/** The values of the option {@code appearance.mode}: what of the two parts of a visible signature is drawn. */
enum AppearanceMode implements Choice {
    SIGNATURE_ONLY("signatureOnly"),
    SIGNATURE_AND_DESCRIPTION("signatureAndDescription"),
    DESCRIPTION_ONLY("descriptionOnly");

    private final String spelling;

    AppearanceMode(String spelling) {
        this.spelling = spelling;
    }

    @Override
    public String spelling() {
        return spelling;
    }

    boolean signature() {
        return this != DESCRIPTION_ONLY;
    }

    boolean description() {
        return this != SIGNATURE_ONLY;
    }
}

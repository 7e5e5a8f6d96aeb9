package io.github.hsmsigner.examples.documentengine;

import java.util.List;
import java.util.Optional;

/**
 * The option {@code appearance}: how a visible signature looks. Immutable.
 *
 * @param mode which of its parts are drawn
 * @param watermarkType the media type of the picture behind it, if it was said
 * @param showSigner whether the description has the signer's name
 * @param showReason whether it has the reason
 * @param showLocation whether it has the location
 * @param showWatermark whether the picture behind it is drawn, if one was sent
 * @param showSignDate whether the description has the date and time
 * @param showDateTimezone whether these come with their time zone
 */
record Appearance(
        AppearanceMode mode,
        Optional<String> watermarkType,
        boolean showSigner,
        boolean showReason,
        boolean showLocation,
        boolean showWatermark,
        boolean showSignDate,
        boolean showDateTimezone) {

    private static final String MODE = "mode";
    private static final String CONTENT_TYPE = "contentType";
    private static final String SHOW_SIGNER = "showSigner";
    private static final String SHOW_REASON = "showReason";
    private static final String SHOW_LOCATION = "showLocation";
    private static final String SHOW_WATERMARK = "showWatermark";
    private static final String SHOW_SIGN_DATE = "showSignDate";
    private static final String SHOW_DATE_TIMEZONE = "showDateTimezone";
    private static final List<String> ALL = List.of(
            MODE,
            CONTENT_TYPE,
            SHOW_SIGNER,
            SHOW_REASON,
            SHOW_LOCATION,
            SHOW_WATERMARK,
            SHOW_SIGN_DATE,
            SHOW_DATE_TIMEZONE);

    /** Returns the default appearance. */
    static Appearance standard() {
        return parse(Options.parse(""));
    }

    static Appearance parse(Options options) {
        options.requireOnly(ALL);
        Optional<String> type = options.text(CONTENT_TYPE);
        if (type.isPresent() && !AppearanceImage.TYPES.contains(type.get())) {
            throw options.mustBe(CONTENT_TYPE, "one of " + String.join(", ", AppearanceImage.TYPES));
        }
        return new Appearance(
                options.choice(MODE, AppearanceMode.SIGNATURE_AND_DESCRIPTION),
                type,
                options.truth(SHOW_SIGNER, true),
                options.truth(SHOW_REASON, false),
                options.truth(SHOW_LOCATION, false),
                options.truth(SHOW_WATERMARK, true),
                options.truth(SHOW_SIGN_DATE, true),
                options.truth(SHOW_DATE_TIMEZONE, false));
    }
}

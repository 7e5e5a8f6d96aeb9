package io.github.hsmsigner.examples.documentengine;

import java.util.Optional;

/**
 * The pictures that came with a call of {@code /sign}.
 *
 * @param watermark what is drawn pale behind a visible signature
 * @param graphic what is drawn as the signature
 */
record AppearanceImages(Optional<AppearanceImage> watermark, Optional<AppearanceImage> graphic) {

    static AppearanceImages none() {
        return new AppearanceImages(Optional.empty(), Optional.empty());
    }

    boolean any() {
        return watermark.isPresent() || graphic.isPresent();
    }
}

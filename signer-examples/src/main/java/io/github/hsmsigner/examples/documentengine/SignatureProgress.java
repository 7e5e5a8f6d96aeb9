package io.github.hsmsigner.examples.documentengine;

import java.util.Optional;

/**
 * The CAdES level of a signature in progress. The level of a request is a hint. According to the vendor's API
 * reference, the result can be {@code b-b} for a request of {@code b-lt}, for example if the timestamp authority is
 * down. Not thread-safe.
 */
final class SignatureProgress {

    private final CadesLevel requested;
    private CadesLevel reached = CadesLevel.B_B;
    private String reason;

    SignatureProgress(CadesLevel requested) {
        this.requested = requested;
    }

    boolean wants(CadesLevel level) {
        return requested.compareTo(level) >= 0 && reached.compareTo(level) < 0 && reason == null;
    }

    void reach(CadesLevel level) {
        reached = level;
    }

    /** No higher level can be reached; the reason is a clause. */
    void stop(String why) {
        reason = why;
    }

    Level level() {
        return new Level(
                reached,
                Optional.ofNullable(reason)
                        .map(why -> "The signature has the level " + reached.spelling() + " instead of "
                                + requested.spelling() + ": " + why + "."));
    }

    /**
     * The level of a signature.
     *
     * @param reached what the signature has
     * @param shortfall a sentence why it is not the requested level, if it is not
     */
    record Level(CadesLevel reached, Optional<String> shortfall) {}
}

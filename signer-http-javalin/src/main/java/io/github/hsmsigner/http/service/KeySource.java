package io.github.hsmsigner.http.service;

import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.SigningKeys;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.core.error.SigningUnavailableException;
import java.util.Optional;

/**
 * Gets hold of the signing keys, from an HSM or a file.
 *
 * <p>Used by one thread at a time, unless said otherwise. Whoever opens it closes it, after the last use of the keys.
 */
interface KeySource extends AutoCloseable {

    /**
     * Opens the keys and proves them. After an error nothing is left open, and it may be called again.
     *
     * @param deadline by when waiting for the keys ends
     * @return the keys, ready for use
     * @throws InvalidConfigurationException if the settings cannot work
     * @throws SigningUnavailableException if the keys cannot be reached ({@code retryable()}), or stay out of reach until a person
     *     acts, as with a wrong PIN
     */
    SigningKeys open(Deadline deadline);

    /**
     * Why keys that were opened cannot be used just now. Costs next to nothing, and may be asked by any thread.
     *
     * @return the reason, for the operator; empty if they can
     */
    default Optional<String> problem() {
        return Optional.empty();
    }

    /** Gives up what {@link #open} got. Does nothing if there is nothing. */
    @Override
    void close();
}

package io.github.hsmsigner.pkcs11;

import io.github.hsmsigner.core.error.SigningUnavailableException;
import io.github.hsmsigner.pkcs11.internal.cryptoki.CryptokiException;
import java.util.Optional;

/**
 * The result of reading one slot: a value or a failure. Immutable.
 *
 * @param slotId the slot
 * @param value what was read; empty if that failed
 * @param failure a {@link CryptokiException} or {@link SigningUnavailableException}; empty if the slot was read
 */
record SlotReading<T>(long slotId, Optional<T> value, Optional<Exception> failure) {

    static <T> SlotReading<T> of(long slotId, T value) {
        return new SlotReading<>(slotId, Optional.of(value), Optional.empty());
    }

    static <T> SlotReading<T> failed(long slotId, CryptokiException failure) {
        return new SlotReading<>(slotId, Optional.empty(), Optional.of(failure));
    }

    static <T> SlotReading<T> failed(long slotId, SigningUnavailableException failure) {
        return new SlotReading<>(slotId, Optional.empty(), Optional.of(failure));
    }

    /** Throws the failure, if there is one. */
    void throwFailure() throws CryptokiException {
        if (failure.isPresent()) {
            if (failure.get() instanceof CryptokiException e) {
                throw e;
            }
            throw (SigningUnavailableException) failure.get();
        }
    }
}

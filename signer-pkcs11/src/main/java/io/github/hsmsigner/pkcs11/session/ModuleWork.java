package io.github.hsmsigner.pkcs11.session;

import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.error.SigningUnavailableException;
import io.github.hsmsigner.pkcs11.cryptoki.CryptokiException;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * Something to do in the module.
 *
 * @param <T> what comes of it
 */
@FunctionalInterface
interface ModuleWork<T> {

    /**
     * Waits for what it needs, before the module is entered.
     *
     * @param deadline until when
     */
    default void prepare(Deadline deadline) {}

    /**
     * Does it.
     *
     * @param abandoned tells whether the caller has stopped waiting
     * @return what comes of it
     */
    T run(BooleanSupplier abandoned) throws CryptokiException, GenerationEndedException;

    /** It was done after its caller had stopped waiting: no caller received what came of it. Throws nothing. */
    default void returnedLate() {}

    /**
     * Ends it, whether or not it was done.
     *
     * @return the call whose turn it is now, to be started or served by this thread; {@code null} if there is none
     */
    default ModuleCall<?> end() {
        return null;
    }

    /**
     * Has its call wait no longer for a turn.
     *
     * @param call the call
     * @param late whether the deadline has passed; else the thread was interrupted
     * @return why it was not done, and it is then neither run nor ended; empty if it was not waiting for a turn any more
     */
    default Optional<SigningUnavailableException> giveUp(ModuleCall<T> call, boolean late) {
        return Optional.empty();
    }
}

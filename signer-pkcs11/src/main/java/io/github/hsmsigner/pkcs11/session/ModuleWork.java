package io.github.hsmsigner.pkcs11.session;

import io.github.hsmsigner.pkcs11.cryptoki.CryptokiException;
import java.util.function.BooleanSupplier;

/**
 * Something to do in the module.
 *
 * @param <T> what comes of it
 */
@FunctionalInterface
interface ModuleWork<T> {

    /**
     * Does it.
     *
     * @param abandoned tells whether the caller has stopped waiting
     * @return what comes of it
     */
    T run(BooleanSupplier abandoned) throws CryptokiException, GenerationEndedException;
}

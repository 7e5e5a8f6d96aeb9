package io.github.hsmsigner.pkcs11.internal.cryptoki;

/**
 * Something to do in a module.
 *
 * @param <T> what comes of it
 */
@FunctionalInterface
public interface CryptokiWork<T> {

    /**
     * Does it.
     *
     * @return what comes of it
     * @throws CryptokiException if a function fails
     */
    T run() throws CryptokiException;
}

package io.github.hsmsigner.pkcs11.internal.recovery;

import io.github.hsmsigner.pkcs11.internal.cryptoki.CryptokiException;
import io.github.hsmsigner.pkcs11.internal.cryptoki.TokenInfo;

/** Finds the one token that is meant, each time again, because slots can change when a module is initialised. */
@FunctionalInterface
public interface TokenLocator {

    /**
     * Finds it. Must not be called between entering and leaving the module.
     *
     * @return the token
     * @throws CryptokiException if a function fails
     * @throws io.github.hsmsigner.core.error.SigningException if there is no such token, or more than one
     */
    TokenInfo find() throws CryptokiException;
}

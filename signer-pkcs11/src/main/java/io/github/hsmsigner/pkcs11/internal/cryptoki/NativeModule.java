package io.github.hsmsigner.pkcs11.internal.cryptoki;

import java.util.Optional;

/** The functions of a module, with C_Initialize and C_Finalize. */
public interface NativeModule extends Cryptoki {

    /**
     * Calls C_Initialize with CKF_OS_LOCKING_OK.
     *
     * @param parameters the content of pReserved; empty for NULL
     * @throws CryptokiException if the module returns an error
     */
    void initialize(Optional<String> parameters) throws CryptokiException;

    /**
     * Calls C_Finalize.
     *
     * @throws CryptokiException if the module returns an error
     */
    void finalizeModule() throws CryptokiException;
}

package io.github.hsmsigner.pkcs11.internal.cryptoki;

/**
 * The module cannot be finalised, because calls in it do not come back.
 */
public final class ModuleBusyException extends Exception {

    private static final long serialVersionUID = 1L;

    ModuleBusyException(String message) {
        super(message);
    }
}

package io.github.hsmsigner.pkcs11.internal.session;

/**
 * The module was initialised again since the token was last logged in to, so that nothing of it is good any more.
 */
public final class GenerationEndedException extends Exception {

    private static final long serialVersionUID = 1L;

    GenerationEndedException() {
        super("The module was initialised again, and the login with it lost");
    }
}

package io.github.hsmsigner.service.server;

import java.util.List;

/**
 * Allows logins to tokens again, after a token rejected several PINs. Implementations are thread-safe and return at
 * once.
 */
public interface LoginControl {

    /**
     * Returns the names of the tokens.
     *
     * @return the names, in the order of the settings
     */
    List<String> tokens();

    /**
     * Allows logins to a token again. A PIN that the token rejected is still not tried.
     *
     * @param token the name of the token, one of {@link #tokens()}
     * @return {@code false} if the token is not open yet, so that nothing was rejected
     */
    boolean allowLogins(String token);
}

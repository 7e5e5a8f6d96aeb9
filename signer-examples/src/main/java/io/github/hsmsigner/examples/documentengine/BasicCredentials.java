package io.github.hsmsigner.examples.documentengine;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * A user name and a password for HTTP basic authentication (RFC 7617). Immutable; its text form does not contain the password.
 *
 * @param username the user name
 * @param password the password, which may be empty; a secret
 */
public record BasicCredentials(String username, String password) {

    /**
     * Checks the user name.
     *
     * @param username the user name
     * @param password the password
     * @throws IllegalArgumentException if the user name contains a colon, which HTTP basic authentication cannot transport
     */
    public BasicCredentials {
        if (username.contains(":")) {
            throw new IllegalArgumentException("A user name for HTTP basic authentication must not contain a colon.");
        }
    }

    /** Returns the value of the header {@code Authorization}. */
    String authorization() {
        byte[] pair = (username + ":" + password).getBytes(StandardCharsets.UTF_8);
        return "Basic " + Base64.getEncoder().encodeToString(pair);
    }

    @Override
    public String toString() {
        return "BasicCredentials[username=" + username + "]";
    }
}

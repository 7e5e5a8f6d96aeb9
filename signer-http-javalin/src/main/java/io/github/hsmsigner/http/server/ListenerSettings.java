package io.github.hsmsigner.http.server;

import java.util.Objects;

/**
 * Where a server listens. Immutable.
 *
 * @param address the address, as a number or a name of this machine; {@code 0.0.0.0} for all
 * @param port the port; 0 for any that is free
 */
public record ListenerSettings(String address, int port) {

    /**
     * Checks the parts.
     *
     * @param address the address
     * @param port the port
     */
    public ListenerSettings {
        Objects.requireNonNull(address, "address");
    }
}

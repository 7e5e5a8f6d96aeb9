package io.github.hsmsigner.service.server;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
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

    /**
     * Returns whether an address is for this machine alone.
     *
     * @param address the address, as a number or a name of this machine
     * @return {@code true} if all addresses of the name are loopback addresses; {@code false} if the name has none
     */
    public static boolean isLoopback(String address) {
        try {
            return Arrays.stream(InetAddress.getAllByName(address)).allMatch(InetAddress::isLoopbackAddress);
        } catch (UnknownHostException e) {
            return false;
        }
    }
}

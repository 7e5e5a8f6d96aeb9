package io.github.hsmsigner.service.server;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;

/**
 * Where a server listens. Immutable.
 *
 * @param address the address, as a number or a name of this machine; {@code 0.0.0.0} for all
 * @param port the port; 0 for any that is free
 */
public record ListenerSettings(String address, int port) {

    /** {@return whether all addresses of a number or name are loopback addresses; {@code false} if it has none} */
    public static boolean isLoopback(String address) {
        try {
            return Arrays.stream(InetAddress.getAllByName(address)).allMatch(InetAddress::isLoopbackAddress);
        } catch (UnknownHostException e) {
            return false;
        }
    }
}

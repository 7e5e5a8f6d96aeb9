package io.github.hsmsigner.service.server;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;

/**
 * The address that identifies a client: an IPv4 address, or the first 64 bits of an IPv6 address. A single client can
 * use all addresses of such an IPv6 network (RFC 4291, section 2.5.4).
 */
final class ClientAddress {

    private ClientAddress() {}

    /** Returns the address for the log, without its port. */
    static String text(SocketAddress remote) {
        return remote instanceof InetSocketAddress socket && socket.getAddress() != null
                ? socket.getAddress().getHostAddress()
                : "unknown";
    }

    /** Returns a key that is equal for the connections of one client. */
    static Object of(SocketAddress remote) {
        if (!(remote instanceof InetSocketAddress socket)) {
            return "";
        }
        InetAddress address = socket.getAddress();
        return address instanceof Inet6Address
                ? (Object) ByteBuffer.wrap(address.getAddress()).getLong()
                : address;
    }
}

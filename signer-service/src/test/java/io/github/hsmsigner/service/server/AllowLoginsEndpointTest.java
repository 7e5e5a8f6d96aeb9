package io.github.hsmsigner.service.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AllowLoginsEndpointTest {

    private static SocketAddress socket(String address) {
        return new InetSocketAddress(address, 1234);
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1, 127.0.0.1",
        "127.0.0.1, 10.0.0.5",
        "127.8.8.8, 127.0.0.1",
        "::1, ::1",
        "::ffff:127.0.0.1, 127.0.0.1",
        "10.0.0.5, 10.0.0.5",
        "2001:db8::5, 2001:db8::5",
    })
    void clientsOnThisMachineAreAdmitted(String client, String server) {
        assertThat(ManagementEndpoints.isOnThisMachine(socket(client), socket(server)))
                .isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.0.6, 10.0.0.5",
        "10.0.0.6, 0.0.0.0",
        "2001:db8::6, 2001:db8::5",
        "::ffff:10.0.0.6, 10.0.0.5",
        "10.0.0.5, 127.0.0.1",
    })
    void otherClientsAreRefused(String client, String server) {
        assertThat(ManagementEndpoints.isOnThisMachine(socket(client), socket(server)))
                .isFalse();
    }

    @Test
    void clientsOfUnknownAddressAreRefused() {
        SocketAddress unknown = InetSocketAddress.createUnresolved("localhost", 1234);
        assertThat(ManagementEndpoints.isOnThisMachine(unknown, socket("127.0.0.1")))
                .isFalse();
        assertThat(ManagementEndpoints.isOnThisMachine(
                        UnixDomainSocketAddress.of(Path.of("socket")), socket("127.0.0.1")))
                .isFalse();
        assertThat(ManagementEndpoints.isOnThisMachine(null, null)).isFalse();
    }
}

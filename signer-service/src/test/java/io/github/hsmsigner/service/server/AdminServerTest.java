package io.github.hsmsigner.service.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hsmsigner.testing.CapturedLog;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import org.eclipse.jetty.util.component.AbstractLifeCycle;
import org.eclipse.jetty.util.component.LifeCycle;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A stop that fails is reported to the caller, which must still close the audit log and the tokens. */
class AdminServerTest {

    private final AdminServer admin =
            AdminServer.start(TestServer.ANY_PORT, TestLimits.DEFAULTS, TestServer.sources(Health::good));

    private static void assertClosed(int port) {
        assertThatThrownBy(() -> new Socket(InetAddress.getLoopbackAddress(), port).close())
                .isInstanceOf(ConnectException.class);
    }

    @Test
    void stopsInOrder() {
        int port = admin.port();
        assertThat(admin.stop()).isTrue();
        assertClosed(port);
        assertThat(admin.stop()).as("again").isTrue();
    }

    @ParameterizedTest
    @ValueSource(classes = {IOException.class, InterruptedException.class, IllegalStateException.class})
    void aFailureWhileItStopsIsLoggedAndReturned(Class<? extends Exception> failure)
            throws ReflectiveOperationException {
        Exception thrown = failure.getConstructor(String.class).newInstance("a part does not stop");
        LifeCycle part = new AbstractLifeCycle() {
            @Override
            protected void doStop() throws Exception {
                throw thrown;
            }
        };
        LifeCycle.start(part);
        admin.server().addBean(part, true);
        int port = admin.port();
        try (CapturedLog log = new CapturedLog()) {
            assertThat(admin.stop()).isFalse();
            assertThat(log.text()).contains("The admin listener did not stop in order.");
        }
        assertClosed(port);
    }
}

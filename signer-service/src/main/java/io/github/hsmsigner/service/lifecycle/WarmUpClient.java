package io.github.hsmsigner.service.lifecycle;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The client of the {@link WarmUp}. Each request in progress has a separate connection. Not thread-safe. */
final class WarmUpClient implements AutoCloseable {

    private final int port;
    private final Duration timeout;
    private final List<Socket> connections = new ArrayList<>();
    private int inProgress;

    WarmUpClient(int port, Duration timeout) {
        this.port = port;
        this.timeout = timeout;
    }

    /** Returns the number of requests in progress. */
    int inProgress() {
        return inProgress;
    }

    /** Sends a request on a connection without one. */
    void send(WarmUpRequest request) throws IOException {
        if (inProgress == connections.size()) {
            Socket connection = new Socket(InetAddress.getLoopbackAddress(), port);
            connections.add(connection);
            connection.setTcpNoDelay(true);
            connection.setSoTimeout(Math.toIntExact(timeout.toMillis()));
        }
        request.send(connections.get(inProgress));
        inProgress++;
    }

    /** Receives the responses to all requests in progress. */
    void receiveAll() throws IOException {
        for (Socket connection : connections.subList(0, inProgress)) {
            WarmUpRequest.receive(connection);
        }
        inProgress = 0;
    }

    @Override
    public void close() throws IOException {
        for (Socket connection : connections) {
            connection.close();
        }
    }
}

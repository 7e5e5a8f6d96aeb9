package io.github.hsmsigner.benchmarks.setup;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/**
 * A persistent connection to the service, for one thread. As a client it takes next to no time, and it can send
 * malformed requests. Responses must have a Content-Length.
 */
public final class HttpConnection implements AutoCloseable {

    private static final int CONNECT_MILLIS = 10_000;
    private static final int SILENCE_MILLIS = 120_000;
    private static final int MAX_LINE = 8192;

    private final Socket socket;
    private final InputStream input;

    private HttpConnection(Socket socket) throws IOException {
        this.socket = socket;
        input = new BufferedInputStream(socket.getInputStream());
    }

    /**
     * An answer.
     *
     * @param status the status code
     * @param body the body
     */
    public record Answer(int status, byte[] body) {}

    /**
     * Connects to the service on this machine.
     *
     * @param port its port
     * @return the connection
     * @throws IOException if there is none
     */
    public static HttpConnection open(int port) throws IOException {
        return open(port, SILENCE_MILLIS);
    }

    /**
     * Connects to the service on this machine.
     *
     * @param port its port
     * @param silenceMillis how long to wait for each part of an answer
     * @return the connection
     * @throws IOException if there is none
     */
    public static HttpConnection open(int port, int silenceMillis) throws IOException {
        Socket socket = new Socket();
        try {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(silenceMillis);
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), CONNECT_MILLIS);
            return new HttpConnection(socket);
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    /**
     * Returns the bytes of a GET request.
     *
     * @param path the path
     * @return the request
     */
    public static byte[] get(String path) {
        return ("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n").getBytes(StandardCharsets.US_ASCII);
    }

    /**
     * Returns the bytes of a callback.
     *
     * @param json its body
     * @return the request
     */
    public static byte[] callback(byte[] json) {
        byte[] head = ("POST /sign HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: "
                        + json.length + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
        byte[] request = new byte[head.length + json.length];
        System.arraycopy(head, 0, request, 0, head.length);
        System.arraycopy(json, 0, request, head.length, json.length);
        return request;
    }

    /**
     * Sends a request and receives the response.
     *
     * @param request the bytes of the request
     * @return the response
     * @throws IOException if the connection fails
     */
    public Answer exchange(byte[] request) throws IOException {
        send(request, 0, request.length);
        return receive();
    }

    /**
     * Sends a part of a request.
     *
     * @param request the bytes of the request
     * @param offset the start of the part
     * @param length the length of the part
     * @throws IOException if the connection fails
     */
    public void send(byte[] request, int offset, int length) throws IOException {
        socket.getOutputStream().write(request, offset, length);
    }

    /**
     * Takes an answer.
     *
     * @return the answer
     * @throws IOException if the connection fails
     */
    public Answer receive() throws IOException {
        String first = line();
        int status = Integer.parseInt(first.substring(9, 12));
        int length = -1;
        for (String line = line(); !line.isEmpty(); line = line()) {
            if (line.regionMatches(true, 0, "content-length:", 0, 15)) {
                length = Integer.parseInt(line.substring(15).strip());
            }
        }
        if (length < 0) {
            throw new IOException("An answer without Content-Length: " + first);
        }
        byte[] body = input.readNBytes(length);
        if (body.length < length) {
            throw new EOFException("The answer ends early");
        }
        return new Answer(status, body);
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int octet = input.read(); octet != '\n'; octet = input.read()) {
            if (octet < 0) {
                throw new EOFException("The connection was closed");
            }
            if (line.length() > MAX_LINE) {
                throw new IOException("A line of the answer is too long");
            }
            if (octet != '\r') {
                line.append((char) octet);
            }
        }
        return line.toString();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}

package io.github.hsmsigner.examples.embedding;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Sends the lines of its standard input to {@link UnixSocketExample}, and prints the answers.
 *
 * <pre>{@code
 * echo "sign sha256 $(sha256sum < letter.txt | cut -c 1-64)" |
 *   java -cp signer-examples.jar io.github.hsmsigner.examples.embedding.UnixSocketClient run/signer.sock
 * }</pre>
 */
public final class UnixSocketClient {

    private UnixSocketClient() {}

    /**
     * Asks until the input ends.
     *
     * @param args the path of the socket
     * @throws IOException if there is no server, or it goes away
     */
    public static void main(String[] args) throws IOException {
        try (SocketChannel connection = SocketChannel.open(UnixDomainSocketAddress.of(Path.of(args[0])));
                BufferedReader answers = new BufferedReader(Channels.newReader(connection, StandardCharsets.US_ASCII));
                BufferedReader lines =
                        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                ByteBuffer octets = ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.US_ASCII));
                while (octets.hasRemaining()) {
                    connection.write(octets);
                }
                String answer = answers.readLine();
                if (answer == null) {
                    throw new IOException("The server ended the connection.");
                }
                System.out.println(answer);
            }
        }
    }
}

package io.github.hsmsigner.examples.embedding;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hsmsigner.core.Digest;
import io.github.hsmsigner.core.DigestAlgorithm;
import io.github.hsmsigner.core.SignatureAlgorithm;
import io.github.hsmsigner.examples.ExampleProgram;
import io.github.hsmsigner.examples.ExampleToken;
import io.github.hsmsigner.testing.ExternalTool;
import io.github.hsmsigner.testing.OpensslCms;
import io.github.hsmsigner.testing.OpensslSignature;
import io.github.hsmsigner.testing.TestPki;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class UnixSocketExampleTest {

    private static final int MAX_CONNECTIONS = 8;
    private static final byte[] MESSAGE = "Dear reader".getBytes(StandardCharsets.US_ASCII);

    @TempDir
    private static Path directory;

    @TempDir
    private Path files;

    private static final ExampleToken HSM = new ExampleToken();
    private static X509Certificate certificate;
    private static Path socket;
    private static ExampleProgram.Server server;

    @BeforeAll
    static void start() {
        certificate = HSM.addKey("lines", TestPki.keyPair("EC", 256));
        socket = directory.resolve("run").resolve("signer.sock");
        server = program().start(socket);
    }

    @AfterAll
    static void stop() {
        server.close();
        server.process().onExit().join();
    }

    private static ExampleProgram program() {
        return ExampleProgram.of(UnixSocketExample.class).with(HSM.token()).with("HSM_KEY_LABEL", "lines");
    }

    /** A client, which knows the lines and nothing of ours. */
    private static final class Client implements AutoCloseable {

        private final SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
        private final BufferedReader answers =
                new BufferedReader(Channels.newReader(channel, StandardCharsets.US_ASCII));

        Client() throws IOException {}

        void send(String text) throws IOException {
            channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)));
        }

        String receive() throws IOException {
            return answers.readLine();
        }

        String ask(String line) throws IOException {
            send(line + "\n");
            return receive();
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }

    private static String hex(DigestAlgorithm algorithm) {
        return HexFormat.of().formatHex(Digest.compute(algorithm, MESSAGE).bytes());
    }

    private static byte[] octets(String answer) {
        assertThat(answer).startsWith("ok ");
        return Base64.getDecoder().decode(answer.substring("ok ".length()));
    }

    @Test
    void opensslVerifiesWhatAClientGets() throws Exception {
        try (Client client = new Client()) {
            String[] certificates = client.ask("certificates").split(" ");
            assertThat(certificates).hasSize(4).startsWith("ok");
            assertThat(Base64.getDecoder().decode(certificates[1])).isEqualTo(certificate.getEncoded());

            OpensslSignature.assertVerifies(
                    files,
                    certificate.getPublicKey(),
                    SignatureAlgorithm.ECDSA_SHA512,
                    MESSAGE,
                    octets(client.ask("sign sha512 " + hex(DigestAlgorithm.SHA512))));

            byte[] container = octets(client.ask("container sha256 " + hex(DigestAlgorithm.SHA256)));
            assertThat(OpensslCms.verify(files, container, MESSAGE, HSM.pki().root())
                            .output())
                    .contains("CAdES Verification successful");
        }
    }

    @Test
    void mistakesAreAnsweredInWordsAndTheConnectionGoesOn() throws IOException {
        try (Client client = new Client()) {
            assertThat(client.ask("")).startsWith("error invalid_request - A line is ");
            assertThat(client.ask("sign sha256")).startsWith("error invalid_request - A line is ");
            assertThat(client.ask("sign sha256 abcd"))
                    .isEqualTo("error invalid_request - A digest with sha256 is 64 hexadecimal digits.");
            assertThat(client.ask("sign sha1 " + "00".repeat(20))).startsWith("error unsupported - ");
            client.send("certificates\nsign sha256 " + hex(DigestAlgorithm.SHA256) + "\n");
            assertThat(client.receive()).startsWith("ok ");
            assertThat(client.receive()).startsWith("ok ");
        }
    }

    @Test
    void aLineThatIsTooLongEndsTheConnection() throws IOException {
        try (Client client = new Client()) {
            assertThat(client.ask("x".repeat(1025)))
                    .isEqualTo("error invalid_request - A line has up to 1024 characters.");
            assertThat(client.receive()).isNull();
        }
    }

    @Test
    void oneConnectionTooManyIsRefusedAndSilentOnesAreClosedInTheEnd() throws IOException {
        List<Client> silent = new ArrayList<>();
        for (int i = 0; i < MAX_CONNECTIONS; i++) {
            silent.add(new Client());
        }
        try (Client oneMore = new Client()) {
            assertThat(oneMore.receive())
                    .isEqualTo("error unavailable 1 The signing key is not available at the moment.");
            assertThat(oneMore.receive()).isNull();
        }
        for (Client client : silent) {
            try (client) {
                assertThat(client.receive()).isNull();
            }
        }
    }

    @Test
    void endsWhenItIsTold() throws InterruptedException {
        Path another = directory.resolve("run").resolve("another.sock");
        try (ExampleProgram.Server program = program().start(another)) {
            assertThat(another).exists();
            program.process().toHandle().destroy();
            assertThat(program.process().waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(another).doesNotExist();
        }
    }

    @Test
    void aDirectoryThatIsOpenToOthersIsRefused() throws IOException {
        Path open = Files.createDirectory(files.resolve("open"));
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxr-xr-x"));
        ExternalTool.Result result = program().run(open.resolve("signer.sock"));
        assertThat(result.exitCode()).isNotZero();
        assertThat(result.output()).contains("must be open to its owner alone");
    }
}

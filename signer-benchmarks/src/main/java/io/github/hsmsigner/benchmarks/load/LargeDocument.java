package io.github.hsmsigner.benchmarks.load;

import io.github.hsmsigner.benchmarks.setup.HttpConnection;
import io.github.hsmsigner.benchmarks.setup.KeyKind;
import io.github.hsmsigner.benchmarks.setup.ServiceProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** A document of 1 GiB through a service with a heap of 64 MiB. */
final class LargeDocument {

    private static final long CONTENTS = 1L << 30;
    private static final int PIECE = 1 << 20;

    private LargeDocument() {}

    static void run(Bench bench) {
        try (ServiceProcess service = bench.service(
                "large", bench.java(), List.of("-Xmx64m"), bench.token().settings(KeyKind.RSA))) {
            for (int round = 0; round < bench.rounds(); round++) {
                service.numbers().forgetPeak();
                double cpu = service.numbers().cpuSeconds();
                long start = System.nanoTime();
                send(service.port());
                double elapsed = (System.nanoTime() - start) / 1e9;
                bench.results().add("large.MB-per-s", CONTENTS / elapsed / 1e6);
                bench.results().add("large.cores", (service.numbers().cpuSeconds() - cpu) / elapsed);
                bench.results().add("large.peak-MiB", service.numbers().peakMebibytes());
            }
        } catch (IOException e) {
            throw new UncheckedIOException("The large document was not taken", e);
        }
    }

    private static void send(int port) throws IOException {
        byte[] piece = new byte[PIECE];
        Arrays.fill(piece, (byte) 'A');
        // A multiple of four characters, and of three decoded bytes.
        long characters = CONTENTS / 3 * 4;
        byte[] begin = "{\"action\":\"sign_pkcs7\",\"encoded_contents\":\"".getBytes(StandardCharsets.US_ASCII);
        byte[] end = "\",\"hash_algorithm\":\"sha512\"}".getBytes(StandardCharsets.US_ASCII);
        byte[] head = ("POST /sign HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: "
                        + (begin.length + characters + end.length) + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
        try (HttpConnection connection = HttpConnection.open(port)) {
            connection.send(head, 0, head.length);
            connection.send(begin, 0, begin.length);
            for (long left = characters; left > 0; left -= PIECE) {
                connection.send(piece, 0, (int) Math.min(PIECE, left));
            }
            connection.send(end, 0, end.length);
            int status = connection.receive().status();
            if (status != 200) {
                throw new IOException("answered with " + status);
            }
        }
    }
}

package io.github.hsmsigner.examples.embedding;

import io.github.hsmsigner.core.ContainerFormat;
import io.github.hsmsigner.core.ContainerRequest;
import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.Digest;
import io.github.hsmsigner.core.DigestAlgorithm;
import io.github.hsmsigner.core.RequestContext;
import io.github.hsmsigner.core.SigningService;
import io.github.hsmsigner.core.error.InvalidRequestException;
import io.github.hsmsigner.core.error.SigningException;
import io.github.hsmsigner.core.error.SigningUnavailableException;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.StringJoiner;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A protocol of lines in ASCII, each answered with one line:
 *
 * <pre>
 * certificates                      ok BASE64 BASE64 …          the chain in DER, signer first
 * sign sha256 HEX-DIGEST            ok BASE64                   a bare signature
 * container sha256 HEX-DIGEST       ok BASE64                   a CAdES container
 *                                   error CODE RETRY MESSAGE    RETRY: seconds to wait before trying again, or -
 * </pre>
 *
 * <p>A connection ends after a line that is too long, and when none comes, or no answer is taken, in time. Thread-safe.
 */
final class LineProtocol {

    private static final Logger LOG = LoggerFactory.getLogger(LineProtocol.class);
    private static final int MAX_LINE_LENGTH = 1024;
    private static final Duration LINE_TIME_LIMIT = Duration.ofSeconds(5);
    private static final Duration SIGNING_TIME_LIMIT = Duration.ofSeconds(5);
    private static final Base64.Encoder BASE64 = Base64.getEncoder();

    private final SigningService service;
    /** A blocking channel has no time limits; closing it ends every wait for it. */
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "line-time-limit");
        thread.setDaemon(true);
        return thread;
    });

    LineProtocol(SigningService service) {
        this.service = service;
    }

    /** Serves a connection to its end, and closes it. */
    void serve(SocketChannel connection) {
        try (connection) {
            answerLines(connection);
        } catch (IOException e) {
            LOG.info("A connection broke off: {}", e.toString());
        }
    }

    private void answerLines(SocketChannel connection) throws IOException {
        InputStream in = new BufferedInputStream(Channels.newInputStream(connection));
        try {
            Optional<String> line = readLine(connection, in);
            while (line.isPresent()) {
                send(connection, answer(line.get()));
                line = readLine(connection, in);
            }
        } catch (InvalidRequestException e) {
            send(connection, error(e));
        }
    }

    /** Says that there are too many connections, and closes this one. */
    void refuse(SocketChannel connection) {
        try (connection) {
            send(
                    connection,
                    error(SigningUnavailableException.passing("Too many connections.", Duration.ofSeconds(1), null)));
        } catch (IOException e) {
            LOG.info("A connection broke off: {}", e.toString());
        }
    }

    private Optional<String> readLine(SocketChannel connection, InputStream in) throws IOException {
        Future<?> limit = limitTime(connection);
        try {
            ByteArrayOutputStream line = new ByteArrayOutputStream();
            for (int octet = in.read(); octet != '\n'; octet = in.read()) {
                if (octet < 0) {
                    return Optional.empty();
                }
                if (line.size() == MAX_LINE_LENGTH) {
                    throw new InvalidRequestException("A line has up to " + MAX_LINE_LENGTH + " characters.");
                }
                line.write(octet);
            }
            return Optional.of(line.toString(StandardCharsets.US_ASCII));
        } finally {
            limit.cancel(false);
        }
    }

    private Future<?> limitTime(SocketChannel connection) {
        return clock.schedule(() -> closeLate(connection), LINE_TIME_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    }

    private static void closeLate(SocketChannel connection) {
        try (connection) {
            LOG.info("A connection was closed: no line came, or none was taken, in {} s.", LINE_TIME_LIMIT.toSeconds());
        } catch (IOException e) {
            LOG.info("A connection could not be closed: {}", e.toString());
        }
    }

    private String answer(String line) {
        String requestId = UUID.randomUUID().toString();
        try {
            RequestContext request = RequestContext.builder(requestId)
                    .deadline(Deadline.after(SIGNING_TIME_LIMIT))
                    .build();
            return "ok " + perform(request, line.split(" ", -1));
        } catch (SigningException e) {
            // The operator's text goes to the log, the client's text to the client.
            LOG.warn("Request {} failed: {}", requestId, e.getMessage());
            return error(e);
        }
    }

    private String perform(RequestContext request, String[] words) {
        if (words.length == 1 && words[0].equals("certificates")) {
            StringJoiner certificates = new StringJoiner(" ");
            for (X509Certificate certificate : service.certificates(request).certificates()) {
                certificates.add(BASE64.encodeToString(der(certificate)));
            }
            return certificates.toString();
        }
        if (words.length == 3 && words[0].equals("sign")) {
            return BASE64.encodeToString(service.signRaw(request, digest(words)));
        }
        if (words.length == 3 && words[0].equals("container")) {
            ContainerRequest wanted = ContainerRequest.forDigest(ContainerFormat.CADES_B_B, digest(words));
            return BASE64.encodeToString(service.signContainer(request, wanted));
        }
        throw new InvalidRequestException(
                "A line is \"certificates\", \"sign HASH HEX-DIGEST\" or \"container HASH HEX-DIGEST\".");
    }

    private static Digest digest(String[] words) {
        DigestAlgorithm algorithm = DigestAlgorithm.fromName(words[1]);
        try {
            return Digest.of(algorithm, HexFormat.of().parseHex(words[2]));
        } catch (IllegalArgumentException e) {
            throw new InvalidRequestException(
                    "A digest with " + algorithm.text() + " is " + 2 * algorithm.length() + " hexadecimal digits.", e);
        }
    }

    private static byte[] der(X509Certificate certificate) {
        try {
            return certificate.getEncoded();
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("A certificate that was read cannot be written", e);
        }
    }

    private static String error(SigningException e) {
        String retry = e.retryAfter()
                .map(time -> Long.toString(Math.max(1, time.toSeconds())))
                .orElse("-");
        return String.format(Locale.ROOT, "error %s %s %s", e.code().text(), retry, e.clientMessage());
    }

    private void send(SocketChannel connection, String line) throws IOException {
        Future<?> limit = limitTime(connection);
        try {
            ByteBuffer octets = ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.US_ASCII));
            while (octets.hasRemaining()) {
                connection.write(octets);
            }
        } finally {
            limit.cancel(false);
        }
    }
}

package io.github.hsmsigner.service.server;

import io.github.hsmsigner.http.protocol.CallbackLimits;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The heap that clients can make the server use, if they bring every limit to its worst case at the same time. The
 * constants are rounded up from class histograms of such a server on JDK 17.
 *
 * @param bytes the heap that is needed
 * @param revocationBytes the largest revocation information of a container
 * @param available the largest heap of this process
 */
public record HeapDemand(long bytes, long revocationBytes, long available) {

    private static final Logger LOG = LoggerFactory.getLogger(HeapDemand.class);
    private static final long KIB = 1024;

    /** Memory that outlives requests: classes, keys, certificates, metrics. */
    private static final long PROCESS = 14 * 1024 * KIB;

    private static final long CONNECTION = 6 * KIB;
    private static final long TLS_CONNECTION = 32 * KIB;

    /** A field of a header, in addition to its text. */
    private static final long HEADER_FIELD = 100;

    /** The buffers of the JSON parser and the Base64 decoder, and what each request has apart from the budget. */
    private static final long REQUEST = 56 * KIB;

    /** A name of a JSON field, in addition to its text, which the parser holds twice. */
    private static final long NAME = 150;

    /** {@return the demand of a server in this process; the revocation information of a container may be 0} */
    public static HeapDemand of(ServerSettings settings, long revocationBytes) {
        return of(settings, revocationBytes, Runtime.getRuntime().maxMemory());
    }

    static HeapDemand of(ServerSettings settings, long revocationBytes, long available) {
        ClientLimits clients = settings.clientLimits();
        CallbackLimits.Json json = settings.callbackLimits().json();
        long connection = CONNECTION
                + (settings.tls().isPresent() ? TLS_CONNECTION : 0)
                + clients.maxHeaderBytes()
                + clients.maxHeaderFields() * HEADER_FIELD;
        // A container is held whole until its client has received it.
        long request = REQUEST + revocationBytes + json.maxTokens() / 2L * (NAME + 2L * json.maxNameLength());
        return new HeapDemand(
                PROCESS
                        + clients.maxConnections() * connection
                        + clients.maxRequests() * request
                        + clients.maxRequestMemory(),
                revocationBytes,
                available);
    }

    /** Logs the demand, at WARN if the heap is too small. */
    public void log() {
        warning().ifPresentOrElse(LOG::warn, () -> LOG.info("{}", this));
    }

    /** {@return a warning and what to do, if the heap of this process is too small} */
    public Optional<String> warning() {
        String settings = revocationBytes > 0
                ? "max-connections, max-requests, max-request-memory or revocation-max-size"
                : "max-connections, max-requests or max-request-memory";
        return fits() ? Optional.empty() : Optional.of(this + " Lower " + settings + ", or raise -Xmx.");
    }

    boolean fits() {
        return bytes <= available;
    }

    private static long mebibytes(long bytes) {
        return (bytes + 1024 * KIB - 1) / (1024 * KIB);
    }

    @Override
    public String toString() {
        return "Clients can make the service use " + mebibytes(bytes) + " MiB of heap; this process has at most "
                + mebibytes(available) + " MiB.";
    }
}

package io.github.hsmsigner.examples.documentengine;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.hc.client5.http.classic.methods.HttpPost;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;

/**
 * Sends POST requests once, without retries and redirects, and waits for the whole response for a limited time. Thread-safe.
 *
 * <p>It uses Apache HttpClient because the client of the JDK refuses host names with an underscore.
 */
final class HttpPoster implements AutoCloseable {

    private static final Timeout CONNECT_TIMEOUT = Timeout.ofSeconds(5);
    private static final int CONNECTIONS = 256;

    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "http-timeout");
        thread.setDaemon(true);
        return thread;
    });
    private final CloseableHttpClient client = HttpClients.custom()
            .setConnectionManager(PoolingHttpClientConnectionManagerBuilder.create()
                    .setMaxConnTotal(CONNECTIONS)
                    .setMaxConnPerRoute(CONNECTIONS)
                    .setDefaultConnectionConfig(ConnectionConfig.custom()
                            .setConnectTimeout(CONNECT_TIMEOUT)
                            // A connection that the server closed meanwhile is found before each use, as nothing is
                            // sent twice.
                            .setValidateAfterInactivity(TimeValue.ZERO_MILLISECONDS)
                            .build())
                    .build())
            .disableAutomaticRetries()
            .disableRedirectHandling()
            .disableCookieManagement()
            .disableAuthCaching()
            .disableContentCompression()
            .build();

    /** A response, whatever its status. */
    record Response(int status, String contentType, byte[] body) {}

    /**
     * Sends a request.
     *
     * @throws TimeoutException if the response did not arrive completely in time
     * @throws IOException if the connection failed
     */
    Response post(HttpAddress address, Map<String, String> headers, String contentType, byte[] body, Duration timeout)
            throws IOException, TimeoutException {
        HttpPost request = new HttpPost("/");
        request.setPath(address.target());
        headers.forEach(request::setHeader);
        request.setEntity(new ByteArrayEntity(body, ContentType.create(contentType)));
        HttpHost host = new HttpHost(address.scheme(), address.host(), address.port());
        Future<?> alarm = timer.schedule(request::cancel, timeout.toNanos(), TimeUnit.NANOSECONDS);
        try {
            return client.execute(
                    host,
                    request,
                    response -> new Response(
                            response.getCode(),
                            response.getEntity() == null || response.getEntity().getContentType() == null
                                    ? "(no type)"
                                    : response.getEntity().getContentType(),
                            response.getEntity() == null
                                    ? new byte[0]
                                    : EntityUtils.toByteArray(response.getEntity())));
        } catch (IOException e) {
            if (request.isCancelled()) {
                throw (TimeoutException) new TimeoutException("No complete response after " + timeout).initCause(e);
            }
            throw e;
        } finally {
            alarm.cancel(false);
        }
    }

    @Override
    public void close() {
        timer.shutdownNow();
        client.close(CloseMode.IMMEDIATE);
    }
}

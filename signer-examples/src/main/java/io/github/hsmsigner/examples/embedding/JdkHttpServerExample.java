package io.github.hsmsigner.examples.embedding;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.SigningKey;
import io.github.hsmsigner.core.SigningKeys;
import io.github.hsmsigner.core.SigningService;
import io.github.hsmsigner.core.TransportFacts;
import io.github.hsmsigner.core.cms.CmsContainerBuilder;
import io.github.hsmsigner.core.keystore.KeyStoreSigner;
import io.github.hsmsigner.http.protocol.CallbackHandler;
import io.github.hsmsigner.http.protocol.CallbackResponse;
import io.github.hsmsigner.http.protocol.ErrorResponses;
import io.github.hsmsigner.http.protocol.HttpErrorCode;
import io.github.hsmsigner.http.protocol.RequestMetadata;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Executors;

/**
 * The callback of Document Engine on the HTTP server of the JDK. The protocol package depends on no server. A server
 * only passes the request on and sends the response.
 *
 * <pre>{@code
 * SIGNING_KEYSTORE_PASSWORD=… java -cp signer-examples.jar io.github.hsmsigner.examples.embedding.JdkHttpServerExample signer.p12 6000
 * }</pre>
 */
public final class JdkHttpServerExample {

    private final CallbackHandler handler;

    private JdkHttpServerExample(SigningService service) {
        handler = new CallbackHandler(() -> service, new CallbackHandler.Config());
    }

    /**
     * Serves until the process is ended.
     *
     * @param args a PKCS#12 file with the key and its certificates, and the port, 0 for any free one
     * @throws IOException if the port cannot be listened on
     */
    public static void main(String[] args) throws IOException {
        char[] password = System.getenv("SIGNING_KEYSTORE_PASSWORD").toCharArray();
        KeyStoreSigner signer = KeyStoreSigner.open(Path.of(args[0]), password);
        SigningKey key = SigningKey.open("example", signer, signer, Deadline.after(Duration.ofSeconds(10)));
        SigningService service = SigningService.builder(SigningKeys.of(key), new CmsContainerBuilder())
                .build();

        HttpServer server = HttpServer.create(new InetSocketAddress(Integer.parseInt(args[1])), 0);
        server.setExecutor(Executors.newFixedThreadPool(8));
        server.createContext("/sign", new JdkHttpServerExample(service)::serve);
        server.start();
        System.out.println(
                "Listening on http://localhost:" + server.getAddress().getPort() + "/sign");
    }

    private void serve(HttpExchange exchange) throws IOException {
        try (exchange) {
            String requestId = UUID.randomUUID().toString();
            exchange.getResponseHeaders().set("X-Request-Id", requestId);
            send(exchange, respond(exchange, requestId));
        }
    }

    private CallbackResponse respond(HttpExchange exchange, String requestId) {
        if (!exchange.getRequestURI().getPath().equals("/sign")) {
            return ErrorResponses.of(HttpErrorCode.NOT_FOUND, "There is nothing at this path.", requestId);
        }
        Headers headers = exchange.getRequestHeaders();
        String address = exchange.getRemoteAddress().getAddress().getHostAddress();
        RequestMetadata metadata = new RequestMetadata(
                requestId,
                name -> headers.getOrDefault(name, List.of()),
                // This server has sent its 100 Continue by the time it calls.
                false,
                Duration.ZERO,
                Map.of(TransportFacts.REMOTE_ADDRESS, address));
        return exchange.getRequestMethod().equals("POST")
                ? handler.handle(metadata, exchange::getRequestBody)
                : handler.methodNotAllowed(metadata);
    }

    private static void send(HttpExchange exchange, CallbackResponse response) throws IOException {
        byte[] body = response.body();
        response.headers()
                .forEach((name, value) -> exchange.getResponseHeaders().put(name, List.of(value)));
        exchange.getResponseHeaders().set("Content-Type", response.contentType());
        try {
            exchange.sendResponseHeaders(response.status(), body.length);
            exchange.getResponseBody().write(body);
        } catch (IOException e) {
            // The log and the audit log report that the client has disconnected.
            response.undelivered(e.toString());
            throw e;
        }
    }
}

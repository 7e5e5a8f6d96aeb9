package io.github.hsmsigner.http.javalin;

import io.github.hsmsigner.core.SigningService;
import io.github.hsmsigner.core.TransportFacts;
import io.github.hsmsigner.core.error.SigningUnavailableException;
import io.github.hsmsigner.http.protocol.CallbackHandler;
import io.github.hsmsigner.http.protocol.CallbackResponse;
import io.github.hsmsigner.http.protocol.RequestMetadata;
import io.javalin.config.JavalinState;
import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import io.javalin.plugin.Plugin;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Adds the signing-service callback of Document Engine to a Javalin application: {@code POST} on one path.
 *
 * <pre>{@code
 * Javalin.create(config -> config.registerPlugin(new DocumentEnginePlugin(() -> signingService)));
 * }</pre>
 *
 * <p>The plugin handles every error on its path, and other methods, which get a 405. It registers nothing else: the
 * application's own routes, exception handlers and settings do not change. Every response carries the header
 * {@code X-Request-Id}. An application can register the plugin several times, on different paths. Thread-safe.
 *
 * <p>Policies find the client's address among the transport facts ({@link TransportFacts}). They also find the client's
 * TLS certificate if the server requests one and has verified it.
 */
public final class DocumentEnginePlugin extends Plugin<DocumentEnginePlugin.Config> {

    /**
     * The name of a request attribute: how long the server held the request after it had arrived, as a
     * {@link Duration}. A server that lets requests wait before it calls the plugin sets it, and the time counts
     * towards the time limit.
     */
    public static final String WAITED = DocumentEnginePlugin.class.getName() + ".waited";

    /** Where a servlet container puts the chain that a client authenticated with in TLS; no header gets there. */
    private static final String CLIENT_CERTIFICATES = "jakarta.servlet.request.X509Certificate";

    private final Supplier<SigningService> service;

    /**
     * Creates a plugin with the default settings.
     *
     * @param service returns the service for each request, or throws {@link SigningUnavailableException} for a 503
     * @throws IllegalStateException if the class path has another major version of Javalin than 7
     */
    public DocumentEnginePlugin(Supplier<SigningService> service) {
        this(service, config -> {});
    }

    /**
     * Creates a plugin with settings.
     *
     * @param service returns the service for each request, or throws {@link SigningUnavailableException} for a 503
     * @param config changes the settings that do not have their defaults
     * @throws IllegalStateException if the class path has another major version of Javalin than 7
     */
    public DocumentEnginePlugin(Supplier<SigningService> service, Consumer<Config> config) {
        super(config, new Config());
        JavalinVersion.requireSupported(Plugin.class.getClassLoader());
        this.service = Objects.requireNonNull(service, "service");
    }

    @Override
    public void onInitialize(JavalinState state) {
        CallbackHandler handler = new CallbackHandler(service, pluginConfig);
        for (HandlerType method : HandlerType.values()) {
            if (method.isHttpMethod()) {
                state.routes.addHttpHandler(method, pluginConfig.path, context -> handle(handler, context));
            }
        }
    }

    private static void handle(CallbackHandler handler, Context context) {
        RequestMetadata metadata = metadata(context);
        // Javalin routes by the header X-HTTP-Method-Override, which must have no effect here.
        if (!"POST".equals(context.req().getMethod())) {
            JavalinResponses.send(context, handler.methodNotAllowed(metadata));
            return;
        }
        CallbackResponse response = handler.handle(metadata, context::bodyInputStream);
        boolean bodyWasRead = !response.headers().containsKey("Connection");
        if (bodyWasRead && ClientConnection.isClosedByClient(context.req())) {
            response.undelivered("The client had closed the connection.");
        }
        ClientConnection.whenResponseFails(context.req(), failure -> response.undelivered(failure.toString()));
        JavalinResponses.send(context, response);
    }

    private static RequestMetadata metadata(Context context) {
        return new RequestMetadata(
                RequestIds.of(context),
                name -> Collections.list(context.req().getHeaders(name)),
                "100-continue".equalsIgnoreCase(context.header("Expect")),
                context.req().getAttribute(WAITED) instanceof Duration waited ? waited : Duration.ZERO,
                requestAttributes(context));
    }

    private static Map<String, String> requestAttributes(Context context) {
        Map<String, String> attributes = new HashMap<>();
        attributes.put(TransportFacts.REMOTE_ADDRESS, withoutBrackets(context.ip()));
        if (context.req().getAttribute(CLIENT_CERTIFICATES) instanceof X509Certificate[] chain && chain.length > 0) {
            attributes.putAll(TransportFacts.ofClientCertificate(chain[0]));
        }
        return attributes;
    }

    /** Jetty puts an IPv6 address in brackets. */
    private static String withoutBrackets(String address) {
        return address.startsWith("[") && address.endsWith("]") ? address.substring(1, address.length() - 1) : address;
    }

    @Override
    public boolean repeatable() {
        return true;
    }

    /** The settings of the plugin. Not thread-safe. */
    public static final class Config extends CallbackHandler.Config {

        /** The path of the endpoint, with a slash at its start. */
        public String path = "/sign";

        private Config() {}
    }
}

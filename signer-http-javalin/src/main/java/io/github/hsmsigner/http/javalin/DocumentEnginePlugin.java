package io.github.hsmsigner.http.javalin;

import io.github.hsmsigner.core.SigningService;
import io.github.hsmsigner.core.TransportFacts;
import io.github.hsmsigner.http.protocol.CallFacts;
import io.github.hsmsigner.http.protocol.CallbackAnswer;
import io.github.hsmsigner.http.protocol.CallbackHandler;
import io.github.hsmsigner.http.protocol.CallbackLimits;
import io.github.hsmsigner.http.protocol.CallbackObserver;
import io.github.hsmsigner.http.protocol.CertificateEncoding;
import io.github.hsmsigner.http.protocol.MemoryBudget;
import io.github.hsmsigner.http.protocol.RequestLog;
import io.javalin.config.JavalinState;
import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import io.javalin.plugin.Plugin;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Adds the signing-service callback of Document Engine to a Javalin application: {@code POST} on one path.
 *
 * <pre>{@code
 * Javalin.create(config -> config.registerPlugin(new DocumentEnginePlugin(() -> signingService)));
 * }</pre>
 *
 * <p>The plugin answers every error on its path itself. It registers nothing else: the application's own routes,
 * exception handlers and settings do not change. Every answer carries the header {@code X-Request-Id}. The plugin
 * answers other methods on the path with 405, and reports them to the observer too. An application can register it
 * several times, on different paths. Immutable and thread-safe.
 *
 * <p>Policies find the client's address among the transport facts ({@link TransportFacts}). They also find the client's
 * TLS certificate if the server requests one and has verified it.
 */
public final class DocumentEnginePlugin extends Plugin<DocumentEnginePlugin.Settings> {

    /** The default path. */
    public static final String DEFAULT_PATH = "/sign";

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
     * Makes a plugin with the default settings.
     *
     * @param service returns the service; called for each request. If it throws
     *     {@link io.github.hsmsigner.core.error.SigningUnavailableException}, the answer is 503
     * @throws IllegalStateException if the class path has another major version of Javalin than 7
     */
    public DocumentEnginePlugin(Supplier<SigningService> service) {
        this(service, settings -> {});
    }

    /**
     * Makes a plugin with settings.
     *
     * @param service returns the service; called for each request. If it throws
     *     {@link io.github.hsmsigner.core.error.SigningUnavailableException}, the answer is 503
     * @param settings changes the settings that are not to have their defaults
     * @throws IllegalStateException if the class path has another major version of Javalin than 7
     */
    public DocumentEnginePlugin(Supplier<SigningService> service, Consumer<Settings> settings) {
        super(settings, new Settings());
        JavalinVersion.requireSupported(Plugin.class.getClassLoader());
        this.service = Objects.requireNonNull(service, "service");
    }

    @Override
    public void onInitialize(JavalinState state) {
        CallbackHandler handler = new CallbackHandler(
                service,
                pluginConfig.limits,
                pluginConfig.certificateEncoding,
                pluginConfig.observer,
                pluginConfig.memory);
        for (HandlerType method : HandlerType.values()) {
            if (method.isHttpMethod()) {
                state.routes.addHttpHandler(method, pluginConfig.path, context -> answer(handler, context));
            }
        }
    }

    private void answer(CallbackHandler handler, Context context) {
        // Javalin takes the method that it routes by from the header X-HTTP-Method-Override, which counts for nothing
        // here.
        if ("POST".equals(context.req().getMethod())) {
            send(context, handler.answer(facts(context), body(context)));
        } else {
            JavalinAnswers.send(context, handler.methodNotAllowed(facts(context)));
        }
    }

    /** Sends the answer, and reports to the operator if the client has disconnected before. */
    private static void send(Context context, CallbackAnswer answer) {
        ClientConnection client = ClientConnection.of(context.req());
        boolean bodyWasRead = !answer.headers().containsKey("Connection");
        if (bodyWasRead && client.closedByClient()) {
            answer.undelivered("The client had closed the connection.");
        }
        client.whenResponseFails(failure -> answer.undelivered(failure.toString()));
        JavalinAnswers.send(context, answer);
    }

    private RequestBody body(Context context) {
        return new RequestBody(context::bodyInputStream, pluginConfig.bodyPace, System::nanoTime);
    }

    private static CallFacts facts(Context context) {
        long length = context.req().getContentLengthLong();
        return new CallFacts(
                RequestIds.of(context),
                values(context, "Content-Type"),
                values(context, "Content-Encoding"),
                length < 0 ? OptionalLong.empty() : OptionalLong.of(length),
                "100-continue".equalsIgnoreCase(context.header("Expect")),
                values(context, "traceparent"),
                context.req().getAttribute(WAITED) instanceof Duration waited ? waited : Duration.ZERO,
                transportFacts(context));
    }

    private static Map<String, String> transportFacts(Context context) {
        Map<String, String> facts = new HashMap<>();
        facts.put(TransportFacts.REMOTE_ADDRESS, withoutBrackets(context.ip()));
        if (context.req().getAttribute(CLIENT_CERTIFICATES) instanceof X509Certificate[] chain && chain.length > 0) {
            facts.putAll(TransportFacts.ofClientCertificate(chain[0]));
        }
        return facts;
    }

    /** Jetty puts an IPv6 address in brackets. */
    private static String withoutBrackets(String address) {
        return address.startsWith("[") && address.endsWith("]") ? address.substring(1, address.length() - 1) : address;
    }

    /** Returns all values of a header as one. A server that returns only the first would hide the others. */
    private static Optional<String> values(Context context, String header) {
        List<String> values = Collections.list(context.req().getHeaders(header));
        return values.isEmpty() ? Optional.empty() : Optional.of(String.join(", ", values));
    }

    @Override
    public boolean repeatable() {
        return true;
    }

    /** The settings of the plugin. Not thread-safe. */
    public static final class Settings {

        private String path = DEFAULT_PATH;
        private CallbackLimits limits = CallbackLimits.defaults();
        private CertificateEncoding certificateEncoding = CertificateEncoding.PEM;
        private CallbackObserver observer = new RequestLog();

        private BodyPace bodyPace = BodyPace.ANY;
        private MemoryBudget memory = new MemoryBudget(MemoryBudget.DEFAULT_BYTES);

        private Settings() {}

        /**
         * Sets the path of the endpoint. Default: {@value DocumentEnginePlugin#DEFAULT_PATH}.
         *
         * @param path the path, starting with a slash
         * @return these settings
         */
        public Settings path(String path) {
            this.path = Objects.requireNonNull(path, "path");
            return this;
        }

        /**
         * Sets the limits of a request. Default: {@link CallbackLimits#defaults()}.
         *
         * @param limits the limits
         * @return these settings
         */
        public Settings limits(CallbackLimits limits) {
            this.limits = Objects.requireNonNull(limits, "limits");
            return this;
        }

        /**
         * Sets the largest accepted body, and all other limits to their defaults.
         *
         * @param maxBodyBytes the limit in bytes; positive
         * @return these settings
         * @throws IllegalArgumentException if the limit is not positive
         */
        public Settings maxBodyBytes(long maxBodyBytes) {
            return limits(CallbackLimits.builder().maxBodyBytes(maxBodyBytes).build());
        }

        /**
         * Sets how slowly a body may arrive. Default: {@link BodyPace#ANY}. The plugin answers a slower body with 408.
         *
         * @param bodyPace the pace
         * @return these settings
         */
        public Settings bodyPace(BodyPace bodyPace) {
            this.bodyPace = Objects.requireNonNull(bodyPace, "bodyPace");
            return this;
        }

        /**
         * Sets the memory that all requests share for their texts. Default: a budget of
         * {@value MemoryBudget#DEFAULT_BYTES} bytes. A request that finds none left is answered with 503.
         *
         * @param memory the budget
         * @return these settings
         */
        public Settings memory(MemoryBudget memory) {
            this.memory = Objects.requireNonNull(memory, "memory");
            return this;
        }

        /**
         * Sets how {@code get_certificates} writes certificates. Default: {@link CertificateEncoding#PEM}.
         *
         * @param certificateEncoding the encoding
         * @return these settings
         */
        public Settings certificateEncoding(CertificateEncoding certificateEncoding) {
            this.certificateEncoding = Objects.requireNonNull(certificateEncoding, "certificateEncoding");
            return this;
        }

        /**
         * Sets the observer of the callbacks. Default: a {@link RequestLog}. To add an observer to the log, set
         * {@code CallbackObserver.all(new RequestLog(), somethingElse)}.
         *
         * @param observer the observer
         * @return these settings
         */
        public Settings observer(CallbackObserver observer) {
            this.observer = Objects.requireNonNull(observer, "observer");
            return this;
        }
    }
}

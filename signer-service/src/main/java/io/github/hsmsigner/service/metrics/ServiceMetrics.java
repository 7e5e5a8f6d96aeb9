package io.github.hsmsigner.service.metrics;

import io.github.hsmsigner.core.SignerMetrics;
import io.github.hsmsigner.core.SigningKey;
import io.github.hsmsigner.http.protocol.CallbackAction;
import io.github.hsmsigner.micrometer.MicrometerPkcs11Listener;
import io.github.hsmsigner.micrometer.MicrometerSignerMetrics;
import io.github.hsmsigner.micrometer.SignerMeterBinders;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Instant;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * The metrics of a service, for Prometheus. {@code docs/reference/metrics.md} describes each of them.
 *
 * <p>The module {@code signer-micrometer} measures the signing service, its keys, queues and tokens. This class adds the
 * metrics of the server: the transport reports its {@linkplain #answered answers}. Objects with their own numbers are
 * bound. Their suppliers are called at each scrape and return immediately.
 *
 * <p>Labels are names from the settings (keys, tokens, queues) and fixed words. No text from a client becomes a label,
 * so the number of time series does not depend on requests. No meter is looked up by labels while a request is served.
 *
 * <p>Thread-safe.
 */
public final class ServiceMetrics implements AutoCloseable {

    /** The kinds of files that are reloaded. */
    public enum Reload {
        /** The PIN of a token. */
        PIN,
        /** The certificates of the keys. */
        CERTIFICATES,
        /** The access settings. */
        POLICY,
        /** The server's certificate and key, and the authorities of its clients. */
        TLS
    }

    private static final String OWN_PREFIX = "signer.";
    private static final double MILLIS_A_SECOND = 1000;
    private static final double MILLIS_A_DAY = 86_400_000;

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final MicrometerSignerMetrics signing;
    private final MeterBinder keys =
            SignerMeterBinders.keys(() -> state().keys().get());
    private final RequestMeters requests;
    private final Map<Reload, Counter> reloads = new EnumMap<>(Reload.class);
    private final Map<Reload, Counter> failedReloads = new EnumMap<>(Reload.class);
    private final ConcurrentMap<String, MicrometerPkcs11Listener> tokens = new ConcurrentHashMap<>();
    private volatile JvmGcMetrics collections;
    private volatile State state = new State(List::of, () -> false, () -> false, () -> Instant.EPOCH);

    /** Creates the metrics. */
    public ServiceMetrics(String version) {
        // Micrometer would otherwise drop a meter that cannot be registered, and not report it.
        registry.throwExceptionOnRegistrationFailure();
        registry.config()
                .meterFilter(MeterFilter.denyUnless(
                        id -> id.getName().startsWith(OWN_PREFIX) || RuntimeMetric.hasMeterName(id.getName())));
        signing = new MicrometerSignerMetrics(registry);
        requests = new RequestMeters(registry);
        for (Reload kind : Reload.values()) {
            String text = kind.name().toLowerCase(Locale.ROOT);
            reloads.put(kind, Metric.RELOADS.registerCounter(registry, text, "ok"));
            failedReloads.put(kind, Metric.RELOADS.registerCounter(registry, text, "failed"));
        }
        Metric.READY.registerNumber(registry, () -> state.ready().getAsBoolean() ? 1 : 0);
        Metric.POLICY_OPEN.registerNumber(registry, () -> state.policyOpen().getAsBoolean() ? 1 : 0);
        Metric.FILES_CHECKED.registerNumber(
                registry, () -> state.filesChecked().get().getEpochSecond());
        Metric.BUILD_INFO.registerNumber(
                registry, () -> 1, version, Runtime.version().toString());
    }

    /**
     * Binds the metrics of the process: memory, garbage collection, threads. This is separate from startup, because the
     * management interfaces of the virtual machine take longer than all other metrics together. Called once.
     */
    public void bindRuntime() {
        collections = new JvmGcMetrics();
        List.of(
                        new JvmMemoryMetrics(),
                        collections,
                        new JvmThreadMetrics(),
                        new ProcessorMetrics(),
                        new FileDescriptorMetrics(),
                        new UptimeMetrics())
                .forEach(binder -> binder.bindTo(registry));
    }

    /** Returns the metrics of the signing service. */
    public SignerMetrics signing() {
        return signing;
    }

    /**
     * Counts an answered request, whether or not it reached the signing service.
     *
     * @param action the action; empty if it was not read, or if the server answered
     * @param outcome {@code ok}, or the code in the error answer
     */
    public void answered(Optional<CallbackAction> action, String outcome) {
        requests.answered(action, outcome);
    }

    /**
     * Counts a response that did not reach its client, because the client had disconnected.
     *
     * @param signature whether the response held a signature
     */
    public void clientDisconnected(boolean signature) {
        requests.clientDisconnected(signature);
    }

    /**
     * Returns the listener for a token. From now on the token is among the metrics, as unhealthy until the listener
     * {@linkplain MicrometerPkcs11Listener#monitor monitors} it.
     *
     * @return the listener; the same for each call with this name
     */
    public MicrometerPkcs11Listener tokenListener(String tokenName) {
        return tokens.computeIfAbsent(tokenName, name -> new MicrometerPkcs11Listener(registry, name));
    }

    /** Binds an object with its own numbers. */
    public void bind(MeterBinder binder) {
        binder.bindTo(registry);
    }

    /**
     * Binds the state of the service. Until then, the service has no keys and is not ready.
     *
     * @param policyOpen returns whether every caller may sign because no policy is set
     */
    public void bindState(
            Supplier<? extends Collection<SigningKey>> keys,
            BooleanSupplier ready,
            BooleanSupplier policyOpen,
            Supplier<Instant> filesChecked) {
        state = new State(keys, ready, policyOpen, filesChecked);
    }

    /** Binds the expiry of the server's TLS certificate. Called at most once. */
    public void bindTlsCertificate(Supplier<Instant> expires) {
        Metric.TLS_CERTIFICATE_EXPIRY.registerNumber(registry, () -> seconds(expires.get()));
        Metric.TLS_CERTIFICATE_REMAINING.registerNumber(registry, () -> remainingDays(expires.get()));
    }

    /** Binds the number of times that clients exceeded a limit of the HTTP server. */
    public void bindHttpLimit(String limit, LongSupplier exceeded) {
        Metric.HTTP_LIMITED.registerNumber(registry, exceeded::getAsLong, limit);
    }

    /**
     * Counts a change of files.
     *
     * @param succeeded whether they were reloaded; otherwise the previous version stays in use
     */
    public void reloaded(Reload kind, boolean succeeded) {
        (succeeded ? reloads : failedReloads).get(kind).increment();
    }

    /**
     * Writes all metrics as text. Makes no call to an HSM.
     *
     * @param accept the value of the header {@code Accept}; {@code null} if there is none
     * @param out receives the text and does not block; left open
     * @throws IOException if writing fails
     * @see ExpositionFormat#accepted the content type
     */
    public void scrape(String accept, OutputStream out) throws IOException {
        keys.bindTo(registry);
        registry.scrape(out, ExpositionFormat.accepted(accept).contentType());
    }

    private State state() {
        return state;
    }

    private static double seconds(Instant time) {
        return time.toEpochMilli() / MILLIS_A_SECOND;
    }

    private double remainingDays(Instant expires) {
        return (expires.toEpochMilli() - registry.config().clock().wallTime()) / MILLIS_A_DAY;
    }

    /** Stops the measurements. */
    @Override
    public void close() {
        if (collections != null) {
            collections.close();
        }
        registry.close();
    }

    private record State(
            Supplier<? extends Collection<SigningKey>> keys,
            BooleanSupplier ready,
            BooleanSupplier policyOpen,
            Supplier<Instant> filesChecked) {}
}

package io.github.hsmsigner.service.metrics;

import io.github.hsmsigner.audit.AuditFile;
import io.github.hsmsigner.core.AuditEvent;
import io.github.hsmsigner.core.SignatureAlgorithm;
import io.github.hsmsigner.core.SignerMetrics;
import io.github.hsmsigner.core.SigningKey;
import io.github.hsmsigner.core.SigningQueue;
import io.github.hsmsigner.http.protocol.CallbackAction;
import io.github.hsmsigner.pkcs11.Pkcs11Token;
import io.github.hsmsigner.pkcs11.health.Pkcs11Listener;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Timer;
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
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/**
 * The metrics of a service, for Prometheus. {@code docs/reference/metrics.md} describes each of them.
 *
 * <p>The service passes events to this object: it is the {@link SignerMetrics} of the signing service, the listener of
 * each token, and the transport reports its {@linkplain #answered answers}. Objects with their own numbers are bound.
 * Their suppliers are called at each scrape and return immediately.
 *
 * <p>Labels are names from the settings (keys, tokens, queues) and fixed words. No text from a client becomes a label,
 * so the number of time series does not depend on requests. No meter is looked up by labels while a request is served.
 *
 * <p>Thread-safe.
 */
public final class ServiceMetrics implements SignerMetrics, AutoCloseable {

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

    private static final double SECONDS_A_DAY = 86_400;
    private static final Set<String> OWN_NAMES =
            Arrays.stream(Metric.values()).map(Metric::meterName).collect(Collectors.toUnmodifiableSet());

    private final Clock clock;
    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final RequestMeters requests;
    private final Counter rawDataSigned;
    private final Counter rawDataRefused;
    private final MultiGauge certificateExpiry;
    private final MultiGauge certificateRemaining;
    private final Map<Reload, Counter> reloads = new EnumMap<>(Reload.class);
    private final Map<Reload, Counter> failedReloads = new EnumMap<>(Reload.class);
    private final ConcurrentMap<String, KeyMeters> keys = new ConcurrentHashMap<>();
    private final ConcurrentMap<String, TokenMeters> tokens = new ConcurrentHashMap<>();
    private final ConcurrentMap<String, SigningQueue> queues = new ConcurrentHashMap<>();
    private volatile JvmGcMetrics collections;
    private volatile State state = new State(List::of, () -> false, () -> false, () -> Instant.EPOCH);

    /** Creates the metrics. */
    public ServiceMetrics(String version) {
        this(version, Clock.systemUTC());
    }

    /** Creates the metrics with the clock with which the expiry of certificates is compared. */
    ServiceMetrics(String version, Clock clock) {
        this.clock = clock;
        // Micrometer would otherwise drop a meter that cannot be registered, and not report it.
        registry.throwExceptionOnRegistrationFailure();
        registry.config()
                .meterFilter(MeterFilter.denyUnless(
                        id -> OWN_NAMES.contains(id.getName()) || RuntimeMetric.hasMeterName(id.getName())));
        requests = new RequestMeters(registry);
        rawDataSigned = Metric.RAW_DATA_DEVIATED.registerCounter(registry, "signed");
        rawDataRefused = Metric.RAW_DATA_DEVIATED.registerCounter(registry, "refused");
        certificateExpiry = Metric.CERTIFICATE_EXPIRY.registerRows(registry);
        certificateRemaining = Metric.CERTIFICATE_REMAINING.registerRows(registry);
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

    @Override
    public void requestEnded(AuditEvent event) {
        requests.ended(event);
    }

    @Override
    public void signatureQueued(String keyName, Duration duration) {
        key(keyName).queued().record(duration);
    }

    @Override
    public void signatureRefused(String keyName) {
        key(keyName).refused().increment();
    }

    @Override
    public void signatureLate(String keyName, Duration late) {
        key(keyName).late().increment();
    }

    @Override
    public void signatureMade(String keyName, SignatureAlgorithm algorithm, Duration duration) {
        key(keyName).signatures().record(duration);
    }

    @Override
    public void signatureDiscarded(String keyName, SignatureAlgorithm algorithm) {
        key(keyName).discarded().increment();
    }

    @Override
    public void rawDataDeviated(boolean refused) {
        (refused ? rawDataRefused : rawDataSigned).increment();
    }

    private KeyMeters key(String name) {
        KeyMeters meters = keys.get(name);
        return meters != null ? meters : keys.computeIfAbsent(name, key -> new KeyMeters(registry, key));
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
     * Returns the listener for a token. From now on the token is among the metrics, as unhealthy until it is
     * {@linkplain #bindToken bound}.
     *
     * @return the listener; the same for each call with this name
     */
    public Pkcs11Listener tokenListener(String tokenName) {
        return token(tokenName);
    }

    /**
     * Binds the sessions and the state of an open token.
     *
     * @param token the token; reading its numbers makes no call to the module
     */
    public void bindToken(String tokenName, Pkcs11Token token) {
        token(tokenName).bind(token);
    }

    private TokenMeters token(String name) {
        return tokens.computeIfAbsent(name, token -> new TokenMeters(registry, token));
    }

    /**
     * Binds a queue, and replaces an earlier one of its name.
     *
     * @param queueName the names of the tokens behind the queue
     */
    public void bindQueue(String queueName, SigningQueue queue) {
        if (queues.put(queueName, queue) == null) {
            Supplier<SigningQueue.Statistics> numbers =
                    () -> queues.get(queueName).statistics();
            Metric.QUEUE_PLACES.registerNumber(registry, () -> numbers.get().places(), queueName);
            Metric.QUEUE_SIGNING.registerNumber(registry, () -> numbers.get().signing(), queueName);
            Metric.QUEUE_MAX_WAITING.registerNumber(
                    registry, () -> numbers.get().maxWaiting(), queueName);
            Metric.QUEUE_WAITING.registerNumber(registry, () -> numbers.get().waiting(), queueName);
            Metric.QUEUE_REFUSED.registerNumber(registry, () -> numbers.get().refused(), queueName);
        }
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

    /** Binds the audit log. Called at most once. */
    public void bindAudit(AuditFile file) {
        Metric.AUDIT_LINES.registerNumber(registry, () -> file.status().lines());
        Metric.AUDIT_SYNCS.registerNumber(registry, () -> file.status().syncs());
        Metric.AUDIT_NOT_RECORDED.registerNumber(registry, () -> file.status().notRecorded());
        Metric.AUDIT_SUMMARIZED.registerNumber(registry, () -> file.status().summarized());
        Metric.AUDIT_DISK_LOW.registerNumber(registry, () -> file.status().diskLow() ? 1 : 0);
        Metric.AUDIT_TROUBLE.registerNumber(
                registry, () -> file.status().trouble().isPresent() ? 1 : 0);
    }

    /** Binds the refreshes of revocation information. Called at most once. */
    public void bindRevocation(LongSupplier refreshes, LongSupplier failed) {
        Metric.REVOCATION_REFRESHES.registerNumber(registry, refreshes::getAsLong, "ok");
        Metric.REVOCATION_REFRESHES.registerNumber(registry, failed::getAsLong, "failed");
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
     * Writes all metrics as text. Makes no call to an HSM. One scrape runs at a time, because it replaces meters.
     *
     * @param accept the value of the header {@code Accept}; {@code null} if there is none
     * @param out receives the text and does not block; left open
     * @throws IOException if writing fails
     * @see ExpositionFormat#accepted the content type
     */
    public synchronized void scrape(String accept, OutputStream out) throws IOException {
        Collection<SigningKey> present = state.keys().get();
        // A counter that exists before its first increase shows that increase.
        present.forEach(key -> key(key.name()));
        certificateExpiry.register(rows(Metric.CERTIFICATE_EXPIRY, present, ServiceMetrics::seconds), true);
        certificateRemaining.register(rows(Metric.CERTIFICATE_REMAINING, present, this::remainingDays), true);
        registry.scrape(out, ExpositionFormat.accepted(accept).contentType());
    }

    private static List<MultiGauge.Row<Instant>> rows(
            Metric metric, Collection<SigningKey> keys, ToDoubleFunction<Instant> number) {
        return keys.stream()
                .map(key -> MultiGauge.Row.of(
                        metric.tags(key.name()),
                        key.chain().signer().getNotAfter().toInstant(),
                        number))
                .toList();
    }

    private static double seconds(Instant time) {
        return time.toEpochMilli() / 1000.0;
    }

    private double remainingDays(Instant expires) {
        return (seconds(expires) - seconds(clock.instant())) / SECONDS_A_DAY;
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

    private record KeyMeters(Timer signatures, Timer queued, Counter discarded, Counter refused, Counter late) {

        KeyMeters(MeterRegistry registry, String keyName) {
            this(
                    Metric.SIGNATURE_DURATION.registerHistogram(registry, keyName),
                    Metric.QUEUE_DURATION.registerHistogram(registry, keyName),
                    Metric.SIGNATURES_DISCARDED.registerCounter(registry, keyName),
                    Metric.SIGNATURES_REFUSED.registerCounter(registry, keyName),
                    Metric.SIGNATURES_LATE.registerCounter(registry, keyName));
        }
    }
}

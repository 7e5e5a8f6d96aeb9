package io.github.hsmsigner.service.metrics;

import io.github.hsmsigner.core.AuditEvent;
import io.github.hsmsigner.core.SignatureAlgorithm;
import io.github.hsmsigner.core.SignerMetrics;
import io.github.hsmsigner.core.SigningKey;
import io.github.hsmsigner.core.SigningQueue;
import io.github.hsmsigner.http.protocol.CallbackAction;
import io.github.hsmsigner.http.protocol.CallbackAnswer;
import io.github.hsmsigner.pkcs11.Pkcs11Token;
import io.github.hsmsigner.pkcs11.health.Pkcs11Listener;
import io.github.hsmsigner.service.audit.AuditFile;
import io.micrometer.core.instrument.Counter;
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
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * The metrics of a service, for Prometheus. {@code docs/metrics.md} describes each of them.
 *
 * <p>Pass this object to the {@link io.github.hsmsigner.core.SigningService}, and its {@linkplain #tokenEvents events}
 * to each token. The transport reports what it {@linkplain #answered answers}. Bind the objects that have their own
 * numbers. A second binding under one name replaces the first.
 *
 * <p>Labels are names from the settings (keys, tokens, queues) and fixed words. No text from a client becomes a label,
 * so the number of time series does not depend on requests. No meter is looked up by labels while a request is served.
 *
 * <p>Thread-safe.
 */
public final class ServiceMetrics implements SignerMetrics, AutoCloseable {

    private static final Set<String> OWN_NAMES =
            Arrays.stream(Metric.values()).map(Metric::meterName).collect(Collectors.toUnmodifiableSet());

    private final PrometheusMeterRegistry registry;
    private final RequestMeters requests;
    private final CertificateMeters certificates;
    private final Counter rawDataSigned;
    private final Counter rawDataRefused;
    private final Map<Reload, List<Counter>> reloads = new EnumMap<>(Reload.class);
    private final ConcurrentMap<String, KeyMeters> keys = new ConcurrentHashMap<>();
    private final ConcurrentMap<String, TokenMeters> tokens = new ConcurrentHashMap<>();
    private final ConcurrentMap<String, QueueMeters> queues = new ConcurrentHashMap<>();
    private AuditMeters audit;
    private volatile RuntimeMeters runtime;
    private volatile BooleanSupplier ready = () -> false;
    private volatile BooleanSupplier policyOpen = () -> false;
    private volatile Supplier<Instant> filesChecked = () -> Instant.EPOCH;
    private volatile Supplier<? extends Collection<SigningKey>> signingKeys = List::of;

    private ServiceMetrics(String version, Clock clock) {
        registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        // A meter that cannot be registered would otherwise be dropped without a word.
        registry.throwExceptionOnRegistrationFailure();
        registry.config().meterFilter(MeterFilter.denyUnless(id -> declared(id.getName())));
        requests = new RequestMeters(registry);
        rawDataSigned = Metric.RAW_DATA_DEVIATED.counter(registry, "signed");
        rawDataRefused = Metric.RAW_DATA_DEVIATED.counter(registry, "refused");
        certificates = new CertificateMeters(registry, clock);
        for (Reload kind : Reload.values()) {
            reloads.put(
                    kind,
                    List.of(
                            Metric.RELOADS.counter(registry, kind.text(), "failed"),
                            Metric.RELOADS.counter(registry, kind.text(), "ok")));
        }
        Metric.READY.gauge(registry, () -> ready.getAsBoolean() ? 1 : 0);
        Metric.POLICY_OPEN.gauge(registry, () -> policyOpen.getAsBoolean() ? 1 : 0);
        Metric.FILES_CHECKED.gauge(registry, () -> filesChecked.get().getEpochSecond());
        Metric.BUILD_INFO.gauge(registry, () -> 1, version, Runtime.version().toString());
    }

    private static boolean declared(String meterName) {
        return OWN_NAMES.contains(meterName) || RuntimeMetric.hasMeterName(meterName);
    }

    /**
     * Starts to measure. The service counts as not ready until {@link #bindReadiness} is called.
     *
     * @param version what runs, for {@code signer_build_info}
     * @return the metrics; to be closed
     */
    public static ServiceMetrics create(String version) {
        return create(version, Clock.systemUTC());
    }

    /**
     * Begins to measure.
     *
     * @param version what runs, for {@code signer_build_info}
     * @param clock the time that certificates are compared with
     * @return the metrics; to be closed
     */
    static ServiceMetrics create(String version, Clock clock) {
        return new ServiceMetrics(Objects.requireNonNull(version, "version"), Objects.requireNonNull(clock, "clock"));
    }

    /**
     * Starts to measure the process: memory, garbage collection, threads. This is separate from startup, because the
     * management interfaces of the virtual machine take longer than all other metrics together. Called once.
     */
    public void bindRuntime() {
        runtime = new RuntimeMeters(registry);
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
     * Counts a callback that is answered, whether it came to the signing service or not.
     *
     * @param action what was asked; empty where that was not read
     * @param outcome {@code ok}, or the code in the error answer; {@link CallbackAnswer#outcome} has it
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
     * Counts a request that is no callback, or not yet one. The HTTP server answers it, for example if the path does
     * not exist.
     *
     * @param answer the answer
     */
    public void answeredByServer(CallbackAnswer answer) {
        requests.answered(Optional.empty(), answer.outcome());
    }

    /**
     * Returns the listener for a token, for {@link io.github.hsmsigner.pkcs11.Pkcs11Config.Builder#listener}. From now on
     * the token is among the metrics, as unhealthy until it is {@linkplain #bindToken bound}.
     *
     * @param tokenName what the settings call the token
     * @return the listener; the same for each call with this name
     */
    public Pkcs11Listener tokenEvents(String tokenName) {
        return token(tokenName);
    }

    /**
     * Shows the sessions and the state of a token that is open.
     *
     * @param tokenName what the settings call the token
     * @param token the token; asked at each scrape, which costs no call to the module
     */
    public void bindToken(String tokenName, Pkcs11Token token) {
        token(tokenName).bind(Objects.requireNonNull(token, "token"));
    }

    private TokenMeters token(String name) {
        return tokens.computeIfAbsent(name, token -> new TokenMeters(registry, token));
    }

    /**
     * Shows a queue.
     *
     * @param queueName what to call it: the token before which it stands, or the key
     * @param queue the queue; asked at each scrape
     */
    public void bindQueue(String queueName, SigningQueue queue) {
        queues.computeIfAbsent(queueName, name -> new QueueMeters(registry, name, queue))
                .bind(queue);
    }

    /**
     * Shows when the certificates of keys expire.
     *
     * @param keys gives the keys there are now, empty while there are none; asked at each scrape
     */
    public void bindKeys(Supplier<? extends Collection<SigningKey>> keys) {
        signingKeys = Objects.requireNonNull(keys, "keys");
    }

    /**
     * Exposes the expiry of the server's TLS certificate. Called at most once.
     *
     * @param expires gives the end of the certificate in use; called at each scrape, returns immediately
     */
    public void bindTlsCertificate(Supplier<Instant> expires) {
        certificates.bindTls(Objects.requireNonNull(expires, "expires"));
    }

    /**
     * Shows how often clients exceeded a limit of the HTTP server.
     *
     * @param limit the name of the limit
     * @param exceeded the number since startup; called at each scrape
     */
    public void bindHttpLimit(String limit, LongSupplier exceeded) {
        Metric.HTTP_LIMITED.counter(registry, exceeded::getAsLong, limit);
    }

    /**
     * Shows the audit log.
     *
     * @param file the log; asked at each scrape
     */
    public synchronized void bindAudit(AuditFile file) {
        if (audit == null) {
            audit = new AuditMeters(registry, file);
        } else {
            audit.bind(file);
        }
    }

    /**
     * Shows how often revocation information was refreshed. To be called once at most.
     *
     * @param refreshes the number of refreshes; asked at each scrape
     * @param failed the number of failed refreshes; asked at each scrape
     */
    public void bindRevocation(LongSupplier refreshes, LongSupplier failed) {
        Metric.REVOCATION_REFRESHES.counter(registry, refreshes::getAsLong, "ok");
        Metric.REVOCATION_REFRESHES.counter(registry, failed::getAsLong, "failed");
    }

    /**
     * Shows whether the service is ready.
     *
     * @param ready called at each scrape; returns immediately
     */
    public void bindReadiness(BooleanSupplier ready) {
        this.ready = Objects.requireNonNull(ready, "ready");
    }

    /**
     * Shows whether every caller may sign because no policy is set.
     *
     * @param open called at each scrape; returns immediately
     */
    public void bindPolicyOpen(BooleanSupplier open) {
        this.policyOpen = Objects.requireNonNull(open, "open");
    }

    /**
     * Shows when the watched files were last checked.
     *
     * @param lastCheck the time of the last check without an error; called at each scrape, returns immediately
     */
    public void bindFileChecks(Supplier<Instant> lastCheck) {
        this.filesChecked = Objects.requireNonNull(lastCheck, "lastCheck");
    }

    /**
     * Counts a change of settings that was noticed while running.
     *
     * @param kind what changed
     * @param taken whether it is in use now; {@code false} if it could not be used and what was before stays
     */
    public void reloaded(Reload kind, boolean taken) {
        reloads.get(kind).get(taken ? 1 : 0).increment();
    }

    /**
     * Writes all metrics as text. Never touches an HSM.
     *
     * @param accept the value of the header {@code Accept}; {@code null} if there is none
     * @param out where to; left open
     * @throws IOException if that fails
     * @see ExpositionFormat#accepted the content type
     */
    public void scrape(String accept, OutputStream out) throws IOException {
        Collection<SigningKey> present = signingKeys.get();
        // A counter that exists before its first increase shows that increase.
        present.forEach(key -> key(key.name()));
        certificates.refresh(present);
        registry.scrape(out, ExpositionFormat.accepted(accept).contentType());
    }

    /** Ends measuring. */
    @Override
    public void close() {
        if (runtime != null) {
            runtime.close();
        }
        registry.close();
    }
}

package io.github.hsmsigner.core;

import io.github.hsmsigner.core.error.ErrorCode;
import io.github.hsmsigner.core.error.InternalSigningException;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.core.error.InvalidRequestException;
import io.github.hsmsigner.core.error.RateLimitedException;
import io.github.hsmsigner.core.error.SigningDeniedException;
import io.github.hsmsigner.core.error.SigningException;
import io.github.hsmsigner.core.error.UnrecordedRequestException;
import io.github.hsmsigner.core.error.UnsupportedRequestException;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The service that every transport calls. It asks the policy, picks the key, hashes, signs, checks the signature,
 * builds the container, and records the outcome.
 *
 * <p>Thread-safe. If a request fails, every method throws a {@link SigningException}, and nothing else.
 * A mistake of the caller causes {@link InvalidRequestException} or a similar exception. A refusal of the policy causes
 * {@link SigningDeniedException} or {@link RateLimitedException}. A key that cannot be used before the deadline causes
 * {@link io.github.hsmsigner.core.error.SigningUnavailableException}.
 */
public final class SigningService {

    private static final Logger LOG = LoggerFactory.getLogger(SigningService.class);
    private static final int MAX_PARALLEL = 16;
    private static final String DEFAULT_KEY = "default";
    private static final Duration DEFAULT_OPEN_LIMIT = Duration.ofSeconds(10);

    private volatile SigningKeys keys;
    private final SigningPolicy policy;
    private final ContainerBuilder containers;
    private final SignatureProduction signatures;
    private final AuditLog audit;
    private final SignerMetrics metrics;
    private final Clock clock;
    private final CertificateValidity validity;
    private final RawDataCheck rawData;
    private final Object reloading = new Object();

    /** The threads of {@link #signAll}. Idle threads end after a minute, so there is nothing to close. */
    private final ExecutorService batchThreads = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "sign-batch");
        thread.setDaemon(true);
        return thread;
    });

    private SigningService(Builder builder) {
        this.keys = builder.keys;
        this.policy = builder.policy;
        this.containers = builder.containers;
        this.audit = builder.audit;
        this.metrics = new GuardedMetrics(builder.metrics);
        this.clock = builder.clock;
        this.rawData = new RawDataCheck(builder.rawData, metrics);
        this.signatures = new SignatureProduction(
                builder.queues, builder.verifyAfterSign, metrics, new LateSignatures(audit, metrics, clock));
        this.validity = new CertificateValidity(builder.validCertificateRequired, clock);
        keys.all().forEach(key -> validity.admit(key.name(), key.chain()));
    }

    /**
     * Returns a service for one key, without a policy, audit log or metrics. It makes CMS, PAdES and CAdES containers.
     * Verifies that the certificate belongs to the key, with a trial signature within 10 seconds.
     *
     * @param signer the key; its name in logs is {@code default}
     * @param certificates the source of its certificates
     * @return the service
     * @throws InvalidConfigurationException if the key is too weak or of a type that is not supported, or the certificate is not
     *     that of the key or not valid now
     * @throws io.github.hsmsigner.core.error.SigningUnavailableException if the key cannot be used now
     * @see #sign(ContainerRequest)
     */
    public static SigningService of(Signer signer, CertificateProvider certificates) {
        SigningKey key = SigningKey.open(DEFAULT_KEY, signer, certificates, Deadline.after(DEFAULT_OPEN_LIMIT));
        ContainerBuilder containers = ServiceLoader.load(ContainerBuilder.class, SigningService.class.getClassLoader())
                .findFirst()
                .orElseThrow(() -> new InvalidConfigurationException("No ContainerBuilder is registered."
                        + " Keep the files below META-INF/services when you repackage signer-core."));
        return builder(SigningKeys.of(key), containers).build();
    }

    /**
     * Starts a service.
     *
     * @param keys the keys to sign with
     * @param containers what makes the containers
     * @return a builder
     */
    public static Builder builder(SigningKeys keys, ContainerBuilder containers) {
        return new Builder(keys, containers);
    }

    /**
     * Returns the certificates of a key.
     *
     * @param context the caller and the deadline
     * @return the chain, signer first
     */
    public CertificateChain certificates(RequestContext context) {
        return serve(SigningAction.CERTIFICATES, context, request -> {
            authorizedKey(request);
            return request.chain();
        });
    }

    /**
     * Makes a bare signature.
     *
     * @param context the caller and the deadline
     * @param digest the digest of the data to be signed; the signature algorithm is the key's scheme with its digest
     *     algorithm
     * @return the bytes of the signature
     */
    public byte[] signRaw(RequestContext context, Digest digest) {
        return signRaw(context, RawData.ofDigest(digest));
    }

    /**
     * Makes a bare signature over data that may have been inspected.
     *
     * @param context the caller and the deadline
     * @param data the data to be signed; the signature algorithm is the key's scheme with the algorithm of its digest
     * @return the bytes of the signature
     * @throws InvalidRequestException if the {@linkplain Builder#rawData rule} does not allow the data
     */
    public byte[] signRaw(RequestContext context, RawData data) {
        return serve(SigningAction.RAW_SIGNATURE, context, request -> {
            Digest digest = data.digest();
            SigningKey key = authorizedSigningKey(request.over(digest));
            rawData.check(context, data);
            SignatureAlgorithm algorithm = key.algorithm(digest.algorithm());
            if (key.signer().signsWholeMessage(algorithm)) {
                throw new UnsupportedRequestException(
                        "The key signs with " + algorithm + ", which needs the data to be signed and not its digest.");
            }
            return signatures.sign(request, key, ToBeSigned.digest(algorithm, digest));
        });
    }

    /**
     * Makes a bare signature over data in memory, for keys of any scheme.
     *
     * @param context the caller and the deadline
     * @param digestAlgorithm the algorithm that hashes the data; the signature algorithm is the key's scheme with it
     * @param data the data to be signed
     * @return the bytes of the signature
     */
    public byte[] signRaw(RequestContext context, DigestAlgorithm digestAlgorithm, byte[] data) {
        return serve(SigningAction.RAW_SIGNATURE, context, request -> {
            Digest digest = Digest.compute(digestAlgorithm, data);
            SigningKey key = authorizedSigningKey(request.over(digest));
            if (rawData.rule() != RawDataRule.ANY) {
                rawData.check(context, RawData.inspect(digest, data));
            }
            return signatures.sign(
                    request, key, ToBeSigned.messageFor(key.signer(), key.algorithm(digestAlgorithm), data));
        });
    }

    /**
     * Makes bare signatures over many digests, at most 16 in parallel, and no more than the {@link SigningQueue} of the
     * key has free permits. The caller's thread signs too. Each digest is a separate request for the policy and the
     * audit log, and the listener of the context is called from several threads.
     *
     * <p>A digest that is refused does not affect the others. The first {@link ErrorCode#UNAVAILABLE} or
     * {@link ErrorCode#INTERNAL} cancels the digests that have not begun: their result is the same error.
     *
     * @param context the caller; its deadline is for all together
     * @param digests the digests
     * @return the result of each digest, in the same order
     */
    public List<SignatureResult> signAll(RequestContext context, List<Digest> digests) {
        return new BatchSigning(digests, digest -> signRaw(context, digest))
                .sign(signatures.freePermits(context.keyName(), MAX_PARALLEL), batchThreads);
    }

    /**
     * Makes a signature in a container, detached from the content.
     *
     * @param context the caller and the deadline
     * @param wanted the content and the kind of container
     * @return the container in DER
     */
    public byte[] signContainer(RequestContext context, ContainerRequest wanted) {
        return serve(SigningAction.CONTAINER, context, request -> {
            SigningKey key = authorizedSigningKey(request.in(wanted));
            SignatureAlgorithm algorithm = key.algorithm(wanted.digestAlgorithm());
            Digest content = contentDigest(wanted);
            request.over(content);
            ContainerParameters parameters =
                    new ContainerParameters(wanted.format(), algorithm, request.chain(), clock.instant());
            PreparedContainer prepared = containers.prepare(parameters, content, context.deadline());
            byte[] signature = signatures.sign(
                    request, key, ToBeSigned.messageFor(key.signer(), algorithm, prepared.dataToBeSigned()));
            SignedContainer container = prepared.complete(signature, context.deadline());
            request.made(container.format());
            return container.octets();
        });
    }

    /**
     * Signs content with the only key: the short form of {@link #signContainer} with a random request id and a deadline of 30 seconds.
     *
     * @param wanted the content and the kind of container
     * @return the container in DER
     */
    public byte[] sign(ContainerRequest wanted) {
        return signContainer(
                RequestContext.builder(UUID.randomUUID().toString()).build(), wanted);
    }

    /**
     * Records in the audit log that the response to a request did not reach its client, for transports that notice it.
     * Does not record a response without a signature to an unknown caller, so that strangers cannot fill the log.
     *
     * @param request the outcome of the request, as the listener of {@link RequestContext.Builder#whenEnded} received
     *     it
     */
    public void responseUndelivered(AuditEvent request) {
        boolean signature = request.error().isEmpty() && request.action() != SigningAction.CERTIFICATES;
        if (signature || !request.callers().isEmpty()) {
            audit.responseUndelivered(new UndeliveredResponse(
                    clock.instant(), request.requestId(), request.traceId(), request.keyName(), signature));
        }
    }

    /**
     * Returns the highest level of a format that this service makes, for callers that leave the level to the service.
     *
     * @param format the format
     * @return the format with a timestamp if a timestamp authority is configured, otherwise without
     */
    public ContainerFormat highestLevel(ContainerFormat format) {
        return containers.highestLevel(format);
    }

    /**
     * Returns which data this service signs in raw signatures, so that a transport need not keep data that is not inspected.
     *
     * @return the rule
     */
    public RawDataRule rawData() {
        return rawData.rule();
    }

    /**
     * Returns an upper bound of the size of a container, for callers that must reserve room before there is a
     * signature.
     *
     * @param context the caller and the deadline
     * @param format the kind of container
     * @param digestAlgorithm what the content is hashed with
     * @return the size in bytes that no such container exceeds
     */
    public int maxContainerSize(RequestContext context, ContainerFormat format, DigestAlgorithm digestAlgorithm) {
        return serve(SigningAction.CERTIFICATES, context, request -> {
            SigningKey key = authorizedKey(request);
            ContainerParameters parameters =
                    new ContainerParameters(format, key.algorithm(digestAlgorithm), request.chain(), clock.instant());
            return containers.maxSize(parameters, context.deadline());
        });
    }

    /**
     * Reads the certificates of all keys again and uses them from now on, those of every key or none. Requests in
     * progress keep the certificates that they began with.
     *
     * @return the names of the keys whose certificates changed
     * @throws InvalidConfigurationException if the certificates of a key cannot be read, do not match the key, or are
     *     not valid now though they must be; all keys then keep their previous certificates
     * @throws io.github.hsmsigner.core.error.SigningUnavailableException if the certificates of a key cannot be read
     *     now; likewise
     */
    public List<String> reloadCertificates() {
        synchronized (reloading) {
            Map<SigningKey, CertificateChain> changed = new LinkedHashMap<>();
            for (SigningKey key : keys.all()) {
                CertificateChain next = key.readChain();
                if (!next.equals(key.chain())) {
                    validity.admit(key.name(), next);
                    changed.put(key, next);
                }
            }
            changed.forEach(SigningKey::use);
            return changed.keySet().stream().map(SigningKey::name).toList();
        }
    }

    /**
     * Replaces the keys, for example because a key that could not be reached is usable now. Requests in progress keep the
     * key that they began with. Queues belong to the name of a key and stay.
     *
     * @param next the keys from now on
     * @throws InvalidConfigurationException if the certificate of a new key is not valid now and must be; the service
     *     then keeps its previous keys
     */
    public void replaceKeys(SigningKeys next) {
        synchronized (reloading) {
            Collection<SigningKey> admitted = keys.all();
            next.all().stream()
                    .filter(key -> !admitted.contains(key))
                    .forEach(key -> validity.admit(key.name(), key.chain()));
            keys = next;
        }
    }

    private <T> T serve(SigningAction action, RequestContext context, Function<RequestRecord, T> work) {
        RequestRecord request = new RequestRecord(action, context, clock.instant());
        T answer;
        try {
            answer = work.apply(request);
        } catch (SigningException e) {
            endFailed(request, e);
            throw e;
        } catch (RuntimeException e) {
            endFailed(request, e);
            throw new InternalSigningException(
                    "Request " + context.requestId() + " failed with an unexpected error.", e);
        } catch (Error e) {
            endFailed(request, e);
            throw e;
        }
        end(request, request.succeeded());
        return answer;
    }

    /** If the failure cannot be recorded either, the failure is kept as a suppressed exception. */
    private void endFailed(RequestRecord request, Throwable failure) {
        try {
            end(request, request.failed(failure));
        } catch (UnrecordedRequestException e) {
            e.addSuppressed(failure);
            throw e;
        }
    }

    /** Records the request before the response is returned. A request that cannot be recorded fails. */
    private void end(RequestRecord request, AuditEvent event) {
        try {
            record(event, request.context());
        } catch (RuntimeException | Error e) {
            String reason = e.getMessage() == null ? e.getClass().getName() : e.getMessage();
            UnrecordedRequestException unrecorded =
                    new UnrecordedRequestException("The request could not be recorded in the audit log: " + reason, e);
            AuditEvent lost = request.failed(unrecorded);
            metrics.requestEnded(lost);
            tell(request, lost);
            throw unrecorded;
        }
        metrics.requestEnded(event);
        tell(request, event);
    }

    private void record(AuditEvent event, RequestContext context) {
        Optional<Deadline> deadline = context.auditDeadline();
        if (deadline.isPresent()) {
            audit.record(event, deadline.get());
        } else {
            audit.record(event);
        }
    }

    /**
     * Calls the observer. The signature is made and recorded already, so an error of the observer does not revoke it.
     */
    private static void tell(RequestRecord request, AuditEvent event) {
        try {
            request.context().whenEnded().accept(event);
        } catch (RuntimeException | Error e) {
            LOG.error("Request {}: an observer threw an exception.", event.requestId(), e);
        }
    }

    private SigningKey authorizedKey(RequestRecord request) {
        SigningKeys keys = this.keys;
        Optional<String> requested = request.context().keyName();
        keys.find(requested).ifPresent(request::with);
        PolicyDecision decision = policy.decide(request.attempt());
        request.by(decision.callers());
        decision.denialReason().ifPresent(reason -> {
            throw decision.retryAfter()
                    .<SigningException>map(time -> new RateLimitedException(reason, time))
                    .orElseGet(() -> new SigningDeniedException(reason));
        });
        Optional<String> chosen = decision.keyName();
        if (requested.isPresent() && chosen.isPresent() && !requested.equals(chosen)) {
            throw new SigningDeniedException("The request names another key than \"" + chosen.get()
                    + "\", the one that the policy chose for its caller.");
        }
        SigningKey key =
                chosen.or(() -> requested).map(keys::named).orElseGet(() -> keys.only(decision.missingKeyReason()));
        request.with(key);
        return key;
    }

    private SigningKey authorizedSigningKey(RequestRecord request) {
        SigningKey key = authorizedKey(request);
        validity.check(key.name(), request.chain());
        return key;
    }

    private static Digest contentDigest(ContainerRequest wanted) {
        return wanted.digest().orElseGet(() -> {
            try {
                return Digest.compute(wanted.digestAlgorithm(), wanted.content());
            } catch (IOException e) {
                throw new InvalidRequestException("The content could not be read to its end.", e);
            }
        });
    }

    /** Collects the parts of a {@link SigningService}. Not safe for use by several threads. */
    public static final class Builder {

        private final SigningKeys keys;
        private final ContainerBuilder containers;
        private SigningPolicy policy = SigningPolicy.open();
        private boolean verifyAfterSign = true;
        private boolean validCertificateRequired = true;
        private RawDataRule rawData = RawDataRule.ANY;
        private AuditLog audit = AuditLog.none();
        private SignerMetrics metrics = SignerMetrics.none();
        private Clock clock = Clock.systemUTC();
        private final Map<String, SigningQueue> queues = new HashMap<>();

        private Builder(SigningKeys keys, ContainerBuilder containers) {
            this.keys = Objects.requireNonNull(keys, "keys");
            this.containers = Objects.requireNonNull(containers, "containers");
        }

        /**
         * Sets the policy. Default: all callers may sign.
         *
         * @param policy the policy
         * @return this builder
         */
        public Builder policy(SigningPolicy policy) {
            this.policy = Objects.requireNonNull(policy, "policy");
            return this;
        }

        /**
         * Sets whether each signature is verified with the public key before it is returned. Default: {@code true}. If
         * a signature does not verify, the service makes it a second time, and then refuses.
         *
         * @param verifyAfterSign whether to verify
         * @return this builder
         */
        public Builder verifyAfterSign(boolean verifyAfterSign) {
            this.verifyAfterSign = verifyAfterSign;
            return this;
        }

        /**
         * Sets whether a key signs only while its certificate is valid. Default: {@code true}. Then a service is not
         * built with a certificate that is not valid, and refuses to sign once it has expired. With {@code false}, it
         * logs a warning.
         *
         * @param validCertificateRequired whether the signer's certificate must be valid
         * @return this builder
         */
        public Builder validCertificateRequired(boolean validCertificateRequired) {
            this.validCertificateRequired = validCertificateRequired;
            return this;
        }

        /**
         * Sets which data is signed in raw signatures. Default: {@link RawDataRule#ANY}. With
         * {@link RawDataRule#SIGNED_ATTRIBUTES}, data of which only the digest is known is refused.
         *
         * @param rawData the rule
         * @return this builder
         */
        public Builder rawData(RawDataRule rawData) {
            this.rawData = Objects.requireNonNull(rawData, "rawData");
            return this;
        }

        /**
         * Sets the log that records requests. Default: none.
         *
         * @param audit the log
         * @return this builder
         */
        public Builder audit(AuditLog audit) {
            this.audit = Objects.requireNonNull(audit, "audit");
            return this;
        }

        /**
         * Sets the receiver of measurements. Default: none.
         *
         * @param metrics the metrics
         * @return this builder
         */
        public Builder metrics(SignerMetrics metrics) {
            this.metrics = Objects.requireNonNull(metrics, "metrics");
            return this;
        }

        /**
         * Sets the queue before the signer of a key; without one, all callers are let in at once. Only signing waits: certificates are
         * answered, content is hashed and signatures are verified without a place in the queue. Keys that share a token share a queue.
         *
         * @param keyName the key
         * @param queue the queue
         * @return this builder
         */
        public Builder queue(String keyName, SigningQueue queue) {
            queues.put(Objects.requireNonNull(keyName, "keyName"), Objects.requireNonNull(queue, "queue"));
            return this;
        }

        /**
         * Sets the clock for signing times and the audit log. Default: the system clock.
         *
         * @param clock the clock
         * @return this builder
         */
        public Builder clock(Clock clock) {
            this.clock = Objects.requireNonNull(clock, "clock");
            return this;
        }

        /**
         * Builds the service. Logs each fault of the certificates of its keys with subject and date.
         *
         * @return the service
         * @throws InvalidConfigurationException if the certificate of a key is not valid now and must be, or there is a
         *     queue for a key that does not exist
         */
        public SigningService build() {
            for (String name : queues.keySet()) {
                if (!keys.names().contains(name)) {
                    throw new InvalidConfigurationException(
                            "There is a queue for a key \"" + name + "\", and no key of that name.");
                }
            }
            return new SigningService(this);
        }
    }
}

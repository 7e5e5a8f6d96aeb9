package io.github.hsmsigner.core;

import io.github.hsmsigner.core.error.InternalSigningException;
import io.github.hsmsigner.core.error.InvalidRequestException;
import io.github.hsmsigner.core.error.SigningDeniedException;
import io.github.hsmsigner.core.error.SigningException;
import io.github.hsmsigner.core.error.UnsupportedRequestException;
import java.io.IOException;
import java.time.Clock;
import java.util.Objects;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What every transport calls: it asks the policy, picks the key, hashes, signs, checks the signature, and builds the container.
 *
 * <p>Safe for use by any number of threads at once. Every method throws a {@link SigningException}, and nothing else, for what a
 * request can cause: {@link InvalidRequestException} and its like for the caller's mistakes,
 * {@link SigningDeniedException} for a refusal of the policy, and
 * {@link io.github.hsmsigner.core.error.SigningUnavailableException} if the key cannot be used before the deadline.
 */
public final class SigningService {

    private static final Logger LOG = LoggerFactory.getLogger(SigningService.class);
    private static final int ATTEMPTS = 2;

    private final SigningKeys keys;
    private final SigningPolicy policy;
    private final ContainerBuilder containers;
    private final boolean verifyAfterSign;
    private final Clock clock;

    private SigningService(Builder builder) {
        this.keys = builder.keys;
        this.policy = builder.policy;
        this.containers = builder.containers;
        this.verifyAfterSign = builder.verifyAfterSign;
        this.clock = builder.clock;
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
     * The certificates of a key.
     *
     * @param context who asks
     * @return the chain, signer first
     */
    public CertificateChain certificates(RequestContext context) {
        SigningKey key = keyFor(context);
        authorize(SigningAction.CERTIFICATES, context, key, Optional.empty(), Optional.empty());
        return key.chain();
    }

    /**
     * A bare signature.
     *
     * @param context who asks
     * @param digest the digest of the data to be signed; the signature algorithm is the key's scheme with its digest algorithm
     * @return the signature octets
     */
    public byte[] signRaw(RequestContext context, Digest digest) {
        SigningKey key = authorizedRawKey(context, digest.algorithm());
        SignatureAlgorithm algorithm = key.algorithm(digest.algorithm());
        if (algorithm.scheme().signsWholeMessage()) {
            throw new UnsupportedRequestException(
                    "The key signs with " + algorithm + ", which needs the data to be signed and not its digest.");
        }
        return sign(context, key, ToBeSigned.digest(algorithm, digest));
    }

    /**
     * A bare signature over data in memory, for keys of any scheme.
     *
     * @param context who asks
     * @param digestAlgorithm what the data is hashed with; the signature algorithm is the key's scheme with it
     * @param data the data to be signed
     * @return the signature octets
     */
    public byte[] signRaw(RequestContext context, DigestAlgorithm digestAlgorithm, byte[] data) {
        SigningKey key = authorizedRawKey(context, digestAlgorithm);
        return sign(context, key, ToBeSigned.message(key.algorithm(digestAlgorithm), data));
    }

    private SigningKey authorizedRawKey(RequestContext context, DigestAlgorithm digestAlgorithm) {
        SigningKey key = keyFor(context);
        authorize(SigningAction.RAW_SIGNATURE, context, key, Optional.of(digestAlgorithm), Optional.empty());
        return key;
    }

    /**
     * A signature in a container, detached from the content.
     *
     * @param context who asks
     * @param request what is to be signed
     * @return the container in DER
     */
    public byte[] signContainer(RequestContext context, ContainerRequest request) {
        SigningKey key = keyFor(context);
        authorize(
                SigningAction.CONTAINER,
                context,
                key,
                Optional.of(request.digestAlgorithm()),
                Optional.of(request.format()));
        SignatureAlgorithm algorithm = key.algorithm(request.digestAlgorithm());
        ContainerParameters parameters =
                new ContainerParameters(request.format(), algorithm, key.chain(), clock.instant());
        PreparedContainer prepared = containers.prepare(parameters, contentDigest(request));
        return prepared.complete(sign(context, key, ToBeSigned.message(algorithm, prepared.dataToBeSigned())));
    }

    private SigningKey keyFor(RequestContext context) {
        return context.keyName().map(keys::named).orElseGet(keys::only);
    }

    private void authorize(
            SigningAction action,
            RequestContext context,
            SigningKey key,
            Optional<DigestAlgorithm> digestAlgorithm,
            Optional<ContainerFormat> format) {
        PolicyDecision decision =
                policy.decide(new SigningAttempt(action, context, key.name(), digestAlgorithm, format));
        decision.denialReason().ifPresent(reason -> {
            throw new SigningDeniedException(reason);
        });
    }

    private static Digest contentDigest(ContainerRequest request) {
        return request.digest().orElseGet(() -> {
            try {
                return Digest.compute(request.digestAlgorithm(), request.content());
            } catch (IOException e) {
                throw new InvalidRequestException("The content could not be read to its end.", e);
            }
        });
    }

    private byte[] sign(RequestContext context, SigningKey key, ToBeSigned toBeSigned) {
        for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
            byte[] signature = toBeSigned.sign(key.signer(), context.deadline());
            if (!verifyAfterSign || toBeSigned.verify(key.signer().publicKey(), signature)) {
                return signature;
            }
            LOG.error(
                    "Request {}: a signature of key \"{}\" ({}) does not verify and is thrown away (attempt {} of {}).",
                    context.requestId(),
                    key.name(),
                    toBeSigned.algorithm(),
                    attempt,
                    ATTEMPTS);
        }
        throw new InternalSigningException(
                "Key \"" + key.name() + "\" made signatures that do not verify with its certificate.", null);
    }

    /** Collects the parts of a {@link SigningService}. Not safe for use by several threads. */
    public static final class Builder {

        private final SigningKeys keys;
        private final ContainerBuilder containers;
        private SigningPolicy policy = SigningPolicy.open();
        private boolean verifyAfterSign = true;
        private Clock clock = Clock.systemUTC();

        private Builder(SigningKeys keys, ContainerBuilder containers) {
            this.keys = Objects.requireNonNull(keys, "keys");
            this.containers = Objects.requireNonNull(containers, "containers");
        }

        /**
         * Sets who may sign; everybody, without it.
         *
         * @param policy the policy
         * @return this builder
         */
        public Builder policy(SigningPolicy policy) {
            this.policy = Objects.requireNonNull(policy, "policy");
            return this;
        }

        /**
         * Sets whether each signature is verified with the public key before it is handed out; {@code true}, without it. A
         * signature that does not verify is made once more and then refused.
         *
         * @param verifyAfterSign whether to verify
         * @return this builder
         */
        public Builder verifyAfterSign(boolean verifyAfterSign) {
            this.verifyAfterSign = verifyAfterSign;
            return this;
        }

        /**
         * Sets the clock for signing times; the system's, without it.
         *
         * @param clock the clock
         * @return this builder
         */
        public Builder clock(Clock clock) {
            this.clock = Objects.requireNonNull(clock, "clock");
            return this;
        }

        /**
         * Builds the service.
         *
         * @return the service
         */
        public SigningService build() {
            return new SigningService(this);
        }
    }
}

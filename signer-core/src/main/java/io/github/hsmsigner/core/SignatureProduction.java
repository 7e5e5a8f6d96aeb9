package io.github.hsmsigner.core;

import io.github.hsmsigner.core.error.InternalSigningException;
import io.github.hsmsigner.core.error.SigningUnavailableException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes signatures: through the queue of the key, measured, and checked before they are handed out. */
final class SignatureProduction {

    private static final Logger LOG = LoggerFactory.getLogger(SigningService.class);
    private static final int ATTEMPTS = 2;

    private final Map<String, SigningQueue> queues;
    private final boolean verifyAfterSign;
    private final SignerMetrics metrics;
    private final LateSignatures lateSignatures;
    private final Map<SignatureScheme, SignatureScheme.Verifier> verifiers = new ConcurrentHashMap<>();

    SignatureProduction(
            Map<String, SigningQueue> queues,
            boolean verifyAfterSign,
            SignerMetrics metrics,
            LateSignatures lateSignatures) {
        this.queues = Map.copyOf(queues);
        this.verifyAfterSign = verifyAfterSign;
        this.metrics = metrics;
        this.lateSignatures = lateSignatures;
    }

    /**
     * Returns how many signatures of a key can begin now without waiting; of any key, if none is named. The result is
     * at least one.
     */
    int freePermits(Optional<String> keyName, int most) {
        return queues.entrySet().stream()
                .filter(queue -> keyName.isEmpty() || keyName.get().equals(queue.getKey()))
                .map(queue -> queue.getValue().statistics())
                .mapToInt(statistics -> Math.max(1, statistics.places() - statistics.signing()))
                .reduce(most, Math::min);
    }

    byte[] sign(RequestRecord request, SigningKey key, ToBeSigned toBeSigned) {
        request.by(toBeSigned.algorithm());
        for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
            byte[] signature = signOnce(request, key, toBeSigned);
            if (!verifyAfterSign || toBeSigned.verify(key.signer().publicKey(), signature, verifier(toBeSigned))) {
                return signature;
            }
            metrics.signatureDiscarded(key.name(), toBeSigned.algorithm());
            LOG.error(
                    "Request {}: a signature of key \"{}\" ({}) does not verify and is thrown away (attempt {} of {}).",
                    request.context().requestId(),
                    key.name(),
                    toBeSigned.algorithm(),
                    attempt,
                    ATTEMPTS);
        }
        throw new InternalSigningException(
                "Key \"" + key.name() + "\" made signatures that do not verify with its certificate.", null);
    }

    private SignatureScheme.Verifier verifier(ToBeSigned toBeSigned) {
        return verifiers.computeIfAbsent(toBeSigned.algorithm().scheme(), SignatureScheme::verifier);
    }

    private byte[] signOnce(RequestRecord request, SigningKey key, ToBeSigned toBeSigned) {
        SigningQueue queue = queues.get(key.name());
        if (queue == null) {
            return signNow(request, key, toBeSigned);
        }
        long start = System.nanoTime();
        try {
            queue.enter(request.context().deadline());
        } catch (SigningUnavailableException e) {
            request.queued(System.nanoTime() - start);
            metrics.signatureRefused(key.name());
            throw e;
        }
        try {
            long waited = System.nanoTime() - start;
            request.queued(waited);
            metrics.signatureQueued(key.name(), Duration.ofNanos(waited));
            return signNow(request, key, toBeSigned);
        } finally {
            queue.leave();
        }
    }

    private byte[] signNow(RequestRecord request, SigningKey key, ToBeSigned toBeSigned) {
        long start = System.nanoTime();
        byte[] signature;
        try {
            signature = toBeSigned.sign(
                    key.signer(), lateSignatures.deadline(request.context(), key.name(), toBeSigned.algorithm()));
        } finally {
            request.signing(System.nanoTime() - start);
        }
        metrics.signatureMade(key.name(), toBeSigned.algorithm(), Duration.ofNanos(System.nanoTime() - start));
        return signature;
    }
}

package io.github.hsmsigner.pkcs11;

import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.Digest;
import io.github.hsmsigner.core.SignatureAlgorithm;
import io.github.hsmsigner.core.Signer;
import io.github.hsmsigner.core.error.InternalSigningException;
import io.github.hsmsigner.pkcs11.health.KeyHealth;
import io.github.hsmsigner.pkcs11.internal.cryptoki.Cryptoki;
import io.github.hsmsigner.pkcs11.internal.cryptoki.CryptokiException;
import io.github.hsmsigner.pkcs11.internal.cryptoki.FaultClass;
import io.github.hsmsigner.pkcs11.internal.cryptoki.ReturnValue;
import io.github.hsmsigner.pkcs11.internal.object.KeyLookup;
import io.github.hsmsigner.pkcs11.internal.object.KeyOnToken;
import io.github.hsmsigner.pkcs11.internal.plan.SignaturePlan;
import io.github.hsmsigner.pkcs11.internal.plan.SignatureStep;
import io.github.hsmsigner.pkcs11.internal.plan.TokenInput;
import io.github.hsmsigner.pkcs11.internal.recovery.KeyAvailability;
import io.github.hsmsigner.pkcs11.internal.recovery.RetryLoop;
import io.github.hsmsigner.pkcs11.internal.recovery.SigningKeyUse;
import io.github.hsmsigner.pkcs11.internal.recovery.TokenConnection;
import io.github.hsmsigner.pkcs11.internal.session.Session;
import io.github.hsmsigner.pkcs11.internal.session.SessionWork;
import java.nio.charset.StandardCharsets;
import java.security.PublicKey;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * A private key on a token.
 *
 * <p>A signature is only C_SignInit and C_Sign in a session of the token's pool. Keys that are marked
 * CKA_ALWAYS_AUTHENTICATE need a login in between. The {@link SignaturePlan} determines the arguments once. The
 * recovery repairs faults in the background. A request fails only if its deadline passes or the token is known not to
 * work. Made by {@link Pkcs11Token#signer} and usable until that token is closed. Thread-safe.
 */
public final class Pkcs11Signer implements Signer {

    private static final byte[] TRIAL = "trial signature".getBytes(StandardCharsets.US_ASCII);

    private final Cryptoki cryptoki;
    private final TokenConnection connection;
    private final RetryLoop requests;
    private final KeyAvailability recovery;
    private final KeyHandle handle;
    private final PublicKey publicKey;
    private final SignaturePlan plan;
    private final boolean loginForEach;
    private final String description;

    /** The first step that gave a signature: the mechanism that the key is known not to refuse. */
    private volatile SignatureStep proven;

    Pkcs11Signer(
            Cryptoki cryptoki,
            TokenConnection connection,
            Session session,
            KeyLookup lookup,
            KeyOnToken key,
            PublicKey publicKey,
            SignaturePlan plan,
            boolean loginForEach,
            String description) {
        this.cryptoki = cryptoki;
        this.connection = connection;
        this.requests = connection.requests();
        this.publicKey = publicKey;
        this.plan = plan;
        this.loginForEach = loginForEach;
        this.description = description;
        this.handle = new KeyHandle(cryptoki, lookup, publicKey, key.publicKey().isPresent(), this::proves);
        this.handle.found(session, key.object().handle());
        this.recovery = connection.key(capitalised(description), new KeyUse());
    }

    @Override
    public PublicKey publicKey() {
        return publicKey;
    }

    @Override
    public Set<SignatureAlgorithm> algorithms() {
        return plan.algorithms();
    }

    @Override
    public boolean signsWholeMessage(SignatureAlgorithm algorithm) {
        return plan.step(algorithm).input() == TokenInput.MESSAGE;
    }

    @Override
    public byte[] sign(SignatureAlgorithm algorithm, Digest digest, Deadline deadline) {
        requireSupported(algorithm, digest);
        SignatureStep step = plan.step(algorithm);
        return sign(step, step.inputFor(digest), deadline);
    }

    @Override
    public byte[] signMessage(SignatureAlgorithm algorithm, byte[] message, Deadline deadline) {
        SignatureStep step = plan.step(algorithm);
        return sign(step, step.inputFor(message), deadline);
    }

    private byte[] sign(SignatureStep step, byte[] input, Deadline deadline) {
        return step.output().toSignature(requests.execute(new Signing(step, input, deadline), recovery, deadline));
    }

    /**
     * Makes a trial signature and verifies it. This proves, beyond {@link Pkcs11Token#health}, that the token signs
     * with this key now.
     *
     * @param deadline the time limit
     * @throws io.github.hsmsigner.core.error.SigningUnavailableException if the token cannot be used before the
     *     deadline
     * @throws InternalSigningException if the signature does not verify with the public key
     */
    public void test(Deadline deadline) {
        SignatureStep step = trialStep();
        byte[] signature = sign(step, step.inputFor(TRIAL), deadline);
        if (!step.algorithm().verify(publicKey, TRIAL, signature)) {
            throw new InternalSigningException("A test signature made with " + description + " does not verify.", null);
        }
    }

    /** The one place where the token signs. */
    private byte[] sign(Session session, long key, SignatureStep step, byte[] input) throws CryptokiException {
        if (loginForEach) {
            char[] pin = connection.pin();
            try {
                cryptoki.signInit(session.handle(), step.mechanism(), key);
                connection.authenticate(session, pin);
            } finally {
                Arrays.fill(pin, '\0');
            }
        } else {
            cryptoki.signInit(session.handle(), step.mechanism(), key);
        }
        byte[] answer = cryptoki.sign(session.handle(), input);
        session.generation().prove();
        if (proven == null) {
            proven = step;
        }
        return answer;
    }

    /** Returns the step of a trial signature. Before the first signature, this is the first step of the plan. */
    private SignatureStep trialStep() {
        SignatureStep known = proven;
        return known == null ? plan.trialSteps().get(0) : known;
    }

    /** Makes a trial signature with the first mechanism that the key does not refuse. */
    private byte[] trial(Session session, long key) throws CryptokiException {
        CryptokiException refusal = null;
        for (SignatureStep step : proven == null ? plan.trialSteps() : List.of(trialStep())) {
            try {
                return sign(session, key, step, step.inputFor(TRIAL));
            } catch (CryptokiException e) {
                if (e.faultClass() != FaultClass.CALLER_ERROR && !e.is(ReturnValue.KEY_FUNCTION_NOT_PERMITTED)) {
                    throw e;
                }
                refusal = e;
            }
        }
        throw refusal;
    }

    /** Returns whether a trial signature with a private key verifies with the public key. */
    boolean proves(Session session, long key) throws CryptokiException {
        byte[] answer = trial(session, key);
        SignatureStep step = trialStep();
        try {
            return step.algorithm().verify(publicKey, TRIAL, step.output().toSignature(answer));
        } catch (InternalSigningException e) {
            // A signature of a key of another size.
            return false;
        }
    }

    /**
     * Returns the health of the key, as far as is known without a call: that of the token, and of this key on it.
     *
     * @return the health
     */
    public KeyHealth health() {
        return recovery.problem().map(KeyHealth::unusable).orElseGet(KeyHealth::healthy);
    }

    private static String capitalised(String text) {
        return text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1);
    }

    String description() {
        return description;
    }

    SignaturePlan plan() {
        return plan;
    }

    @Override
    public String toString() {
        return "Pkcs11Signer[" + description + "]";
    }

    private final class Signing implements SessionWork<byte[]> {

        private final SignatureStep step;
        private final byte[] input;
        private final Deadline deadline;

        Signing(SignatureStep step, byte[] input, Deadline deadline) {
            this.step = step;
            this.input = input;
            this.deadline = deadline;
        }

        @Override
        public byte[] in(Session session) throws CryptokiException {
            return sign(session, handle.in(session), step, input);
        }

        @Override
        public void returnedLate() {
            deadline.reportLateResult(description);
        }
    }

    /** The key as recovery uses it. */
    private final class KeyUse implements SigningKeyUse {

        @Override
        public void forgetHandle() {
            handle.forget();
        }

        @Override
        public void lookUp(Session session) throws CryptokiException {
            handle.lookUp(session);
        }

        @Override
        public void trial(Session session) throws CryptokiException {
            Pkcs11Signer.this.trial(session, handle.in(session));
        }
    }
}

package io.github.hsmsigner.pkcs11;

import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.Digest;
import io.github.hsmsigner.core.SignatureAlgorithm;
import io.github.hsmsigner.core.Signer;
import io.github.hsmsigner.core.error.SigningUnavailableException;
import io.github.hsmsigner.pkcs11.cryptoki.Cryptoki;
import io.github.hsmsigner.pkcs11.cryptoki.CryptokiException;
import io.github.hsmsigner.pkcs11.plan.SignaturePlan;
import io.github.hsmsigner.pkcs11.plan.SignatureStep;
import io.github.hsmsigner.pkcs11.plan.TokenInput;
import io.github.hsmsigner.pkcs11.session.SessionPool;
import java.security.PublicKey;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/**
 * A private key on a token.
 *
 * <p>A signature is C_SignInit and C_Sign in a session of the token's pool, and nothing else, with a login in between
 * for keys that are marked CKA_ALWAYS_AUTHENTICATE; what they are given is settled once, by
 * the {@link SignaturePlan}. Made by {@link Pkcs11Token#signer}
 * and usable until that token is closed. Safe for use by any number of threads at once.
 */
public final class Pkcs11Signer implements Signer {

    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private final Cryptoki cryptoki;
    private final SessionPool sessions;
    private final long handle;
    private final PublicKey publicKey;
    private final SignaturePlan plan;
    private final Optional<ContextSpecificLogin> loginOfEach;
    private final String description;

    Pkcs11Signer(
            Cryptoki cryptoki,
            SessionPool sessions,
            long handle,
            PublicKey publicKey,
            SignaturePlan plan,
            Optional<ContextSpecificLogin> loginOfEach,
            String description) {
        this.cryptoki = cryptoki;
        this.sessions = sessions;
        this.handle = handle;
        this.publicKey = publicKey;
        this.plan = plan;
        this.loginOfEach = loginOfEach;
        this.description = description;
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
        loginOfEach.ifPresent(ContextSpecificLogin::requireNotRefused);
        byte[] output;
        try {
            output = sessions.withSession(deadline, session -> {
                cryptoki.signInit(session, step.mechanism(), handle);
                if (loginOfEach.isPresent()) {
                    loginOfEach.get().login(session);
                }
                return cryptoki.sign(session, input);
            });
        } catch (CryptokiException e) {
            throw SigningUnavailableException.passing(
                    "Signing with " + description + " failed: " + e.getMessage() + ".", RETRY_AFTER, e);
        }
        return step.output().toSignature(output);
    }

    @Override
    public String toString() {
        return "Pkcs11Signer[" + description + "]";
    }
}

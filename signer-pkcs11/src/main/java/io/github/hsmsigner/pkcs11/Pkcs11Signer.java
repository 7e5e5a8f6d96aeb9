package io.github.hsmsigner.pkcs11;

import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.Digest;
import io.github.hsmsigner.core.SignatureAlgorithm;
import io.github.hsmsigner.core.Signer;
import io.github.hsmsigner.core.error.InternalSigningException;
import io.github.hsmsigner.core.error.SigningUnavailableException;
import io.github.hsmsigner.pkcs11.cryptoki.Cryptoki;
import io.github.hsmsigner.pkcs11.cryptoki.CryptokiException;
import io.github.hsmsigner.pkcs11.cryptoki.Mechanism;
import io.github.hsmsigner.pkcs11.session.SessionPool;
import java.security.PublicKey;
import java.security.interfaces.RSAPublicKey;
import java.time.Duration;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/**
 * A private key on a token.
 *
 * <p>A signature is C_SignInit and C_Sign in a session of the token's pool, and nothing else. Made by {@link Pkcs11Token#signer}
 * and usable until that token is closed. Safe for use by any number of threads at once.
 */
public final class Pkcs11Signer implements Signer {

    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);
    private static final Set<SignatureAlgorithm> RSA_ALGORITHMS = Collections.unmodifiableSet(EnumSet.of(
            SignatureAlgorithm.RSA_PKCS1_SHA256,
            SignatureAlgorithm.RSA_PKCS1_SHA384,
            SignatureAlgorithm.RSA_PKCS1_SHA512));

    private final Cryptoki cryptoki;
    private final SessionPool sessions;
    private final long handle;
    private final RSAPublicKey publicKey;
    private final String description;

    Pkcs11Signer(Cryptoki cryptoki, SessionPool sessions, long handle, RSAPublicKey publicKey, String description) {
        this.cryptoki = cryptoki;
        this.sessions = sessions;
        this.handle = handle;
        this.publicKey = publicKey;
        this.description = description;
    }

    @Override
    public PublicKey publicKey() {
        return publicKey;
    }

    @Override
    public Set<SignatureAlgorithm> algorithms() {
        return RSA_ALGORITHMS;
    }

    @Override
    public byte[] sign(SignatureAlgorithm algorithm, Digest digest, Deadline deadline) {
        requireSupported(algorithm, digest);
        byte[] digestInfo = digest.toDigestInfo();
        byte[] signature;
        try {
            signature = sessions.withSession(deadline, session -> {
                cryptoki.signInit(session, Mechanism.RSA_PKCS, handle);
                return cryptoki.sign(session, digestInfo);
            });
        } catch (CryptokiException e) {
            throw SigningUnavailableException.passing(
                    "Signing with " + description + " failed: " + e.getMessage() + ".", RETRY_AFTER, e);
        }
        int expected = (publicKey.getModulus().bitLength() + 7) / 8;
        if (signature.length != expected) {
            throw new InternalSigningException(
                    "The token made a signature of " + signature.length + " bytes with " + description
                            + "; RSA signatures of this key have " + expected + ".",
                    null);
        }
        return signature;
    }

    @Override
    public String toString() {
        return "Pkcs11Signer[" + description + "]";
    }
}

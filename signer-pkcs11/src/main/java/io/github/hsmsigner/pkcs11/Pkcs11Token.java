package io.github.hsmsigner.pkcs11;

import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.core.error.SigningUnavailableException;
import io.github.hsmsigner.pkcs11.cryptoki.Cryptoki;
import io.github.hsmsigner.pkcs11.cryptoki.CryptokiException;
import io.github.hsmsigner.pkcs11.cryptoki.CryptokiModule;
import io.github.hsmsigner.pkcs11.cryptoki.ModuleInfo;
import io.github.hsmsigner.pkcs11.cryptoki.ReturnValue;
import io.github.hsmsigner.pkcs11.cryptoki.TokenInfo;
import io.github.hsmsigner.pkcs11.object.KeyOnToken;
import io.github.hsmsigner.pkcs11.object.TokenObjects;
import io.github.hsmsigner.pkcs11.plan.SignaturePlan;
import io.github.hsmsigner.pkcs11.plan.SigningMechanisms;
import io.github.hsmsigner.pkcs11.session.SessionPool;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A token that is logged in to.
 *
 * <p>Loading the module, finding the token, logging in and finding keys happen once, here, never for a signature. One session is
 * kept for all that and keeps the login alive; signatures are made in a pool of others. Whoever opens a token closes it, after the
 * last use of its signers. Safe for use by any number of threads at once.
 */
public final class Pkcs11Token implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Pkcs11Token.class);
    private static final Duration RETRY_AFTER = Duration.ofSeconds(5);

    private final CryptokiModule module;
    private final Cryptoki cryptoki;
    private final TokenInfo info;
    private final VendorProfile vendor;
    private final PinSource pin;
    private final long loginSession;
    private final SessionPool sessions;
    private final AtomicBoolean closed = new AtomicBoolean();

    private Pkcs11Token(
            CryptokiModule module,
            Cryptoki cryptoki,
            TokenInfo info,
            VendorProfile vendor,
            PinSource pin,
            long loginSession,
            int maxSessions) {
        this.module = module;
        this.cryptoki = cryptoki;
        this.info = info;
        this.vendor = vendor;
        this.pin = pin;
        this.loginSession = loginSession;
        this.sessions = new SessionPool(cryptoki, info.slotId(), maxSessions);
    }

    /**
     * Loads the module, finds the token and logs in. There is one C_Login; a PIN that is refused is never tried again.
     *
     * @param config how to reach the token
     * @return the token
     * @throws InvalidConfigurationException if the module cannot be loaded, or not exactly one token is meant; the message lists
     *     those there are
     * @throws SigningUnavailableException if the HSM cannot be reached ({@code retryable()}), or refuses the PIN (not
     *     {@code retryable()})
     */
    public static Pkcs11Token open(Pkcs11Config config) {
        return open(config, UnaryOperator.identity());
    }

    /** With something between this token and the module, so that tests can see calls and inject faults. */
    static Pkcs11Token open(Pkcs11Config config, UnaryOperator<Cryptoki> decoration) {
        CryptokiModule module;
        try {
            module = CryptokiModule.open(config.module());
        } catch (CryptokiException e) {
            throw unreachable("The PKCS#11 module " + config.module() + " cannot be initialised", e);
        }
        try {
            return open(config, module, decoration.apply(module.cryptoki()));
        } catch (CryptokiException e) {
            module.close();
            throw unreachable("The HSM cannot be used", e);
        } catch (RuntimeException e) {
            module.close();
            throw e;
        }
    }

    private static Pkcs11Token open(Pkcs11Config config, CryptokiModule module, Cryptoki cryptoki)
            throws CryptokiException {
        ModuleInfo moduleInfo = cryptoki.moduleInfo();
        VendorProfile vendor = config.vendorProfile().orElseGet(() -> VendorProfile.of(moduleInfo, config.module()));
        LOG.info("PKCS#11 module {}: {}; vendor profile {}.", config.module(), moduleInfo, vendor);
        TokenInfo token = TokenFinder.find(cryptoki, config);
        requireLoginAllowed(token);
        long session = cryptoki.openSession(token.slotId());
        login(cryptoki, token, session, config.pin());
        int maxSessions = poolSize(config.maxSessions(), vendor, token);
        LOG.info("Logged in to token {}; up to {} sessions.", token, maxSessions);
        return new Pkcs11Token(module, cryptoki, token, vendor, config.pin(), session, maxSessions);
    }

    private static void requireLoginAllowed(TokenInfo token) {
        if (token.userPinLocked()) {
            throw SigningUnavailableException.lasting(
                    "The user of token " + token + " is locked; an administrator must unlock it.", null);
        }
        if (token.userPinFinalTry()) {
            throw SigningUnavailableException.lasting(
                    "One more wrong PIN would lock the user of token " + token
                            + ", so no login is tried; log in once with the right PIN by another tool, or have it reset.",
                    null);
        }
    }

    private static void login(Cryptoki cryptoki, TokenInfo token, long session, PinSource source)
            throws CryptokiException {
        char[] pin = source.pin();
        try {
            cryptoki.login(session, pin);
        } catch (CryptokiException e) {
            if (e.returnValue() == ReturnValue.USER_ALREADY_LOGGED_IN) {
                return;
            }
            if (e.refusesPin()) {
                throw SigningUnavailableException.lasting(
                        "Token " + token + " refuses the PIN (" + e.getMessage()
                                + "). It is not tried again, because tokens lock a user after a few wrong ones.",
                        e);
            }
            throw e;
        } finally {
            Arrays.fill(pin, '\0');
        }
    }

    /** One session of those that are allowed is kept for the login. */
    private static int poolSize(int wanted, VendorProfile vendor, TokenInfo token) {
        long allowed = Math.min(
                vendor.maxSessions().orElse(Integer.MAX_VALUE),
                token.maxReadWriteSessions().orElse(Integer.MAX_VALUE));
        return (int) Math.max(1, Math.min(wanted, allowed - 1));
    }

    private static SigningUnavailableException unreachable(String what, CryptokiException cause) {
        return SigningUnavailableException.passing(what + ": " + cause.getMessage() + ".", RETRY_AFTER, cause);
    }

    /**
     * Finds a private key and its public half, on the token.
     *
     * @param selector which key
     * @return the signer
     * @throws InvalidConfigurationException if not exactly one key is meant, it is of a type that the token does not sign with, or the token does not show its
     *     public half; the message lists the keys there are
     * @throws SigningUnavailableException if the token cannot be read
     */
    public Pkcs11Signer signer(KeySelector selector) {
        return signer(selector, Optional.empty());
    }

    /**
     * Finds a private key, for tokens that may not show its public half.
     *
     * @param selector which key
     * @param whenTokenHasNone the public key to assume where the token shows none; prove it with a signature before use, as
     *     {@link io.github.hsmsigner.core.SigningKey#prove} does
     * @return the signer
     * @throws InvalidConfigurationException if not exactly one key is meant, it is of a type that the token does not sign with, or its public half is known
     *     from nowhere; the message lists the keys there are
     * @throws SigningUnavailableException if the token cannot be read
     */
    public Pkcs11Signer signer(KeySelector selector, Optional<PublicKey> whenTokenHasNone) {
        return read(objects -> {
            if (!selector.token().matches(cryptoki, info)) {
                throw new InvalidConfigurationException("The key is looked for on " + selector.token()
                        + ", but the token that is open is " + info + ".");
            }
            KeyOnToken key = selector.lookup().find(objects, info.toString());
            PublicKey publicKey = key.publicKey()
                    .or(() -> whenTokenHasNone)
                    .orElseThrow(() -> new InvalidConfigurationException("Token " + info
                            + " does not show the public half of the key with " + key
                            + "; configure the certificate of the key as a file."));
            SignaturePlan plan = SignaturePlan.of(
                    publicKey, SigningMechanisms.of(cryptoki, info.slotId()), vendor.maxEddsaMessage());
            LOG.info("Signing key: {}, on token {}. It signs as {}.", key, info, plan);
            LOG.debug("Signing key: {}, on token {}. {}", key, info, plan.details());
            String description = "the key with " + key.object() + " on token " + info;
            Optional<ContextSpecificLogin> loginOfEach =
                    key.object().alwaysAuthenticate() && vendor.contextSpecificLogin()
                            ? Optional.of(new ContextSpecificLogin(cryptoki, pin, description))
                            : Optional.empty();
            return new Pkcs11Signer(
                    cryptoki, sessions, key.object().handle(), publicKey, plan, loginOfEach, description);
        });
    }

    /**
     * Reads the certificates on the token.
     *
     * @param furtherIssuers certificates from elsewhere to complete chains from
     * @return the certificates, by key
     * @throws SigningUnavailableException if the token cannot be read
     */
    public Pkcs11CertificateProvider certificates(List<X509Certificate> furtherIssuers) {
        return new Pkcs11CertificateProvider(info.toString(), read(TokenObjects::certificates), furtherIssuers);
    }

    /**
     * Generates keys, asks for certificates and puts them on the token.
     *
     * @return the ceremony, usable until this token is closed
     */
    public KeyCeremony keyCeremony() {
        return new KeyCeremony(this);
    }

    private <T> T read(Reading<T> reading) {
        return inLoginSession((module, objects, session) -> reading.from(objects));
    }

    /** The login session is used by one thread at a time, as every session. */
    synchronized <T> T inLoginSession(Work<T> work) {
        if (closed.get()) {
            throw SigningUnavailableException.lasting("The token is closed.", null);
        }
        try {
            return work.in(cryptoki, new TokenObjects(cryptoki, loginSession), loginSession);
        } catch (CryptokiException e) {
            throw unreachable("Token " + info + " cannot be used", e);
        }
    }

    TokenInfo info() {
        return info;
    }

    /** Waits a little for signatures in the making, then closes the sessions, and with them the login. Further calls do nothing. */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        if (!sessions.drain()) {
            LOG.warn("Token {} is left open: a call in the module has not come back.", info);
            return;
        }
        synchronized (this) {
            try {
                cryptoki.closeSession(loginSession);
            } catch (CryptokiException e) {
                LOG.warn("The last session with token {} could not be closed: {}.", info, e.getMessage());
            }
        }
        module.close();
        LOG.info("Token {} closed.", info);
    }

    @Override
    public String toString() {
        return "Pkcs11Token[" + info + "]";
    }

    @FunctionalInterface
    private interface Reading<T> {
        T from(TokenObjects objects) throws CryptokiException;
    }

    /** Something to do with the objects of the token. */
    @FunctionalInterface
    interface Work<T> {
        T in(Cryptoki cryptoki, TokenObjects objects, long session) throws CryptokiException;
    }
}

package io.github.hsmsigner.pkcs11;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;

import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.core.error.SigningUnavailableException;
import io.github.hsmsigner.core.internal.key.SubjectPublicKeys;
import io.github.hsmsigner.pkcs11.description.TokenDescription;
import io.github.hsmsigner.pkcs11.health.Pkcs11Listener;
import io.github.hsmsigner.pkcs11.health.SessionStatistics;
import io.github.hsmsigner.pkcs11.health.TokenHealth;
import io.github.hsmsigner.pkcs11.internal.cryptoki.Cryptoki;
import io.github.hsmsigner.pkcs11.internal.cryptoki.CryptokiException;
import io.github.hsmsigner.pkcs11.internal.cryptoki.CryptokiModule;
import io.github.hsmsigner.pkcs11.internal.cryptoki.CryptokiWork;
import io.github.hsmsigner.pkcs11.internal.cryptoki.ModuleInfo;
import io.github.hsmsigner.pkcs11.internal.cryptoki.SessionCloser;
import io.github.hsmsigner.pkcs11.internal.cryptoki.TokenInfo;
import io.github.hsmsigner.pkcs11.internal.object.KeyOnToken;
import io.github.hsmsigner.pkcs11.internal.object.PrivateKeyObject;
import io.github.hsmsigner.pkcs11.internal.object.PublicKeys;
import io.github.hsmsigner.pkcs11.internal.object.TokenObjects;
import io.github.hsmsigner.pkcs11.internal.plan.SignaturePlan;
import io.github.hsmsigner.pkcs11.internal.plan.TokenMechanisms;
import io.github.hsmsigner.pkcs11.internal.recovery.GuardedEvents;
import io.github.hsmsigner.pkcs11.internal.recovery.TokenConnection;
import io.github.hsmsigner.pkcs11.internal.scheduling.Scheduler;
import io.github.hsmsigner.pkcs11.internal.scheduling.TaskThreads;
import io.github.hsmsigner.pkcs11.internal.session.ModuleThreads;
import io.github.hsmsigner.pkcs11.internal.session.PoolSettings;
import io.github.hsmsigner.pkcs11.internal.session.Session;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A token that is logged in to.
 *
 * <p>Loading the module, finding the token, logging in and finding keys happen once, here, never for a signature. One
 * session keeps the login alive. A pool of other sessions does everything else. The recovery repairs later faults
 * automatically. It replaces sessions, renews a lost login, initialises the module again, and looks keys up again and
 * compares them. While the token does not work, {@link #health} has the reason and requests fail at once. The caller
 * that opens a token closes it, after the last use of its signers. Thread-safe.
 */
public final class Pkcs11Token implements AutoCloseable {

    private static final String SOFTHSM_CONFIGURATION = "SOFTHSM2_CONF";
    private static final Logger LOG = LoggerFactory.getLogger(Pkcs11Token.class);
    private static final Duration RETRY_AFTER = Duration.ofSeconds(5);
    private static final Duration OPEN_LIMIT = Duration.ofSeconds(30);
    private static final Duration SLOT_LIMIT = Duration.ofSeconds(10);
    private static final Duration READ_LIMIT = Duration.ofSeconds(30);

    private final Path moduleFile;
    private final String library;
    private final Cryptoki cryptoki;
    private final TokenInfo info;
    private final VendorProfile vendor;
    private final TokenConnection access;
    private final SlotReader slots;
    private final Scheduler scheduler;

    private Pkcs11Token(
            Path moduleFile,
            String library,
            Cryptoki cryptoki,
            TokenInfo info,
            VendorProfile vendor,
            TokenConnection access,
            SlotReader slots,
            Scheduler scheduler) {
        this.scheduler = scheduler;
        this.moduleFile = moduleFile;
        this.library = library;
        this.cryptoki = cryptoki;
        this.info = info;
        this.vendor = vendor;
        this.access = access;
        this.slots = slots;
    }

    /**
     * Loads the module, finds the token and logs in. There is one C_Login; a PIN that is refused is never tried again.
     * A token that refuses the PIN is opened nevertheless. It is not healthy, and every use of it throws a
     * {@link SigningUnavailableException} that is not {@code retryable()}. It logs in once the PIN source returns
     * another PIN.
     *
     * @param config the settings
     * @return the token
     * @throws InvalidConfigurationException if the module cannot be loaded, or the selector does not match exactly one
     *     of its tokens; the message lists the tokens
     * @throws SigningUnavailableException if the HSM cannot be reached, or the module shows no token at all;
     *     {@code retryable()}
     */
    public static Pkcs11Token open(Pkcs11Config config) {
        return open(config, UnaryOperator.identity(), SLOT_LIMIT);
    }

    /** Opens a token with a decorated module, so that tests can see calls and inject faults. */
    static Pkcs11Token open(Pkcs11Config config, UnaryOperator<Cryptoki> decoration) {
        return open(config, decoration, SLOT_LIMIT);
    }

    /** Opens a token with a decorated module and another limit for reading one slot. */
    static Pkcs11Token open(Pkcs11Config config, UnaryOperator<Cryptoki> decoration, Duration slotLimit) {
        return open(
                config,
                () -> CryptokiModule.open(config.module(), config.initializeParameters()),
                decoration,
                slotLimit,
                Scheduler.system());
    }

    /** Opens a token with another module and another scheduler. */
    static Pkcs11Token open(
            Pkcs11Config config,
            CryptokiWork<CryptokiModule> opening,
            UnaryOperator<Cryptoki> decoration,
            Duration slotLimit,
            Scheduler scheduler) {
        CryptokiModule module;
        try {
            module = inTime(config, opening, scheduler);
        } catch (CryptokiException e) {
            throw unreachable(
                    "The PKCS#11 module " + config.module() + " cannot be initialised", e, hint(config.module()));
        }
        Cryptoki cryptoki = decoration.apply(module.cryptoki());
        Pkcs11Listener events = new GuardedEvents(config.listener());
        SlotReader slots = new SlotReader(scheduler, module, cryptoki, events, slotLimit);
        Optional<TokenConnection> access = Optional.empty();
        try {
            ModuleInfo moduleInfo = slots.moduleInfo();
            VendorProfile vendor =
                    config.vendorProfile().orElseGet(() -> VendorProfile.of(moduleInfo, config.module()));
            TokenFinder finder = new TokenFinder(scheduler, cryptoki, config, slots);
            TokenInfo token = finder.find();
            // This is logged only once a token is found. A caller that waits for a token tries again and again, and
            // each try would log it.
            LOG.info("PKCS#11 module {}: {}; vendor profile {}.", config.module(), moduleInfo, vendor);
            TokenConnection.Options options = options(config, token, vendor, moduleInfo, events);
            access = Optional.of(
                    new TokenConnection(scheduler, module, cryptoki, token, () -> finder.findAgain(token), options));
            logIn(access.get(), token, options.pool().maximumPoolSize(), scheduler.deadline(OPEN_LIMIT));
            return new Pkcs11Token(
                    config.module(), moduleInfo.toString(), cryptoki, token, vendor, access.get(), slots, scheduler);
        } catch (CryptokiException e) {
            closeAfter(e, slots, access, module);
            throw unreachable("The HSM cannot be used", e, "");
        } catch (RuntimeException | Error e) {
            closeAfter(e, slots, access, module);
            throw e;
        }
    }

    /** An error of closing does not hide the one that came first. */
    private static void closeAfter(
            Throwable failure, SlotReader slots, Optional<TokenConnection> access, CryptokiModule module) {
        try {
            slots.close();
            access.ifPresentOrElse(TokenConnection::close, module::close);
        } catch (RuntimeException | Error e) {
            failure.addSuppressed(e);
        }
    }

    /** C_Initialize of a module whose HSM is not reached can take very long. */
    private static CryptokiModule inTime(Pkcs11Config config, CryptokiWork<CryptokiModule> opening, Scheduler scheduler)
            throws CryptokiException {
        CompletableFuture<CryptokiModule> opened = new CompletableFuture<>();
        TaskThreads thread = scheduler.threads("open");
        thread.execute(() -> {
            try {
                opened.complete(opening.run());
            } catch (Throwable e) {
                opened.completeExceptionally(e);
            }
        });
        thread.close();
        if (!scheduler.await(opened, OPEN_LIMIT.toNanos())) {
            opened.thenAccept(CryptokiModule::close);
            throw SigningUnavailableException.passing(
                    "The PKCS#11 module " + config.module() + " was not initialised in time.", RETRY_AFTER, null);
        }
        return ModuleThreads.outcome(opened);
    }

    private static void logIn(TokenConnection access, TokenInfo token, int maxSessions, Deadline deadline)
            throws CryptokiException {
        try {
            access.connect(deadline);
            LOG.info("Logged in to token {}; up to {} sessions.", token, maxSessions);
        } catch (SigningUnavailableException e) {
            if (e.retryable()) {
                throw e;
            }
            // The reason is in the log and in the token's health by now.
            LOG.debug("Opened token {} without a login.", token);
        }
    }

    private static TokenConnection.Options options(
            Pkcs11Config config, TokenInfo token, VendorProfile vendor, ModuleInfo module, Pkcs11Listener events) {
        return new TokenConnection.Options(
                config.pin()::pin,
                config.pin().description(),
                config.loginOnFinalTry(),
                pool(config, vendor, token),
                onCallersThread(config, module),
                config.recovery(),
                events);
    }

    private static boolean onCallersThread(Pkcs11Config config, ModuleInfo module) {
        return switch (config.callingThread()) {
            case CALLER -> true;
            case MODULE -> false;
            // A module that reaches SoftHSM in another process gives SoftHSM's name, but not its file.
            case AUTOMATIC ->
                module.manufacturer().startsWith("SoftHSM")
                        && config.module().getFileName().toString().contains("softhsm");
        };
    }

    private static PoolSettings pool(Pkcs11Config config, VendorProfile vendor, TokenInfo token) {
        int size = poolSize(config.maximumPoolSize(), vendor, token);
        return new PoolSettings(
                size,
                Math.min(size, config.minimumIdle()),
                config.sessionsOpenedAtOnce(),
                config.idleTimeout(),
                config.keepaliveTime(),
                config.maxLifetime(),
                config.recovery().regrowPause());
    }

    /** Returns the size of the pool. One of the allowed sessions is reserved for the login. */
    private static int poolSize(int wanted, VendorProfile vendor, TokenInfo token) {
        long allowed = Math.min(
                vendor.maxSessions().orElse(Integer.MAX_VALUE),
                token.requiresReadOnlySessions()
                        ? Integer.MAX_VALUE
                        : token.maxReadWriteSessions().orElse(Integer.MAX_VALUE));
        return (int) Math.max(1, Math.min(wanted, allowed - 1));
    }

    private static SigningUnavailableException unreachable(String what, CryptokiException cause, String hint) {
        return SigningUnavailableException.passing(what + ": " + cause.getMessage() + "." + hint, RETRY_AFTER, cause);
    }

    /** SoftHSM answers CKR_GENERAL_ERROR, and gives no reason, if its configuration file cannot be read. */
    private static String hint(Path module) {
        String configuration = System.getenv(SOFTHSM_CONFIGURATION);
        return configuration == null
                        || configuration.isEmpty()
                        || !module.getFileName().toString().contains("softhsm")
                        || Files.isReadable(Path.of(configuration))
                ? ""
                : " " + SOFTHSM_CONFIGURATION + " names " + configuration
                        + ", which does not exist or which this user may not read. Correct the variable or the file.";
    }

    /**
     * Finds a private key and its public half, on the token.
     *
     * @param selector the selector of the key
     * @return the signer
     * @throws InvalidConfigurationException if the selector does not match exactly one key, the token cannot sign with
     *     the type of the key, or it does not show the public half. The message lists the keys
     * @throws SigningUnavailableException if the token cannot be read
     */
    public Pkcs11Signer signer(KeySelector selector) {
        return signer(selector, List.of());
    }

    /**
     * Finds a private key, also on a token that does not show its public half. Then a trial signature shows which of
     * the given public keys belongs to the private key.
     *
     * @param selector the selector of the key
     * @param candidates public keys, such as those of the configured certificates; not used if the token shows the
     *     public half
     * @return the signer
     * @throws InvalidConfigurationException if the selector does not match exactly one key, the token cannot sign with
     *     the type of the key, or no candidate belongs to it. The message lists the keys
     * @throws SigningUnavailableException if the token cannot be read
     */
    public Pkcs11Signer signer(KeySelector selector, Collection<PublicKey> candidates) {
        return read((objects, session) -> {
            TokenInfo now = session.generation().token();
            if (!selector.token().matches(cryptoki, now)) {
                throw new InvalidConfigurationException("The key is looked for on " + selector.token()
                        + ", but the token that is open is " + now + ".");
            }
            KeyOnToken key = selector.lookup().find(objects, info.toString());
            Pkcs11Signer signer = key.publicKey().isPresent()
                    ? signer(selector, key, key.publicKey().get(), session)
                    : proven(selector, key, candidates, session).orElseThrow(() -> unproven(key, candidates));
            LOG.info("Signing key: {}, on token {}. Plan: {}.", key, info, signer.plan());
            LOG.debug(
                    "Signing key: {}, on token {}. {}", key, info, signer.plan().details());
            return signer;
        });
    }

    /**
     * Finds all private keys that can sign. Logs a warning about each key that cannot be used, and omits it.
     *
     * @param candidates public keys, for private keys whose public half the token does not show
     * @return the signers by name: the CKA_LABEL if only one key has it, otherwise the CKA_ID in hexadecimal. Not empty,
     *     unmodifiable
     * @throws InvalidConfigurationException if there is no key that can sign
     * @throws SigningUnavailableException if the token cannot be read
     */
    public Map<String, Pkcs11Signer> signers(Collection<PublicKey> candidates) {
        List<PrivateKeyObject> keys =
                read((objects, session) -> objects.signingKeys(Optional.empty(), Optional.empty()));
        Map<Optional<String>, Long> labels =
                keys.stream().collect(groupingBy(k -> k.label().value(), counting()));
        Map<String, Pkcs11Signer> signers = new LinkedHashMap<>();
        for (PrivateKeyObject key : keys) {
            Optional<String> label = key.label().value();
            Optional<String> name = label.isPresent() && labels.get(label) == 1
                    ? label
                    : key.id().value();
            try {
                KeySelector selector = KeySelector.of(
                        label.orElse(null),
                        key.id().value().map(HexFormat.of()::parseHex).orElse(null));
                Pkcs11Signer signer = signer(selector, candidates);
                name.ifPresent(unique -> signers.put(unique, signer));
            } catch (InvalidConfigurationException e) {
                LOG.warn("The key with {} on token {} is not used: {}", key, info, e.getMessage());
            }
        }
        if (signers.isEmpty()) {
            throw new InvalidConfigurationException("Token " + info + " has no private key that can sign.");
        }
        return Collections.unmodifiableMap(signers);
    }

    /**
     * Returns the first candidate that verifies a trial signature of a key whose public half the token does not show.
     */
    Optional<Pkcs11Signer> proven(
            KeySelector selector, KeyOnToken key, Collection<PublicKey> candidates, Session session)
            throws CryptokiException {
        for (PublicKey candidate : candidates) {
            PublicKey publicKey = SubjectPublicKeys.normalize(candidate);
            if (key.mayBelongTo(publicKey)) {
                Pkcs11Signer signer = signer(selector, key, publicKey, session);
                if (signer.proves(session, key.object().handle())) {
                    return Optional.of(signer);
                }
            }
        }
        return Optional.empty();
    }

    private InvalidConfigurationException unproven(KeyOnToken key, Collection<PublicKey> candidates) {
        if (candidates.isEmpty()) {
            return new InvalidConfigurationException("Token " + info + " does not show the public half of the key with "
                    + key + "; configure the certificate of the key as a file.");
        }
        return new InvalidConfigurationException("None of the certificates given for the key with " + key + " on token "
                + info + " belongs to it. They are for keys of these types: "
                + candidates.stream()
                        .map(SubjectPublicKeys::normalize)
                        .map(PublicKeys::describe)
                        .distinct()
                        .collect(Collectors.joining("; "))
                + ".");
    }

    private Pkcs11Signer signer(KeySelector selector, KeyOnToken key, PublicKey publicKey, Session session)
            throws CryptokiException {
        SignaturePlan plan = SignaturePlan.of(
                publicKey,
                TokenMechanisms.of(cryptoki, session.generation().token().slotId()),
                key.object().allowedMechanisms(),
                vendor.maxEddsaMessage());
        boolean loginForEach = key.object().alwaysAuthenticate() && vendor.contextSpecificLogin();
        return new Pkcs11Signer(
                cryptoki,
                access,
                session,
                selector.lookup(),
                key,
                publicKey,
                plan,
                loginForEach,
                "the key with " + key.object() + " on token " + info);
    }

    /**
     * Returns a provider of the certificates on the token. It reads the token each time that a chain is asked for, and throws a
     * {@link SigningUnavailableException} if the token cannot be read then.
     *
     * @param furtherIssuers certificates from elsewhere to complete chains from
     * @return the certificates, by key; usable until this token is closed
     */
    public Pkcs11CertificateProvider certificates(List<X509Certificate> furtherIssuers) {
        return new Pkcs11CertificateProvider(
                info.toString(), () -> read((objects, session) -> objects.certificates()), furtherIssuers);
    }

    /**
     * Generates keys, asks for certificates and puts them on the token.
     *
     * @return the ceremony, usable until this token is closed
     */
    public KeyManagement keyManagement() {
        return new KeyManagement(this);
    }

    /** Does something that must not be done twice. */
    <T> T once(Work<T> work) {
        if (info.writeProtected()) {
            throw new InvalidConfigurationException(
                    "Token " + info
                            + " is write-protected: objects on it cannot be created or destroyed. Remove the write protection.");
        }
        return access.once(session -> readWrite(session, work), scheduler.deadline(READ_LIMIT));
    }

    private <T> T readWrite(Session session, Work<T> work) throws CryptokiException {
        TokenInfo token = session.generation().token();
        if (!token.requiresReadOnlySessions()) {
            return work.in(cryptoki, new TokenObjects(cryptoki, session.handle()), token, session.handle());
        }
        long handle = cryptoki.openSession(token.slotId());
        return SessionCloser.inSession(
                cryptoki, handle, () -> work.in(cryptoki, new TokenObjects(cryptoki, handle), token, handle));
    }

    /** Returns the token as it was when it was opened. */
    TokenInfo info() {
        return info;
    }

    private <T> T read(Reading<T> reading) {
        return access.read(
                session -> reading.from(new TokenObjects(cryptoki, session.handle()), session),
                scheduler.deadline(READ_LIMIT));
    }

    /**
     * Describes the token: the module, its slots, the mechanisms, keys, certificates and faults. If the token cannot be
     * used, describes what the module reports. It reads all objects, so do not call it for every request.
     *
     * @param deadline the time limit
     * @return the description, without secrets
     */
    public TokenDescription describe(Deadline deadline) {
        return describe(deadline, List.of());
    }

    /**
     * Describes the token as {@link #describe(Deadline)} does, together with configured certificates. A trial signature
     * matches a key, whose public half the token does not show, with one of these certificates.
     *
     * @param deadline the time limit
     * @param configured the certificates, such as those of the files in the settings
     * @return the description, without secrets
     */
    public TokenDescription describe(Deadline deadline, List<X509Certificate> configured) {
        return new TokenInspector(this, moduleFile, library, cryptoki, vendor, access, slots, configured)
                .describe(deadline);
    }

    /**
     * Returns the state of the token, as far as it is known without a call. Costs next to nothing.
     *
     * @return the state, with the reason if it is not healthy
     */
    public TokenHealth health() {
        return access.health();
    }

    /**
     * Allows logins again after the token rejected three different PINs in a row. A PIN that was rejected is still not tried.
     */
    public void allowLogins() {
        access.allowLogins();
    }

    /**
     * Returns the sessions at this moment.
     *
     * @return the statistics
     */
    public SessionStatistics sessions() {
        return access.statistics();
    }

    /**
     * Waits for a limited time for signatures under way. Then it closes the sessions, which ends the login, and gives back the share of
     * the module. A module in which a call hangs stays initialised. Further calls do nothing. {@link #tryClose} returns the outcome.
     */
    @Override
    public void close() {
        tryClose();
    }

    /**
     * Closes the token as {@link #close}, and returns the outcome. The log has a warning if it is not complete.
     *
     * @return {@code true} if everything is closed; {@code false} if a call in the module did not return. Its thread and its session
     *     remain, and the process should end. Further calls return the same
     */
    public boolean tryClose() {
        slots.close();
        return access.tryClose();
    }

    @Override
    public String toString() {
        return "Pkcs11Token[" + info + "]";
    }

    @FunctionalInterface
    private interface Reading<T> {
        T from(TokenObjects objects, Session session) throws CryptokiException;
    }

    /** Something to do with the objects of the token, which is given as it is now: its slot can have another number than at opening. */
    @FunctionalInterface
    interface Work<T> {
        T in(Cryptoki cryptoki, TokenObjects objects, TokenInfo token, long session) throws CryptokiException;
    }
}

package io.github.hsmsigner.pkcs11.internal.cryptoki;

import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.core.error.SigningUnavailableException;
import io.github.hsmsigner.pkcs11.internal.scheduling.Scheduler;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A share in a PKCS#11 module that is loaded and initialised.
 *
 * <p>C_Initialize and C_Finalize are for the whole process, so all users of one file share one module. The first share
 * initialises it, and the last share that is closed finalises it. Another initialisation ends the sessions and handles
 * of every share. Each initialisation is an epoch. Calls are made between {@link #enter} and {@link #exit}. While a
 * call is in progress, the module is never finalised and the epoch does not change. The caller that opens a share
 * closes it. Thread-safe.
 */
public final class CryptokiModule implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(CryptokiModule.class);
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(10);
    private static final Duration INITIALIZE_LIMIT = Duration.ofSeconds(30);

    /** By real path; a module stays loaded once it was, as unloading a library while threads may be in it is not safe. */
    private static final Map<Path, Loaded> LOADED = new ConcurrentHashMap<>();

    private final Loaded loaded;
    private final AtomicBoolean closed = new AtomicBoolean();

    private CryptokiModule(Loaded loaded) {
        this.loaded = loaded;
    }

    /**
     * Loads and initialises a module that needs no parameters, or takes a further share in it.
     *
     * @param file the module's shared library
     * @return the share
     * @throws InvalidConfigurationException if the file cannot be loaded as a PKCS#11 module, or is in use with parameters
     * @throws CryptokiException if C_Initialize fails
     */
    public static CryptokiModule open(Path file) throws CryptokiException {
        return open(file, Optional.empty());
    }

    /**
     * Loads and initialises a module, or takes a further share in it.
     *
     * @param file the module's shared library
     * @param parameters what C_Initialize is given besides the flags, now and each time that the module is initialised again
     * @return the share
     * @throws InvalidConfigurationException if the file cannot be loaded as a PKCS#11 module, or is in use with other parameters
     * @throws CryptokiException if C_Initialize fails
     */
    public static CryptokiModule open(Path file, Optional<String> parameters) throws CryptokiException {
        return open(file, parameters, ModuleFile::load);
    }

    /** The same with another way to load the file. */
    static CryptokiModule open(Path file, Optional<String> parameters, Function<Path, ? extends NativeModule> loading)
            throws CryptokiException {
        Path real = ModuleFile.realPath(file);
        // C_Initialize can hang: it is called without a lock that other modules need.
        return LOADED.computeIfAbsent(real, path -> new Loaded(path, loading.apply(path), Scheduler.system()))
                .share(parameters);
    }

    /**
     * Initialises a module that is not a file.
     *
     * @param name what messages call it
     * @param module its functions, which no other code uses
     * @param scheduler time and waiting
     * @return the only share
     * @throws CryptokiException if C_Initialize fails
     */
    public static CryptokiModule open(Path name, NativeModule module, Scheduler scheduler) throws CryptokiException {
        return new Loaded(name, module, scheduler).share(Optional.empty());
    }

    /**
     * Takes a further share in the same module.
     *
     * @return the share
     * @throws CryptokiException if C_Initialize fails
     */
    public CryptokiModule share() throws CryptokiException {
        return loaded.share(loaded.parameters);
    }

    /**
     * Returns the module's functions.
     *
     * @return the functions, usable until this share is closed
     */
    public Cryptoki cryptoki() {
        return loaded.cryptoki;
    }

    /**
     * Which initialisation of the module is current. Sessions and handles of another are void, and their numbers may name other
     * things now.
     *
     * @return a number that never comes twice
     */
    public long epoch() {
        return loaded.epoch;
    }

    /**
     * Returns whether the module is initialised.
     *
     * @return {@code false} after a C_Initialize that failed
     */
    public boolean isInitialized() {
        return loaded.initialized;
    }

    /**
     * Returns the PINs that a token of this module has rejected in this process.
     *
     * @param token the token, by its serial number and label
     * @return the set, the same one for all shares
     */
    public RejectedPins rejectedPins(TokenInfo token) {
        return loaded.rejectedPins.computeIfAbsent(name(token), name -> new RejectedPins("Token " + token));
    }

    /**
     * Returns whether handles of an epoch are valid.
     *
     * @param epoch the epoch that they were made in
     * @return {@code true} if the module is initialised, and was not initialised since
     */
    public boolean isCurrent(long epoch) {
        return loaded.initialized && loaded.epoch == epoch;
    }

    /**
     * Begins a call, or a sequence of calls. Waits while the module is being initialised.
     *
     * @param nanos the longest time to wait
     * @return what to give to {@link #exit}; 0 if the time was not enough or the thread was interrupted
     */
    public long enter(long nanos) {
        return loaded.gate.enter(nanos);
    }

    /**
     * Ends what {@link #enter} began.
     *
     * @param entry what it returned, not 0
     */
    public void exit(long entry) {
        loaded.gate.exit(entry);
    }

    /**
     * Does something between entering and leaving, for as long as it takes.
     *
     * @param work what to do
     * @param <T> what comes of it
     * @return what came of it
     * @throws CryptokiException if a function failed
     */
    public <T> T during(CryptokiWork<T> work) throws CryptokiException {
        long entry = 0;
        while (entry == 0) {
            entry = enter(Long.MAX_VALUE);
        }
        try {
            return work.run();
        } finally {
            exit(entry);
        }
    }

    /**
     * Counts a call that does not return in time: while there is one the module cannot be finalised.
     *
     * @param change 1 for one more, -1 for one that came back after all
     */
    public void hungCalls(int change) {
        loaded.hungCalls.addAndGet(change);
    }

    /**
     * Records whether the token of this share works, so that a share whose token does not work spares it.
     *
     * @param token the token, by its serial number and label
     * @param working whether it works
     */
    public void working(TokenInfo token, boolean working) {
        if (working) {
            loaded.working.put(this, name(token));
        }
        // A probe may end after the share was closed. A closed share must not prevent other shares from initialising
        // the module again.
        if (!working || closed.get()) {
            loaded.working.remove(this);
        }
    }

    /**
     * Returns whether another initialisation of the module would disturb a token that works.
     *
     * @return {@code true} if another share reports that its token works
     */
    public boolean othersWork() {
        return loaded.working.keySet().stream().anyMatch(share -> share != this);
    }

    /**
     * Returns whether C_Logout would disturb another share. C_Logout ends the login of the whole process to one token.
     *
     * @param token the token
     * @return {@code true} if the token works for another share
     */
    public boolean othersWork(TokenInfo token) {
        String name = name(token);
        return loaded.working.entrySet().stream()
                .anyMatch(share -> share.getKey() != this && share.getValue().equals(name));
    }

    private static String name(TokenInfo token) {
        return token.serialNumber() + "/" + token.label();
    }

    /**
     * Waits until no call is under way, and finalises and initialises the module, unless another share has done so meanwhile.
     *
     * @param seenEpoch the epoch that is to end
     * @param limit the longest time to wait for calls that are under way
     * @return whether this call did it; {@code false} also if the module refused C_Finalize and stays initialised
     * @throws ModuleBusyException if a call does not return
     * @throws CryptokiException if C_Initialize fails; the module is then not initialised, and this may be called again
     */
    public boolean reinitialize(long seenEpoch, Duration limit) throws ModuleBusyException, CryptokiException {
        return loaded.reinitialize(seenEpoch, limit);
    }

    /** Gives the share back; the last one finalises the module. Further calls do nothing. */
    @Override
    public void close() {
        close(CLOSE_LIMIT);
    }

    /**
     * Gives the share back; the last one finalises the module. Further calls do nothing.
     *
     * @param limit the longest time to wait for calls under way; if they do not return, the module is left initialised
     * @return {@code false} if the module is left initialised because a call in it does not return
     */
    public boolean close(Duration limit) {
        return !closed.compareAndSet(false, true) || loaded.giveBack(this, limit);
    }

    private static final class Loaded {

        private final Path file;
        private final NativeModule cryptoki;
        private final Set<CryptokiModule> shares = ConcurrentHashMap.newKeySet();

        /** The shares whose tokens work, with the names of the tokens. */
        private final Map<CryptokiModule, String> working = new ConcurrentHashMap<>();

        private final AtomicInteger hungCalls = new AtomicInteger();
        private final Map<String, RejectedPins> rejectedPins = new ConcurrentHashMap<>();

        /** Calls hold it for reading, C_Initialize and C_Finalize for writing. */
        private final ModuleGate gate;

        private volatile boolean initialized;

        /** The last C_Finalize returned an error, so the module may still be initialised. Guarded by the gate. */
        private boolean finalizationFailed;

        private volatile Optional<String> parameters = Optional.empty();
        private volatile long epoch;

        Loaded(Path file, NativeModule cryptoki, Scheduler scheduler) {
            this.file = file;
            this.cryptoki = cryptoki;
            this.gate = new ModuleGate(scheduler);
        }

        CryptokiModule share(Optional<String> wanted) throws CryptokiException {
            CryptokiModule share = new CryptokiModule(this);
            shares.add(share);
            boolean usable = false;
            try {
                initializeIfNeeded(wanted);
                requireSame(wanted);
                usable = true;
                return share;
            } finally {
                if (!usable) {
                    shares.remove(share);
                }
            }
        }

        boolean giveBack(CryptokiModule share, Duration limit) {
            working.remove(share);
            shares.remove(share);
            return !shares.isEmpty() || finalizeAtEnd(limit);
        }

        /**
         * Requires the same parameters. The message does not show them, because only the module knows their content.
         */
        void requireSame(Optional<String> wanted) {
            if (!wanted.equals(parameters)) {
                throw new InvalidConfigurationException("The PKCS#11 module " + file
                        + " is already initialised in this process with other parameters for C_Initialize."
                        + " A module is initialised once in a process, so all its tokens need the same parameters.");
            }
        }

        /** A module that was left initialised, as a call in it hangs, is taken as it is: to wait for that call could take forever. */
        void initializeIfNeeded(Optional<String> wanted) throws CryptokiException {
            if (initialized) {
                return;
            }
            long entry = gate.close(INITIALIZE_LIMIT.toNanos());
            if (entry == 0) {
                throw SigningUnavailableException.passing(
                        "An earlier C_Initialize of the PKCS#11 module " + file + " has not returned.",
                        INITIALIZE_LIMIT,
                        null);
            }
            try {
                if (!initialized) {
                    initialize(wanted);
                }
            } finally {
                gate.open(entry);
            }
        }

        boolean reinitialize(long seenEpoch, Duration limit) throws ModuleBusyException, CryptokiException {
            long entry = closeGate(limit);
            try {
                if (epoch != seenEpoch && initialized) {
                    return false;
                }
                Optional<CryptokiException> failure = finalizeModule();
                try {
                    return initialize(parameters);
                } catch (CryptokiException e) {
                    failure.ifPresent(e::addSuppressed);
                    throw e;
                }
            } finally {
                gate.open(entry);
            }
        }

        private long closeGate(Duration limit) throws ModuleBusyException {
            // With a call that is known to hang, waiting would only keep the others out.
            long entry = hungCalls.get() == 0 ? gate.close(limit.toNanos()) : 0;
            if (entry == 0) {
                throw new ModuleBusyException("The PKCS#11 module " + file
                        + " cannot be initialised again, because a call in it does not return");
            }
            return entry;
        }

        boolean finalizeAtEnd(Duration limit) {
            long entry;
            try {
                entry = closeGate(limit);
            } catch (ModuleBusyException e) {
                LOG.warn("The PKCS#11 module {} is left initialised: a call in it has not returned.", file);
                return false;
            }
            try {
                // Another share can have been opened meanwhile.
                if (shares.isEmpty() && initialized) {
                    finalizeModule();
                }
                return true;
            } finally {
                gate.open(entry);
            }
        }

        /**
         * Calls C_Initialize. After a C_Finalize that failed, CKR_CRYPTOKI_ALREADY_INITIALIZED means that the previous
         * initialisation continues. The epoch stays, because its sessions and handles are valid.
         *
         * @return whether a new epoch begins
         */
        private boolean initialize(Optional<String> wanted) throws CryptokiException {
            try {
                cryptoki.initialize(wanted);
            } catch (CryptokiException e) {
                if (!finalizationFailed || !e.is(ReturnValue.CRYPTOKI_ALREADY_INITIALIZED)) {
                    throw e;
                }
                initialized = true;
                return false;
            }
            finalizationFailed = false;
            parameters = wanted;
            epoch++;
            initialized = true;
            return true;
        }

        /** Returns the error, because C_Initialize may succeed in spite of it. */
        private Optional<CryptokiException> finalizeModule() {
            Optional<CryptokiException> failure = Optional.empty();
            try {
                cryptoki.finalizeModule();
            } catch (CryptokiException e) {
                if (!e.is(ReturnValue.CRYPTOKI_NOT_INITIALIZED)) {
                    LOG.warn("The PKCS#11 module {} could not be finalised: {}.", file, e.getMessage());
                    failure = Optional.of(e);
                }
            }
            finalizationFailed = failure.isPresent();
            initialized = false;
            return failure;
        }
    }
}

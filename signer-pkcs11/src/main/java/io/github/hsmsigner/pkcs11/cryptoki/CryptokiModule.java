package io.github.hsmsigner.pkcs11.cryptoki;

import io.github.hsmsigner.core.error.InvalidConfigurationException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.StampedLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A share in a PKCS#11 module that is loaded and initialised.
 *
 * <p>C_Initialize and C_Finalize are for the whole process, so all users of one file share one module: the first share
 * initialises it, the last one that is closed finalises it, and initialising it anew ends the sessions and handles of every share.
 * Each initialisation is an epoch. Calls are made between {@link #enter} and {@link #exit}: while one is under way the module is
 * never finalised, and the epoch does not change. Whoever opens a share closes it. Safe for use by any number of threads at once.
 */
public final class CryptokiModule implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(CryptokiModule.class);
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(10);

    /** By real path; a module stays loaded once it was, as unloading a library while threads may be in it is not safe. */
    private static final Map<Path, Loaded> LOADED = new HashMap<>();

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
     * @param parameters what C_Initialize is given besides the flags, now and each time that the module is initialised anew
     * @return the share
     * @throws InvalidConfigurationException if the file cannot be loaded as a PKCS#11 module, or is in use with other parameters
     * @throws CryptokiException if C_Initialize fails
     */
    public static CryptokiModule open(Path file, Optional<String> parameters) throws CryptokiException {
        synchronized (LOADED) {
            Path real = ModuleFile.realPath(file);
            Loaded loaded = LOADED.get(real);
            if (loaded == null) {
                loaded = new Loaded(real, ModuleFile.load(real));
                LOADED.put(real, loaded);
            }
            CryptokiModule share = new CryptokiModule(loaded);
            if (loaded.shares.isEmpty()) {
                loaded.initializeIfNeeded(parameters);
            }
            loaded.requireSame(parameters);
            loaded.shares.add(share);
            return share;
        }
    }

    /**
     * The module's functions.
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
     * Begins a call, or a sequence of calls. Waits while the module is being initialised.
     *
     * @param nanos the longest time to wait
     * @return what to give to {@link #exit}; 0 if the time was not enough or the thread was interrupted
     */
    public long enter(long nanos) {
        try {
            return loaded.gate.tryReadLock(nanos, TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 0;
        }
    }

    /**
     * Ends what {@link #enter} began.
     *
     * @param entry what it returned, not 0
     */
    public void exit(long entry) {
        loaded.gate.unlockRead(entry);
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
        long entry = loaded.gate.readLock();
        try {
            return work.run();
        } finally {
            exit(entry);
        }
    }

    /**
     * Counts a call that does not come back in time: while there is one the module cannot be finalised.
     *
     * @param change 1 for one more, -1 for one that came back after all
     */
    public void hungCalls(int change) {
        loaded.hungCalls.addAndGet(change);
    }

    /**
     * Says whether the token of this share works, so that a share whose token does not work leaves the module alone.
     *
     * @param working whether it does
     */
    public void working(boolean working) {
        if (working) {
            loaded.working.add(this);
        }
        // A probe may end after the share was closed; a closed share must not keep others from mending the module.
        if (!working || closed.get()) {
            loaded.working.remove(this);
        }
    }

    /**
     * Whether initialising the module anew would disturb a token that works.
     *
     * @return {@code true} if another share says that its token works
     */
    public boolean othersWork() {
        return loaded.working.stream().anyMatch(share -> share != this);
    }

    /**
     * Waits until no call is under way, and finalises and initialises the module, unless another share has done so meanwhile.
     *
     * @param seenEpoch the epoch that is to end
     * @param limit the longest time to wait for calls that are under way
     * @return whether this call did it
     * @throws ModuleBusyException if a call does not come back
     * @throws CryptokiException if C_Initialize fails; the module is then not initialised, and this may be called again
     */
    public boolean reinitialize(long seenEpoch, Duration limit) throws ModuleBusyException, CryptokiException {
        return loaded.reinitialize(seenEpoch, limit);
    }

    /** Gives the share back; the last one finalises the module. Further calls do nothing. */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        synchronized (LOADED) {
            loaded.working.remove(this);
            loaded.shares.remove(this);
            if (loaded.shares.isEmpty()) {
                loaded.finalizeAtEnd();
            }
        }
    }

    private static final class Loaded {

        private final Path file;
        private final WrapperCryptoki cryptoki;
        private final Set<CryptokiModule> shares = ConcurrentHashMap.newKeySet();
        private final Set<CryptokiModule> working = ConcurrentHashMap.newKeySet();
        private final AtomicInteger hungCalls = new AtomicInteger();

        /** Calls hold it for reading, C_Initialize and C_Finalize for writing. */
        private final StampedLock gate = new StampedLock();

        private volatile boolean initialized;
        private volatile Optional<String> parameters = Optional.empty();
        private volatile long epoch;

        Loaded(Path file, WrapperCryptoki cryptoki) {
            this.file = file;
            this.cryptoki = cryptoki;
        }

        /** What parameters hold is for the module alone to know, so the message does not show them. */
        void requireSame(Optional<String> wanted) {
            if (!wanted.equals(parameters)) {
                throw new InvalidConfigurationException("The PKCS#11 module " + file
                        + " is initialised already in this process, with other parameters for C_Initialize than those wanted now."
                        + " It is initialised once in a process, so all tokens of it need the same parameters.");
            }
        }

        /** A module that was left initialised, as a call in it hangs, is taken as it is: to wait for that call could take forever. */
        void initializeIfNeeded(Optional<String> wanted) throws CryptokiException {
            if (initialized) {
                return;
            }
            long entry = gate.writeLock();
            try {
                if (!initialized) {
                    parameters = wanted;
                    initialize();
                }
            } finally {
                gate.unlockWrite(entry);
            }
        }

        boolean reinitialize(long seenEpoch, Duration limit) throws ModuleBusyException, CryptokiException {
            long entry = closeGate(limit);
            try {
                if (epoch != seenEpoch && initialized) {
                    return false;
                }
                finalizeModule();
                initialize();
                return true;
            } finally {
                gate.unlockWrite(entry);
            }
        }

        private long closeGate(Duration limit) throws ModuleBusyException {
            // With a call that is known to hang, waiting would only keep the others out.
            long entry = 0;
            if (hungCalls.get() == 0) {
                try {
                    entry = gate.tryWriteLock(limit.toNanos(), TimeUnit.NANOSECONDS);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
            if (entry == 0) {
                throw new ModuleBusyException("The PKCS#11 module " + file
                        + " cannot be initialised anew, because a call in it does not come back");
            }
            return entry;
        }

        void finalizeAtEnd() {
            long entry;
            try {
                entry = closeGate(CLOSE_LIMIT);
            } catch (ModuleBusyException e) {
                LOG.warn("The PKCS#11 module {} is left initialised: a call in it has not come back.", file);
                return;
            }
            try {
                finalizeModule();
            } finally {
                gate.unlockWrite(entry);
            }
        }

        private void initialize() throws CryptokiException {
            cryptoki.initialize(parameters);
            initialized = true;
            epoch++;
        }

        private void finalizeModule() {
            try {
                cryptoki.finalizeModule();
            } catch (CryptokiException e) {
                if (!e.is(ReturnValue.CRYPTOKI_NOT_INITIALIZED)) {
                    LOG.warn("The PKCS#11 module {} could not be finalised: {}.", file, e.getMessage());
                }
            }
            initialized = false;
        }
    }
}

package io.github.hsmsigner.pkcs11;

import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.error.SigningUnavailableException;
import io.github.hsmsigner.pkcs11.health.Pkcs11Listener;
import io.github.hsmsigner.pkcs11.internal.cryptoki.Cryptoki;
import io.github.hsmsigner.pkcs11.internal.cryptoki.CryptokiException;
import io.github.hsmsigner.pkcs11.internal.cryptoki.CryptokiModule;
import io.github.hsmsigner.pkcs11.internal.cryptoki.CryptokiWork;
import io.github.hsmsigner.pkcs11.internal.cryptoki.FaultClass;
import io.github.hsmsigner.pkcs11.internal.cryptoki.ModuleInfo;
import io.github.hsmsigner.pkcs11.internal.scheduling.Scheduler;
import io.github.hsmsigner.pkcs11.internal.session.ModuleThreads;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Reads a module and its slots, each apart from the others: a slot that fails or does not answer hides no other. No caller waits
 * longer than a limit. Thread-safe.
 *
 * <p>Owned by the token, which closes it.
 */
final class SlotReader implements AutoCloseable {

    private final Scheduler scheduler;
    private final Cryptoki cryptoki;
    private final ModuleThreads threads;
    private final Duration limit;

    /** When the call for a slot began that has not returned. A slot that hangs is not read again, so that it costs one thread. */
    private final Map<Long, Long> started = new ConcurrentHashMap<>();

    /**
     * Prepares reading.
     *
     * @param limit the longest time to wait for the module, or for one slot
     */
    SlotReader(Scheduler scheduler, CryptokiModule module, Cryptoki cryptoki, Pkcs11Listener events, Duration limit) {
        this.scheduler = scheduler;
        this.cryptoki = cryptoki;
        this.limit = limit;
        this.threads = new ModuleThreads(module, scheduler, "slots", limit.dividedBy(2), events);
    }

    /** Returns what the module says of itself. */
    ModuleInfo moduleInfo() throws CryptokiException {
        return ask(scheduler.deadline(limit), cryptoki::moduleInfo);
    }

    /** Returns the ids of the slots with a token. */
    List<Long> ids(Deadline deadline) throws CryptokiException {
        return ask(deadline, cryptoki::slotsWithToken);
    }

    private <T> T ask(Deadline deadline, CryptokiWork<T> call) throws CryptokiException {
        try {
            return threads.ask(deadline.within(limit), call);
        } catch (SigningUnavailableException e) {
            // A call that hangs keeps the module from being finalised, which must be known before that is tried.
            threads.findHangingCalls();
            throw e;
        }
    }

    /**
     * Reads slots.
     *
     * @param ids their ids
     * @param deadline the end of all waiting
     * @param reading what to read of one slot
     * @return what was read, in the same order
     * @throws CryptokiException if the module itself failed and not only a slot
     */
    <T> List<SlotReading<T>> read(List<Long> ids, Deadline deadline, Reading<T> reading) throws CryptokiException {
        List<SlotReading<T>> slots = new ArrayList<>();
        for (long id : ids) {
            slots.add(read(id, deadline, reading));
        }
        return slots;
    }

    private <T> SlotReading<T> read(long id, Deadline deadline, Reading<T> reading) throws CryptokiException {
        return read(id, () -> ask(deadline, tracked(id, () -> reading.of(id))));
    }

    private <T> SlotReading<T> read(long id, CryptokiWork<T> call) throws CryptokiException {
        Long since = started.get(id);
        if (since != null && scheduler.nanoTime() - since >= limit.toNanos()) {
            return SlotReading.failed(
                    id,
                    SigningUnavailableException.passing(
                            "An earlier call in the PKCS#11 module for slot " + Long.toUnsignedString(id)
                                    + " has not returned.",
                            limit,
                            null));
        }
        try {
            return SlotReading.of(id, call.run());
        } catch (CryptokiException e) {
            if (e.faultClass() == FaultClass.MODULE_DEAD) {
                throw e;
            }
            return SlotReading.failed(id, e);
        } catch (SigningUnavailableException e) {
            return SlotReading.failed(id, e);
        }
    }

    private <T> CryptokiWork<T> tracked(long id, CryptokiWork<T> work) {
        return () -> {
            started.put(id, scheduler.nanoTime());
            try {
                return work.run();
            } finally {
                started.remove(id);
            }
        };
    }

    @Override
    public void close() {
        threads.close();
    }

    /** Reads something of one slot. */
    @FunctionalInterface
    interface Reading<T> {
        T of(long slotId) throws CryptokiException;
    }
}

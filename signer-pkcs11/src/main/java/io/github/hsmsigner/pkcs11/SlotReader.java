package io.github.hsmsigner.pkcs11;

import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.error.SigningUnavailableException;
import io.github.hsmsigner.pkcs11.cryptoki.Cryptoki;
import io.github.hsmsigner.pkcs11.cryptoki.CryptokiException;
import io.github.hsmsigner.pkcs11.cryptoki.CryptokiModule;
import io.github.hsmsigner.pkcs11.cryptoki.CryptokiWork;
import io.github.hsmsigner.pkcs11.cryptoki.FaultClass;
import io.github.hsmsigner.pkcs11.health.Pkcs11Events;
import io.github.hsmsigner.pkcs11.session.ModuleCalls;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Reads the slots of a module, each apart from the others: a slot that fails or does not answer hides no other. Thread-safe.
 *
 * <p>Owned by the token, which closes it.
 */
final class SlotReader implements AutoCloseable {

    private final Cryptoki cryptoki;
    private final ModuleCalls calls;
    private final Duration limit;

    /** When the call for a slot began that has not returned. A slot that hangs is not read again, so that it costs one thread. */
    private final Map<Long, Long> started = new ConcurrentHashMap<>();

    /**
     * Prepares reading.
     *
     * @param limit the longest time to wait for one slot
     */
    SlotReader(CryptokiModule module, Cryptoki cryptoki, Pkcs11Events events, Duration limit) {
        this.cryptoki = cryptoki;
        this.limit = limit;
        this.calls = new ModuleCalls(module, false, "slots", events, () -> {});
    }

    /** Returns the ids of the slots with a token. */
    List<Long> ids(Deadline deadline) throws CryptokiException {
        return calls.ask(shorter(deadline), cryptoki::slotsWithToken);
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

    /**
     * Reads all slots on the thread of the caller, which is in the module already. Another thread could not enter it while a third one
     * waits to initialise it.
     *
     * @param reading what to read of one slot
     * @return what was read
     * @throws CryptokiException if the module itself failed and not only a slot
     */
    <T> List<SlotReading<T>> readWithin(Reading<T> reading) throws CryptokiException {
        List<SlotReading<T>> slots = new ArrayList<>();
        for (long id : cryptoki.slotsWithToken()) {
            slots.add(read(id, () -> reading.of(id)));
        }
        return slots;
    }

    private <T> SlotReading<T> read(long id, Deadline deadline, Reading<T> reading) throws CryptokiException {
        return read(id, () -> calls.ask(shorter(deadline), tracked(id, () -> reading.of(id))));
    }

    private <T> SlotReading<T> read(long id, CryptokiWork<T> call) throws CryptokiException {
        Long since = started.get(id);
        if (since != null && System.nanoTime() - since >= limit.toNanos()) {
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

    private Deadline shorter(Deadline deadline) {
        return Deadline.after(Duration.ofNanos(Math.min(limit.toNanos(), deadline.remainingNanos())));
    }

    private <T> CryptokiWork<T> tracked(long id, CryptokiWork<T> work) {
        return () -> {
            started.put(id, System.nanoTime());
            try {
                return work.run();
            } finally {
                started.remove(id);
            }
        };
    }

    @Override
    public void close() {
        calls.close();
    }

    /** Reads something of one slot. */
    @FunctionalInterface
    interface Reading<T> {
        T of(long slotId) throws CryptokiException;
    }
}

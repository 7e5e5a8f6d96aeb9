package io.github.hsmsigner.pkcs11.internal.cryptoki;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/** Passes calls on to a real module, unless a fault comes first; counts them, and can keep all of them out for a moment. */
public final class FaultyCryptoki extends DelegatingCryptoki {

    private final Map<String, AtomicInteger> counts = new ConcurrentHashMap<>();
    private final ReadWriteLock calls = new ReentrantReadWriteLock();
    private volatile Fault fault = function -> {};

    public FaultyCryptoki(Cryptoki target) {
        super(target);
    }

    /** What happens before each call, outside of the module. */
    @FunctionalInterface
    public interface Fault {
        void before(String function) throws CryptokiException;
    }

    public void fault(Fault fault) {
        this.fault = fault;
    }

    public void good() {
        fault(function -> {});
    }

    /** Every call answers this. */
    public void answer(ReturnValue value) {
        fault(function -> {
            throw new CryptokiException(function, value);
        });
    }

    /** The next so many calls of a function answer this. */
    public void answer(String function, int times, ReturnValue value) {
        AtomicInteger left = new AtomicInteger(times);
        fault(called -> {
            if (called.equals(function) && left.getAndDecrement() > 0) {
                throw new CryptokiException(called, value);
            }
        });
    }

    public int count(String function) {
        return counts.computeIfAbsent(function, f -> new AtomicInteger()).get();
    }

    /** Does something to the module while no call is in it, as modules need not survive it otherwise. */
    public void whileNobodyCalls(Runnable deed) {
        calls.writeLock().lock();
        try {
            deed.run();
        } finally {
            calls.writeLock().unlock();
        }
    }

    private <T> T call(String function, CryptokiWork<T> work) throws CryptokiException {
        counts.computeIfAbsent(function, f -> new AtomicInteger()).incrementAndGet();
        fault.before(function);
        calls.readLock().lock();
        try {
            return work.run();
        } finally {
            calls.readLock().unlock();
        }
    }

    @Override
    public List<Long> slotsWithToken() throws CryptokiException {
        return call("C_GetSlotList", super::slotsWithToken);
    }

    @Override
    public TokenInfo tokenInfo(long slotId) throws CryptokiException {
        return call("C_GetTokenInfo", () -> super.tokenInfo(slotId));
    }

    @Override
    public long openSession(long slotId) throws CryptokiException {
        return call("C_OpenSession", () -> super.openSession(slotId));
    }

    @Override
    public long openReadOnlySession(long slotId) throws CryptokiException {
        return call("C_OpenSession", () -> super.openReadOnlySession(slotId));
    }

    @Override
    public void closeSession(long session) throws CryptokiException {
        call("C_CloseSession", () -> {
            super.closeSession(session);
            return null;
        });
    }

    @Override
    public void login(long session, char[] pin) throws CryptokiException {
        call("C_Login", () -> {
            super.login(session, pin);
            return null;
        });
    }

    @Override
    public void logout(long session) throws CryptokiException {
        call("C_Logout", () -> {
            super.logout(session);
            return null;
        });
    }

    @Override
    public boolean isLoggedIn(long session) throws CryptokiException {
        return call("C_GetSessionInfo", () -> super.isLoggedIn(session));
    }

    @Override
    public List<Long> findObjects(long session, List<AttributeValue<?>> template) throws CryptokiException {
        return call("C_FindObjects", () -> super.findObjects(session, template));
    }

    @Override
    public <T> Optional<T> attribute(long session, long object, AttributeType<T> type) throws CryptokiException {
        return call("C_GetAttributeValue", () -> super.attribute(session, object, type));
    }

    @Override
    public void signInit(long session, Mechanism mechanism, long key) throws CryptokiException {
        call("C_SignInit", () -> {
            super.signInit(session, mechanism, key);
            return null;
        });
    }

    @Override
    public byte[] sign(long session, byte[] data) throws CryptokiException {
        return call("C_Sign", () -> super.sign(session, data));
    }
}

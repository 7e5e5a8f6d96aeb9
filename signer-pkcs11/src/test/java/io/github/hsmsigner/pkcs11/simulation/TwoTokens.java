package io.github.hsmsigner.pkcs11.simulation;

import io.github.hsmsigner.pkcs11.internal.cryptoki.AttributeType;
import io.github.hsmsigner.pkcs11.internal.cryptoki.AttributeValue;
import io.github.hsmsigner.pkcs11.internal.cryptoki.Cryptoki;
import io.github.hsmsigner.pkcs11.internal.cryptoki.CryptokiException;
import io.github.hsmsigner.pkcs11.internal.cryptoki.DelegatingCryptoki;
import io.github.hsmsigner.pkcs11.internal.cryptoki.KeyPairHandles;
import io.github.hsmsigner.pkcs11.internal.cryptoki.Mechanism;
import io.github.hsmsigner.pkcs11.internal.cryptoki.MechanismInfo;
import io.github.hsmsigner.pkcs11.internal.cryptoki.MechanismType;
import io.github.hsmsigner.pkcs11.internal.cryptoki.NativeModule;
import java.util.List;
import java.util.Optional;

/** A module with two tokens: one with the faults of a script in its first slot, and one that works in the other slot. */
final class TwoTokens extends DelegatingCryptoki implements NativeModule {

    /** Sessions of the other token have higher numbers. */
    private static final long OTHER_SESSIONS = 1_000_000;

    private final ModelToken first;
    private final ModelToken other;

    TwoTokens(ModelToken first, ModelToken other) {
        super(first);
        this.first = first;
        this.other = other;
    }

    private Cryptoki inSlot(long slotId) {
        return isOther(slotId) ? other : first;
    }

    private boolean isOther(long slotId) {
        return slotId == first.slot() + 1;
    }

    private long slot(long slotId) {
        return isOther(slotId) ? other.slot() : slotId;
    }

    private Cryptoki withSession(long session) {
        return session > OTHER_SESSIONS ? other : first;
    }

    private static long session(long session) {
        return session > OTHER_SESSIONS ? session - OTHER_SESSIONS : session;
    }

    @Override
    public void initialize(Optional<String> parameters) throws CryptokiException {
        other.requireAlone("C_Initialize");
        first.initialize(parameters);
        other.initialize(parameters);
    }

    @Override
    public void finalizeModule() throws CryptokiException {
        other.requireAlone("C_Finalize");
        first.finalizeModule();
        other.finalizeModule();
    }

    @Override
    public List<Long> mechanismList(long slotId) throws CryptokiException {
        return inSlot(slotId).mechanismList(slot(slotId));
    }

    @Override
    public MechanismInfo mechanismInfo(long slotId, MechanismType type) throws CryptokiException {
        return inSlot(slotId).mechanismInfo(slot(slotId), type);
    }

    @Override
    public long openSession(long slotId) throws CryptokiException {
        boolean another = isOther(slotId);
        return inSlot(slotId).openSession(slot(slotId)) + (another ? OTHER_SESSIONS : 0);
    }

    @Override
    public long openReadOnlySession(long slotId) throws CryptokiException {
        return openSession(slotId);
    }

    @Override
    public void closeSession(long session) throws CryptokiException {
        withSession(session).closeSession(session(session));
    }

    @Override
    public void login(long session, char[] pin) throws CryptokiException {
        withSession(session).login(session(session), pin);
    }

    @Override
    public void loginContextSpecific(long session, char[] pin) throws CryptokiException {
        withSession(session).loginContextSpecific(session(session), pin);
    }

    @Override
    public void logout(long session) throws CryptokiException {
        withSession(session).logout(session(session));
    }

    @Override
    public boolean isLoggedIn(long session) throws CryptokiException {
        return withSession(session).isLoggedIn(session(session));
    }

    @Override
    public List<Long> findObjects(long session, List<AttributeValue<?>> template) throws CryptokiException {
        return withSession(session).findObjects(session(session), template);
    }

    @Override
    public <T> Optional<T> attribute(long session, long object, AttributeType<T> type) throws CryptokiException {
        return withSession(session).attribute(session(session), object, type);
    }

    @Override
    public void signInit(long session, Mechanism mechanism, long key) throws CryptokiException {
        withSession(session).signInit(session(session), mechanism, key);
    }

    @Override
    public byte[] sign(long session, byte[] data) throws CryptokiException {
        return withSession(session).sign(session(session), data);
    }

    @Override
    public long createObject(long session, List<AttributeValue<?>> template) throws CryptokiException {
        return withSession(session).createObject(session(session), template);
    }

    @Override
    public void destroyObject(long session, long object) throws CryptokiException {
        withSession(session).destroyObject(session(session), object);
    }

    @Override
    public KeyPairHandles generateKeyPair(
            long session, Mechanism mechanism, List<AttributeValue<?>> publicKey, List<AttributeValue<?>> privateKey)
            throws CryptokiException {
        return withSession(session).generateKeyPair(session(session), mechanism, publicKey, privateKey);
    }
}

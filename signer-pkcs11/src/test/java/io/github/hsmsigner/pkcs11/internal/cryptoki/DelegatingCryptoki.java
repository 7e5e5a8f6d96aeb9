package io.github.hsmsigner.pkcs11.internal.cryptoki;

import java.util.List;
import java.util.Optional;

/** Passes every call on; for decorators that change a few. */
public class DelegatingCryptoki implements Cryptoki {

    private final Cryptoki target;

    public DelegatingCryptoki(Cryptoki target) {
        this.target = target;
    }

    @Override
    public ModuleInfo moduleInfo() throws CryptokiException {
        return target.moduleInfo();
    }

    @Override
    public List<Long> slotsWithToken() throws CryptokiException {
        return target.slotsWithToken();
    }

    @Override
    public TokenInfo tokenInfo(long slotId) throws CryptokiException {
        return target.tokenInfo(slotId);
    }

    @Override
    public SlotInfo slotInfo(long slotId) throws CryptokiException {
        return target.slotInfo(slotId);
    }

    @Override
    public List<Long> mechanismList(long slotId) throws CryptokiException {
        return target.mechanismList(slotId);
    }

    @Override
    public MechanismInfo mechanismInfo(long slotId, MechanismType type) throws CryptokiException {
        return target.mechanismInfo(slotId, type);
    }

    @Override
    public long openSession(long slotId) throws CryptokiException {
        return target.openSession(slotId);
    }

    @Override
    public long openReadOnlySession(long slotId) throws CryptokiException {
        return target.openReadOnlySession(slotId);
    }

    @Override
    public void closeSession(long session) throws CryptokiException {
        target.closeSession(session);
    }

    @Override
    public void login(long session, char[] pin) throws CryptokiException {
        target.login(session, pin);
    }

    @Override
    public void loginContextSpecific(long session, char[] pin) throws CryptokiException {
        target.loginContextSpecific(session, pin);
    }

    @Override
    public void logout(long session) throws CryptokiException {
        target.logout(session);
    }

    @Override
    public boolean isLoggedIn(long session) throws CryptokiException {
        return target.isLoggedIn(session);
    }

    @Override
    public List<Long> findObjects(long session, List<AttributeValue<?>> template) throws CryptokiException {
        return target.findObjects(session, template);
    }

    @Override
    public <T> Optional<T> attribute(long session, long object, AttributeType<T> type) throws CryptokiException {
        return target.attribute(session, object, type);
    }

    @Override
    public void signInit(long session, Mechanism mechanism, long key) throws CryptokiException {
        target.signInit(session, mechanism, key);
    }

    @Override
    public byte[] sign(long session, byte[] data) throws CryptokiException {
        return target.sign(session, data);
    }

    @Override
    public long createObject(long session, List<AttributeValue<?>> template) throws CryptokiException {
        return target.createObject(session, template);
    }

    @Override
    public void destroyObject(long session, long object) throws CryptokiException {
        target.destroyObject(session, object);
    }

    @Override
    public KeyPairHandles generateKeyPair(
            long session, Mechanism mechanism, List<AttributeValue<?>> publicKey, List<AttributeValue<?>> privateKey)
            throws CryptokiException {
        return target.generateKeyPair(session, mechanism, publicKey, privateKey);
    }
}

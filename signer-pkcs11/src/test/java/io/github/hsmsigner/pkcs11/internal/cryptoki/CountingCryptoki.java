package io.github.hsmsigner.pkcs11.internal.cryptoki;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/** Passes every call on and remembers its name, and that of a call that failed on order. */
public class CountingCryptoki implements Cryptoki {

    private final Cryptoki target;
    private final List<String> calls = new CopyOnWriteArrayList<>();
    private volatile long nextSignAnswer;

    public CountingCryptoki(Cryptoki target) {
        this.target = target;
    }

    public List<String> calls() {
        return calls;
    }

    /** Makes the next C_Sign answer an error. */
    public void failNextSign(long returnValue) {
        nextSignAnswer = returnValue;
    }

    @Override
    public ModuleInfo moduleInfo() throws CryptokiException {
        calls.add("C_GetInfo");
        return target.moduleInfo();
    }

    @Override
    public List<Long> slotsWithToken() throws CryptokiException {
        calls.add("C_GetSlotList");
        return target.slotsWithToken();
    }

    @Override
    public TokenInfo tokenInfo(long slotId) throws CryptokiException {
        calls.add("C_GetTokenInfo");
        return target.tokenInfo(slotId);
    }

    @Override
    public SlotInfo slotInfo(long slotId) throws CryptokiException {
        calls.add("C_GetSlotInfo");
        return target.slotInfo(slotId);
    }

    @Override
    public List<Long> mechanismList(long slotId) throws CryptokiException {
        calls.add("C_GetMechanismList");
        return target.mechanismList(slotId);
    }

    @Override
    public MechanismInfo mechanismInfo(long slotId, MechanismType type) throws CryptokiException {
        calls.add("C_GetMechanismInfo");
        return target.mechanismInfo(slotId, type);
    }

    @Override
    public long openSession(long slotId) throws CryptokiException {
        calls.add("C_OpenSession");
        return target.openSession(slotId);
    }

    @Override
    public long openReadOnlySession(long slotId) throws CryptokiException {
        calls.add("C_OpenSession");
        return target.openReadOnlySession(slotId);
    }

    @Override
    public void closeSession(long session) throws CryptokiException {
        calls.add("C_CloseSession");
        target.closeSession(session);
    }

    @Override
    public void login(long session, char[] pin) throws CryptokiException {
        calls.add("C_Login");
        target.login(session, pin);
    }

    @Override
    public void logout(long session) throws CryptokiException {
        calls.add("C_Logout");
        target.logout(session);
    }

    @Override
    public boolean isLoggedIn(long session) throws CryptokiException {
        calls.add("C_GetSessionInfo");
        return target.isLoggedIn(session);
    }

    @Override
    public void loginContextSpecific(long session, char[] pin) throws CryptokiException {
        calls.add("C_Login(CKU_CONTEXT_SPECIFIC)");
        target.loginContextSpecific(session, pin);
    }

    @Override
    public List<Long> findObjects(long session, List<AttributeValue<?>> template) throws CryptokiException {
        calls.add("C_FindObjects");
        return target.findObjects(session, template);
    }

    @Override
    public <T> Optional<T> attribute(long session, long object, AttributeType<T> type) throws CryptokiException {
        calls.add("C_GetAttributeValue");
        return target.attribute(session, object, type);
    }

    @Override
    public void signInit(long session, Mechanism mechanism, long key) throws CryptokiException {
        calls.add("C_SignInit");
        target.signInit(session, mechanism, key);
    }

    @Override
    public byte[] sign(long session, byte[] data) throws CryptokiException {
        calls.add("C_Sign");
        long answer = nextSignAnswer;
        if (answer != 0) {
            nextSignAnswer = 0;
            throw new CryptokiException("C_Sign", answer);
        }
        return target.sign(session, data);
    }

    @Override
    public long createObject(long session, List<AttributeValue<?>> template) throws CryptokiException {
        calls.add("C_CreateObject");
        return target.createObject(session, template);
    }

    @Override
    public void destroyObject(long session, long object) throws CryptokiException {
        calls.add("C_DestroyObject");
        target.destroyObject(session, object);
    }

    @Override
    public KeyPairHandles generateKeyPair(
            long session, Mechanism mechanism, List<AttributeValue<?>> publicKey, List<AttributeValue<?>> privateKey)
            throws CryptokiException {
        calls.add("C_GenerateKeyPair");
        return target.generateKeyPair(session, mechanism, publicKey, privateKey);
    }
}

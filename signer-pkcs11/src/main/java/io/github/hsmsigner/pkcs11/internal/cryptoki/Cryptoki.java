package io.github.hsmsigner.pkcs11.internal.cryptoki;

import java.util.List;
import java.util.Optional;

/**
 * An initialised PKCS#11 module. Each method is one Cryptoki function, or the shortest sequence of them that makes
 * sense alone.
 *
 * <p>Thread-safe; a session is for one thread at a time (PKCS#11 2.40, section 2.6.7). Handles
 * are those of the module.
 */
public interface Cryptoki {

    /**
     * Calls C_GetInfo.
     *
     * @return its CK_INFO
     * @throws CryptokiException if the module returns an error
     */
    ModuleInfo moduleInfo() throws CryptokiException;

    /**
     * Calls C_GetSlotList, only for slots with a token.
     *
     * @return the slot ids
     * @throws CryptokiException if the module returns an error
     */
    List<Long> slotsWithToken() throws CryptokiException;

    /**
     * Calls C_GetTokenInfo.
     *
     * @param slotId the slot
     * @return the CK_TOKEN_INFO of its token
     * @throws CryptokiException if the module returns an error
     */
    TokenInfo tokenInfo(long slotId) throws CryptokiException;

    /**
     * Calls C_GetSlotInfo.
     *
     * @param slotId the slot
     * @return its CK_SLOT_INFO
     * @throws CryptokiException if the module returns an error
     */
    SlotInfo slotInfo(long slotId) throws CryptokiException;

    /**
     * Calls C_GetMechanismList.
     *
     * @param slotId the slot
     * @return the CKM codes of the mechanisms that the token in it has, in its order
     * @throws CryptokiException if the module returns an error
     */
    List<Long> mechanismList(long slotId) throws CryptokiException;

    /**
     * Calls C_GetMechanismInfo.
     *
     * @param slotId the slot
     * @param type a mechanism of the list
     * @return its CK_MECHANISM_INFO
     * @throws CryptokiException if the module returns an error
     */
    MechanismInfo mechanismInfo(long slotId, MechanismType type) throws CryptokiException;

    /**
     * Calls C_OpenSession for a serial read-write session, because some modules fail on read-only sessions.
     *
     * @param slotId the slot
     * @return the session's handle
     * @throws CryptokiException if the module returns an error
     */
    long openSession(long slotId) throws CryptokiException;

    /**
     * Calls C_OpenSession for a serial read-only session, for tokens that do not allow enough read-write sessions.
     *
     * @param slotId the slot
     * @return the session's handle
     * @throws CryptokiException if the module returns an error
     */
    long openReadOnlySession(long slotId) throws CryptokiException;

    /**
     * Calls C_CloseSession.
     *
     * @param session the session
     * @throws CryptokiException if the module returns an error
     */
    void closeSession(long session) throws CryptokiException;

    /**
     * Calls C_Login as CKU_USER, for all sessions of this process with the session's token.
     *
     * @param session any session of the token
     * @param pin the PIN; not kept, and for the caller to wipe
     * @throws CryptokiException if the module returns an error
     */
    void login(long session, char[] pin) throws CryptokiException;

    /**
     * Calls C_Login as CKU_CONTEXT_SPECIFIC, for the one operation that was just started in the session with a key
     * whose CKA_ALWAYS_AUTHENTICATE is true.
     *
     * @param session the session in which the operation was started
     * @param pin the PIN; not kept, and for the caller to wipe
     * @throws CryptokiException if the module returns an error
     */
    void loginContextSpecific(long session, char[] pin) throws CryptokiException;

    /**
     * Calls C_Logout, which ends the login for all sessions with the token of this process.
     *
     * @param session a session
     * @throws CryptokiException if the module returns an error
     */
    void logout(long session) throws CryptokiException;

    /**
     * Calls C_GetSessionInfo and returns whether the user is logged in, by the state of a session.
     *
     * @param session the session
     * @return {@code true} if private objects are accessible in it
     * @throws CryptokiException if the module returns an error
     */
    boolean isLoggedIn(long session) throws CryptokiException;

    /**
     * Calls C_FindObjectsInit, C_FindObjects until no more are found, and C_FindObjectsFinal.
     *
     * @param session a session
     * @param template the attribute values that an object must have
     * @return the objects' handles
     * @throws CryptokiException if the module returns an error
     */
    List<Long> findObjects(long session, List<AttributeValue<?>> template) throws CryptokiException;

    /**
     * Calls C_GetAttributeValue for one attribute, so that a refused attribute does not hide others.
     *
     * @param session a session
     * @param object the object
     * @param type the attribute
     * @param <T> the Java type of its value
     * @return the value; empty if the object lacks the attribute or keeps it secret
     * @throws CryptokiException if the module returns any other error
     */
    <T> Optional<T> attribute(long session, long object, AttributeType<T> type) throws CryptokiException;

    /**
     * Calls C_SignInit.
     *
     * @param session a session
     * @param mechanism the mechanism and its parameters
     * @param key the private key
     * @throws CryptokiException if the module returns an error
     */
    void signInit(long session, Mechanism mechanism, long key) throws CryptokiException;

    /**
     * Calls C_Sign.
     *
     * @param session the session in which the operation was started
     * @param data the input of the mechanism
     * @return the signature in the form of the mechanism
     * @throws CryptokiException if the module returns an error
     */
    byte[] sign(long session, byte[] data) throws CryptokiException;

    /**
     * Calls C_CreateObject.
     *
     * @param session a session that is logged in
     * @param template the object's attributes
     * @return its handle
     * @throws CryptokiException if the module returns an error
     */
    long createObject(long session, List<AttributeValue<?>> template) throws CryptokiException;

    /**
     * Calls C_DestroyObject.
     *
     * @param session a session that is logged in
     * @param object the object
     * @throws CryptokiException if the module returns an error
     */
    void destroyObject(long session, long object) throws CryptokiException;

    /**
     * Calls C_GenerateKeyPair.
     *
     * @param session a session that is logged in
     * @param mechanism the mechanism that generates them
     * @param publicKey the attributes of the public key object
     * @param privateKey the attributes of the private key object
     * @return the handles of both
     * @throws CryptokiException if the module returns an error
     */
    KeyPairHandles generateKeyPair(
            long session, Mechanism mechanism, List<AttributeValue<?>> publicKey, List<AttributeValue<?>> privateKey)
            throws CryptokiException;
}

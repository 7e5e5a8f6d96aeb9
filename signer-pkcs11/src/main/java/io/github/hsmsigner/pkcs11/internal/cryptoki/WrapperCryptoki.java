package io.github.hsmsigner.pkcs11.internal.cryptoki;

import iaik.pkcs.pkcs11.wrapper.CK_ATTRIBUTE;
import iaik.pkcs.pkcs11.wrapper.CK_C_INITIALIZE_ARGS;
import iaik.pkcs.pkcs11.wrapper.CK_INFO;
import iaik.pkcs.pkcs11.wrapper.CK_MECHANISM;
import iaik.pkcs.pkcs11.wrapper.CK_MECHANISM_INFO;
import iaik.pkcs.pkcs11.wrapper.CK_RSA_PKCS_PSS_PARAMS;
import iaik.pkcs.pkcs11.wrapper.CK_SLOT_INFO;
import iaik.pkcs.pkcs11.wrapper.CK_TOKEN_INFO;
import iaik.pkcs.pkcs11.wrapper.CK_VERSION;
import iaik.pkcs.pkcs11.wrapper.PKCS11;
import iaik.pkcs.pkcs11.wrapper.PKCS11Exception;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.xipki.pkcs11.wrapper.PKCS11Constants;
import org.xipki.pkcs11.wrapper.PKCS11Module;

/**
 * The adapter to the IAIK wrapper.
 *
 * <p>It calls the wrapper's functions, not its session classes: those hide error codes while they read attributes, and rewrite
 * ECDSA signatures by what they once saw from the module.
 */
final class WrapperCryptoki implements NativeModule {

    private static final boolean UTF8 = true;
    private static final long SERIAL_READ_WRITE = PKCS11Constants.CKF_SERIAL_SESSION | PKCS11Constants.CKF_RW_SESSION;
    private static final int OBJECTS_PER_CALL = 100;

    /** CK_UNAVAILABLE_INFORMATION, and CK_EFFECTIVELY_INFINITE. */
    private static final long UNAVAILABLE = -1;

    private static final long INFINITE = 0;

    // Held because the wrapper unloads the module once this object is garbage.
    private final PKCS11Module module;
    private final PKCS11 functions;

    WrapperCryptoki(PKCS11Module module) {
        this(module, module.getPKCS11Module());
    }

    /** With other functions than those of the module. */
    WrapperCryptoki(PKCS11Module module, PKCS11 functions) {
        this.module = module;
        this.functions = functions;
    }

    @Override
    public void initialize(Optional<String> parameters) throws CryptokiException {
        if (parameters.isPresent()) {
            // PKCS11Module has no way to pass them. This library does not use the other values that it reads from the
            // module.
            CK_C_INITIALIZE_ARGS arguments = new CK_C_INITIALIZE_ARGS();
            arguments.flags = PKCS11Constants.CKF_OS_LOCKING_OK;
            arguments.pReserved = zeroTerminated(parameters.get());
            call("C_Initialize", () -> functions.C_Initialize(arguments, UTF8));
            return;
        }
        try {
            module.initialize();
        } catch (org.xipki.pkcs11.wrapper.PKCS11Exception e) {
            throw failure("C_Initialize", e.getErrorCode());
        }
    }

    private static byte[] zeroTerminated(String text) {
        byte[] octets = text.getBytes(StandardCharsets.UTF_8);
        return Arrays.copyOf(octets, octets.length + 1);
    }

    @Override
    public void finalizeModule() throws CryptokiException {
        call("C_Finalize", () -> functions.C_Finalize(null));
    }

    @Override
    public ModuleInfo moduleInfo() throws CryptokiException {
        CK_INFO info = ask("C_GetInfo", functions::C_GetInfo);
        return new ModuleInfo(text(info.manufacturerID), text(info.libraryDescription), version(info.libraryVersion));
    }

    @Override
    public List<Long> slotsWithToken() throws CryptokiException {
        long[] slots = ask("C_GetSlotList", () -> functions.C_GetSlotList(true));
        return boxed(slots);
    }

    @Override
    public TokenInfo tokenInfo(long slotId) throws CryptokiException {
        CK_TOKEN_INFO info = ask("C_GetTokenInfo", () -> functions.C_GetTokenInfo(slotId));
        long max = info.ulMaxRwSessionCount;
        return new TokenInfo(
                slotId,
                text(info.label),
                text(info.serialNumber),
                text(info.manufacturerID),
                text(info.model),
                info.flags,
                max == UNAVAILABLE || max == INFINITE ? OptionalLong.empty() : OptionalLong.of(max));
    }

    @Override
    public SlotInfo slotInfo(long slotId) throws CryptokiException {
        CK_SLOT_INFO info = ask("C_GetSlotInfo", () -> functions.C_GetSlotInfo(slotId));
        return new SlotInfo(text(info.slotDescription), text(info.manufacturerID));
    }

    @Override
    public List<Long> mechanismList(long slotId) throws CryptokiException {
        return boxed(ask("C_GetMechanismList", () -> functions.C_GetMechanismList(slotId)));
    }

    @Override
    public MechanismInfo mechanismInfo(long slotId, MechanismType type) throws CryptokiException {
        CK_MECHANISM_INFO info =
                ask("C_GetMechanismInfo(" + type + ")", () -> functions.C_GetMechanismInfo(slotId, type.code()));
        return new MechanismInfo(info.flags);
    }

    @Override
    public long openSession(long slotId) throws CryptokiException {
        return ask("C_OpenSession", () -> functions.C_OpenSession(slotId, SERIAL_READ_WRITE, null, null));
    }

    @Override
    public long openReadOnlySession(long slotId) throws CryptokiException {
        return ask(
                "C_OpenSession", () -> functions.C_OpenSession(slotId, PKCS11Constants.CKF_SERIAL_SESSION, null, null));
    }

    @Override
    public void closeSession(long session) throws CryptokiException {
        call("C_CloseSession", () -> functions.C_CloseSession(session));
    }

    @Override
    public void login(long session, char[] pin) throws CryptokiException {
        call("C_Login", () -> functions.C_Login(session, PKCS11Constants.CKU_USER, pin, UTF8));
    }

    @Override
    public void loginContextSpecific(long session, char[] pin) throws CryptokiException {
        call(
                "C_Login(CKU_CONTEXT_SPECIFIC)",
                () -> functions.C_Login(session, PKCS11Constants.CKU_CONTEXT_SPECIFIC, pin, UTF8));
    }

    @Override
    public void logout(long session) throws CryptokiException {
        call("C_Logout", () -> functions.C_Logout(session));
    }

    @Override
    public boolean isLoggedIn(long session) throws CryptokiException {
        long state = ask("C_GetSessionInfo", () -> functions.C_GetSessionInfo(session)).state;
        return state == PKCS11Constants.CKS_RO_USER_FUNCTIONS || state == PKCS11Constants.CKS_RW_USER_FUNCTIONS;
    }

    @Override
    public List<Long> findObjects(long session, List<AttributeValue<?>> template) throws CryptokiException {
        try (Search search = new Search(session, attributes(template))) {
            List<Long> found = new ArrayList<>();
            // A short answer does not mean the last one; only an empty one does.
            List<Long> some = search.next();
            while (!some.isEmpty()) {
                found.addAll(some);
                some = search.next();
            }
            return found;
        }
    }

    @Override
    public <T> Optional<T> attribute(long session, long object, AttributeType<T> type) throws CryptokiException {
        CK_ATTRIBUTE asked = new CK_ATTRIBUTE();
        asked.type = type.code();
        // The wrapper puts its answer in the array, as a new object.
        CK_ATTRIBUTE[] attributes = {asked};
        try {
            call(
                    "C_GetAttributeValue(" + type + ")",
                    () -> functions.C_GetAttributeValue(session, object, attributes, UTF8));
        } catch (CryptokiException e) {
            if (e.is(ReturnValue.ATTRIBUTE_TYPE_INVALID) || e.is(ReturnValue.ATTRIBUTE_SENSITIVE)) {
                return Optional.empty();
            }
            throw e;
        }
        Object answer = attributes[0].pValue;
        Object value = answer instanceof char[] characters ? new String(characters) : answer;
        return Optional.ofNullable(value).map(type.javaType()::cast);
    }

    @Override
    public void signInit(long session, Mechanism mechanism, long key) throws CryptokiException {
        call("C_SignInit", () -> functions.C_SignInit(session, converted(mechanism), key, UTF8));
    }

    @Override
    public byte[] sign(long session, byte[] data) throws CryptokiException {
        byte[] signature = ask("C_Sign", () -> functions.C_Sign(session, data));
        return signature == null ? new byte[0] : signature;
    }

    @Override
    public long createObject(long session, List<AttributeValue<?>> template) throws CryptokiException {
        return ask("C_CreateObject", () -> functions.C_CreateObject(session, attributes(template), UTF8));
    }

    @Override
    public void destroyObject(long session, long object) throws CryptokiException {
        call("C_DestroyObject", () -> functions.C_DestroyObject(session, object));
    }

    @Override
    public KeyPairHandles generateKeyPair(
            long session, Mechanism mechanism, List<AttributeValue<?>> publicKey, List<AttributeValue<?>> privateKey)
            throws CryptokiException {
        long[] handles = ask(
                "C_GenerateKeyPair(" + mechanism + ")",
                () -> functions.C_GenerateKeyPair(
                        session, converted(mechanism), attributes(publicKey), attributes(privateKey), UTF8));
        return new KeyPairHandles(handles[0], handles[1]);
    }

    private static CK_MECHANISM converted(Mechanism mechanism) {
        CK_MECHANISM converted = new CK_MECHANISM();
        converted.mechanism = mechanism.type().code();
        mechanism.parameters().ifPresent(parameters -> {
            CK_RSA_PKCS_PSS_PARAMS pss = new CK_RSA_PKCS_PSS_PARAMS();
            pss.hashAlg = parameters.hash().code();
            pss.mgf = parameters.mgf();
            pss.sLen = parameters.saltLength();
            converted.pParameter = pss;
        });
        return converted;
    }

    private static CK_ATTRIBUTE[] attributes(List<AttributeValue<?>> template) {
        return template.stream().map(WrapperCryptoki::attribute).toArray(CK_ATTRIBUTE[]::new);
    }

    private static CK_ATTRIBUTE attribute(AttributeValue<?> attribute) {
        CK_ATTRIBUTE converted = new CK_ATTRIBUTE();
        converted.type = attribute.type().code();
        converted.pValue = attribute.value() instanceof String text ? text.toCharArray() : attribute.value();
        return converted;
    }

    private static List<Long> boxed(long[] values) {
        List<Long> list = new ArrayList<>(values.length);
        for (long value : values) {
            list.add(value);
        }
        return list;
    }

    /** Fixed-width fields of Cryptoki are padded with spaces. */
    private static String text(char[] padded) {
        return new String(padded).trim();
    }

    private static String version(CK_VERSION version) {
        return Byte.toUnsignedInt(version.major) + "." + Byte.toUnsignedInt(version.minor);
    }

    private static CryptokiException failure(String function, long returnValue) {
        return new CryptokiException(function, returnValue);
    }

    private static void call(String function, Call call) throws CryptokiException {
        try {
            call.make();
        } catch (PKCS11Exception e) {
            throw failure(function, e.getErrorCode());
        }
    }

    private static <T> T ask(String function, Question<T> question) throws CryptokiException {
        try {
            return question.ask();
        } catch (PKCS11Exception e) {
            throw failure(function, e.getErrorCode());
        }
    }

    /** A search for objects. An error of C_FindObjectsFinal does not hide one of C_FindObjects. */
    private final class Search implements AutoCloseable {

        private final long session;

        Search(long session, CK_ATTRIBUTE[] template) throws CryptokiException {
            this.session = session;
            call("C_FindObjectsInit", () -> functions.C_FindObjectsInit(session, template, UTF8));
        }

        List<Long> next() throws CryptokiException {
            return boxed(ask("C_FindObjects", () -> functions.C_FindObjects(session, OBJECTS_PER_CALL)));
        }

        @Override
        public void close() throws CryptokiException {
            call("C_FindObjectsFinal", () -> functions.C_FindObjectsFinal(session));
        }
    }

    @FunctionalInterface
    private interface Call {
        void make() throws PKCS11Exception;
    }

    @FunctionalInterface
    private interface Question<T> {
        T ask() throws PKCS11Exception;
    }
}

package io.github.hsmsigner.pkcs11.simulation;

import io.github.hsmsigner.pkcs11.internal.cryptoki.AttributeType;
import io.github.hsmsigner.pkcs11.internal.cryptoki.AttributeValue;
import io.github.hsmsigner.pkcs11.internal.cryptoki.CryptokiException;
import io.github.hsmsigner.pkcs11.internal.cryptoki.CryptokiWork;
import io.github.hsmsigner.pkcs11.internal.cryptoki.KeyPairHandles;
import io.github.hsmsigner.pkcs11.internal.cryptoki.Mechanism;
import io.github.hsmsigner.pkcs11.internal.cryptoki.MechanismInfo;
import io.github.hsmsigner.pkcs11.internal.cryptoki.MechanismType;
import io.github.hsmsigner.pkcs11.internal.cryptoki.ModuleInfo;
import io.github.hsmsigner.pkcs11.internal.cryptoki.NativeModule;
import io.github.hsmsigner.pkcs11.internal.cryptoki.ObjectClass;
import io.github.hsmsigner.pkcs11.internal.cryptoki.ReturnValue;
import io.github.hsmsigner.pkcs11.internal.cryptoki.SlotInfo;
import io.github.hsmsigner.pkcs11.internal.cryptoki.TokenInfo;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;

/**
 * A model of a PKCS#11 module with one token: sessions, login, objects and initialisation as PKCS#11 2.40 has them,
 * latency in virtual time, and the faults of a script. It reports calls that a real module need not survive.
 *
 * <p>A signature is a function of key and data, so that a wrong one is noticed. As with AWS CloudHSM, five wrong PINs
 * lock the user.
 */
final class ModelToken implements NativeModule {

    static final String LABEL = "model";
    static final String OTHER_LABEL = "other";
    static final String FIRST_PIN = "user:right";
    static final int SIGNATURE_LENGTH = 256;

    private static final long TOKEN_INITIALIZED = 0x400;
    private static final long USER_PIN_FINAL_TRY = 0x20000;
    private static final long USER_PIN_LOCKED = 0x40000;
    private static final long CAN_SIGN = 0x800;
    private static final int WRONG_PINS_TO_LOCK = 5;

    private final SimulatedScheduler scheduler;
    private final Scenario scenario;
    private final Violations violations;
    private final String suffix;
    private final Map<String, Integer> counts = new TreeMap<>();
    private final Set<Fault> ended = new HashSet<>();

    private boolean initialized;
    private int callsInside;
    private long slot = 1;
    private boolean renumber;

    private final Map<Long, SessionState> sessions = new HashMap<>();
    private long lastSession;
    private int mostSessions;
    private int failedCloses;
    private int failedUses;
    private int failedFinalizations;
    private int logins;

    private String pin = FIRST_PIN;
    private boolean loggedIn;
    private int wrongPins;
    private final Set<String> rejectedPins = new HashSet<>();
    private int rejectedInARow;
    private int mostRejectedInARow;

    private final Set<String> deletedKeys = new HashSet<>();
    private Duration keyChange = Duration.ZERO;
    private final Map<Long, Map<AttributeType<?>, Object>> objects = new LinkedHashMap<>();
    private final Map<String, byte[]> moduli = new HashMap<>();
    private long lastObject;

    private static final class SessionState {
        private boolean inCall;
        private String signingKey;
        private boolean authenticated;
    }

    ModelToken(SimulatedScheduler scheduler, Scenario scenario, Violations violations) {
        this(scheduler, scenario, violations, "");
    }

    /** The same, with words after each event. */
    ModelToken(SimulatedScheduler scheduler, Scenario scenario, Violations violations, String suffix) {
        this.scheduler = scheduler;
        this.scenario = scenario;
        this.violations = violations;
        this.suffix = suffix;
    }

    /** The signature of some data with a key. */
    static byte[] signature(String key, byte[] data) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-512");
            digest.update(key.getBytes(StandardCharsets.UTF_8));
            byte[] once = digest.digest(data);
            byte[] all = Arrays.copyOf(once, SIGNATURE_LENGTH);
            for (int at = once.length; at < all.length; at += once.length) {
                System.arraycopy(once, 0, all, at, once.length);
                all[at] ^= (byte) at;
            }
            return all;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every Java platform has SHA-512", e);
        }
    }

    private static byte[] modulus(String key) {
        byte[] modulus = signature(key, new byte[] {'n'});
        modulus[0] |= (byte) 0x80;
        modulus[SIGNATURE_LENGTH - 1] |= 1;
        return modulus;
    }

    // ------------------------------------------------------------------------------------------------------ The script

    /** Another program closed all sessions, and with them the login. */
    void loseSessions() {
        sessions.clear();
        logOut();
    }

    void loseLogin() {
        logOut();
    }

    void changePin(String changed) {
        pin = changed;
        logOut();
    }

    void deleteKey(String key) {
        deletedKeys.add(key);
        objects.values().removeIf(object -> object.get(AttributeType.LABEL).equals(key));
    }

    void restoreKey(String key) {
        deletedKeys.remove(key);
        keyChange = scheduler.elapsed();
        addObjects(key);
    }

    /** Whether no key was restored for so long. */
    boolean keysUnchangedFor(Duration time) {
        return scheduler.elapsed().minus(keyChange).compareTo(time) > 0;
    }

    boolean hasKey(String key) {
        return !deletedKeys.contains(key);
    }

    /** The module forgets that it was initialised. Its slots have other numbers afterwards. */
    void forget() {
        initialized = false;
        renumber = true;
        sessions.clear();
        logOut();
    }

    // ---------------------------------------------------------------------------------------------------- What
    // happened

    int count(String function) {
        return counts.getOrDefault(function, 0);
    }

    Map<String, Integer> counts() {
        return counts;
    }

    int openSessions() {
        return sessions.size();
    }

    /** The number of logins that succeeded. */
    int logins() {
        return logins;
    }

    /** How often C_CloseSession failed for a session that stays open. */
    int failedCloses() {
        return failedCloses;
    }

    /** How often a call in a session failed, so that the session may have to be replaced. */
    int failedUses() {
        return failedUses;
    }

    /** How often C_Finalize failed. */
    int failedFinalizations() {
        return failedFinalizations;
    }

    int mostSessions() {
        return mostSessions;
    }

    int rejectedPins() {
        return rejectedPins.size();
    }

    /** How many different PINs were rejected since the last login. */
    int rejectedInARow() {
        return rejectedInARow;
    }

    int mostRejectedInARow() {
        return mostRejectedInARow;
    }

    int callsInside() {
        return callsInside;
    }

    boolean isInitialized() {
        return initialized;
    }

    // ------------------------------------------------------------------------------------------------------------
    // Calls

    private <T> T call(String function, CryptokiWork<T> work) throws CryptokiException {
        return call(function, function, work);
    }

    private <T> T call(String function, String words, CryptokiWork<T> work) throws CryptokiException {
        counts.merge(function, 1, Integer::sum);
        callsInside++;
        try {
            scheduler.switchByChance();
            Duration latency = scenario.latency(function, scheduler.random());
            boolean before = scheduler.random().nextBoolean();
            scheduler.sleep(before ? latency : Duration.ZERO);
            applyFaults(function, words);
            require(initialized || function.equals("C_Initialize"), function, ReturnValue.CRYPTOKI_NOT_INITIALIZED);
            T result = work.run();
            scheduler.sleep(before ? Duration.ZERO : latency);
            scheduler.event(words + suffix);
            return result;
        } catch (CryptokiException e) {
            scheduler.event(words + suffix + ": " + ReturnValue.name(e.returnValue()));
            throw e;
        } finally {
            callsInside--;
        }
    }

    private void applyFaults(String function, String words) throws CryptokiException {
        for (Fault fault : scenario.faults) {
            Duration now = scheduler.elapsed();
            if (fault.functions().contains(function)
                    && fault.isActive(now)
                    && !ended.contains(fault)
                    && scheduler.random().nextDouble() < fault.probability()) {
                Duration time = fault.effect().on(function, fault.end().minus(now));
                if (time.compareTo(Duration.ofSeconds(1)) > 0) {
                    scheduler.event(words + " takes " + Scenario.seconds(time) + " longer");
                }
                scheduler.sleep(time);
            }
        }
    }

    private <T> T inSession(String function, long handle, CryptokiWork<T> work) throws CryptokiException {
        SessionState used = sessions.get(handle);
        if (used != null && used.inCall) {
            violations.add(
                    Invariant.MODULE_USE, "Two threads use session " + handle + " at the same time: " + function);
        }
        if (used != null) {
            used.inCall = true;
        }
        try {
            return call(function, function + "(" + handle + ")", () -> {
                if (!sessions.containsKey(handle)) {
                    throw new CryptokiException(function, ReturnValue.SESSION_HANDLE_INVALID);
                }
                return work.run();
            });
        } catch (CryptokiException e) {
            failedUses++;
            throw e;
        } finally {
            if (used != null) {
                used.inCall = false;
            }
        }
    }

    private void require(boolean condition, String function, ReturnValue otherwise) throws CryptokiException {
        if (!condition) {
            throw new CryptokiException(function, otherwise);
        }
    }

    // -------------------------------------------------------------------------------------------- The module and slots

    @Override
    public void initialize(Optional<String> parameters) throws CryptokiException {
        requireAlone("C_Initialize");
        call("C_Initialize", () -> {
            require(!initialized, "C_Initialize", ReturnValue.CRYPTOKI_ALREADY_INITIALIZED);
            initialized = true;
            lastSession = 0;
            if (renumber) {
                slot += 2;
                renumber = false;
            }
            end(Fault.Until.NEXT_C_INITIALIZE);
            end(Fault.Until.NEXT_C_LOGIN);
            newHandles();
            return null;
        });
    }

    @Override
    public void finalizeModule() throws CryptokiException {
        requireAlone("C_Finalize");
        try {
            call("C_Finalize", () -> {
                initialized = false;
                sessions.clear();
                logOut();
                return null;
            });
        } catch (CryptokiException e) {
            failedFinalizations++;
            throw e;
        }
    }

    /** The number of the slot that the token is in now. */
    long slot() {
        return slot;
    }

    void requireAlone(String function) {
        if (callsInside > 0) {
            violations.add(
                    Invariant.MODULE_USE, function + " is called while " + callsInside + " calls are in the module");
        }
    }

    private void end(Fault.Until until) {
        for (Fault fault : scenario.faults) {
            if (fault.until() == until && fault.isActive(scheduler.elapsed()) && ended.add(fault)) {
                scheduler.event("FAULT ENDS: " + fault);
            }
        }
    }

    @Override
    public ModuleInfo moduleInfo() throws CryptokiException {
        return call("C_GetInfo", () -> new ModuleInfo("Model", "Model of a token", "1.0"));
    }

    @Override
    public List<Long> slotsWithToken() throws CryptokiException {
        return call("C_GetSlotList", () -> List.of(slot + 1, slot));
    }

    @Override
    public TokenInfo tokenInfo(long slotId) throws CryptokiException {
        // The other slot has separate faults.
        return call(slotId == slot ? "C_GetTokenInfo" : "C_GetTokenInfo of the other slot", () -> {
            require(slotId == slot || slotId == slot + 1, "C_GetTokenInfo", ReturnValue.SLOT_ID_INVALID);
            boolean other = slotId != slot;
            long flags = TOKEN_INITIALIZED;
            if (!other && wrongPins >= WRONG_PINS_TO_LOCK) {
                flags |= USER_PIN_LOCKED;
            } else if (!other && wrongPins == WRONG_PINS_TO_LOCK - 1) {
                flags |= USER_PIN_FINAL_TRY;
            }
            return new TokenInfo(
                    slotId,
                    other ? OTHER_LABEL : LABEL,
                    other ? "0002" : "0001",
                    "Model",
                    "Model",
                    flags,
                    OptionalLong.empty());
        });
    }

    @Override
    public SlotInfo slotInfo(long slotId) throws CryptokiException {
        return call("C_GetSlotInfo", () -> new SlotInfo("slot " + slotId, "Model"));
    }

    @Override
    public List<Long> mechanismList(long slotId) throws CryptokiException {
        return call("C_GetMechanismList", () -> {
            require(slotId == slot, "C_GetMechanismList", ReturnValue.SLOT_ID_INVALID);
            return List.of(MechanismType.RSA_PKCS.code(), MechanismType.RSA_PKCS_PSS.code());
        });
    }

    @Override
    public MechanismInfo mechanismInfo(long slotId, MechanismType type) throws CryptokiException {
        return call("C_GetMechanismInfo", () -> {
            require(slotId == slot, "C_GetMechanismInfo", ReturnValue.SLOT_ID_INVALID);
            return new MechanismInfo(CAN_SIGN);
        });
    }

    // ------------------------------------------------------------------------------------------------ Sessions and
    // login

    @Override
    public long openSession(long slotId) throws CryptokiException {
        return call("C_OpenSession", () -> {
            require(slotId == slot, "C_OpenSession", ReturnValue.SLOT_ID_INVALID);
            long handle = ++lastSession;
            sessions.put(handle, new SessionState());
            mostSessions = Math.max(mostSessions, sessions.size());
            return handle;
        });
    }

    @Override
    public long openReadOnlySession(long slotId) throws CryptokiException {
        return openSession(slotId);
    }

    @Override
    public void closeSession(long session) throws CryptokiException {
        try {
            inSession("C_CloseSession", session, () -> {
                sessions.remove(session);
                if (sessions.isEmpty()) {
                    logOut();
                }
                return null;
            });
        } catch (CryptokiException e) {
            failedCloses += sessions.containsKey(session) ? 1 : 0;
            throw e;
        }
    }

    private void logOut() {
        loggedIn = false;
        newHandles();
    }

    @Override
    public void login(long session, char[] given) throws CryptokiException {
        String tried = new String(given);
        inSession("C_Login", session, () -> {
            require(!loggedIn, "C_Login", ReturnValue.USER_ALREADY_LOGGED_IN);
            tryPin("C_Login", tried);
            logins++;
            loggedIn = true;
            end(Fault.Until.NEXT_C_LOGIN);
            newHandles();
            return null;
        });
    }

    private void tryPin(String function, String tried) throws CryptokiException {
        require(wrongPins < WRONG_PINS_TO_LOCK, function, ReturnValue.PIN_LOCKED);
        if (!tried.equals(pin)) {
            wrongPins++;
            rejectedInARow++;
            mostRejectedInARow = Math.max(mostRejectedInARow, rejectedInARow);
            if (!rejectedPins.add(tried)) {
                violations.add(Invariant.REJECTED_PIN, function + " with a PIN that was rejected before: " + tried);
            }
            throw new CryptokiException(function, ReturnValue.PIN_INCORRECT);
        }
        wrongPins = 0;
        rejectedInARow = 0;
    }

    @Override
    public void loginContextSpecific(long session, char[] given) throws CryptokiException {
        String tried = new String(given);
        String function = "C_Login for a signature";
        inSession(function, session, () -> {
            SessionState state = sessions.get(session);
            require(
                    state.signingKey != null && needsLoginForEach(state.signingKey),
                    function,
                    ReturnValue.OPERATION_NOT_INITIALIZED);
            tryPin(function, tried);
            state.authenticated = true;
            return null;
        });
    }

    @Override
    public void logout(long session) throws CryptokiException {
        inSession("C_Logout", session, () -> {
            require(loggedIn, "C_Logout", ReturnValue.USER_NOT_LOGGED_IN);
            logOut();
            return null;
        });
    }

    @Override
    public boolean isLoggedIn(long session) throws CryptokiException {
        return inSession("C_GetSessionInfo", session, () -> loggedIn);
    }

    // ----------------------------------------------------------------------------------------------- Objects and
    // signing

    /** Handles are void after each C_Initialize, login and logout, and numbers come again. */
    private void newHandles() {
        lastObject = (lastObject + 7) % 100;
        objects.clear();
        scenario.keys.stream().filter(this::hasKey).forEach(this::addObjects);
    }

    private void addObjects(String key) {
        Map<AttributeType<?>, Object> half = new HashMap<>();
        half.put(AttributeType.CLASS, ObjectClass.PRIVATE_KEY);
        half.put(AttributeType.LABEL, key);
        half.put(AttributeType.ID, key.getBytes(StandardCharsets.UTF_8));
        half.put(AttributeType.KEY_TYPE, ObjectClass.RSA_KEY);
        half.put(AttributeType.MODULUS, moduli.computeIfAbsent(key, ModelToken::modulus));
        // The private object does not show the exponent, so that the public object is needed.
        Map<AttributeType<?>, Object> publicHalf = new HashMap<>(half);
        publicHalf.put(AttributeType.CLASS, ObjectClass.PUBLIC_KEY);
        publicHalf.put(AttributeType.PUBLIC_EXPONENT, new byte[] {1, 0, 1});
        half.put(AttributeType.SIGN, true);
        half.put(AttributeType.ALWAYS_AUTHENTICATE, needsLoginForEach(key));
        objects.put(++lastObject, half);
        objects.put(++lastObject, publicHalf);
    }

    private boolean needsLoginForEach(String key) {
        return scenario.loginForEach.filter(key::equals).isPresent();
    }

    private boolean isVisible(Map<AttributeType<?>, Object> object) {
        return object != null && (loggedIn || !object.get(AttributeType.CLASS).equals(ObjectClass.PRIVATE_KEY));
    }

    @Override
    public List<Long> findObjects(long session, List<AttributeValue<?>> template) throws CryptokiException {
        return inSession("C_FindObjects", session, () -> {
            List<Long> found = new ArrayList<>();
            objects.forEach((handle, object) -> {
                if (isVisible(object) && template.stream().allMatch(wanted -> matches(object, wanted))) {
                    found.add(handle);
                }
            });
            return found;
        });
    }

    private static boolean matches(Map<AttributeType<?>, Object> object, AttributeValue<?> wanted) {
        Object value = object.get(wanted.type());
        return value instanceof byte[] bytes
                ? Arrays.equals(bytes, (byte[]) wanted.value())
                : wanted.value().equals(value);
    }

    @Override
    public <T> Optional<T> attribute(long session, long object, AttributeType<T> type) throws CryptokiException {
        return inSession("C_GetAttributeValue", session, () -> {
            Map<AttributeType<?>, Object> attributes = objects.get(object);
            require(isVisible(attributes), "C_GetAttributeValue", ReturnValue.OBJECT_HANDLE_INVALID);
            return Optional.ofNullable(attributes.get(type)).map(type.javaType()::cast);
        });
    }

    @Override
    public void signInit(long session, Mechanism mechanism, long key) throws CryptokiException {
        inSession("C_SignInit", session, () -> {
            require(loggedIn, "C_SignInit", ReturnValue.USER_NOT_LOGGED_IN);
            Map<AttributeType<?>, Object> object = objects.get(key);
            if (object != null) {
                // A key can have separate faults.
                String words = "C_SignInit of " + object.get(AttributeType.LABEL);
                applyFaults(words, words);
            }
            require(
                    object != null && object.containsKey(AttributeType.SIGN),
                    "C_SignInit",
                    ReturnValue.KEY_HANDLE_INVALID);
            SessionState state = sessions.get(session);
            require(state.signingKey == null, "C_SignInit", ReturnValue.OPERATION_ACTIVE);
            state.signingKey = (String) object.get(AttributeType.LABEL);
            return null;
        });
    }

    @Override
    public byte[] sign(long session, byte[] data) throws CryptokiException {
        return inSession("C_Sign", session, () -> {
            SessionState state = sessions.get(session);
            String key = state.signingKey;
            boolean authenticated = state.authenticated;
            state.signingKey = null;
            state.authenticated = false;
            require(key != null, "C_Sign", ReturnValue.OPERATION_NOT_INITIALIZED);
            require(authenticated || !needsLoginForEach(key), "C_Sign", ReturnValue.USER_NOT_LOGGED_IN);
            require(loggedIn, "C_Sign", ReturnValue.USER_NOT_LOGGED_IN);
            require(!deletedKeys.contains(key), "C_Sign", ReturnValue.KEY_HANDLE_INVALID);
            return signature(key, data);
        });
    }

    @Override
    public long createObject(long session, List<AttributeValue<?>> template) throws CryptokiException {
        throw new CryptokiException("C_CreateObject", ReturnValue.FUNCTION_NOT_SUPPORTED);
    }

    @Override
    public void destroyObject(long session, long object) throws CryptokiException {
        throw new CryptokiException("C_DestroyObject", ReturnValue.FUNCTION_NOT_SUPPORTED);
    }

    @Override
    public KeyPairHandles generateKeyPair(
            long session, Mechanism mechanism, List<AttributeValue<?>> publicKey, List<AttributeValue<?>> privateKey)
            throws CryptokiException {
        throw new CryptokiException("C_GenerateKeyPair", ReturnValue.FUNCTION_NOT_SUPPORTED);
    }
}

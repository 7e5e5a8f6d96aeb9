package io.github.hsmsigner.service.config;

import io.github.hsmsigner.pkcs11.CallingThread;
import io.github.hsmsigner.pkcs11.Pkcs11Config;
import io.github.hsmsigner.pkcs11.Pkcs11Uri;
import io.github.hsmsigner.pkcs11.TokenSelector;
import io.github.hsmsigner.pkcs11.VendorProfile;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The settings of a token. */
final class TokenReader {

    private static final String NAME_FROM_ENVIRONMENT = "hsm";

    /** The most sessions that CloudHSM gives an application; a larger number is a slip of the pen on any HSM. */
    private static final int MOST_SESSIONS = 1_024;

    private static final Map<String, VendorProfile> PROFILES = Map.of(
            "generic", VendorProfile.generic(),
            "cloudhsm", VendorProfile.cloudHsm(),
            "softhsm", VendorProfile.softHsm());

    private static final Setting<Path> MODULE = Setting.of(
                    "module", ValueType.file(), "path of the PKCS#11 module (shared library)")
            .variable("HSM_MODULE");
    private static final Setting<SecretForm> PIN = Setting.of(
                    "pin", new Shape.OfPin(), "PIN of the token's user; for CloudHSM `user:password`")
            .variable("HSM_PIN");
    private static final Setting<String> LABEL = Setting.of(
                    "label", ValueType.text("the label of a token"), "label of the token. Default: the only token")
            .variable("HSM_TOKEN_LABEL");
    private static final Setting<Long> SLOT_ID = Setting.of(
                    "slot-id", ValueType.unsigned(), "slot of the token, instead of the label")
            .variable("HSM_SLOT_ID");
    private static final Setting<String> SERIAL = Setting.of(
                    "serial",
                    ValueType.text("the serial number of a token"),
                    "serial number of the token, instead of the label")
            .variable("HSM_TOKEN_SERIAL");
    private static final Setting<Pkcs11Uri> URI = Setting.of(
                    "uri",
                    ValueType.pkcs11Uri(),
                    "token as a URI (RFC 7512), instead of the label. Its `module-path` and `pin-source` apply"
                            + " if module and PIN are not set")
            .variable("HSM_URI");
    private static final Setting<Integer> MAXIMUM_POOL_SIZE = Setting.of(
                    "maximum-pool-size",
                    ValueType.number(1, MOST_SESSIONS),
                    "maximum number of sessions, and so of signatures at the same time; never more than the"
                            + " token allows")
            .byDefault(Integer.toString(Pkcs11Config.DEFAULT_MAXIMUM_POOL_SIZE))
            .variable("HSM_MAXIMUM_POOL_SIZE")
            .oldName("max-sessions")
            .oldVariable("HSM_MAX_SESSIONS");
    private static final Setting<Integer> MINIMUM_IDLE = Setting.of(
                    "minimum-idle",
                    ValueType.number(0, MOST_SESSIONS),
                    "number of idle sessions that are kept ready; never more than `maximum-pool-size`")
            .byDefault(Integer.toString(Pkcs11Config.DEFAULT_MINIMUM_IDLE));
    private static final Setting<Integer> SESSIONS_OPENED_AT_ONCE = Setting.of(
                    "sessions-opened-at-once", ValueType.number(1, MOST_SESSIONS), "sessions opened at the same time")
            .byDefault("4");
    private static final Setting<Duration> IDLE_TIMEOUT = time(
                    "idle-timeout",
                    "time after which an idle session is closed, if there are more than `minimum-idle`",
                    "10m")
            .oldName("session-keep-alive");
    private static final Setting<Duration> KEEPALIVE_TIME = time(
            "keepalive-time",
            "time after which an idle session is checked with C_GetSessionInfo. If no signature is made for so long, the login"
                    + " is checked too. Some devices end a session after 30 s without use",
            "20s");
    private static final Setting<Duration> MAX_LIFETIME =
            time("max-lifetime", "time after which a session is replaced, once it is idle", "30m");
    private static final Setting<String> INITIALIZE_PARAMETERS = Setting.of(
                    "initialize-parameters",
                    new Shape.Masked<>(ValueType.text("a text")),
                    "parameters for C_Initialize, in the syntax of the module. All tokens of a module need the"
                            + " same")
            .variable("HSM_INITIALIZE_PARAMETERS");
    private static final Setting<String> VENDOR_PROFILE = Setting.of(
                    "vendor-profile",
                    ValueType.oneOf(List.of("automatic", "generic", "cloudhsm", "softhsm")),
                    "rules for the vendor of the HSM. `automatic` detects the vendor from the information of the"
                            + " module")
            .byDefault("automatic")
            .variable("HSM_VENDOR_PROFILE");
    private static final Setting<CallingThread> CALLING_THREAD = Setting.of(
                    "calling-thread",
                    ValueType.oneOf(CallingThread.class),
                    "thread that calls the module: a separate one (`module`), which can be abandoned when it"
                            + " hangs, or the thread of the request (`caller`). `automatic` uses `caller` only for SoftHSM")
            .byDefault("automatic");
    private static final Setting<Boolean> LOGIN_ON_FINAL_TRY = Setting.of(
                    "login-on-final-try",
                    ValueType.truth(),
                    "whether to log in although one more wrong PIN would lock the user")
            .byDefault("false");
    private static final Setting<SectionValues> RECOVERY = Setting.of(
            "recovery", new Shape.OfSection(RecoveryReader.SECTION, false), "retries and limits when the token fails");

    static final Section SECTION = Section.of(
            MODULE,
            PIN,
            LABEL,
            SLOT_ID,
            SERIAL,
            URI,
            MAXIMUM_POOL_SIZE,
            MINIMUM_IDLE,
            SESSIONS_OPENED_AT_ONCE,
            IDLE_TIMEOUT,
            KEEPALIVE_TIME,
            MAX_LIFETIME,
            INITIALIZE_PARAMETERS,
            VENDOR_PROFILE,
            CALLING_THREAD,
            LOGIN_ON_FINAL_TRY,
            RECOVERY);

    private TokenReader() {}

    private static Setting<Duration> time(String name, String meaning, String byDefault) {
        return Setting.of(name, ValueType.duration(Duration.ofSeconds(1), Duration.ofDays(1)), meaning)
                .byDefault(byDefault);
    }

    static String nameFromEnvironment(SectionValues values) {
        return NAME_FROM_ENVIRONMENT;
    }

    /** Returns whether a variable defines a token. */
    static boolean isMaking(String variable) {
        return variable.startsWith("HSM_");
    }

    static Optional<TokenSettings> read(SectionValues values) {
        Optional<Pkcs11Uri> uri = values.get(URI);
        Optional<Path> module = values.isSet(MODULE)
                ? values.get(MODULE)
                : uri.flatMap(Pkcs11Uri::modulePath)
                        .map(path -> PinSourceReader.existing(values, URI, "module-path", path))
                        .orElseGet(() -> values.require(MODULE));
        Optional<SecretForm> pin = values.isSet(PIN)
                ? values.get(PIN)
                : uri.flatMap(Pkcs11Uri::pinSource)
                        .map(source -> PinSourceReader.read(values, URI, source))
                        .orElseGet(() -> values.require(PIN));
        Optional<TokenSelector> byUri = uri.map(TokenSelector::of).filter(token -> !token.equals(TokenSelector.any()));
        if (byUri.isPresent()) {
            values.atMostOne("select the token", LABEL, SLOT_ID, SERIAL, URI);
        } else {
            values.atMostOne("select the token", LABEL, SLOT_ID, SERIAL);
        }
        if (module.isEmpty() || pin.isEmpty()) {
            return Optional.empty();
        }
        Pkcs11Config.Builder config = Pkcs11Config.builder(module.get())
                .pin(pin.get().pin())
                .token(byUri.orElseGet(() -> selector(values)))
                .maximumPoolSize(values.or(MAXIMUM_POOL_SIZE))
                .minimumIdle(values.or(MINIMUM_IDLE))
                .sessionsOpenedAtOnce(values.or(SESSIONS_OPENED_AT_ONCE))
                .idleTimeout(values.or(IDLE_TIMEOUT))
                .keepaliveTime(values.or(KEEPALIVE_TIME))
                .maxLifetime(values.or(MAX_LIFETIME))
                .callingThread(values.or(CALLING_THREAD))
                .loginOnFinalTry(values.or(LOGIN_ON_FINAL_TRY))
                .recovery(RecoveryReader.read(values.get(RECOVERY).orElseThrow()));
        values.get(INITIALIZE_PARAMETERS).ifPresent(config::initializeParameters);
        Optional.ofNullable(PROFILES.get(values.or(VENDOR_PROFILE))).ifPresent(config::vendorProfile);
        return values.problems()
                .attempt(values.where(), config::build)
                .map(made -> new TokenSettings(made, pin.get().file()));
    }

    private static TokenSelector selector(SectionValues values) {
        TokenSelector any = TokenSelector.any();
        return values.get(LABEL)
                .map(any::withLabel)
                .or(() -> values.get(SLOT_ID).map(any::withSlotId))
                .or(() -> values.get(SERIAL).map(any::withSerialNumber))
                .orElse(any);
    }
}

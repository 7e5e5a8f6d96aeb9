package io.github.hsmsigner.service.config;

import static io.github.hsmsigner.service.config.Setting.setting;
import static io.github.hsmsigner.service.config.ValueType.*;

import io.github.hsmsigner.pkcs11.CallingThread;
import io.github.hsmsigner.pkcs11.Pkcs11Config;
import io.github.hsmsigner.pkcs11.Pkcs11Uri;
import io.github.hsmsigner.pkcs11.TokenSelector;
import io.github.hsmsigner.pkcs11.VendorProfile;
import io.github.hsmsigner.pkcs11.health.RecoverySettings;
import io.github.hsmsigner.service.config.SecretType.Pin;
import io.github.hsmsigner.service.config.SettingType.OfNames;
import io.github.hsmsigner.service.config.SettingType.OfSection;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A PKCS#11 token. Immutable.
 *
 * @param pinFile the file that its PIN comes from; empty if it comes from elsewhere
 */
public record TokenSettings(Pkcs11Config pkcs11, Optional<Path> pinFile) {

    /** The name of a token without a name. */
    static final String NAME_FROM_ENVIRONMENT = "hsm";

    /** The most sessions that CloudHSM gives an application; a larger number is a slip of the pen on any HSM. */
    private static final int MOST_SESSIONS = 1_024;

    private static final int MAX_COUNT = 10_000;
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration DAY = Duration.ofDays(1);

    private static final Map<String, VendorProfile> PROFILES = Map.of(
            "generic", VendorProfile.generic(),
            "cloudhsm", VendorProfile.cloudHsm(),
            "softhsm", VendorProfile.softHsm());

    static final Section SECTION = new Section();
    private static final Setting<Path> MODULE =
            SECTION.define(setting("module", "HSM_MODULE", FILE), "path of the PKCS#11 module (shared library)");
    private static final Setting<Pin> PIN = SECTION.define(
            setting("pin", "HSM_PIN", SecretType.pin()), "PIN of the token's user; for CloudHSM `user:password`");
    private static final Setting<String> LABEL = SECTION.define(
            setting("label", "HSM_TOKEN_LABEL", text("the label of a token")),
            "label of the token. Default: the only token");
    private static final Setting<Long> SLOT_ID =
            SECTION.define(setting("slot-id", "HSM_SLOT_ID", UNSIGNED), "slot of the token, instead of the label");
    private static final Setting<String> SERIAL = SECTION.define(
            setting("serial", "HSM_TOKEN_SERIAL", text("the serial number of a token")),
            "serial number of the token, instead of the label");
    private static final Setting<Pkcs11Uri> URI = SECTION.define(
            setting("uri", "HSM_URI", PKCS11_URI),
            "token as a URI, instead of the label; also module and PIN by `module-path` and `pin-source`");
    private static final Setting<Integer> MAXIMUM_POOL_SIZE = SECTION.define(
            setting(
                            "maximum-pool-size",
                            "HSM_MAXIMUM_POOL_SIZE",
                            number(1, MOST_SESSIONS),
                            Pkcs11Config.DEFAULT_MAXIMUM_POOL_SIZE)
                    .oldName("max-sessions")
                    .oldVariable("HSM_MAX_SESSIONS"),
            "maximum number of sessions, up to the limit of the token");
    private static final Setting<Integer> MINIMUM_IDLE = SECTION.define(
            setting("minimum-idle", number(0, MOST_SESSIONS), Pkcs11Config.DEFAULT_MINIMUM_IDLE),
            "number of idle sessions to keep ready, up to `maximum-pool-size`");
    private static final Setting<Integer> SESSIONS_OPENED_AT_ONCE = SECTION.define(
            setting("sessions-opened-at-once", number(1, MOST_SESSIONS), Pkcs11Config.DEFAULT_SESSIONS_OPENED_AT_ONCE),
            "sessions opened at the same time");
    private static final Setting<Duration> IDLE_TIMEOUT = SECTION.define(
            setting("idle-timeout", duration(SECOND, DAY), Pkcs11Config.DEFAULT_IDLE_TIMEOUT)
                    .oldName("session-keep-alive"),
            "time after which an idle session above `minimum-idle` is closed");
    private static final Setting<Duration> KEEPALIVE_TIME = SECTION.define(
            setting("keepalive-time", duration(SECOND, DAY), Pkcs11Config.DEFAULT_KEEPALIVE_TIME),
            "time after which an idle session is checked, and without any signature the login too");
    private static final Setting<Duration> MAX_LIFETIME = SECTION.define(
            setting("max-lifetime", duration(SECOND, DAY), Pkcs11Config.DEFAULT_MAX_LIFETIME),
            "age at which an idle session is replaced");
    private static final Setting<String> INITIALIZE_PARAMETERS = SECTION.define(
            setting(
                    "initialize-parameters",
                    "HSM_INITIALIZE_PARAMETERS",
                    text("a text").masked()),
            "parameters for C_Initialize; the same for all tokens of a module");
    private static final Setting<String> VENDOR_PROFILE = SECTION.define(
            setting(
                    "vendor-profile",
                    "HSM_VENDOR_PROFILE",
                    oneOf("automatic", "generic", "cloudhsm", "softhsm"),
                    "automatic"),
            "rules for the vendor of the HSM; `automatic` detects the vendor");
    private static final Setting<CallingThread> CALLING_THREAD = SECTION.define(
            setting("calling-thread", oneOf(CallingThread.class), "automatic"),
            "thread that calls the module: the request's (`caller`), or a separate one (`module`), which can be"
                    + " abandoned. `automatic`: `caller` only for SoftHSM");
    private static final Setting<Boolean> LOGIN_ON_FINAL_TRY = SECTION.define(
            setting("login-on-final-try", TRUTH, "false"),
            "whether to log in although one more wrong PIN would lock the user");

    private static final Section RECOVERY = new Section();
    private static final RecoverySettings DEFAULTS = RecoverySettings.defaults();
    private static final Setting<Duration> FIRST_RETRY_PAUSE = RECOVERY.define(
            pause("first-retry-pause", DEFAULTS.firstRetryPause()),
            "pause before the first retry of a request, doubled each time");
    private static final Setting<Duration> LONGEST_RETRY_PAUSE =
            RECOVERY.define(pause("longest-retry-pause", DEFAULTS.longestRetryPause()), "maximum of that pause");
    private static final Setting<Integer> FAILURES_TO_OPEN = RECOVERY.define(
            setting("failures-to-open", number(1, MAX_COUNT), DEFAULTS.failuresToOpen()),
            "device failures in a row after which the circuit breaker opens");
    private static final Setting<Duration> FIRST_PROBE_PAUSE = RECOVERY.define(
            pause("first-probe-pause", DEFAULTS.firstProbePause()),
            "pause before the first probe of an open circuit breaker, doubled each time");
    private static final Setting<Duration> LONGEST_PROBE_PAUSE =
            RECOVERY.define(pause("longest-probe-pause", DEFAULTS.longestProbePause()), "maximum of that pause");
    private static final Setting<Duration> PIN_CHECK_PAUSE = RECOVERY.define(
            pause("pin-check-pause", DEFAULTS.pinCheckPause()), "interval of checks for another PIN after a rejection");
    private static final Setting<Duration> DRAIN_LIMIT = RECOVERY.define(
            pause("drain-limit", DEFAULTS.drainLimit()),
            "time to wait for calls in progress, before the module is initialised again or the token closed");
    private static final Setting<Integer> HUNG_CALL_LIMIT = RECOVERY.define(
            setting("hung-call-limit", number(1, MAX_COUNT), DEFAULTS.hungCallLimit()),
            "hanging calls that make the token unhealthy");
    private static final Setting<Duration> REGROW_PAUSE = RECOVERY.define(
            pause("regrow-pause", DEFAULTS.regrowPause()),
            "pause before another session is opened after the token had none free");
    private static final Setting<Duration> HANG_LIMIT = RECOVERY.define(
            pause("hang-limit", DEFAULTS.hangLimit()), "time in the module after which a call counts as hanging");
    private static final Setting<Duration> NO_SUCCESS_LIMIT = RECOVERY.define(
            pause("no-success-limit", DEFAULTS.noSuccessLimit()),
            "time of failures without a success after which the circuit breaker opens");
    private static final Setting<SectionValues> RECOVERY_SECTION = SECTION.define(
            setting("recovery", OfSection.required(RECOVERY)), "retries and limits when the token fails");

    /** Variables that begin with HSM_ define a token. */
    static final OfNames TYPE =
            new OfNames(SECTION, NAME, variable -> variable.startsWith("HSM_"), values -> NAME_FROM_ENVIRONMENT);

    private static Setting<Duration> pause(String name, Duration defaultValue) {
        return setting(name, duration(Duration.ofMillis(1), Duration.ofHours(1)), defaultValue);
    }

    static Optional<TokenSettings> read(SectionValues values) {
        Optional<Pkcs11Uri> uri = values.get(URI);
        Optional<Path> module = values.isSet(MODULE)
                ? values.get(MODULE)
                : uri.flatMap(Pkcs11Uri::modulePath)
                        .map(path -> existingFile(values, URI, "module-path", path))
                        .orElseGet(() -> values.require(MODULE).map(v -> v.value(MODULE)));
        Optional<Pin> pin = values.isSet(PIN)
                ? values.get(PIN)
                : uri.flatMap(Pkcs11Uri::pinSource)
                        .map(source -> pin(values, URI, source))
                        .orElseGet(() -> values.require(PIN).map(v -> v.value(PIN)));
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
                .pin(pin.get().source())
                .token(byUri.orElseGet(() -> selector(values)))
                .maximumPoolSize(values.value(MAXIMUM_POOL_SIZE))
                .minimumIdle(values.value(MINIMUM_IDLE))
                .sessionsOpenedAtOnce(values.value(SESSIONS_OPENED_AT_ONCE))
                .idleTimeout(values.value(IDLE_TIMEOUT))
                .keepaliveTime(values.value(KEEPALIVE_TIME))
                .maxLifetime(values.value(MAX_LIFETIME))
                .callingThread(values.value(CALLING_THREAD))
                .loginOnFinalTry(values.value(LOGIN_ON_FINAL_TRY))
                .recovery(recovery(values.value(RECOVERY_SECTION)));
        values.get(INITIALIZE_PARAMETERS).ifPresent(config::initializeParameters);
        Optional.ofNullable(PROFILES.get(values.value(VENDOR_PROFILE))).ifPresent(config::vendorProfile);
        return values.attempt(config::build)
                .map(made -> new TokenSettings(made, pin.get().file()));
    }

    /**
     * Returns the token that the URI of a key names, with the default of each setting. Reports an attribute that is
     * missing or cannot be used.
     */
    static Optional<TokenSettings> of(SectionValues key, Setting<?> setting, Pkcs11Uri uri) {
        if (uri.modulePath().isEmpty() || uri.pinSource().isEmpty()) {
            key.report(
                    setting,
                    "names a token, so it needs both module-path and pin-source, as in"
                            + " pkcs11:token=T;object=K?module-path=/usr/lib/module.so&pin-source=/run/secrets/pin. Or remove both, and"
                            + " set tokens");
            return Optional.empty();
        }
        Optional<Path> module = uri.modulePath().flatMap(path -> existingFile(key, setting, "module-path", path));
        Optional<Pin> pin = uri.pinSource().flatMap(source -> pin(key, setting, source));
        return module.flatMap(file -> pin.map(secret -> new TokenSettings(
                Pkcs11Config.builder(file)
                        .pin(secret.source())
                        .token(TokenSelector.of(uri))
                        .build(),
                secret.file())));
    }

    /** Returns whether both select the same token of the same module. */
    boolean isOnSameToken(TokenSettings other) {
        return pkcs11.module().equals(other.pkcs11.module()) && pkcs11.token().equals(other.pkcs11.token());
    }

    private static TokenSelector selector(SectionValues values) {
        TokenSelector any = TokenSelector.any();
        return values.get(LABEL)
                .map(any::withLabel)
                .or(() -> values.get(SLOT_ID).map(any::withSlotId))
                .or(() -> values.get(SERIAL).map(any::withSerialNumber))
                .orElse(any);
    }

    private static RecoverySettings recovery(SectionValues values) {
        RecoverySettings.Builder recovery = RecoverySettings.builder()
                .failuresToOpen(values.value(FAILURES_TO_OPEN))
                .pinCheckPause(values.value(PIN_CHECK_PAUSE))
                .drainLimit(values.value(DRAIN_LIMIT))
                .hungCallLimit(values.value(HUNG_CALL_LIMIT))
                .regrowPause(values.value(REGROW_PAUSE))
                .hangLimit(values.value(HANG_LIMIT))
                .noSuccessLimit(values.value(NO_SUCCESS_LIMIT));
        values.attempt(() -> recovery.retryPauses(values.value(FIRST_RETRY_PAUSE), values.value(LONGEST_RETRY_PAUSE)));
        values.attempt(() -> recovery.probePauses(values.value(FIRST_PROBE_PAUSE), values.value(LONGEST_PROBE_PAUSE)));
        return recovery.build();
    }

    /**
     * Reads the attribute pin-source of a PKCS#11 URI (RFC 7512, section 2.4): a path, a {@code file:} URI (RFC 8089),
     * or a bar and the path of a command. The percent signs of the {@code file:} URI are resolved already.
     */
    private static Optional<Pin> pin(SectionValues values, Setting<?> uri, String source) {
        SecretType<Pin> type = SecretType.pin();
        if (source.startsWith("|")) {
            return existingFile(values, uri, "pin-source", source.substring(1))
                    .map(command -> type.printed().apply(List.of(command.toString()), SecretType.COMMAND_LIMIT));
        }
        String path = source.replaceFirst("^file:(//(?=/))?", "");
        return SECRET_FILE
                .parse(path, whereInUri(values, uri, "pin-source"), values.problems())
                .map(type.inFile());
    }

    private static Optional<Path> existingFile(SectionValues values, Setting<?> uri, String attribute, String path) {
        return ValueType.FILE.parse(path, whereInUri(values, uri, attribute), values.problems());
    }

    private static String whereInUri(SectionValues values, Setting<?> uri, String attribute) {
        return values.where(uri) + ", in " + attribute + ",";
    }
}

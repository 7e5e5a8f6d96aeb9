package io.github.hsmsigner.service.config;

import static io.github.hsmsigner.service.config.Setting.setting;
import static io.github.hsmsigner.service.config.ValueType.*;

import io.github.hsmsigner.access.AccessSettings;
import io.github.hsmsigner.audit.AuditFileSettings;
import io.github.hsmsigner.service.config.SettingType.OfSection;
import io.github.hsmsigner.service.server.ListenerSettings;
import io.github.hsmsigner.service.server.ServerSettings;
import io.github.hsmsigner.service.server.TlsSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * All settings of the service, and the table of their definitions. The table determines the names, the effective
 * configuration, and the reference. Immutable.
 *
 * @param keys at least one, in the order of the settings, as the tokens
 * @param warnings settings that work, and that an operator should change, such as old names; one sentence each
 */
public record ServiceSettings(
        ServerSettings server,
        LogSettings log,
        Map<String, TokenSettings> tokens,
        Map<String, KeySettings> keys,
        SignatureSettings signatures,
        AccessSettings access,
        Optional<AuditFileSettings> audit,
        List<String> warnings) {

    private static final Section AUDIT = new Section();
    private static final Setting<Path> AUDIT_FILE =
            AUDIT.define(setting("file", "SIGNING_AUDIT_FILE", PATH), "file of the audit log. Default: no audit log");
    private static final Setting<Long> ROTATE_AT = AUDIT.define(
            setting("rotate-at", "SIGNING_AUDIT_ROTATE_AT", size(0, Long.MAX_VALUE), "100MiB"),
            "size at which a new file begins, 64KiB or more; 0 for never");
    private static final Setting<Duration> TIME_LIMIT = AUDIT.define(
            setting(
                    "time-limit",
                    "SIGNING_AUDIT_TIME_LIMIT",
                    duration(Duration.ofMillis(1), Duration.ofHours(1)),
                    "5s"),
            "maximum time to write a line to disk, never past the deadline; after it the request is refused");
    private static final Setting<Integer> MAX_WAITING = AUDIT.define(
            setting("max-waiting", number(1, 1_000_000), "1024"), "maximum number of lines waiting to be written");
    private static final Setting<Long> RESERVE = AUDIT.define(
            setting("reserve", "SIGNING_AUDIT_RESERVE", size(0, Long.MAX_VALUE), "256MiB"),
            "disk space [reserved for signatures](audit-log.md#requests-of-unknown-callers); 0 for none");

    static final Section ROOT = new Section();
    static final Setting<SectionValues> SERVER =
            ROOT.define(setting("server", OfSection.required(ServerReader.SECTION)), "the HTTP server");
    static final Setting<SectionValues> LOG =
            ROOT.define(setting("log", OfSection.required(LogSettings.SECTION)), "the log");
    static final Setting<Map<String, SectionValues>> TOKENS =
            ROOT.define(setting("tokens", TokenSettings.TYPE), "PKCS#11 tokens. You choose the names");
    static final Setting<Map<String, SectionValues>> KEYS = ROOT.define(
            setting("keys", KeyReader.TYPE), "signing keys. You choose the names, which policies and logs use");
    static final Setting<SectionValues> SIGNATURES =
            ROOT.define(setting("signatures", OfSection.required(SignatureSettings.SECTION)), "creation of signatures");
    static final Setting<SectionValues> ACCESS =
            ROOT.define(setting("access", AccessReader.TYPE), "permissions of callers");
    static final Setting<SectionValues> AUDIT_SECTION =
            ROOT.define(setting("audit", OfSection.optional(AUDIT)), "the audit log");

    /** Variables that are no setting of the file, with their meanings. */
    static final Map<String, String> VARIABLES_ONLY = Map.of(
            SettingsReader.FILE_VARIABLE,
            "YAML file with settings",
            KeyReader.NAME_VARIABLE,
            "name of the key that the environment sets. Default: its label, otherwise its id, otherwise"
                    + " `hsm`, `keystore` or the scheme of its URI");

    /** Returns all variables of the environment that count. */
    static List<String> variables() {
        List<String> names = new ArrayList<>(VARIABLES_ONLY.keySet());
        addVariables(ROOT, names);
        return names.stream().distinct().sorted().toList();
    }

    private static void addVariables(Section section, List<String> names) {
        for (Setting<?> setting : section.settings()) {
            names.addAll(setting.variables());
            setting.type().inner().ifPresent(inner -> addVariables(inner, names));
        }
    }

    static Optional<AuditFileSettings> audit(SectionValues values) {
        return values.require(AUDIT_FILE)
                .flatMap(v -> v.attempt(
                        ROTATE_AT,
                        () -> new AuditFileSettings(
                                v.value(AUDIT_FILE),
                                v.value(ROTATE_AT),
                                v.value(TIME_LIMIT),
                                v.value(MAX_WAITING),
                                v.value(RESERVE))));
    }

    /**
     * The parts of the settings that can be checked without a token. Parts with a problem are absent, so that the other
     * parts can be checked in the same round. Immutable.
     *
     * @param log has a default for each value that cannot be used
     * @param keyNames the names of all keys, including unusable keys
     */
    public record UsableSettings(
            LogSettings log,
            List<ListenerSettings> listeners,
            Optional<TlsSettings> tls,
            Set<String> keyNames,
            Map<String, KeySettings> keys,
            Optional<SignatureSettings> signatures,
            Optional<AccessSettings> access,
            Optional<AuditFileSettings> audit) {

        /** {@return all parts of settings without a problem} */
        public static UsableSettings of(ServiceSettings settings) {
            return new UsableSettings(
                    settings.log(),
                    Stream.concat(Stream.of(settings.server().listener()), settings.server().admin().stream())
                            .toList(),
                    settings.server().tls(),
                    settings.keys().keySet(),
                    settings.keys(),
                    Optional.of(settings.signatures()),
                    Optional.of(settings.access()),
                    settings.audit());
        }

        /** Returns the log alone, for a file that cannot be read: nothing is known of the other parts. */
        static UsableSettings ofLog(LogSettings log) {
            return new UsableSettings(
                    log,
                    List.of(),
                    Optional.empty(),
                    Set.of(),
                    Map.of(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty());
        }
    }
}

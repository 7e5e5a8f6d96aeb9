package io.github.hsmsigner.service.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The table of all settings. It determines the readable and the unknown names, the effective configuration, and the
 * reference.
 */
final class SettingsTable {

    /** The variable that names the file. */
    static final String FILE_VARIABLE = "SIGNING_SERVICE_CONFIG";

    static final Setting<SectionValues> SERVER =
            Setting.of("server", new Shape.OfSection(ServerReader.SECTION, false), "the HTTP server");
    static final Setting<SectionValues> LOG =
            Setting.of("log", new Shape.OfSection(LogReader.SECTION, false), "the log");
    static final Setting<Map<String, SectionValues>> TOKENS = Setting.of(
            "tokens",
            new Shape.OfNames(TokenReader.SECTION, names(), TokenReader::nameFromEnvironment, TokenReader::isMaking),
            "PKCS#11 tokens. You choose the names");
    static final Setting<Map<String, SectionValues>> KEYS = Setting.of(
            "keys",
            new Shape.OfNames(KeyReader.SECTION, names(), KeyReader::nameFromEnvironment, KeyReader::isMaking),
            "signing keys. You choose the names, which policies and logs use");
    static final Setting<SectionValues> SIGNATURES =
            Setting.of("signatures", new Shape.OfSection(SignatureReader.SECTION, false), "creation of signatures");
    static final Setting<SectionValues> ACCESS = Setting.of("access", AccessReader.SHAPE, "permissions of callers");
    static final Setting<SectionValues> AUDIT =
            Setting.of("audit", new Shape.OfSection(AuditReader.SECTION, true), "the audit log");

    static final Section ROOT = Section.of(SERVER, LOG, TOKENS, KEYS, SIGNATURES, ACCESS, AUDIT);

    /** Variables that are no setting of the file, with their meanings. */
    static final Map<String, String> VARIABLES_ONLY = Map.of(
            FILE_VARIABLE,
            "YAML file with settings",
            KeyReader.NAME_VARIABLE,
            "name of the key that the environment sets. Default: its label, otherwise its id, otherwise"
                    + " `hsm` or `keystore`");

    private SettingsTable() {}

    /** Returns all variables of the environment that count. */
    static List<String> variables() {
        List<String> names = new ArrayList<>(VARIABLES_ONLY.keySet());
        addVariables(ROOT, names);
        return names.stream().distinct().sorted().toList();
    }

    private static void addVariables(Section section, List<String> names) {
        for (Setting<?> setting : section.settings()) {
            names.addAll(setting.variables());
            section(setting.shape()).ifPresent(inner -> addVariables(inner, names));
        }
    }

    /** Returns the settings within a shape. */
    static Optional<Section> section(Shape<?> shape) {
        if (shape instanceof Shape.OfSection one) {
            return Optional.of(one.section());
        }
        if (shape instanceof Shape.OfNames many) {
            return Optional.of(many.section());
        }
        return shape instanceof Shape.OfList list ? Optional.of(list.section()) : Optional.empty();
    }

    private static ValueType<String> names() {
        return ValueType.name();
    }
}

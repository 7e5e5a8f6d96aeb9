package io.github.hsmsigner.service.config;

import io.github.hsmsigner.service.auth.AccessSettings;
import io.github.hsmsigner.service.auth.ClientCertificateSettings;
import io.github.hsmsigner.service.auth.JwtSettings;
import io.github.hsmsigner.service.server.ServerSettings;
import io.github.hsmsigner.service.server.TlsSettings;
import io.github.hsmsigner.service.server.TlsSettings.ClientCertificates;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Reads the settings of the service from environment variables, and from the file in YAML that
 * {@code SIGNING_SERVICE_CONFIG} names. Where both set the same, the environment counts. A variable that is empty
 * counts as absent.
 */
public final class SettingsReader {

    /** The variable that names the file in YAML. */
    public static final String FILE_VARIABLE = SettingsTable.FILE_VARIABLE;

    private static final String CALLBACK_PORT = "SIGNING_SERVICE_PORT";
    private static final String DEFAULT_PORT = "6000";

    private final Environment environment;
    private final Problems problems = new Problems();
    private final SectionValues values;

    /** Otherwise defaults replace the values of the file. */
    private final boolean fileReadable;

    private final Map<String, KeySettings> usableKeys = new LinkedHashMap<>();

    private SettingsReader(Map<String, String> variables) {
        this.environment = new Environment(variables);
        Optional<Path> file = environment
                .setting(SettingsTable.FILE_VARIABLE)
                .flatMap(path -> Texts.read(path, ValueType.file(), SettingsTable.FILE_VARIABLE, problems));
        YamlValue.Fields fields =
                file.map(path -> YamlFile.read(path, problems)).orElseGet(YamlValue.Fields::none);
        this.fileReadable = problems.isEmpty();
        Place top = new Place("", true, new Place.Context(environment, problems, file.isPresent()));
        this.values = SettingsTable.ROOT.read(fields, Optional.empty(), top);
    }

    /**
     * Reads the settings.
     *
     * @param variables the environment variables
     * @return the settings
     * @throws InvalidSettingsException if anything is wrong with them; it holds everything that is
     */
    public static ServiceSettings read(Map<String, String> variables) throws InvalidSettingsException {
        return read(variables, log -> {});
    }

    /**
     * Reads the settings, those of the log first: other parts may log while they are read.
     *
     * @param variables the environment variables
     * @param log takes the settings of the log before anything can be logged
     * @return the settings
     * @throws InvalidSettingsException if anything is wrong with them; it holds everything that is
     */
    public static ServiceSettings read(Map<String, String> variables, Consumer<LogSettings> log)
            throws InvalidSettingsException {
        SettingsReader reader = new SettingsReader(variables);
        log.accept(LogReader.read(reader.section(SettingsTable.LOG)));
        return reader.settings();
    }

    /**
     * Reads the settings of the log alone.
     *
     * @param variables the environment variables
     * @return the settings of the log; the defaults for settings that cannot be read
     */
    public static LogSettings logSettings(Map<String, String> variables) {
        return LogReader.read(new SettingsReader(variables).section(SettingsTable.LOG));
    }

    /** Returns the values of all settings, once it is clear that they can work. */
    static SectionValues values(Map<String, String> variables) throws InvalidSettingsException {
        SettingsReader reader = new SettingsReader(variables);
        reader.settings();
        return reader.values;
    }

    private ServiceSettings settings() throws InvalidSettingsException {
        LogSettings log = LogReader.read(section(SettingsTable.LOG));
        Map<String, TokenSettings> tokens = new LinkedHashMap<>();
        Map<String, KeySettings> keys = new LinkedHashMap<>();
        readKeys(tokens, keys);
        int beforeSignatures = problems.count();
        SignatureSettings signatures = SignatureReader.read(section(SettingsTable.SIGNATURES));
        boolean signaturesUsable = isUsable(SettingsTable.SIGNATURES, beforeSignatures);
        Optional<AccessSettings> access = AccessReader.read(
                section(SettingsTable.ACCESS),
                values.get(SettingsTable.KEYS).orElse(Map.of()).keySet(),
                ServerReader.isLoopback(section(SettingsTable.SERVER)));
        ServerSettings server = ServerReader.read(
                section(SettingsTable.SERVER),
                access.map(SettingsReader::longestJwt).orElse(0));
        int beforeAudit = problems.count();
        var audit = AuditReader.read(section(SettingsTable.AUDIT));
        boolean auditUsable = isUsable(SettingsTable.AUDIT, beforeAudit);
        access.ifPresent(settings -> checkClientCertificates(settings, server.tls()));
        environment.findPortOfAnotherService(CALLBACK_PORT, DEFAULT_PORT, problems);
        environment.findUnknown(SettingsTable.variables(), problems);
        if (!problems.isEmpty()) {
            throw new InvalidSettingsException(
                    problems.sentences(),
                    fileReadable
                            ? new UsableSettings(
                                    log,
                                    ServerReader.usableListeners(section(SettingsTable.SERVER), server),
                                    ServerReader.usableTls(section(SettingsTable.SERVER), server),
                                    values.get(SettingsTable.KEYS)
                                            .orElse(Map.of())
                                            .keySet(),
                                    usableKeys,
                                    Optional.of(signatures).filter(read -> signaturesUsable),
                                    access,
                                    audit.filter(read -> auditUsable))
                            : UsableSettings.ofLog(log));
        }
        return new ServiceSettings(
                server, log, tokens, keys, signatures, access.orElseThrow(), audit, problems.warnings());
    }

    private static int longestJwt(AccessSettings access) {
        return access.policies().stream()
                .filter(JwtSettings.class::isInstance)
                .mapToInt(policy -> ((JwtSettings) policy).maxTokenBytes())
                .max()
                .orElse(0);
    }

    private boolean isUsable(Setting<SectionValues> setting, int problemsBefore) {
        return problems.count() == problemsBefore && section(setting).isUsable();
    }

    private SectionValues section(Setting<SectionValues> setting) {
        return values.get(setting).orElseThrow();
    }

    private void readKeys(Map<String, TokenSettings> tokens, Map<String, KeySettings> keys) {
        Map<String, SectionValues> tokenValues =
                values.get(SettingsTable.TOKENS).orElse(Map.of());
        Map<String, SectionValues> keyValues = values.get(SettingsTable.KEYS).orElse(Map.of());
        if (keyValues.isEmpty()) {
            problems.addSentence("No signing key is set: HSM_MODULE and HSM_PIN name one on an HSM,"
                    + " SIGNING_KEYSTORE and SIGNING_KEYSTORE_PASSWORD one in a PKCS#12 file.");
        }
        if (isOnHsmAndInKeyStore()) {
            return;
        }
        tokenValues.forEach((name, token) -> TokenReader.read(token).ifPresent(read -> tokens.put(name, read)));
        keyValues.forEach((name, key) -> {
            int before = problems.count();
            Optional<KeySettings> read = KeyReader.read(key, tokenValues.keySet());
            read.ifPresent(settings -> keys.put(name, settings));
            read.filter(settings -> problems.count() == before && key.isUsable())
                    .ifPresent(settings -> usableKeys.put(name, settings));
        });
        if (problems.isEmpty()) {
            findUnused(tokenValues, keys);
        }
    }

    /** The environment is about one key. */
    private boolean isOnHsmAndInKeyStore() {
        List<String> hsm = set("HSM_");
        List<String> keyStore = set("SIGNING_KEYSTORE");
        boolean both = !hsm.isEmpty() && !keyStore.isEmpty();
        if (both) {
            problems.addSentence("The key is either on an HSM or in a key store, but both are set: "
                    + String.join(", ", hsm) + " and " + String.join(", ", keyStore) + ".");
        }
        return both;
    }

    private List<String> set(String prefix) {
        return SettingsTable.variables().stream()
                .filter(name -> name.startsWith(prefix))
                .filter(name -> environment.setting(name).isPresent() && !environment.isReferredTo(name))
                .toList();
    }

    private void findUnused(Map<String, SectionValues> tokens, Map<String, KeySettings> keys) {
        Set<String> used = new HashSet<>();
        for (KeySettings key : keys.values()) {
            if (key instanceof KeySettings.OnToken onToken) {
                used.addAll(onToken.tokens());
            }
        }
        tokens.forEach((name, token) -> {
            if (!used.contains(name)) {
                problems.add(token.where(), "is a token that no key is on");
            }
        });
    }

    private void checkClientCertificates(AccessSettings access, Optional<TlsSettings> tls) {
        boolean wanted = access.policies().stream().anyMatch(ClientCertificateSettings.class::isInstance);
        if (wanted
                && tls.filter(t -> t.clientCertificates() != ClientCertificates.NONE)
                        .isEmpty()) {
            problems.add(
                    section(SettingsTable.ACCESS).where(),
                    "has a policy over client certificates, which server.tls.client-certificates must ask for, as optional"
                            + " or required");
        }
    }
}

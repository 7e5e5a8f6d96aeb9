package io.github.hsmsigner.service.config;

import io.github.hsmsigner.access.AccessSettings;
import io.github.hsmsigner.access.ClientCertificateSettings;
import io.github.hsmsigner.access.JwtSettings;
import io.github.hsmsigner.audit.AuditFileSettings;
import io.github.hsmsigner.service.config.ServiceSettings.UsableSettings;
import io.github.hsmsigner.service.server.ServerSettings;
import io.github.hsmsigner.service.server.TlsSettings;
import io.github.hsmsigner.service.server.TlsSettings.ClientCertificates;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Reads the settings of the service from environment variables, and from the file in YAML that
 * {@code SIGNING_SERVICE_CONFIG} names. Where both set the same, the environment counts. A variable that is empty
 * counts as absent.
 */
public final class SettingsReader {

    /** The variable that names the file in YAML. */
    public static final String FILE_VARIABLE = "SIGNING_SERVICE_CONFIG";

    private final Environment environment;
    private final Problems problems = new Problems();
    private final SectionValues values;

    /** Otherwise defaults replace the values of the file. */
    private final boolean fileReadable;

    private SettingsReader(Map<String, String> variables) {
        this.environment = new Environment(variables);
        Optional<Path> file =
                environment.setting(FILE_VARIABLE).flatMap(path -> ValueType.FILE.parse(path, FILE_VARIABLE, problems));
        YamlValue.Fields fields =
                file.map(path -> YamlFile.read(path, problems)).orElseGet(YamlValue.Fields::none);
        this.fileReadable = problems.count() == 0;
        ReadContext top = new ReadContext("", true, environment, problems, file.isPresent());
        this.values = ServiceSettings.ROOT.read(fields, Optional.empty(), top);
    }

    /** The configuration file, which can be read again. Immutable; printing it shows only the path. */
    public record SettingsFile(Path path, Map<String, String> variables) {

        /** {@return the file; empty if all settings come from the environment} */
        public static Optional<SettingsFile> of(Map<String, String> variables) {
            return Optional.ofNullable(variables.get(FILE_VARIABLE))
                    .filter(path -> !path.isEmpty())
                    .map(path -> new SettingsFile(Path.of(path), Map.copyOf(variables)));
        }

        /** {@return the settings, from the file as it is now and the environment as it was} */
        public ServiceSettings read() throws InvalidSettingsException {
            return SettingsReader.read(variables);
        }

        @Override
        public String toString() {
            return "SettingsFile[" + path + "]";
        }
    }

    /** {@return the settings} */
    public static ServiceSettings read(Map<String, String> variables) throws InvalidSettingsException {
        return read(variables, log -> {});
    }

    /** {@return the settings, after the log settings were passed on: other parts may log while they are read} */
    public static ServiceSettings read(Map<String, String> variables, Consumer<LogSettings> log)
            throws InvalidSettingsException {
        SettingsReader reader = new SettingsReader(variables);
        log.accept(LogSettings.read(reader.values.value(ServiceSettings.LOG)));
        return reader.settings();
    }

    /** {@return the settings of the log, with defaults for settings that cannot be read} */
    public static LogSettings logSettings(Map<String, String> variables) {
        return LogSettings.read(new SettingsReader(variables).values.value(ServiceSettings.LOG));
    }

    /** Returns the values of all settings, once it is clear that they can work. */
    static SectionValues values(Map<String, String> variables) throws InvalidSettingsException {
        SettingsReader reader = new SettingsReader(variables);
        reader.settings();
        return reader.values;
    }

    private ServiceSettings settings() throws InvalidSettingsException {
        LogSettings log = LogSettings.read(values.value(ServiceSettings.LOG));
        Map<String, TokenSettings> tokens = new LinkedHashMap<>();
        Map<String, KeySettings> keys = new LinkedHashMap<>();
        Set<String> keyNames =
                values.getOrDefault(ServiceSettings.KEYS, Map.of()).keySet();
        readKeys(tokens, keys);
        Optional<SignatureSettings> signatures = values.value(ServiceSettings.SIGNATURES)
                .ifUsable(section -> Optional.of(SignatureSettings.read(section)));
        SectionValues serverValues = values.value(ServiceSettings.SERVER);
        Optional<AccessSettings> access = AccessReader.read(
                values.value(ServiceSettings.ACCESS), keyNames, ServerReader.isLoopback(serverValues));
        ServerSettings server = ServerReader.read(
                serverValues,
                access.map(SettingsReader::longestJwt).orElse(0),
                signatures.map(SignatureSettings::deadline));
        Optional<AuditFileSettings> audit = values.optional(ServiceSettings.AUDIT_SECTION)
                .flatMap(section -> section.ifUsable(ServiceSettings::audit));
        access.ifPresent(settings -> checkClientCertificates(settings, server.tls()));
        environment.findPortOfAnotherService(ServerReader.PORT, problems);
        environment.findUnknown(ServiceSettings.variables(), problems);
        if (problems.count() > 0) {
            UsableSettings usable = new UsableSettings(
                    log,
                    ServerReader.usableListeners(serverValues, server),
                    ServerReader.usableTls(serverValues, server),
                    Collections.unmodifiableSet(keyNames),
                    Collections.unmodifiableMap(keys),
                    signatures,
                    access,
                    audit);
            throw new InvalidSettingsException(problems.sentences(), fileReadable ? usable : UsableSettings.ofLog(log));
        }
        return new ServiceSettings(
                server,
                log,
                Collections.unmodifiableMap(tokens),
                Collections.unmodifiableMap(keys),
                signatures.orElseThrow(),
                access.orElseThrow(),
                audit,
                problems.warnings());
    }

    private static int longestJwt(AccessSettings access) {
        return access.policies().stream()
                .filter(JwtSettings.class::isInstance)
                .mapToInt(policy -> ((JwtSettings) policy).maxTokenBytes())
                .max()
                .orElse(0);
    }

    private void readKeys(Map<String, TokenSettings> tokens, Map<String, KeySettings> keys) {
        Map<String, SectionValues> tokenValues = values.getOrDefault(ServiceSettings.TOKENS, Map.of());
        Map<String, SectionValues> keyValues = values.getOrDefault(ServiceSettings.KEYS, Map.of());
        if (keyValues.isEmpty()) {
            problems.addSentence("No signing key is set: HSM_MODULE and HSM_PIN name one on an HSM,"
                    + " SIGNING_KEYSTORE and SIGNING_KEYSTORE_PASSWORD one in a PKCS#12 file, SIGNING_KEY_URI any.");
        }
        if (isOnHsmAndInKeyStore()) {
            return;
        }
        tokenValues.forEach((name, token) -> TokenSettings.read(token).ifPresent(read -> tokens.put(name, read)));
        KeyReader reader = new KeyReader(tokenValues.keySet(), tokens);
        keyValues.forEach((name, key) -> key.ifUsable(reader::read).ifPresent(read -> keys.put(name, read)));
        if (problems.count() == 0) {
            findUnused(tokenValues, keys);
        }
    }

    /** Variables of the environment describe one key. */
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
        return ServiceSettings.variables().stream()
                .filter(name -> name.startsWith(prefix))
                .filter(name -> environment.setting(name).isPresent() && !environment.isReferredTo(name))
                .toList();
    }

    private void findUnused(Map<String, SectionValues> tokens, Map<String, KeySettings> keys) {
        Set<String> used =
                keys.values().stream().flatMap(key -> key.tokens().stream()).collect(Collectors.toSet());
        boolean hasTokenOfUri = used.stream().anyMatch(name -> !tokens.containsKey(name));
        tokens.forEach((name, token) -> {
            if (!used.contains(name)) {
                problems.add(
                        token.where(),
                        "is a token that no key is on"
                                + (hasTokenOfUri
                                        ? ". A key is on it if its URI has no module-path and no pin-source, or selects the token"
                                                + " with the same attributes"
                                        : ""));
            }
        });
    }

    private void checkClientCertificates(AccessSettings access, Optional<TlsSettings> tls) {
        boolean wanted = access.policies().stream().anyMatch(ClientCertificateSettings.class::isInstance);
        if (wanted
                && tls.filter(t -> t.clientCertificates() != ClientCertificates.NONE)
                        .isEmpty()) {
            problems.add(
                    values.value(ServiceSettings.ACCESS).where(),
                    "has a policy over client certificates, which server.tls.client-certificates must ask for, as optional"
                            + " or required");
        }
    }
}

package io.github.hsmsigner.service.command;

import io.github.hsmsigner.core.certificate.CertificateFiles;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.service.config.InvalidSettingsException;
import io.github.hsmsigner.service.config.KeySettings;
import io.github.hsmsigner.service.config.ServiceSettings;
import io.github.hsmsigner.service.config.SettingsReader;
import io.github.hsmsigner.service.config.TokenSettings;
import java.nio.file.Path;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Option;

/**
 * Where the settings of a command come from: the environment, as for the service, and a file that it or an option
 * names.
 */
final class SettingsOption {

    private final Map<String, String> environment;

    @Option(
            names = {"-c", "--config"},
            paramLabel = "FILE",
            description = "YAML file with settings; instead of the variable SIGNING_SERVICE_CONFIG.")
    private Path file;

    SettingsOption(Map<String, String> environment) {
        this.environment = Map.copyOf(environment);
    }

    /** Returns the environment, with the file of the option in it. */
    Map<String, String> environment() {
        Map<String, String> all = new HashMap<>(environment);
        if (file != null) {
            all.put(SettingsReader.FILE_VARIABLE, file.toString());
        }
        return all;
    }

    ServiceSettings read() throws InvalidSettingsException {
        return SettingsReader.read(environment());
    }

    /** Returns the token of that name, or without a name the only one. */
    static Map.Entry<String, TokenSettings> token(ServiceSettings settings, String name) {
        Map<String, TokenSettings> tokens = settings.tokens();
        if (tokens.isEmpty()) {
            throw new InvalidConfigurationException("No PKCS#11 token is set: HSM_MODULE and HSM_PIN name one.");
        }
        if (name == null && tokens.size() > 1) {
            throw new InvalidConfigurationException(
                    "Say with --token which token is meant; there are " + tokens.keySet() + ".");
        }
        if (name != null && !tokens.containsKey(name)) {
            throw new InvalidConfigurationException(
                    "There is no token \"" + name + "\" in the settings; there are " + tokens.keySet() + ".");
        }
        return tokens.entrySet().stream()
                .filter(entry -> name == null || name.equals(entry.getKey()))
                .findFirst()
                .orElseThrow();
    }

    /**
     * Returns the certificates that files of the settings hold for keys on a token: the token itself may not show which
     * key is which.
     */
    static List<X509Certificate> certificates(ServiceSettings settings, String tokenName) {
        return settings.keys().values().stream()
                .filter(key ->
                        key instanceof KeySettings.OnToken on && on.tokens().contains(tokenName))
                .flatMap(key -> key.certificates().signer().stream())
                .flatMap(file -> CertificateFiles.read(file).stream())
                .distinct()
                .toList();
    }

    static List<PublicKey> publicKeys(List<X509Certificate> certificates) {
        return certificates.stream().map(X509Certificate::getPublicKey).toList();
    }
}

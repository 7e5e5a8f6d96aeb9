package io.github.hsmsigner.service.lifecycle;

import io.github.hsmsigner.core.DistinguishedName;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.service.auth.ReloadablePolicy;
import io.github.hsmsigner.service.config.InvalidSettingsException;
import io.github.hsmsigner.service.config.KeySettings;
import io.github.hsmsigner.service.config.ServiceSettings;
import io.github.hsmsigner.service.config.SettingsFile;
import io.github.hsmsigner.service.metrics.Reload;
import io.github.hsmsigner.service.metrics.ServiceMetrics;
import io.github.hsmsigner.service.server.SigningHttpServer;
import io.github.hsmsigner.service.server.TlsSettings;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The files of the settings that are reloaded when they change. Make it before they are read, so that no change is
 * missed. Not thread-safe.
 */
final class WatchedFiles {

    private final ServiceSettings settings;
    private final List<FileWatch> pins;
    private final FileWatch certificates;
    private final FileWatch policy;
    private final FileWatch tls;
    private final Optional<FileWatch> settingsFile;

    /** Reloads the files; set when the service runs. */
    private TokenManager keys;

    private ReloadablePolicy policyInForce;
    private SigningHttpServer server;

    /**
     * Takes the current content of the files as the content in use.
     *
     * @param settings the settings
     * @param source the configuration file; empty if the settings come from the environment
     * @param metrics counts the reloads
     */
    WatchedFiles(ServiceSettings settings, Optional<SettingsFile> source, ServiceMetrics metrics) {
        this.settings = settings;
        this.pins = new ArrayList<>();
        settings.tokens()
                .forEach((name, token) -> token.pinFile()
                        .ifPresent(file -> pins.add(new FileWatch(
                                "PIN file of token \"" + name + "\"",
                                () -> List.of(file),
                                () -> takeUpPin(name),
                                counted(metrics, Reload.PIN)))));
        this.certificates = new FileWatch(
                "Certificate files",
                () -> certificateFiles(settings).toList(),
                this::takeUpCertificates,
                counted(metrics, Reload.CERTIFICATES));
        this.policy =
                new FileWatch("Policy files", this::policyFiles, this::takeUpPolicy, counted(metrics, Reload.POLICY));
        this.tls = new FileWatch(
                "TLS files",
                () -> settings.server().tls().map(TlsSettings::files).orElse(List.of()),
                this::takeUpTls,
                counted(metrics, Reload.TLS));
        this.settingsFile = source.map(file -> new FileWatch(
                "Configuration file",
                () -> List.of(file.path()),
                () -> takeUpSettings(file),
                counted(metrics, Reload.POLICY)));
    }

    private List<Path> policyFiles() {
        return (policyInForce == null ? settings.access() : policyInForce.settings()).files();
    }

    private static Consumer<Boolean> counted(ServiceMetrics metrics, Reload kind) {
        return taken -> metrics.reloaded(kind, taken);
    }

    private static Stream<Path> certificateFiles(ServiceSettings settings) {
        return settings.keys().values().stream()
                .map(KeySettings::certificates)
                .flatMap(files -> Stream.concat(files.signer().stream(), files.issuers().stream()));
    }

    /** Returns the watches, which reload changed files into the running service. */
    List<FileWatch> watches(TokenManager runningKeys, ReloadablePolicy runningPolicy, SigningHttpServer running) {
        this.keys = runningKeys;
        this.policyInForce = runningPolicy;
        this.server = running;
        return all();
    }

    private List<FileWatch> all() {
        List<FileWatch> all = new ArrayList<>(pins);
        settingsFile.ifPresent(all::add);
        all.addAll(List.of(certificates, policy, tls));
        return all;
    }

    /** Returns a sentence for each change that could not be reloaded. Thread-safe. */
    List<String> problems() {
        return all().stream().map(FileWatch::problem).flatMap(Optional::stream).toList();
    }

    /** A token reads its PIN at each login, so there is nothing to do but to look whether it could. */
    private String takeUpPin(String token) {
        char[] pin = settings.tokens().get(token).pkcs11().pin().pin();
        Arrays.fill(pin, '\0');
        return "the next login uses the new PIN.";
    }

    private String takeUpCertificates() {
        List<String> changed = keys.reloadCertificates();
        return changed.isEmpty()
                ? "no change."
                : keys.registry().keys().stream()
                        .filter(key -> changed.contains(key.name()))
                        .map(key -> "key \"" + key.name() + "\" has "
                                + text(key.chain().signer()))
                        .collect(Collectors.joining("; ", "", "."));
    }

    private static String text(X509Certificate certificate) {
        return "the certificate of " + DistinguishedName.ofSubject(certificate).toString() + ", serial "
                + certificate.getSerialNumber().toString(16) + ", valid to "
                + certificate.getNotAfter().toInstant();
    }

    private String takeUpPolicy() {
        policyInForce.reload();
        return "requests are decided by the new policy.";
    }

    /** Reloads only the access settings of the file. The other settings are fixed at startup. */
    private String takeUpSettings(SettingsFile source) {
        try {
            ServiceSettings changed = source.read();
            KeyNames.requireKnown(changed.access(), settings.keys().keySet());
            policyInForce.reload(changed.access());
            return "its section \"access\" is in use; other changes require a restart.";
        } catch (InvalidSettingsException e) {
            throw new InvalidConfigurationException(String.join(" ", e.problems()), e);
        }
    }

    private String takeUpTls() {
        server.reloadTls();
        return server.tlsCertificate()
                .map(certificate -> "new connections get " + text(certificate) + ".")
                .orElse("no change.");
    }
}

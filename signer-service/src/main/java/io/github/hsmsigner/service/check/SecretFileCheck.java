package io.github.hsmsigner.service.check;

import io.github.hsmsigner.access.Secret;
import io.github.hsmsigner.service.config.KeySettings;
import io.github.hsmsigner.service.config.ServiceSettings.UsableSettings;
import io.github.hsmsigner.service.config.SignatureSettings;
import io.github.hsmsigner.service.config.SignatureSettings.TimestampSettings;
import io.github.hsmsigner.service.config.TokenSettings;
import io.github.hsmsigner.service.server.TlsSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Checks that no file with a secret can be read by every user of the machine. Permissions of the group are for the
 * operator to decide, because a mode such as 0640 with the group of the service is usual. Used once, by one thread.
 */
final class SecretFileCheck {

    /** The content of each file, as a phrase. A file that several settings name is checked once. */
    private final Map<Path, String> files = new LinkedHashMap<>();

    private SecretFileCheck() {}

    static void run(UsableSettings settings, Map<String, TokenSettings> tokens, CheckReport.Collector findings) {
        SecretFileCheck check = new SecretFileCheck();
        tokens.forEach((name, token) -> check.add("the PIN of the token \"" + name + "\"", token.pinFile()));
        settings.keys().forEach(check::addKey);
        settings.tls().ifPresent(check::addTls);
        settings.access()
                .ifPresent(access -> access.policies().stream()
                        .flatMap(policy -> policy.secretFiles().stream())
                        .forEach(file -> check.add("a secret of the policy", Optional.of(file))));
        settings.signatures()
                .flatMap(SignatureSettings::timestamps)
                .map(TimestampSettings::authorities)
                .orElse(List.of())
                .forEach(authority -> authority
                        .login()
                        .ifPresent(login -> check.add(
                                "the password for the timestamp authority "
                                        + authority.address().getHost(),
                                login.password().file())));
        check.checkModes(findings.about("secrets"));
    }

    private void addKey(String name, KeySettings key) {
        if (key instanceof KeySettings.InFile inFile) {
            add("the private key \"" + name + "\"", Optional.of(inFile.file()));
            add(
                    "the password of the private key \"" + name + "\"",
                    inFile.password().file());
        }
    }

    private void addTls(TlsSettings tls) {
        add("the private key of TLS", Optional.of(tls.privateKey()));
        add("the password of the private key of TLS", tls.privateKeyPassword().flatMap(Secret::file));
    }

    private void add(String secret, Optional<Path> file) {
        file.ifPresent(path -> files.putIfAbsent(path, secret));
    }

    private void checkModes(CheckReport.Collector findings) {
        files.forEach((file, secret) -> {
            try {
                Path real = file.toRealPath();
                Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(real);
                if (permissions.contains(PosixFilePermission.OTHERS_READ) && canBeReachedByAll(real)) {
                    findings.warning(
                            "Every user of this machine can read " + file + ", which has " + secret + ": its mode is "
                                    + PosixFilePermissions.toString(permissions) + ".",
                            "Give the file to the user of the service, and take the permissions from others: chmod o= "
                                    + file);
                }
            } catch (IOException | UnsupportedOperationException e) {
                // The check that reads the file reports that it cannot be read. File systems without modes have no
                // permissions to check.
            }
        });
    }

    /** A directory without the permission to search it hides the files below it. */
    private static boolean canBeReachedByAll(Path file) throws IOException {
        for (Path directory = file.getParent(); directory != null; directory = directory.getParent()) {
            if (!Files.getPosixFilePermissions(directory).contains(PosixFilePermission.OTHERS_EXECUTE)) {
                return false;
            }
        }
        return true;
    }
}

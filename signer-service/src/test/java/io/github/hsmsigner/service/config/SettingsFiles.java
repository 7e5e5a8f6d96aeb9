package io.github.hsmsigner.service.config;

import io.github.hsmsigner.http.TestKey;
import io.github.hsmsigner.testing.TestPki;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** Files that settings name, in a directory of a test. */
record SettingsFiles(
        Path directory,
        Path module,
        Path keyStore,
        Path certificate,
        Path issuers,
        Path root,
        Path noCertificate,
        Path pin,
        Path secret) {

    /** A PIN with what YAML, shells and property files make something else of. */
    static final String PIN = "crypto-user:pass word$ ";

    /** A signing token, long enough for a secret of HS256. */
    static final String SECRET = "zXw7:#{secret-of-the-test}-0123456789";

    static SettingsFiles write(Path directory) throws IOException {
        return new SettingsFiles(
                directory,
                Files.writeString(directory.resolve("module.so"), ""),
                TestKey.writeKeyStore(directory),
                TestPki.writePem(directory.resolve("signer.pem"), TestKey.certificate()),
                TestPki.writePem(directory.resolve("issuers.pem"), TestKey.pki().intermediate()),
                TestPki.writePem(directory.resolve("root.pem"), TestKey.pki().root()),
                Files.writeString(directory.resolve("empty.pem"), "nothing"),
                Files.writeString(directory.resolve("pin"), PIN),
                Files.writeString(directory.resolve("secret"), SECRET + "\n"));
    }

    Map<String, String> hsm(String... more) {
        return with(Map.of("HSM_MODULE", module.toString(), "HSM_PIN", PIN), more);
    }

    Map<String, String> inKeyStore(String... more) {
        return with(
                Map.of("SIGNING_KEYSTORE", keyStore.toString(), "SIGNING_KEYSTORE_PASSWORD", TestKey.PASSWORD), more);
    }

    /** The environment that names a file with this YAML, in which {@code @} before a name stands for the directory. */
    Map<String, String> yaml(String yaml, String... more) {
        try {
            Path file = Files.createTempFile(directory, "settings", ".yaml");
            Files.writeString(file, yaml.replace("@", directory + "/"));
            return with(Map.of("SIGNING_SERVICE_CONFIG", file.toString()), more);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    static Map<String, String> with(Map<String, String> variables, String... more) {
        Map<String, String> all = new HashMap<>(variables);
        for (int i = 0; i < more.length; i += 2) {
            all.put(more[i], more[i + 1]);
        }
        return all;
    }
}

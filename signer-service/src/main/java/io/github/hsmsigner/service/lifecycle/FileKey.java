package io.github.hsmsigner.service.lifecycle;

import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.SigningKey;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.core.keystore.KeyStoreSigner;
import io.github.hsmsigner.service.config.KeySettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keys in PKCS#12 files. */
public final class FileKey {

    private static final Logger LOG = LoggerFactory.getLogger(FileKey.class);
    private static final Duration PROOF_LIMIT = Duration.ofSeconds(20);

    private FileKey() {}

    /**
     * Reads and proves a key.
     *
     * @param name the name of the key
     * @param settings where it is
     * @param verifier what it must fulfil
     * @return the key, ready for use
     * @throws io.github.hsmsigner.core.error.InvalidConfigurationException if the file cannot be read with the
     *     password, or the key and its certificate do not go together
     */
    public static SigningKey open(String name, KeySettings.InFile settings, SigningKeyVerifier verifier) {
        KeyStoreSigner signer = signer(settings);
        LOG.warn("Key \"{}\" comes from the file {} and is only as safe as this process.", name, settings.file());
        return verifier.verify(
                name,
                signer,
                settings.scheme(),
                settings.certificates(),
                signer::certificates,
                Deadline.after(PROOF_LIMIT));
    }

    /**
     * Opens the keys that are in files: each either works now or never will.
     *
     * @return what is wrong with them, one sentence each
     */
    static List<String> openAll(Map<String, KeySettings> keys, SigningKeyVerifier verifier, Consumer<SigningKey> use) {
        List<String> problems = new ArrayList<>();
        keys.forEach((name, key) -> {
            if (key instanceof KeySettings.InFile inFile) {
                try {
                    use.accept(open(name, inFile, verifier));
                } catch (InvalidConfigurationException e) {
                    problems.add(e.getMessage());
                }
            }
        });
        return problems;
    }

    private static KeyStoreSigner signer(KeySettings.InFile settings) {
        char[] password = settings.password().characters();
        try {
            return KeyStoreSigner.open(settings.file(), password);
        } finally {
            Arrays.fill(password, '\0');
        }
    }
}

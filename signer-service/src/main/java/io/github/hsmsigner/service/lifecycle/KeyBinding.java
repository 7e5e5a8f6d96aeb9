package io.github.hsmsigner.service.lifecycle;

import io.github.hsmsigner.core.CertificateProvider;
import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.Signer;
import io.github.hsmsigner.core.SigningKey;
import io.github.hsmsigner.core.certificate.CertificateFiles;
import io.github.hsmsigner.core.error.SigningUnavailableException;
import io.github.hsmsigner.core.failover.FailoverSigner;
import io.github.hsmsigner.pkcs11.Pkcs11Signer;
import io.github.hsmsigner.pkcs11.Pkcs11Token;
import io.github.hsmsigner.pkcs11.health.KeyHealth;
import io.github.hsmsigner.service.config.KeySettings;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A key on one token, or on several that hold the same key. It can be used once it was found on one of them.
 * Thread-safe.
 */
public final class KeyBinding {

    private final String name;
    private final KeySettings.OnToken settings;
    private final SigningKeyVerifier verifier;
    private final Consumer<SigningKey> use;

    /** By the name of the token; replaced as a whole. */
    private volatile Map<String, Found> found = Map.of();

    /**
     * Prepares to look for the key.
     *
     * @param name the name of the key
     * @param settings where it is
     * @param verifier what it must fulfil
     * @param use takes the key when it was found, on the first token and again on each further one
     */
    public KeyBinding(
            String name, KeySettings.OnToken settings, SigningKeyVerifier verifier, Consumer<SigningKey> use) {
        this.name = name;
        this.settings = settings;
        this.verifier = verifier;
        this.use = use;
    }

    String name() {
        return name;
    }

    /** Returns the names of the tokens that are to hold the key. */
    List<String> tokens() {
        return settings.tokens();
    }

    boolean isFoundOn(String tokenName) {
        return found.containsKey(tokenName);
    }

    /**
     * Returns the health of the key on one of the tokens, which includes that of the token. Costs next to nothing.
     *
     * @return the health; empty if the key was not found there yet
     */
    Optional<KeyHealth> health(String tokenName) {
        return Optional.ofNullable(found.get(tokenName)).map(key -> key.signer().health());
    }

    /**
     * Searches for the key on one of the tokens, proves it, and puts it in use.
     *
     * @param tokenName the name of the token
     * @param token the token
     * @param deadline by when the proof is due
     * @throws io.github.hsmsigner.core.error.InvalidConfigurationException if not exactly one key is meant, or it does
     *     not go with its certificate or the same key on another token
     * @throws io.github.hsmsigner.core.error.SigningUnavailableException if the token cannot be used now
     */
    public void findOn(String tokenName, Pkcs11Token token, Deadline deadline) {
        Pkcs11Signer signer = token.signer(settings.selector(), certifiedKeys());
        signer.test(deadline);
        synchronized (this) {
            Map<String, Found> all = new LinkedHashMap<>();
            // In the order of the settings, which is the order of preference.
            for (String each : settings.tokens()) {
                if (each.equals(tokenName)) {
                    all.put(each, new Found(token, signer));
                } else if (found.containsKey(each)) {
                    all.put(each, found.get(each));
                }
            }
            List<Signer> signers =
                    all.values().stream().<Signer>map(Found::signer).toList();
            Signer one = signers.size() == 1
                    ? signer
                    : FailoverSigner.builder(signers).build();
            use.accept(verifier.verify(
                    name,
                    one,
                    settings.scheme(),
                    settings.certificates(),
                    issuers -> onTokens(all, issuers),
                    deadline));
            found = all;
        }
    }

    private List<PublicKey> certifiedKeys() {
        return settings.certificates().signer().stream()
                .flatMap(file -> CertificateFiles.read(file).stream())
                .map(X509Certificate::getPublicKey)
                .toList();
    }

    /** On the first token that can be read, so that a lost token does not prevent a reload. */
    private static CertificateProvider onTokens(Map<String, Found> all, List<X509Certificate> issuers) {
        return publicKey -> {
            SigningUnavailableException failure = null;
            for (Found on : all.values()) {
                try {
                    return on.token().certificates(issuers).certificateChain(publicKey);
                } catch (SigningUnavailableException e) {
                    failure = e;
                }
            }
            throw failure;
        };
    }

    private record Found(Pkcs11Token token, Pkcs11Signer signer) {}
}

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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The binding of a key to one token, or to several that hold the same key. The order of the tokens in the settings is
 * the failover order. The key can be used when one of the tokens has it. Thread-safe.
 */
public final class KeyBinding {

    private final String name;
    private final KeySettings.OnToken settings;
    private final SigningKeyVerifier verifier;
    private final Consumer<SigningKey> verified;

    /** By the name of the token; replaced as a whole. */
    private volatile Map<String, TokenSigner> found = Map.of();

    /** Prepares to look for the key, which is passed on when it is found on a token, and again for each further one. */
    public KeyBinding(
            String name, KeySettings.OnToken settings, SigningKeyVerifier verifier, Consumer<SigningKey> verified) {
        this.name = name;
        this.settings = settings;
        this.verifier = verifier;
        this.verified = verified;
    }

    /** Returns the names of the tokens that hold the key, in failover order. */
    List<String> tokens() {
        return settings.tokens();
    }

    boolean isFoundOn(String tokenName) {
        return found.containsKey(tokenName);
    }

    /** Returns the health of the key on a token, at once; empty if the key was not found there yet. */
    Optional<KeyHealth> health(String tokenName) {
        return Optional.ofNullable(found.get(tokenName)).map(key -> key.signer().health());
    }

    /**
     * Finds the key on one of the tokens, verifies it, and passes it on.
     *
     * @throws io.github.hsmsigner.core.error.InvalidConfigurationException if the selector does not match exactly one
     *     key, or if the key does not match its certificate or the key on another token
     * @throws io.github.hsmsigner.core.error.SigningUnavailableException if the token cannot be used now
     */
    public void findOn(String tokenName, Pkcs11Token token, Deadline deadline) {
        Pkcs11Signer signer = token.signer(settings.selector(), certifiedKeys());
        signer.test(deadline);
        synchronized (this) {
            Map<String, TokenSigner> all = new HashMap<>(found);
            all.put(tokenName, new TokenSigner(token, signer));
            List<TokenSigner> inOrder = settings.tokens().stream()
                    .filter(all::containsKey)
                    .map(all::get)
                    .toList();
            List<Signer> signers =
                    inOrder.stream().<Signer>map(TokenSigner::signer).toList();
            Signer one = signers.size() == 1
                    ? signer
                    : FailoverSigner.builder(signers).build();
            verified.accept(
                    verifier.verify(name, settings, one, issuers -> certificatesOnTokens(inOrder, issuers), deadline));
            found = all;
        }
    }

    private List<PublicKey> certifiedKeys() {
        return settings.certificates().signer().stream()
                .flatMap(file -> CertificateFiles.read(file).stream())
                .map(X509Certificate::getPublicKey)
                .toList();
    }

    /** Reads the certificate from the first token that works, so that a lost token does not prevent a reload. */
    private static CertificateProvider certificatesOnTokens(List<TokenSigner> all, List<X509Certificate> issuers) {
        return publicKey -> {
            SigningUnavailableException failure = null;
            for (TokenSigner on : all) {
                try {
                    return on.token().certificates(issuers).certificateChain(publicKey);
                } catch (SigningUnavailableException e) {
                    failure = e;
                }
            }
            throw failure;
        };
    }

    private record TokenSigner(Pkcs11Token token, Pkcs11Signer signer) {}
}

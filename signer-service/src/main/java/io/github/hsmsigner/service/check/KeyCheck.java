package io.github.hsmsigner.service.check;

import io.github.hsmsigner.core.ContainerBuilder;
import io.github.hsmsigner.core.ContainerFormat;
import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.DistinguishedName;
import io.github.hsmsigner.core.SigningKey;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.core.error.SigningException;
import io.github.hsmsigner.pkcs11.Pkcs11Token;
import io.github.hsmsigner.pkcs11.description.TokenDescription;
import io.github.hsmsigner.service.check.CheckReport.Level;
import io.github.hsmsigner.service.config.KeySettings;
import io.github.hsmsigner.service.config.SignatureSettings;
import io.github.hsmsigner.service.config.TokenSettings;
import io.github.hsmsigner.service.lifecycle.ContainerBuilders;
import io.github.hsmsigner.service.lifecycle.KeyBinding;
import io.github.hsmsigner.service.lifecycle.ProvidedKeys;
import io.github.hsmsigner.service.lifecycle.SigningKeyVerifier;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** Checks tokens and keys, and signs with each key. Used once, by one thread. */
final class KeyCheck {

    static final String ERROR_CODES =
            "https://github.com/hsmsigner/signer/blob/main/docs/troubleshooting/pkcs11-errors.md explains the error codes.";

    private static final Duration TIME_LIMIT = Duration.ofSeconds(60);

    private final Map<String, TokenSettings> tokens;
    private final Map<String, KeySettings> keys;
    private final SignatureSettings signatures;
    private final Clock clock;
    private final CheckReport.Collector findings;
    private final SigningKeyVerifier verifier;
    private final Map<String, Pkcs11Token> open = new LinkedHashMap<>();

    /** Reported only if a key does not work. On a shared token, most of these problems concern foreign keys. */
    private final Map<String, List<String>> tokenProblems = new LinkedHashMap<>();

    private Optional<ContainerBuilder> containers = Optional.empty();

    /** The format of callbacks with the signature type cades: it has a timestamp only if an authority gives one. */
    private ContainerFormat pades = ContainerFormat.PADES_B_B;

    KeyCheck(
            Map<String, TokenSettings> tokens,
            Map<String, KeySettings> keys,
            SignatureSettings signatures,
            Clock clock,
            CheckReport.Collector findings) {
        this.tokens = tokens;
        this.keys = keys;
        this.signatures = signatures;
        this.clock = clock;
        this.findings = findings;
        this.verifier = new SigningKeyVerifier(signatures, clock);
    }

    void run() {
        try {
            tokens.forEach(this::openToken);
            checkTimestamps();
            keys.forEach(this::checkKey);
        } finally {
            open.values().forEach(Pkcs11Token::close);
        }
    }

    private void openToken(String name, TokenSettings settings) {
        CheckReport.Collector about = findings.about("token", name);
        try {
            Pkcs11Token token = Pkcs11Token.open(settings.pkcs11());
            open.put(name, token);
            TokenDescription description = token.describe(Deadline.after(TIME_LIMIT));
            if (token.health().usable()) {
                about.ok("Logged in. Module " + description.module() + ". "
                        + description.keys().size() + " private keys may sign, "
                        + description.certificates().size() + " certificates.");
            } else {
                about.error(
                        token.health().reason(),
                        "Correct the PIN"
                                + settings.pinFile().map(file -> " in " + file).orElse("")
                                + " before you try again: tokens lock a user after a few wrong ones.");
            }
            tokenProblems.put(name, description.problems());
        } catch (InvalidConfigurationException e) {
            about.error(e.getMessage(), "Correct module, label, slot or URI of the token.");
        } catch (SigningException e) {
            about.error(
                    e.getMessage(),
                    "See that the HSM can be reached from here and that its client is set up; " + ERROR_CODES);
        }
    }

    private void checkTimestamps() {
        try {
            containers = Optional.of(ContainerBuilders.of(signatures));
            boolean available = signatures
                    .timestamps()
                    .filter(timestamps -> TimestampCheck.run(timestamps, findings))
                    .isPresent();
            pades = available ? ContainerFormat.PADES_B_T : ContainerFormat.PADES_B_B;
        } catch (InvalidConfigurationException e) {
            findings.about("timestamps").error(e.getMessage(), "Correct signatures.timestamps.");
        }
    }

    private void checkKey(String name, KeySettings key) {
        if (key instanceof KeySettings.InFile inFile) {
            checkKey(name, () -> verifier.open(name, inFile));
            return;
        }
        if (key instanceof KeySettings.FromProvider provided) {
            checkProvided(name, provided);
            return;
        }
        KeySettings.OnToken onToken = (KeySettings.OnToken) key;
        for (String token : onToken.tokens()) {
            Pkcs11Token opened = open.get(token);
            if (opened == null || !opened.health().usable()) {
                findings.about("key", name)
                        .error("Token \"" + token + "\" cannot be used.", "See the findings for that token.");
            } else {
                int before = findings.findings().size();
                checkKey(name, () -> find(name, onToken, token, opened));
                if (findings.findings().subList(before, findings.findings().size()).stream()
                        .anyMatch(finding -> finding.level() == Level.ERROR)) {
                    reportProblems(token);
                }
            }
        }
    }

    private void checkProvided(String name, KeySettings.FromProvider key) {
        try (ProvidedKeys source = ProvidedKeys.open(key.uri(), Deadline.after(TIME_LIMIT))) {
            checkKey(name, () -> source.find(name, key, verifier, Deadline.after(TIME_LIMIT)));
        } catch (InvalidConfigurationException e) {
            findings.about("key", name).error(e.getMessage(), "Correct the URI of the key.");
        } catch (SigningException | IllegalStateException e) {
            findings.about("key", name)
                    .error(
                            e.getMessage(),
                            "Check that this machine can reach the key source; ask its developer otherwise.");
        }
    }

    private void reportProblems(String token) {
        Optional.ofNullable(tokenProblems.remove(token))
                .orElse(List.of())
                .forEach(problem -> findings.about("token", token)
                        .warning(problem, "The command keys shows what is on the token."));
    }

    private SigningKey find(String name, KeySettings.OnToken key, String tokenName, Pkcs11Token token) {
        SigningKey[] found = new SigningKey[1];
        new KeyBinding(name, key, verifier, proven -> found[0] = proven)
                .findOn(tokenName, token, Deadline.after(TIME_LIMIT));
        return found[0];
    }

    private void checkKey(String name, Supplier<SigningKey> source) {
        CheckReport.Collector about = findings.about("key", name);
        try {
            SigningKey key = source.get();
            about.ok("Signs, and the signature verifies with the certificate of "
                    + DistinguishedName.ofSubject(key.chain().signer()) + ", valid to "
                    + key.chain().signer().getNotAfter().toInstant() + ".");
            CertificateCheck.run(key.chain(), clock.instant(), findings.about("certificate", name));
            containers.ifPresent(builder -> new SignatureCheck(signatures, key, builder, clock, about).run(pades));
        } catch (InvalidConfigurationException e) {
            about.error(
                    e.getMessage(), "The commands keys and import-certificate show and change what is on the token.");
        } catch (SigningException e) {
            about.error(e.getMessage(), ERROR_CODES);
        }
    }
}

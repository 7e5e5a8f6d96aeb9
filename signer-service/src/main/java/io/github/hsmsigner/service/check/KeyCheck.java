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
import io.github.hsmsigner.service.config.KeySettings;
import io.github.hsmsigner.service.config.SignatureSettings;
import io.github.hsmsigner.service.config.TokenSettings;
import io.github.hsmsigner.service.lifecycle.ContainerBuilders;
import io.github.hsmsigner.service.lifecycle.KeyBinding;
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

    private static final Duration TIME_LIMIT = Duration.ofSeconds(60);

    private final Map<String, TokenSettings> tokens;
    private final Map<String, KeySettings> keys;
    private final SignatureSettings signatures;
    private final Clock clock;
    private final List<Finding> findings;
    private final SigningKeyVerifier verifier;
    private ContainerFormat cades = ContainerFormat.CADES_B_B;
    private final Map<String, Pkcs11Token> open = new LinkedHashMap<>();

    /** Reported only if a key does not work. On a shared token, most of these problems concern foreign keys. */
    private final Map<String, List<String>> problemsOfTokens = new LinkedHashMap<>();

    KeyCheck(
            Map<String, TokenSettings> tokens,
            Map<String, KeySettings> keys,
            SignatureSettings signatures,
            Clock clock,
            List<Finding> findings) {
        this.tokens = tokens;
        this.keys = keys;
        this.signatures = signatures;
        this.clock = clock;
        this.findings = findings;
        this.verifier = new SigningKeyVerifier(signatures, clock);
    }

    void run() {
        try {
            tokens.keySet().forEach(this::openToken);
            Optional<ContainerBuilder> containers = containers();
            cades = cades(containers);
            keys.forEach((name, key) -> checkKey(name, key, containers));
        } finally {
            open.values().forEach(Pkcs11Token::close);
        }
    }

    private void openToken(String name) {
        try {
            Pkcs11Token token = Pkcs11Token.open(tokens.get(name).pkcs11());
            open.put(name, token);
            TokenDescription description = token.describe(Deadline.after(TIME_LIMIT));
            if (token.health().usable()) {
                findings.add(Finding.ok(
                        "token",
                        name,
                        "Logged in. Module " + description.module() + ". "
                                + description.keys().size() + " private keys may sign, "
                                + description.certificates().size() + " certificates."));
            } else {
                findings.add(Finding.error(
                        "token",
                        name,
                        token.health().reason(),
                        "Correct the PIN" + pinFile(name)
                                + " before you try again: tokens lock a user after a few wrong ones."));
            }
            problemsOfTokens.put(name, description.problems());
        } catch (InvalidConfigurationException e) {
            findings.add(
                    Finding.error("token", name, e.getMessage(), "Correct module, label, slot or URI of the token."));
        } catch (SigningException e) {
            findings.add(Finding.error(
                    "token",
                    name,
                    e.getMessage(),
                    "See that the HSM can be reached from here and that its client is set up;"
                            + " docs/pkcs11-errors.md has the error codes."));
        }
    }

    private String pinFile(String tokenName) {
        return tokens.get(tokenName).pinFile().map(file -> " in " + file).orElse("");
    }

    private Optional<ContainerBuilder> containers() {
        try {
            return Optional.of(ContainerBuilders.of(signatures));
        } catch (InvalidConfigurationException e) {
            findings.add(Finding.error("timestamps", "", e.getMessage(), "Correct signatures.timestamps."));
            return Optional.empty();
        }
    }

    /**
     * Returns the format that callbacks with the signature type cades get: without a timestamp where no authority gives
     * one.
     */
    private ContainerFormat cades(Optional<ContainerBuilder> containers) {
        Optional<TimestampCheck> timestamps = signatures
                .timestamps()
                .filter(configured -> containers.isPresent())
                .map(TimestampCheck::new);
        timestamps.ifPresent(check -> findings.addAll(check.run()));
        return timestamps.filter(TimestampCheck::isAvailable).isPresent()
                ? ContainerFormat.CADES_B_T
                : ContainerFormat.CADES_B_B;
    }

    private void checkKey(String name, KeySettings key, Optional<ContainerBuilder> containers) {
        if (key instanceof KeySettings.InFile inFile) {
            check(name, () -> verifier.open(name, inFile), containers);
            return;
        }
        KeySettings.OnToken onToken = (KeySettings.OnToken) key;
        for (String token : onToken.tokens()) {
            Pkcs11Token opened = open.get(token);
            if (opened == null || !opened.health().usable()) {
                findings.add(Finding.error(
                        "key", name, "Token \"" + token + "\" cannot be used.", "See the findings for that token."));
            } else {
                int before = findings.size();
                check(name, () -> onToken(name, onToken, token, opened), containers);
                if (findings.subList(before, findings.size()).stream()
                        .anyMatch(finding -> finding.level() == Finding.Level.ERROR)) {
                    tellProblems(token);
                }
            }
        }
    }

    private void tellProblems(String token) {
        List<String> problems = problemsOfTokens.getOrDefault(token, List.of());
        problemsOfTokens.remove(token);
        problems.forEach(problem ->
                findings.add(Finding.warning("token", token, problem, "The command keys shows what is on the token.")));
    }

    private SigningKey onToken(String name, KeySettings.OnToken key, String tokenName, Pkcs11Token token) {
        SigningKey[] found = new SigningKey[1];
        new KeyBinding(name, key, verifier, proven -> found[0] = proven)
                .findOn(tokenName, token, Deadline.after(TIME_LIMIT));
        return found[0];
    }

    private void check(String name, Supplier<SigningKey> key, Optional<ContainerBuilder> containers) {
        try {
            SigningKey proven = key.get();
            findings.add(Finding.ok(
                    "key",
                    name,
                    "Signs, and the signature verifies with the certificate of "
                            + DistinguishedName.ofSubject(proven.chain().signer())
                                    .toString() + ", valid to "
                            + proven.chain().signer().getNotAfter().toInstant() + "."));
            findings.addAll(CertificateCheck.of(name, proven.chain(), clock));
            containers.ifPresent(
                    builder -> findings.addAll(new SignatureCheck(signatures, proven, builder, clock).run(cades)));
        } catch (InvalidConfigurationException e) {
            findings.add(Finding.error(
                    "key",
                    name,
                    e.getMessage(),
                    "The commands keys and import-certificate show and change what is on the token."));
        } catch (SigningException e) {
            findings.add(Finding.error("key", name, e.getMessage(), "docs/pkcs11-errors.md has the error codes."));
        }
    }
}

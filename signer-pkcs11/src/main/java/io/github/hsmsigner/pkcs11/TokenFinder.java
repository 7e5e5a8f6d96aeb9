package io.github.hsmsigner.pkcs11;

import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.core.error.SigningUnavailableException;
import io.github.hsmsigner.pkcs11.cryptoki.Cryptoki;
import io.github.hsmsigner.pkcs11.cryptoki.CryptokiException;
import io.github.hsmsigner.pkcs11.cryptoki.TokenInfo;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Picks the one token that a configuration means. */
final class TokenFinder {

    private static final Duration RETRY_AFTER = Duration.ofSeconds(5);

    private TokenFinder() {}

    static TokenInfo find(Cryptoki cryptoki, Pkcs11Config config) throws CryptokiException {
        List<Long> slots = cryptoki.slotsWithToken();
        if (slots.isEmpty()) {
            // Modules of HSMs in a network show no token while they do not reach it, so this is not held to be a wrong
            // setting.
            throw SigningUnavailableException.passing(
                    "The PKCS#11 module " + config.module()
                            + " shows no token: the HSM cannot be reached, or its client is not set up.",
                    RETRY_AFTER,
                    null);
        }
        List<TokenInfo> present = initializedTokens(cryptoki, slots);
        if (present.isEmpty()) {
            // SoftHSM has nothing that could be out of reach, and always shows such a token.
            throw new InvalidConfigurationException("The PKCS#11 module " + config.module()
                    + " shows no token that is initialised. Initialise one, or have the module find where there is one; for"
                    + " SoftHSM: softhsm2-util --init-token, and the variable SOFTHSM2_CONF, for the user that this process"
                    + " runs as.");
        }
        List<TokenInfo> matches = new ArrayList<>();
        for (TokenInfo token : present) {
            if (config.token().matches(cryptoki, token)) {
                matches.add(token);
            }
        }
        if (matches.size() == 1) {
            return matches.get(0);
        }
        String found = matches.isEmpty() ? "none matches" : matches.size() + " match";
        throw new InvalidConfigurationException("One token is needed, but " + found + " " + config.token()
                + "; the module " + config.module() + " has " + describe(present) + ".");
    }

    private static List<TokenInfo> initializedTokens(Cryptoki cryptoki, List<Long> slots) throws CryptokiException {
        List<TokenInfo> tokens = new ArrayList<>();
        for (long slotId : slots) {
            TokenInfo token = cryptoki.tokenInfo(slotId);
            if (token.initialized()) {
                tokens.add(token);
            }
        }
        return tokens;
    }

    private static String describe(List<TokenInfo> tokens) {
        return tokens.stream().map(TokenInfo::toString).collect(Collectors.joining(", "));
    }
}

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
        List<TokenInfo> present = initializedTokens(cryptoki);
        if (present.isEmpty()) {
            // An HSM that cannot be reached shows no token either, so this is not held to be a wrong setting.
            throw SigningUnavailableException.passing(
                    "The PKCS#11 module " + config.module() + " shows no initialised token.", RETRY_AFTER, null);
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

    private static List<TokenInfo> initializedTokens(Cryptoki cryptoki) throws CryptokiException {
        List<TokenInfo> tokens = new ArrayList<>();
        for (long slotId : cryptoki.slotsWithToken()) {
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

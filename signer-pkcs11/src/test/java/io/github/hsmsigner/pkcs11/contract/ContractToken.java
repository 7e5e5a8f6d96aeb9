package io.github.hsmsigner.pkcs11.contract;

import io.github.hsmsigner.pkcs11.PinSource;
import io.github.hsmsigner.pkcs11.Pkcs11Config;
import io.github.hsmsigner.pkcs11.TokenSelector;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;

/**
 * The token that the contract is shown on.
 *
 * @param name what the report calls it; also the name of the report's file
 * @param module the shared library
 * @param initializeParameters for C_Initialize
 * @param pin of the user
 * @param selector the token
 * @param gaps what the token is known not to offer, so that nothing else is left out in silence; empty where that is not known
 */
record ContractToken(
        String name,
        Path module,
        Optional<String> initializeParameters,
        PinSource pin,
        TokenSelector selector,
        Optional<Set<String>> gaps) {

    Pkcs11Config config(TokenSelector token) {
        Pkcs11Config.Builder builder = Pkcs11Config.builder(module)
                .pin(pin)
                .token(token)
                .maximumPoolSize(8)
                .minimumIdle(0);
        initializeParameters.ifPresent(builder::initializeParameters);
        return builder.build();
    }
}

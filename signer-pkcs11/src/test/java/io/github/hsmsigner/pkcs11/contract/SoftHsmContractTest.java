package io.github.hsmsigner.pkcs11.contract;

import io.github.hsmsigner.pkcs11.PinSource;
import io.github.hsmsigner.pkcs11.TokenSelector;
import io.github.hsmsigner.pkcs11.softhsm.SoftHsm;
import java.util.Optional;
import java.util.Set;

/** The contract on SoftHSM 2, in this process. */
class SoftHsmContractTest extends Pkcs11Contract {

    private final SoftHsm.Token softToken = SoftHsm.newToken();

    @Override
    ContractToken token() {
        return new ContractToken(
                "softhsm",
                SoftHsm.module(),
                Optional.empty(),
                PinSource.fixed(softToken.pin().toCharArray()),
                TokenSelector.any().withLabel(softToken.label()),
                // The wrapper hands an empty array over as a null pointer, which SoftHSM refuses where it hashes
                // itself.
                Optional.of(Set.of("an empty message with ED25519")));
    }
}

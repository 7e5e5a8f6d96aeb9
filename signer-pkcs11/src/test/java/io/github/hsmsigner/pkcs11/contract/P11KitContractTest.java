package io.github.hsmsigner.pkcs11.contract;

import io.github.hsmsigner.pkcs11.PinSource;
import io.github.hsmsigner.pkcs11.TokenSelector;
import io.github.hsmsigner.pkcs11.softhsm.P11KitServer;
import io.github.hsmsigner.pkcs11.softhsm.SoftHsm;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The contract on SoftHSM in another process, reached through p11-kit's remote module. */
class P11KitContractTest extends Pkcs11Contract {

    private static P11KitServer server;

    /** Before the contract begins, and after it has cleaned up. */
    @RegisterExtension
    static final BeforeAllCallback START = context -> server = P11KitServer.start();

    @RegisterExtension
    static final AfterAllCallback STOP = context -> server.kill();

    private final SoftHsm.Token softToken = SoftHsm.newToken();

    @Override
    ContractToken token() {
        return new ContractToken(
                "p11-kit",
                P11KitServer.clientModule(),
                Optional.empty(),
                PinSource.fixed(softToken.pin().toCharArray()),
                TokenSelector.any().withLabel(softToken.label()),
                // p11-kit shows the mechanisms whose parameters it knows how to send; those of Edwards curves are not
                // among them.
                Optional.of(Set.of("keys of type ED25519")));
    }
}

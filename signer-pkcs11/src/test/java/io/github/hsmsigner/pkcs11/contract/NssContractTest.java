package io.github.hsmsigner.pkcs11.contract;

import io.github.hsmsigner.pkcs11.PinSource;
import io.github.hsmsigner.pkcs11.TokenSelector;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.io.TempDir;

/** The contract on softokn, the module of NSS that keeps keys in a file of SQLite. */
class NssContractTest extends Pkcs11Contract {

    @TempDir
    private static Path databases;

    private NssDatabase database;

    @Override
    ContractToken token() {
        if (database == null) {
            database = NssDatabase.in(databases);
        }
        return new ContractToken(
                "nss",
                NssDatabase.module(),
                Optional.of(database.initializeParameters()),
                PinSource.fixed(database.pin().toCharArray()),
                TokenSelector.any().withLabel(NssDatabase.TOKEN_LABEL),
                Optional.of(Set.of("keys of type ED25519", "selection by SERIAL_NUMBER")));
    }
}

package io.github.hsmsigner.pkcs11;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.SignatureAlgorithm;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.pkcs11.contract.NssDatabase;
import io.github.hsmsigner.pkcs11.internal.cryptoki.CryptokiModule;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Modules that want parameters at C_Initialize, with softokn of NSS, which finds its keys by them. */
class InitializeParametersTest {

    private static final byte[] MESSAGE = {1, 2, 3};

    @TempDir
    private Path directory;

    private static Pkcs11Config config(NssDatabase database) {
        return Pkcs11Config.builder(NssDatabase.module())
                .initializeParameters(database.initializeParameters())
                .pin(PinSource.fixed(database.pin().toCharArray()))
                .tokenLabel(NssDatabase.TOKEN_LABEL)
                .build();
    }

    @Test
    void aModuleIsUsedWithOneSetOfParametersAtATime() {
        NssDatabase one = NssDatabase.in(directory);
        NssDatabase two = NssDatabase.in(directory);
        try (Pkcs11Token token = Pkcs11Token.open(config(one))) {
            token.keyManagement().generateKeyPair(KeyPairType.P_256, "in one", new byte[] {1});
            assertThatThrownBy(() -> Pkcs11Token.open(config(two)))
                    .isInstanceOf(InvalidConfigurationException.class)
                    .hasMessageContaining("softokn")
                    .hasMessageContaining("is already initialised in this process with other parameters")
                    .hasMessageNotContaining("configdir");
            assertThatThrownBy(() -> CryptokiModule.open(NssDatabase.module()))
                    .isInstanceOf(InvalidConfigurationException.class);
            Pkcs11Token.open(config(one)).close();
        }
        try (Pkcs11Token token = Pkcs11Token.open(config(two))) {
            assertThatThrownBy(() -> token.signer(KeySelector.byLabel("in one")))
                    .isInstanceOf(InvalidConfigurationException.class)
                    .hasMessageContaining("none");
        }
    }

    @Test
    void aModuleThatIsInitialisedAnewGetsTheSameParameters() throws Exception {
        NssDatabase database = NssDatabase.in(directory);
        try (Pkcs11Token token = Pkcs11Token.open(config(database));
                CryptokiModule share =
                        CryptokiModule.open(NssDatabase.module(), Optional.of(database.initializeParameters()))) {
            token.keyManagement().generateKeyPair(KeyPairType.P_256, "key", new byte[] {1});
            Pkcs11Signer signer = token.signer(KeySelector.any());
            assertThat(share.reinitialize(share.epoch(), Duration.ofSeconds(5))).isTrue();
            byte[] signature = signer.signMessage(
                    SignatureAlgorithm.ECDSA_SHA256, MESSAGE, Deadline.after(Duration.ofSeconds(10)));
            assertThat(SignatureAlgorithm.ECDSA_SHA256.verify(signer.publicKey(), MESSAGE, signature))
                    .isTrue();
        }
    }

    @Test
    void parametersThatWouldBeCutShortAreRefused() {
        Pkcs11Config.Builder builder = Pkcs11Config.builder(NssDatabase.module())
                .pin(PinSource.environment("NOT_ASKED"))
                .initializeParameters("configdir='a'\0flags=readOnly");
        assertThatThrownBy(builder::build)
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("C_Initialize");
    }
}

package io.github.hsmsigner.service.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hsmsigner.http.Client;
import io.github.hsmsigner.http.TestKey;
import io.github.hsmsigner.pkcs11.internal.cryptoki.FaultyCryptoki;
import io.github.hsmsigner.pkcs11.softhsm.SoftHsm;
import io.github.hsmsigner.testing.CapturedLog;
import io.github.hsmsigner.testing.TestPki;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** An error while keys are looked for is no end of it. */
@Timeout(60)
class TokenConnectorTest {

    @TempDir
    private Path directory;

    @Test
    void anErrorWhileAKeyIsProvedIsLoggedAndTheAttemptRepeated() {
        SoftHsm.Token token = SoftHsm.newToken();
        token.importKey(TestKey.keyPair(), "contracts", "a1");
        TestPki.writePem(directory.resolve("signer.pem"), TestKey.certificate());
        AtomicInteger errors = new AtomicInteger(1);
        try (CapturedLog log = new CapturedLog();
                ConfiguredService service = ConfiguredService.start(
                        target -> {
                            FaultyCryptoki cryptoki = new FaultyCryptoki(target);
                            cryptoki.fault(function -> {
                                if (function.equals("C_SignInit") && errors.getAndDecrement() > 0) {
                                    throw new StackOverflowError("in the proof");
                                }
                            });
                            return cryptoki;
                        },
                        directory,
                        """
                        server: {address: 127.0.0.1, port: 0}
                        tokens: {hsm: {module: %s, label: %s, pin: %s}}
                        keys: {contracts: {tokens: [hsm], certificate: @signer.pem}}
                        """.formatted(SoftHsm.module(), token.label(), token.pin()))) {
            Client client = service.client();
            ConfiguredService.await(
                    "the next attempt", () -> client.get("/health/ready").statusCode() == 200);
            assertThat(errors.get()).isLessThanOrEqualTo(0);
            assertThat(log.text()).contains("ERROR", "Token \"hsm\" failed with an unexpected error.", "in the proof");
        }
    }
}

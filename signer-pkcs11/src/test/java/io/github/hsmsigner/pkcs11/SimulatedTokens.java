package io.github.hsmsigner.pkcs11;

import io.github.hsmsigner.pkcs11.cryptoki.CryptokiModule;
import io.github.hsmsigner.pkcs11.cryptoki.NativeModule;
import io.github.hsmsigner.pkcs11.scheduling.Scheduler;
import java.time.Duration;
import java.util.function.UnaryOperator;

/** Opens tokens whose module and time are simulated. */
public final class SimulatedTokens {

    private static final Duration SLOT_LIMIT = Duration.ofSeconds(10);

    private SimulatedTokens() {}

    public static Pkcs11Token open(Pkcs11Config config, NativeModule module, Scheduler scheduler) {
        return Pkcs11Token.open(
                config,
                () -> CryptokiModule.open(config.module(), module, scheduler),
                UnaryOperator.identity(),
                SLOT_LIMIT,
                scheduler);
    }
}

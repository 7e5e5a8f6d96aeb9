package io.github.hsmsigner.pkcs11;

import io.github.hsmsigner.pkcs11.internal.cryptoki.CryptokiModule;
import io.github.hsmsigner.pkcs11.internal.cryptoki.CryptokiWork;
import io.github.hsmsigner.pkcs11.internal.cryptoki.NativeModule;
import io.github.hsmsigner.pkcs11.internal.scheduling.Scheduler;
import java.time.Duration;
import java.util.function.UnaryOperator;

/** Opens tokens whose module and time are simulated. */
public final class SimulatedTokens {

    private static final Duration SLOT_LIMIT = Duration.ofSeconds(10);

    private SimulatedTokens() {}

    /** Opens a token of a module that no other token uses. */
    public static Pkcs11Token open(Pkcs11Config config, NativeModule module, Scheduler scheduler) {
        return open(config, () -> CryptokiModule.open(config.module(), module, scheduler), scheduler);
    }

    /** Opens a token with a share of a module. */
    public static Pkcs11Token open(Pkcs11Config config, CryptokiWork<CryptokiModule> module, Scheduler scheduler) {
        return Pkcs11Token.open(config, module, UnaryOperator.identity(), SLOT_LIMIT, scheduler);
    }
}

package io.github.hsmsigner.pkcs11;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hsmsigner.core.error.SigningUnavailableException;
import io.github.hsmsigner.pkcs11.health.RecoverySettings;
import io.github.hsmsigner.pkcs11.health.SessionStatistics;
import io.github.hsmsigner.pkcs11.internal.cryptoki.CryptokiException;
import io.github.hsmsigner.pkcs11.internal.cryptoki.CryptokiModule;
import io.github.hsmsigner.pkcs11.internal.cryptoki.FaultyCryptoki;
import io.github.hsmsigner.pkcs11.internal.cryptoki.ModuleBusyException;
import io.github.hsmsigner.pkcs11.internal.cryptoki.ReturnValue;
import io.github.hsmsigner.pkcs11.internal.cryptoki.SameProcess;
import io.github.hsmsigner.pkcs11.softhsm.SoftHsm;
import io.github.hsmsigner.testing.TestPki;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/**
 * Sixteen threads that sign while things break at random, for a few seconds, or as many as {@code -Dsigner.faults.seconds} says; the
 * schedule follows from {@code -Dsigner.faults.seed}, which is printed.
 */
class RandomFaultsTest {

    private static final long SECONDS = Long.getLong("signer.faults.seconds", 4);
    private static final long SEED = Long.getLong("signer.faults.seed", System.nanoTime());
    private static final List<ReturnValue> ERRORS = List.of(
            ReturnValue.DEVICE_ERROR,
            ReturnValue.GENERAL_ERROR,
            ReturnValue.FUNCTION_FAILED,
            ReturnValue.SESSION_HANDLE_INVALID,
            ReturnValue.SESSION_CLOSED,
            ReturnValue.KEY_HANDLE_INVALID,
            ReturnValue.USER_NOT_LOGGED_IN,
            ReturnValue.SESSION_COUNT,
            ReturnValue.CRYPTOKI_NOT_INITIALIZED);

    @Test
    void everySignatureVerifiesAndNothingLeaks() throws Exception {
        System.out.println("RandomFaultsTest: -Dsigner.faults.seed=" + SEED + " -Dsigner.faults.seconds=" + SECONDS);
        SoftHsm.Token softToken = SoftHsm.newToken();
        softToken.importKey(TestPki.rsaKeyPair(2048), "other", "01");
        softToken.importKey(TestPki.rsaKeyPair(2048), "key", "02");
        Pkcs11Config config = Pkcs11Config.builder(SoftHsm.module())
                .pin(PinSource.fixed(softToken.pin().toCharArray()))
                .tokenLabel(softToken.label())
                .maximumPoolSize(12)
                .callingThread(CallingThread.MODULE)
                .recovery(RecoverySettings.builder()
                        .retryPauses(Duration.ofMillis(2), Duration.ofMillis(50))
                        .probePauses(Duration.ofMillis(10), Duration.ofMillis(100))
                        .regrowPause(Duration.ofMillis(100))
                        .build())
                .build();
        FaultyCryptoki[] cryptoki = new FaultyCryptoki[1];
        Pkcs11Token token = Pkcs11Token.open(config, target -> cryptoki[0] = new FaultyCryptoki(target));
        long slot = Long.parseLong(token.toString().replaceAll(".*slot (\\d+),.*", "$1"));
        try (token;
                CryptokiModule share = CryptokiModule.open(SoftHsm.module())) {
            Load load = new Load(token.signer(KeySelector.byLabel("key")), Duration.ofSeconds(10));
            try (load) {
                breakThings(cryptoki[0], slot, share);
                cryptoki[0].good();
                Await.until(
                        Duration.ofSeconds(10),
                        "it works again",
                        () -> token.health().usable());
                load.awaitMore(50);
            }
            assertThat(load.wrongSignatures()).isZero();
            // The schedule decides how many requests succeed during the faults; awaitMore checked those after them.
            // A request fails only if its deadline passes or the breaker is open.
            assertThat(load.failures()).allMatch(e -> e instanceof SigningUnavailableException u && u.retryable());
            SessionStatistics sessions = token.sessions();
            assertThat(sessions.opened()).isEqualTo(sessions.closed() + sessions.idle());
            assertThat(sessions.hungCalls()).isZero();
        }
        assertThat(token.sessions().closed()).isEqualTo(token.sessions().opened());
    }

    private static void breakThings(FaultyCryptoki cryptoki, long slot, CryptokiModule share)
            throws CryptokiException, ModuleBusyException {
        Random schedule = new Random(SEED);
        SameProcess sameProcess = new SameProcess(SoftHsm.module());
        long end = System.nanoTime() + Duration.ofSeconds(SECONDS).toNanos();
        while (System.nanoTime() < end) {
            switch (schedule.nextInt(12)) {
                case 0 -> undisturbed(share, cryptoki, () -> sameProcess.closeAllSessions(slot));
                case 1 -> undisturbed(share, cryptoki, () -> sameProcess.logout(slot));
                case 2 -> share.reinitialize(share.epoch(), Duration.ofSeconds(10));
                case 3 -> cryptoki.answer(ReturnValue.DEVICE_ERROR);
                case 4 -> cryptoki.good();
                default -> {
                    double chance = schedule.nextDouble() * 0.2;
                    Random dice = new Random(schedule.nextLong());
                    cryptoki.fault(function -> {
                        if (dice.nextDouble() < chance && !function.equals("C_CloseSession")) {
                            throw new CryptokiException(function, ERRORS.get(dice.nextInt(ERRORS.size())));
                        }
                    });
                }
            }
            LockSupport.parkNanos(Duration.ofMillis(20 + schedule.nextInt(100)).toNanos());
        }
    }

    /** While the module is initialised, too. */
    private static void undisturbed(CryptokiModule share, FaultyCryptoki cryptoki, Runnable deed)
            throws CryptokiException {
        share.during(() -> {
            cryptoki.whileNobodyCalls(deed);
            return null;
        });
    }
}

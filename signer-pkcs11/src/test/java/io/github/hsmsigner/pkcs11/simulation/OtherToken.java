package io.github.hsmsigner.pkcs11.simulation;

import io.github.hsmsigner.core.Digest;
import io.github.hsmsigner.core.SignatureAlgorithm;
import io.github.hsmsigner.pkcs11.CallingThread;
import io.github.hsmsigner.pkcs11.KeySelector;
import io.github.hsmsigner.pkcs11.Pkcs11Config;
import io.github.hsmsigner.pkcs11.Pkcs11Signer;
import io.github.hsmsigner.pkcs11.Pkcs11Token;
import io.github.hsmsigner.pkcs11.SimulatedTokens;
import io.github.hsmsigner.pkcs11.internal.cryptoki.CryptokiModule;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/** Another token of the same module, which works, and a program that signs with it all the time. */
final class OtherToken {

    private static final SignatureAlgorithm ALGORITHM = SignatureAlgorithm.RSA_PKCS1_SHA256;
    private static final String KEY = "key of the other token";
    private static final Duration PAUSE = Duration.ofMillis(300);
    private static final Duration DEADLINE = Duration.ofSeconds(5);

    private final SimulatedScheduler scheduler;
    private final Violations violations;
    private final ModelToken model;
    private Pkcs11Token token;
    private boolean stops;
    private boolean signs;

    OtherToken(long seed, SimulatedScheduler scheduler, Violations violations) {
        this.scheduler = scheduler;
        this.violations = violations;
        this.model = new ModelToken(
                scheduler, new Scenario(seed, List.of(KEY), List.of(), List.of()), violations, " of the other token");
    }

    ModelToken model() {
        return model;
    }

    void open(CryptokiModule module) {
        token = SimulatedTokens.open(
                Pkcs11Config.builder(Path.of("model"))
                        .pin(ModelToken.FIRST_PIN::toCharArray)
                        .tokenLabel(ModelToken.OTHER_LABEL)
                        .maximumPoolSize(2)
                        .callingThread(CallingThread.MODULE)
                        .build(),
                module::share,
                scheduler);
        Pkcs11Signer signer = token.signer(KeySelector.byLabel(KEY));
        signs = true;
        scheduler.spawn("other-caller", () -> {
            while (!stops) {
                sign(signer);
                scheduler.sleep(PAUSE);
            }
            signs = false;
        });
    }

    private void sign(Pkcs11Signer signer) {
        Digest digest = Digest.compute(ALGORITHM.digestAlgorithm(), new byte[] {1});
        try {
            byte[] signature = signer.sign(ALGORITHM, digest, scheduler.deadline(DEADLINE));
            violations.require(
                    Arrays.equals(signature, ModelToken.signature(KEY, digest.toDigestInfo())),
                    Invariant.SIGNATURE,
                    "a wrong signature of the other token");
        } catch (RuntimeException e) {
            violations.add(Invariant.OTHER_TOKEN, "a request to the other token fails: " + e.getMessage());
        }
        violations.require(
                token.health().usable(), Invariant.OTHER_TOKEN, "the other token works, but is " + token.health());
    }

    void close() {
        stops = true;
        while (signs) {
            scheduler.sleep(PAUSE);
        }
        token.close();
        violations.require(
                model.count("C_Initialize") == 1 && model.openSessions() == 0,
                Invariant.OTHER_TOKEN,
                "the module was initialised " + model.count("C_Initialize") + " times, and the other token has "
                        + model.openSessions() + " sessions after close()");
    }
}

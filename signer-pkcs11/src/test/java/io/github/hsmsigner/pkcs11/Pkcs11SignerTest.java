package io.github.hsmsigner.pkcs11;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.Digest;
import io.github.hsmsigner.core.DigestAlgorithm;
import io.github.hsmsigner.core.SignatureAlgorithm;
import io.github.hsmsigner.pkcs11.internal.cryptoki.CountingCryptoki;
import io.github.hsmsigner.pkcs11.softhsm.SoftHsm;
import io.github.hsmsigner.testing.TestPki;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class Pkcs11SignerTest {

    private static final long CKR_DEVICE_ERROR = 0x30;
    private static final int SESSIONS = 3;
    private static final Digest DIGEST = Digest.compute(DigestAlgorithm.SHA256, new byte[] {1, 2, 3});

    private static SoftHsm.Token softToken;

    private CountingCryptoki cryptoki;
    private Pkcs11Token token;
    private Pkcs11Signer signer;

    @BeforeAll
    static void makeToken() {
        softToken = SoftHsm.newToken();
        softToken.importKey(TestPki.rsaKeyPair(2048), "key", "01");
    }

    @BeforeEach
    void open() {
        Pkcs11Config config = Pkcs11Config.builder(SoftHsm.module())
                .pin(PinSource.fixed(softToken.pin().toCharArray()))
                .tokenLabel(softToken.label())
                .maximumPoolSize(SESSIONS)
                .minimumIdle(0)
                .build();
        token = Pkcs11Token.open(config, target -> cryptoki = new CountingCryptoki(target));
        signer = token.signer(KeySelector.any());
    }

    @AfterEach
    void close() {
        token.close();
    }

    private byte[] sign() {
        return signer.sign(SignatureAlgorithm.RSA_PKCS1_SHA256, DIGEST, Deadline.after(Duration.ofSeconds(10)));
    }

    @Test
    void aSignatureIsTwoCallsAndNothingElse() {
        byte[] first = sign();
        cryptoki.calls().clear();
        for (int i = 0; i < 5; i++) {
            assertThat(sign()).isEqualTo(first);
        }
        List<String> expected = new ArrayList<>();
        Collections.nCopies(5, List.of("C_SignInit", "C_Sign")).forEach(expected::addAll);
        assertThat(cryptoki.calls()).isEqualTo(expected);
    }

    @Test
    void thereIsOneLoginForAllSessions() throws Exception {
        signWithThreads(16, 200);
        assertThat(cryptoki.calls()).containsOnlyOnce("C_Login");
    }

    @Test
    void manyThreadsShareTheSessionsThatAreAllowed() throws Exception {
        assertThat(signWithThreads(16, 200)).hasSize(200).allMatch(s -> s.length == 256);
        long keptForLogin = 1;
        assertThat(cryptoki.calls().stream().filter("C_OpenSession"::equals).count())
                .isLessThanOrEqualTo(SESSIONS + keptForLogin);
    }

    private List<byte[]> signWithThreads(int threads, int signatures) throws Exception {
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        try {
            List<Future<byte[]>> pending = new ArrayList<>();
            for (int i = 0; i < signatures; i++) {
                pending.add(executor.submit(this::sign));
            }
            List<byte[]> done = new ArrayList<>();
            for (Future<byte[]> signature : pending) {
                done.add(signature.get());
            }
            return done;
        } finally {
            executor.shutdownNow();
        }
    }

    @Test
    void aFailureClosesItsSessionAndTheSignatureIsMadeInAnother() {
        byte[] first = sign();
        cryptoki.calls().clear();
        cryptoki.failNextSign(CKR_DEVICE_ERROR);
        assertThat(sign()).isEqualTo(first);
        assertThat(cryptoki.calls())
                // Another thread closes the session.
                .containsExactlyInAnyOrder(
                        "C_SignInit", "C_Sign", "C_CloseSession", "C_OpenSession", "C_SignInit", "C_Sign");
    }

    @Test
    void refusesADigestOfAnotherAlgorithm() {
        Deadline deadline = Deadline.after(Duration.ofSeconds(1));
        assertThatThrownBy(() -> signer.sign(SignatureAlgorithm.RSA_PKCS1_SHA512, DIGEST, deadline))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("SHA-512");
    }

    @Test
    void closingEndsAllSessions() {
        sign();
        token.close();
        long opened = cryptoki.calls().stream().filter("C_OpenSession"::equals).count();
        assertThat(cryptoki.calls().stream().filter("C_CloseSession"::equals).count())
                .isEqualTo(opened);
    }
}

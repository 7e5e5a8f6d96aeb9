package io.github.hsmsigner.pkcs11;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.Digest;
import io.github.hsmsigner.core.DigestAlgorithm;
import io.github.hsmsigner.core.RequestContext;
import io.github.hsmsigner.core.SignatureAlgorithm;
import io.github.hsmsigner.core.SigningKey;
import io.github.hsmsigner.core.SigningKeys;
import io.github.hsmsigner.core.SigningService;
import io.github.hsmsigner.core.certificate.FixedCertificateProvider;
import io.github.hsmsigner.core.cms.CmsContainerBuilder;
import io.github.hsmsigner.core.error.InternalSigningException;
import io.github.hsmsigner.core.error.SigningUnavailableException;
import io.github.hsmsigner.pkcs11.health.RecoverySettings;
import io.github.hsmsigner.pkcs11.internal.cryptoki.Cryptoki;
import io.github.hsmsigner.pkcs11.internal.cryptoki.CryptokiException;
import io.github.hsmsigner.pkcs11.internal.cryptoki.DelegatingCryptoki;
import io.github.hsmsigner.pkcs11.internal.cryptoki.ReturnValue;
import io.github.hsmsigner.pkcs11.internal.cryptoki.TokenInfo;
import io.github.hsmsigner.pkcs11.softhsm.SoftHsm;
import io.github.hsmsigner.testing.CapturedLog;
import io.github.hsmsigner.testing.TestPki;
import java.security.KeyPair;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A signature that is not of the key that was asked for never leaves. */
@Timeout(60)
class WrongKeyTest {

    private static final TestPki PKI = new TestPki();
    private static final KeyPair KEY = TestPki.rsaKeyPair(2048);

    private static SoftHsm.Token first;
    private static SoftHsm.Token second;

    @BeforeAll
    static void makeTokens() {
        first = SoftHsm.newToken();
        first.importKey(KEY, "key", "01");
        second = SoftHsm.newToken();
        second.importKey(TestPki.rsaKeyPair(2048), "key", "01");
    }

    private static byte[] sign(Pkcs11Signer signer) {
        return signer.sign(
                SignatureAlgorithm.RSA_PKCS1_SHA256,
                Digest.compute(DigestAlgorithm.SHA256, new byte[] {1}),
                Deadline.after(Duration.ofSeconds(5)));
    }

    /** A slot in which one of two tokens is, both with the same label. */
    private static final class Slot extends DelegatingCryptoki {

        private static final String LABEL = "the HSM";

        private final List<TokenInfo> tokens;
        private volatile int present;

        Slot(Cryptoki target) {
            super(target);
            try {
                tokens = List.of(find(first.label()), find(second.label()));
            } catch (CryptokiException e) {
                throw new IllegalStateException(e);
            }
        }

        private TokenInfo find(String label) throws CryptokiException {
            for (long slot : super.slotsWithToken()) {
                TokenInfo info = super.tokenInfo(slot);
                if (info.label().equals(label)) {
                    return new TokenInfo(
                            slot,
                            LABEL,
                            info.serialNumber(),
                            info.manufacturer(),
                            info.model(),
                            info.flags(),
                            info.maxReadWriteSessions());
                }
            }
            throw new IllegalStateException(label);
        }

        char[] pin() {
            return (present == 0 ? first : second).pin().toCharArray();
        }

        private TokenInfo inserted() {
            return tokens.get(present);
        }

        @Override
        public List<Long> slotsWithToken() {
            return List.of(inserted().slotId());
        }

        @Override
        public TokenInfo tokenInfo(long slotId) {
            return inserted();
        }

        @Override
        public long openSession(long slotId) throws CryptokiException {
            requirePresent(slotId, "C_OpenSession");
            return super.openSession(slotId);
        }

        private void requirePresent(long slotId, String function) throws CryptokiException {
            if (slotId != inserted().slotId()) {
                throw new CryptokiException(function, ReturnValue.TOKEN_NOT_PRESENT);
            }
        }
    }

    @Test
    void aTokenOfTheSameLabelWithAnotherKeyIsRefusedUntilTheRightOneIsBack() {
        Slot[] slot = new Slot[1];
        Pkcs11Config config = Pkcs11Config.builder(SoftHsm.module())
                .pin(() -> slot[0].pin())
                .tokenLabel(Slot.LABEL)
                .maximumPoolSize(4)
                .minimumIdle(0)
                .idleTimeout(Duration.ofMillis(20))
                .recovery(RecoverySettings.builder()
                        .retryPauses(Duration.ofMillis(2), Duration.ofMillis(20))
                        .probePauses(Duration.ofMillis(10), Duration.ofMillis(50))
                        .build())
                .build();
        try (CapturedLog log = new CapturedLog();
                Pkcs11Token token = Pkcs11Token.open(config, target -> slot[0] = new Slot(target))) {
            Pkcs11Signer signer = token.signer(KeySelector.byLabel("key"));
            byte[] signature = sign(signer);

            slot[0].present = 1;
            Await.until(
                    Duration.ofSeconds(5),
                    "no session with the first token is left",
                    () -> token.sessions().idle() == 0);
            Await.until(Duration.ofSeconds(10), "the other key is refused", () -> refuses(signer));
            for (int i = 0; i < 5; i++) {
                assertThatThrownBy(() -> sign(signer)).isInstanceOfSatisfying(SigningUnavailableException.class, e -> {
                    assertThat(e.retryable()).isFalse();
                    assertThat(e).hasMessageContaining("has another key in the place of");
                });
            }
            assertThat(signer.health().usable()).isFalse();
            assertThat(signer.health().reason()).contains("another key");
            assertThat(token.health().usable()).as("the token works").isTrue();
            assertThat(log.lines().stream()
                            .filter(l -> l.startsWith("ERROR") && l.contains("has another key in the place of")))
                    .hasSize(1);

            Pkcs11Signer planned = token.signer(KeySelector.byLabel("key"));
            assertThat(sign(planned)).isNotEqualTo(signature);
            assertThat(planned.health().usable()).as("the other key as such").isTrue();

            slot[0].present = 0;
            Await.until(Duration.ofSeconds(10), "the right key is found again", () -> {
                try {
                    return Arrays.equals(sign(signer), signature);
                } catch (SigningUnavailableException e) {
                    return false;
                }
            });
            assertThat(signer.health().usable()).isTrue();
        }
    }

    private static boolean refuses(Pkcs11Signer signer) {
        try {
            sign(signer);
            return false;
        } catch (SigningUnavailableException e) {
            return !e.retryable();
        }
    }

    private static SigningService service(Pkcs11Token token) {
        SigningKey key = SigningKey.open(
                "key",
                token.signer(KeySelector.any()),
                FixedCertificateProvider.of(
                        "a file", List.of(PKI.certifySigner("Signer", KEY.getPublic())), List.of(PKI.intermediate())),
                Deadline.after(Duration.ofSeconds(10)));
        return SigningService.builder(SigningKeys.of(key), new CmsContainerBuilder())
                .build();
    }

    @Test
    void aFlippedBitIsNeverReturned() {
        AtomicInteger toFlip = new AtomicInteger();
        Pkcs11Config config = Pkcs11Config.builder(SoftHsm.module())
                .pin(PinSource.fixed(first.pin().toCharArray()))
                .tokenLabel(first.label())
                .build();
        try (Pkcs11Token token = Pkcs11Token.open(config, target -> new DelegatingCryptoki(target) {
            @Override
            public byte[] sign(long session, byte[] data) throws CryptokiException {
                byte[] signature = super.sign(session, data);
                if (toFlip.getAndDecrement() > 0) {
                    signature[100] ^= 4;
                }
                return signature;
            }
        })) {
            SigningService service = service(token);
            byte[] data = {1, 2, 3};
            RequestContext context = RequestContext.builder("request-1").build();
            toFlip.set(1);
            byte[] signature = service.signRaw(context, DigestAlgorithm.SHA256, data);
            assertThat(SignatureAlgorithm.RSA_PKCS1_SHA256.verify(KEY.getPublic(), data, signature))
                    .isTrue();
            toFlip.set(2);
            assertThatThrownBy(() -> service.signRaw(context, DigestAlgorithm.SHA256, data))
                    .isInstanceOf(InternalSigningException.class)
                    .hasMessageContaining("do not verify");

            Pkcs11Signer signer = token.signer(KeySelector.any());
            Deadline soon = Deadline.after(Duration.ofSeconds(10));
            signer.test(soon);
            toFlip.set(1);
            assertThatThrownBy(() -> signer.test(soon))
                    .isInstanceOf(InternalSigningException.class)
                    .hasMessageContaining("does not verify");
        }
    }
}

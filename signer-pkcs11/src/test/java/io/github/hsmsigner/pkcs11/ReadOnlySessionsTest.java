package io.github.hsmsigner.pkcs11;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.pkcs11.internal.cryptoki.Cryptoki;
import io.github.hsmsigner.pkcs11.internal.cryptoki.CryptokiException;
import io.github.hsmsigner.pkcs11.internal.cryptoki.DelegatingCryptoki;
import io.github.hsmsigner.pkcs11.internal.cryptoki.ReturnValue;
import io.github.hsmsigner.pkcs11.internal.cryptoki.TokenInfo;
import io.github.hsmsigner.pkcs11.softhsm.SoftHsm;
import io.github.hsmsigner.testing.TestPki;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Sessions are read-write only where the token allows enough of them, and for key management. */
class ReadOnlySessionsTest {

    private static final long WRITE_PROTECTED = 0x2;

    private static SoftHsm.Token softToken;

    @BeforeAll
    static void makeToken() {
        softToken = SoftHsm.newToken();
        softToken.importKey(TestPki.keyPair("EC", 256), "key", "01");
    }

    private static Pkcs11Token open(long flags, OptionalLong maxReadWrite, ReturnValue readOnlyAnswer) {
        return Pkcs11Token.open(
                Pkcs11Config.builder(SoftHsm.module())
                        .pin(PinSource.fixed(softToken.pin().toCharArray()))
                        .tokenLabel(softToken.label())
                        .build(),
                cryptoki -> new LimitedSessions(cryptoki, flags, maxReadWrite, readOnlyAnswer));
    }

    private static Deadline soon() {
        return Deadline.after(Duration.ofSeconds(30));
    }

    private static void describesAndSigns(Pkcs11Token token) {
        assertThat(token.describe(soon()).keys()).isNotEmpty();
        token.signer(KeySelector.byLabel("key")).test(soon());
    }

    @Test
    void aWriteProtectedTokenSigns() {
        try (Pkcs11Token token = open(WRITE_PROTECTED, OptionalLong.empty(), ReturnValue.OK)) {
            describesAndSigns(token);
            assertThat(token.sessions().capacity()).isEqualTo(32);
        }
    }

    @Test
    void aWriteProtectedTokenRefusesKeyManagementByName() {
        try (Pkcs11Token token = open(WRITE_PROTECTED, OptionalLong.empty(), ReturnValue.OK)) {
            assertThatThrownBy(() -> token.keyManagement().destroyKeyPair("key", new byte[] {1}))
                    .isInstanceOf(InvalidConfigurationException.class)
                    .hasMessageContaining("is write-protected");
            describesAndSigns(token);
        }
    }

    @Test
    void aTokenWithOneReadWriteSessionSignsAndManagesKeys() {
        try (Pkcs11Token token = open(0, OptionalLong.of(1), ReturnValue.OK)) {
            describesAndSigns(token);
            token.keyManagement().generateKeyPair(KeyPairType.P_256, "generated", new byte[] {2});
            token.signer(KeySelector.byLabel("generated")).test(soon());
            token.keyManagement().destroyKeyPair("generated", new byte[] {2});
            assertThat(token.sessions().capacity()).isEqualTo(32);
        }
    }

    @Test
    void aTokenWithTwoReadWriteSessionsKeepsTheLimit() {
        try (Pkcs11Token token = open(0, OptionalLong.of(2), ReturnValue.FUNCTION_FAILED)) {
            describesAndSigns(token);
            assertThat(token.sessions().capacity()).isEqualTo(1);
        }
    }

    /** AWS CloudHSM: read-only sessions fail with CKR_FUNCTION_FAILED (user guide, known issues for the PKCS #11 library). */
    @Test
    void aTokenThatFailsInReadOnlySessionsSigns() {
        try (Pkcs11Token token = open(0, OptionalLong.empty(), ReturnValue.FUNCTION_FAILED)) {
            describesAndSigns(token);
        }
    }

    private static final class LimitedSessions extends DelegatingCryptoki {

        private final long flags;
        private final OptionalLong maxReadWrite;
        private final ReturnValue readOnlyAnswer;
        private final Set<Long> readWrite = ConcurrentHashMap.newKeySet();

        LimitedSessions(Cryptoki target, long flags, OptionalLong maxReadWrite, ReturnValue readOnlyAnswer) {
            super(target);
            this.flags = flags;
            this.maxReadWrite = maxReadWrite;
            this.readOnlyAnswer = readOnlyAnswer;
        }

        @Override
        public TokenInfo tokenInfo(long slotId) throws CryptokiException {
            TokenInfo info = super.tokenInfo(slotId);
            return new TokenInfo(
                    slotId,
                    info.label(),
                    info.serialNumber(),
                    info.manufacturer(),
                    info.model(),
                    info.flags() | flags,
                    maxReadWrite);
        }

        @Override
        public long openSession(long slotId) throws CryptokiException {
            if ((flags & WRITE_PROTECTED) != 0) {
                throw new CryptokiException("C_OpenSession", ReturnValue.TOKEN_WRITE_PROTECTED);
            }
            if (readWrite.size() >= maxReadWrite.orElse(Long.MAX_VALUE)) {
                throw new CryptokiException("C_OpenSession", ReturnValue.SESSION_COUNT);
            }
            long session = super.openSession(slotId);
            readWrite.add(session);
            return session;
        }

        @Override
        public long openReadOnlySession(long slotId) throws CryptokiException {
            if (readOnlyAnswer != ReturnValue.OK) {
                throw new CryptokiException("C_OpenSession", readOnlyAnswer);
            }
            return super.openReadOnlySession(slotId);
        }

        @Override
        public void closeSession(long session) throws CryptokiException {
            readWrite.remove(session);
            super.closeSession(session);
        }
    }
}

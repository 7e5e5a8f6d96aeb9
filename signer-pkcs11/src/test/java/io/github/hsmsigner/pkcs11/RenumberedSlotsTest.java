package io.github.hsmsigner.pkcs11;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.pkcs11.description.TokenDescription;
import io.github.hsmsigner.pkcs11.internal.cryptoki.Cryptoki;
import io.github.hsmsigner.pkcs11.internal.cryptoki.CryptokiException;
import io.github.hsmsigner.pkcs11.internal.cryptoki.CryptokiModule;
import io.github.hsmsigner.pkcs11.internal.cryptoki.DelegatingCryptoki;
import io.github.hsmsigner.pkcs11.internal.cryptoki.SlotInfo;
import io.github.hsmsigner.pkcs11.internal.cryptoki.TokenInfo;
import io.github.hsmsigner.pkcs11.softhsm.SoftHsm;
import io.github.hsmsigner.testing.TestPki;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** After C_Initialize the slots of a module can have other numbers; the number of a token can then be that of another. */
class RenumberedSlotsTest {

    private static SoftHsm.Token softToken;
    private static SoftHsm.Token otherToken;

    private Slots slots;
    private Pkcs11Token token;

    @BeforeAll
    static void makeTokens() {
        softToken = SoftHsm.newToken();
        softToken.importKey(TestPki.keyPair("EC", 256), "key", "01");
        otherToken = SoftHsm.newToken();
    }

    @AfterEach
    void close() {
        token.close();
    }

    private static Pkcs11Config.Builder config() {
        return Pkcs11Config.builder(SoftHsm.module())
                .pin(PinSource.fixed(softToken.pin().toCharArray()));
    }

    /** Opens the token, and exchanges its slot with that of the other token. */
    private void openAndRenumber(Pkcs11Config config) throws Exception {
        token = Pkcs11Token.open(config, target -> slots = new Slots(target));
        try (CryptokiModule share = CryptokiModule.open(SoftHsm.module())) {
            share.reinitialize(share.epoch(), Duration.ofSeconds(10));
        }
        slots.exchanged = true;
        slots.opened.clear();
        token.signer(KeySelector.byLabel("key")).test(soon());
    }

    private static Deadline soon() {
        return Deadline.after(Duration.ofSeconds(30));
    }

    private static KeySelector inSlot(long slot) {
        return KeySelector.of(Pkcs11Uri.parse("pkcs11:slot-id=" + slot + ";object=key"));
    }

    @Test
    void keysAreManagedInTheSlotOfTheToken() throws Exception {
        openAndRenumber(config().tokenLabel(softToken.label()).build());
        token.keyManagement().generateKeyPair(KeyPairType.P_256, "new", new byte[] {2});
        token.signer(KeySelector.byLabel("new")).test(soon());
        assertThatThrownBy(() -> token.keyManagement().generateKeyPair(KeyPairType.P_256, "new", new byte[] {2}))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("slot " + slots.otherSlot());
        token.keyManagement().destroyKeyPair("new", new byte[] {2});
    }

    @Test
    void aKeyIsSelectedByTheNumberAndTheDescriptionOfTheSlotNow() throws Exception {
        openAndRenumber(config().tokenLabel(softToken.label()).build());
        token.signer(inSlot(slots.otherSlot())).test(soon());
        token.signer(KeySelector.of(Pkcs11Uri.parse("pkcs11:slot-description=of%20the%20token;object=key")))
                .test(soon());
        assertThatThrownBy(() -> token.signer(inSlot(slots.ownSlot())))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("slot " + slots.otherSlot());
    }

    @Test
    void theTokenThatTheSlotHeldGetsThePinAndNotTheOneThatItHoldsNow() throws Exception {
        CryptokiModule share = CryptokiModule.open(SoftHsm.module());
        long slot;
        try (share) {
            slot = new Slots(share.cryptoki()).ownSlot();
        }
        openAndRenumber(config().slotId(slot).build());
        assertThat(slots.opened).containsExactly(softToken.label());
    }

    @Test
    void theDescriptionNamesTheSlotNow() throws Exception {
        openAndRenumber(config().tokenLabel(softToken.label()).build());
        assertThat(token.describe(soon()).mechanisms()).contains("CKM_ECDSA");
        assertThat(token.describe(soon()).slots())
                .filteredOn(TokenDescription.Slot::open)
                .singleElement()
                .satisfies(slot -> assertThat(slot.slotId()).isEqualTo(slots.otherSlot()));
    }

    /** The slots of a module, of which two can be exchanged. The other token has no mechanism. */
    private static final class Slots extends DelegatingCryptoki {

        private final Set<String> opened = ConcurrentHashMap.newKeySet();
        private final Cryptoki target;
        private volatile boolean exchanged;

        Slots(Cryptoki target) {
            super(target);
            this.target = target;
        }

        private long slotOf(SoftHsm.Token wanted) throws CryptokiException {
            for (long slot : target.slotsWithToken()) {
                if (target.tokenInfo(slot).label().equals(wanted.label())) {
                    return slot;
                }
            }
            throw new IllegalStateException("No slot holds " + wanted.label());
        }

        /** The number of the token's slot when it was opened. */
        long ownSlot() throws CryptokiException {
            return slotOf(softToken);
        }

        /** The number after the exchange. */
        long otherSlot() throws CryptokiException {
            return slotOf(otherToken);
        }

        private long real(long slotId) throws CryptokiException {
            if (!exchanged || (slotId != ownSlot() && slotId != otherSlot())) {
                return slotId;
            }
            return slotId == ownSlot() ? otherSlot() : ownSlot();
        }

        @Override
        public TokenInfo tokenInfo(long slotId) throws CryptokiException {
            TokenInfo info = super.tokenInfo(real(slotId));
            return new TokenInfo(
                    slotId,
                    info.label(),
                    info.serialNumber(),
                    info.manufacturer(),
                    info.model(),
                    info.flags(),
                    info.maxReadWriteSessions());
        }

        @Override
        public SlotInfo slotInfo(long slotId) throws CryptokiException {
            return new SlotInfo(real(slotId) == ownSlot() ? "of the token" : "of another token", "SoftHSM project");
        }

        @Override
        public List<Long> mechanismList(long slotId) throws CryptokiException {
            return real(slotId) == ownSlot() ? super.mechanismList(ownSlot()) : List.of();
        }

        @Override
        public long openSession(long slotId) throws CryptokiException {
            opened.add(super.tokenInfo(real(slotId)).label());
            return super.openSession(real(slotId));
        }
    }
}

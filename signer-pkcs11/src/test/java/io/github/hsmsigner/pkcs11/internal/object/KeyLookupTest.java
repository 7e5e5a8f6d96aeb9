package io.github.hsmsigner.pkcs11.internal.object;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hsmsigner.core.error.SigningUnavailableException;
import io.github.hsmsigner.pkcs11.internal.cryptoki.AttributeType;
import io.github.hsmsigner.pkcs11.internal.cryptoki.CryptokiException;
import io.github.hsmsigner.pkcs11.internal.cryptoki.CryptokiModule;
import io.github.hsmsigner.pkcs11.internal.cryptoki.ObjectClass;
import io.github.hsmsigner.pkcs11.internal.cryptoki.RefusingCryptoki;
import io.github.hsmsigner.pkcs11.internal.cryptoki.ReturnValue;
import io.github.hsmsigner.pkcs11.softhsm.SoftHsm;
import io.github.hsmsigner.testing.TestPki;
import java.security.KeyPair;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Finding the key again that was found before, after handles became invalid. */
class KeyLookupTest {

    private static final KeyPair KEY = TestPki.keyPair("EC", 256);
    private static final KeyPair ROTATED = TestPki.keyPair("EC", 384);
    private static final KeyPair PRIVATE_ONLY = TestPki.keyPair("EC", 521);

    private static SoftHsm.Token token;

    private CryptokiModule module;
    private RefusingCryptoki cryptoki;
    private TokenObjects objects;

    @BeforeAll
    static void makeToken() {
        token = SoftHsm.newToken();
        token.importKey(KEY, "signing", "01");
        token.importKey(ROTATED, "signing", "02");
        token.importKey(PRIVATE_ONLY, "bare", "03");
        token.tool("--delete-object", "--type", "pubkey", "--id", "03");
    }

    @BeforeEach
    void open() throws CryptokiException {
        module = CryptokiModule.open(SoftHsm.module());
        cryptoki = new RefusingCryptoki(module.cryptoki());
        long slot = slot();
        long session = cryptoki.openSession(slot);
        cryptoki.login(session, token.pin().toCharArray());
        objects = new TokenObjects(cryptoki, session);
    }

    private long slot() throws CryptokiException {
        for (long slot : cryptoki.slotsWithToken()) {
            if (cryptoki.tokenInfo(slot).label().equals(token.label())) {
                return slot;
            }
        }
        throw new AssertionError("the token is not there");
    }

    @AfterEach
    void close() {
        module.close();
    }

    private static KeyLookup byLabel(String label) {
        return new KeyLookup(Optional.of(label), Optional.empty(), "the key with label \"" + label + "\"");
    }

    private static KeyLookup byId(int id) {
        return new KeyLookup(Optional.empty(), Optional.of(new byte[] {(byte) id}), "the key with id 0" + id);
    }

    private KeyOnToken findAgain(KeyLookup lookup, KeyPair remembered, boolean shownBefore) throws CryptokiException {
        return lookup.findAgain(objects, "\"test\"", remembered.getPublic(), shownBefore);
    }

    @Test
    void theSameKeyIsFound() throws CryptokiException {
        KeyOnToken first = byId(1).find(objects, "\"test\"");
        KeyOnToken again = findAgain(byId(1), KEY, true);
        assertThat(again.object().handle()).isEqualTo(first.object().handle());
        assertThat(again.publicKey()).contains(KEY.getPublic());
    }

    @Test
    void amongSeveralOfTheSameNameItIsTheOneThatIsRemembered() throws CryptokiException {
        KeyLookup lookup = byLabel("signing");
        assertThat(findAgain(lookup, KEY, true).object().id().value()).contains("01");
        assertThat(findAgain(lookup, ROTATED, true).object().id().value()).contains("02");
    }

    @Test
    void anotherKeyInItsPlaceIsRefused() {
        assertThatThrownBy(() -> findAgain(byId(2), KEY, true))
                .isInstanceOfSatisfying(
                        SigningUnavailableException.class,
                        e -> assertThat(e.retryable()).isFalse())
                .hasMessageContaining("another key in the place of the key with id 02")
                .hasMessageContaining("label \"signing\" id 02 (EC, P-384)")
                .hasMessageContaining("EC, P-256")
                .hasMessageContaining("not used");
    }

    @Test
    void aKeyThatIsGoneMayComeBack() {
        assertThatThrownBy(() -> findAgain(byLabel("absent"), KEY, true))
                .isInstanceOfSatisfying(
                        SigningUnavailableException.class,
                        e -> assertThat(e.retryable()).isTrue())
                .hasMessageContaining("none is the key with label \"absent\" any more");
    }

    @Test
    void aKeyThatWasComparedBeforeIsNotUsedWithoutBeingComparedAgain() throws CryptokiException {
        cryptoki.refuse(ObjectClass.PUBLIC_KEY, AttributeType.EC_POINT, ReturnValue.FUNCTION_FAILED);
        assertThatThrownBy(() -> findAgain(byId(1), KEY, true))
                .isInstanceOfSatisfying(
                        SigningUnavailableException.class,
                        e -> assertThat(e.retryable()).isTrue())
                .hasMessageContaining("does not show the public half");
        cryptoki.relent();
        assertThat(findAgain(byId(1), KEY, true).publicKey()).isPresent();
    }

    @Test
    void aKeyWhosePublicHalfTheTokenNeverShowedIsFoundUncompared() throws CryptokiException {
        assertThat(findAgain(byLabel("bare"), PRIVATE_ONLY, false).publicKey()).isEmpty();
        assertThatThrownBy(() -> findAgain(byLabel("bare"), PRIVATE_ONLY, true))
                .isInstanceOf(SigningUnavailableException.class);
    }
}

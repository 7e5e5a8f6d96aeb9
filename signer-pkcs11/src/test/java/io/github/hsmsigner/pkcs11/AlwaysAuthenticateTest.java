package io.github.hsmsigner.pkcs11;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.SignatureAlgorithm;
import io.github.hsmsigner.core.error.SigningUnavailableException;
import io.github.hsmsigner.pkcs11.internal.cryptoki.CountingCryptoki;
import io.github.hsmsigner.pkcs11.internal.cryptoki.CryptokiException;
import io.github.hsmsigner.pkcs11.internal.cryptoki.ReturnValue;
import io.github.hsmsigner.pkcs11.softhsm.SoftHsm;
import java.security.GeneralSecurityException;
import java.security.Signature;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Keys that want a login for each signature. */
class AlwaysAuthenticateTest {

    private static final byte[] MESSAGE = {1, 2, 3};

    /** One for each test, because rejected PINs are remembered as long as the process lives. */
    private SoftHsm.Token softToken;

    private CountingCryptoki cryptoki;
    private Pkcs11Token token;

    @BeforeEach
    void makeKey() {
        softToken = SoftHsm.newToken();
        softToken.tool("--keypairgen", "--key-type", "rsa:2048", "--label", "careful", "--id", "01", "--always-auth");
    }

    /** As if the PIN had been changed since the login. */
    private final AtomicBoolean refuses = new AtomicBoolean();

    private final AtomicInteger sourceCalls = new AtomicInteger();

    private Pkcs11Signer open(VendorProfile profile) {
        Pkcs11Config config = Pkcs11Config.builder(SoftHsm.module())
                .pin(() -> {
                    sourceCalls.incrementAndGet();
                    return softToken.pin().toCharArray();
                })
                .tokenLabel(softToken.label())
                .vendorProfile(profile)
                .build();
        token = Pkcs11Token.open(
                config,
                target -> cryptoki = new CountingCryptoki(target) {
                    @Override
                    public void loginContextSpecific(long session, char[] given) throws CryptokiException {
                        super.loginContextSpecific(session, given);
                        if (refuses.get()) {
                            throw new CryptokiException("C_Login", ReturnValue.PIN_INCORRECT);
                        }
                    }
                });
        return token.signer(KeySelector.any());
    }

    @AfterEach
    void close() {
        token.close();
    }

    private static byte[] sign(Pkcs11Signer signer) {
        return sign(signer, Duration.ofSeconds(10));
    }

    private static byte[] sign(Pkcs11Signer signer, Duration time) {
        return signer.signMessage(SignatureAlgorithm.RSA_PKCS1_SHA256, MESSAGE, Deadline.after(time));
    }

    @Test
    void theLoginComesBetweenTheStartAndTheSignature() throws GeneralSecurityException {
        Pkcs11Signer signer = open(VendorProfile.softHsm());
        sign(signer);
        cryptoki.calls().clear();
        byte[] signature = sign(signer);
        assertThat(cryptoki.calls()).containsExactly("C_SignInit", "C_Login(CKU_CONTEXT_SPECIFIC)", "C_Sign");
        Signature verifier = Signature.getInstance("SHA256withRSA");
        verifier.initVerify(signer.publicKey());
        verifier.update(MESSAGE);
        assertThat(verifier.verify(signature)).isTrue();
    }

    /** The source can be a command, or a service that answers slowly. */
    @Test
    void thePinIsKeptForSecondsAndNotReadForEachSignature() {
        Pkcs11Signer signer = open(VendorProfile.softHsm());
        for (int i = 0; i < 50; i++) {
            sign(signer);
        }
        assertThat(cryptoki.calls())
                .filteredOn("C_Login(CKU_CONTEXT_SPECIFIC)"::equals)
                .hasSize(50);
        assertThat(sourceCalls.get()).isLessThan(10);
    }

    @Test
    void withoutThatLoginTheTokenRefuses() {
        Pkcs11Signer signer = open(VendorProfile.cloudHsm());
        assertThatThrownBy(() -> sign(signer, Duration.ofSeconds(1)))
                .isInstanceOf(SigningUnavailableException.class)
                .hasMessageContaining("CKR_USER_NOT_LOGGED_IN");
    }

    @Test
    void aPinThatIsRefusedIsNotTriedAgain() {
        Pkcs11Signer signer = open(VendorProfile.softHsm());
        refuses.set(true);
        cryptoki.calls().clear();
        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(() -> sign(signer)).isInstanceOfSatisfying(SigningUnavailableException.class, e -> {
                assertThat(e.retryable()).isFalse();
                assertThat(e).hasMessageContaining("rejects the PIN").hasMessageContaining(softToken.label());
                assertThat(e.getMessage()).doesNotContain(softToken.pin());
            });
        }
        assertThat(cryptoki.calls()).containsOnlyOnce("C_Login(CKU_CONTEXT_SPECIFIC)");
    }
}

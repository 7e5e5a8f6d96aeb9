package io.github.hsmsigner.pkcs11;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.core.error.SigningUnavailableException;
import io.github.hsmsigner.pkcs11.health.RecoverySettings;
import io.github.hsmsigner.pkcs11.internal.cryptoki.AttributeType;
import io.github.hsmsigner.pkcs11.internal.cryptoki.ObjectClass;
import io.github.hsmsigner.pkcs11.internal.cryptoki.RefusingCryptoki;
import io.github.hsmsigner.pkcs11.internal.cryptoki.ReturnValue;
import io.github.hsmsigner.pkcs11.softhsm.SoftHsm;
import io.github.hsmsigner.testing.CapturedLog;
import io.github.hsmsigner.testing.TestPki;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.PublicKey;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which token, which key, and which public key belongs to it, on tokens that show more or less of it. */
class KeySelectionTest {

    private static final TestPki PKI = new TestPki();
    private static final KeyPair RSA = TestPki.rsaKeyPair(2048);
    private static final KeyPair EC = TestPki.keyPair("EC", 256);
    private static final KeyPair WITHOUT_PUBLIC_OBJECT = TestPki.keyPair("EC", 384);
    private static final KeyPair WITHOUT_ANYTHING = TestPki.keyPair("EC", 521);
    private static final KeyPair SHARED_ID = TestPki.keyPair("EC", 256);
    private static final KeyPair SHARING_ID = TestPki.keyPair("EC", 256);

    private static SoftHsm.Token softToken;
    private static SoftHsm.Token other;

    @TempDir
    private static Path directory;

    private RefusingCryptoki cryptoki;
    private Pkcs11Token token;

    @BeforeAll
    static void makeTokens() throws IOException {
        other = SoftHsm.newToken();
        other.importKey(RSA, "elsewhere", "01");
        softToken = SoftHsm.newToken();
        softToken.importKey(RSA, "rsa", "01");
        softToken.importKey(EC, "ec", "02");
        softToken.tool("--delete-object", "--type", "pubkey", "--id", "02");
        writePublicKey(EC.getPublic(), "the public half has another label", "02");
        softToken.importKey(WITHOUT_PUBLIC_OBJECT, "no public object", "03");
        softToken.tool("--delete-object", "--type", "pubkey", "--id", "03");
        softToken.importCertificate(
                PKI.certifySigner("Without public object", WITHOUT_PUBLIC_OBJECT.getPublic()), "certificate", "03");
        softToken.importKey(WITHOUT_ANYTHING, "private only", "04");
        softToken.tool("--delete-object", "--type", "pubkey", "--id", "04");
        softToken.importKey(SHARED_ID, "shared", "05");
        writePublicKey(SHARING_ID.getPublic(), "not of that pair", "05");
        // Shares its id too, but is of another type, so it can be no rival.
        writePublicKey(RSA.getPublic(), "of another type", "02");
    }

    private static void writePublicKey(PublicKey key, String label, String id) throws IOException {
        Path file = Files.write(directory.resolve("public.der"), key.getEncoded());
        softToken.tool("--write-object", file.toString(), "--type", "pubkey", "--label", label, "--id", id);
    }

    private static Pkcs11Config.Builder config() {
        return Pkcs11Config.builder(SoftHsm.module())
                .pin(PinSource.fixed(softToken.pin().toCharArray()));
    }

    @BeforeEach
    void open() {
        token = Pkcs11Token.open(
                config().tokenLabel(softToken.label())
                        .recovery(RecoverySettings.builder()
                                .noSuccessLimit(Duration.ofMillis(500))
                                .build())
                        .build(),
                target -> cryptoki = new RefusingCryptoki(target));
    }

    @AfterEach
    void close() {
        token.close();
    }

    private void refusePrivate(AttributeType<?> type, ReturnValue returnValue) {
        cryptoki.refuse(ObjectClass.PRIVATE_KEY, type, returnValue);
    }

    private PublicKey publicKey(String label) {
        return token.signer(KeySelector.byLabel(label)).publicKey();
    }

    @Nested
    class Tokens {

        private String serial() {
            return token.toString().replaceAll(".*serial (\\w+),.*", "$1");
        }

        private String opened(TokenSelector selector) {
            try (Pkcs11Token again = Pkcs11Token.open(config().token(selector).build())) {
                return again.toString();
            }
        }

        @Test
        void areFoundBySerialNumber() {
            assertThat(opened(TokenSelector.any().withSerialNumber(serial()))).isEqualTo(token.toString());
        }

        @Test
        void areFoundByUri() {
            Pkcs11Uri uri = Pkcs11Uri.parse("pkcs11:token=" + softToken.label() + ";serial=" + serial()
                    + ";manufacturer=SoftHSM%20project;model=SoftHSM%20v2;slot-manufacturer=SoftHSM%20project"
                    + ";library-manufacturer=SoftHSM;library-description=Implementation%20of%20PKCS11");
            assertThat(opened(TokenSelector.of(uri))).isEqualTo(token.toString());
        }

        @ParameterizedTest
        @ValueSource(strings = {"serial=0", "library-version=99.9", "slot-description=none", "model=X", "slot-id=-"})
        void thatDoNotMatchAreListed(String condition) {
            String uri = "pkcs11:" + condition.replace("slot-id=-", "slot-id=18446744073709551615");
            Pkcs11Config config =
                    config().token(TokenSelector.of(Pkcs11Uri.parse(uri))).build();
            assertThatThrownBy(() -> Pkcs11Token.open(config))
                    .isInstanceOf(InvalidConfigurationException.class)
                    .hasMessageContaining("none matches the token with ")
                    .hasMessageContaining(uri.substring(uri.indexOf('=') + 1))
                    .hasMessageContaining("\"" + softToken.label() + "\"")
                    .hasMessageContaining(serial())
                    .hasMessageContaining("\"" + other.label() + "\"");
        }
    }

    @Nested
    class Keys {

        @Test
        void areFoundByUri() {
            Pkcs11Uri uri = Pkcs11Uri.parse("pkcs11:token=" + softToken.label() + ";object=ec;id=%02;type=private");
            assertThat(token.signer(KeySelector.of(uri)).publicKey()).isEqualTo(EC.getPublic());
        }

        @Test
        void ofAnotherTokenAreNotLookedForHere() {
            KeySelector elsewhere = KeySelector.of(Pkcs11Uri.parse("pkcs11:token=" + other.label() + ";object=rsa"));
            assertThatThrownBy(() -> token.signer(elsewhere))
                    .isInstanceOf(InvalidConfigurationException.class)
                    .hasMessageContaining(other.label())
                    .hasMessageContaining(softToken.label());
        }

        @Test
        void areListedWithLabelIdTypeAndSizeWhenSeveralMatch() {
            assertThatThrownBy(() -> token.signer(KeySelector.any()))
                    .isInstanceOf(InvalidConfigurationException.class)
                    .hasMessageContaining("5 match any key")
                    .hasMessageContaining("label \"rsa\" id 01 (RSA, 2048 bits)")
                    .hasMessageContaining("label \"ec\" id 02 (EC, P-256)")
                    .hasMessageContaining("label \"no public object\" id 03 (EC, P-384)")
                    .hasMessageContaining("label \"private only\" id 04 (EC)");
        }

        @Test
        void areListedWithWhatTheTokenShowsWhenAttributesCannotBeRead() {
            refusePrivate(AttributeType.LABEL, ReturnValue.FUNCTION_FAILED);
            refusePrivate(AttributeType.KEY_TYPE, ReturnValue.DEVICE_ERROR);
            assertThatThrownBy(() -> token.signer(KeySelector.any()))
                    .isInstanceOf(InvalidConfigurationException.class)
                    .hasMessageContaining("label unreadable id 01 (RSA, 2048 bits)")
                    .hasMessageContaining("label unreadable id 04");
        }

        @Test
        void oneRefusedAttributeIsLoggedOnceAndDoesNotHideTheOthers() {
            refusePrivate(AttributeType.LABEL, ReturnValue.FUNCTION_FAILED);
            refusePrivate(AttributeType.MODULUS, ReturnValue.ARGUMENTS_BAD);
            refusePrivate(AttributeType.PUBLIC_KEY_INFO, ReturnValue.GENERAL_ERROR);
            try (CapturedLog log = new CapturedLog()) {
                assertThat(publicKey("rsa")).isEqualTo(RSA.getPublic());
                assertThat(log.lines())
                        .filteredOn(line -> line.startsWith("WARN") && line.contains("CKA_LABEL"))
                        .hasSize(1);
            }
        }

        @Test
        void thatMaySignAndThoseOfWhichThatIsUnknownAreNotTakenForTheOnlyOne() {
            refusePrivate(AttributeType.SIGN, ReturnValue.FUNCTION_FAILED);
            assertThatThrownBy(() -> token.signer(KeySelector.any())).hasMessageContaining("5 match any key");
        }

        @Test
        void errorsThatAreNotAboutAnAttributeAreThrown() {
            refusePrivate(AttributeType.LABEL, ReturnValue.SESSION_HANDLE_INVALID);
            assertThatThrownBy(() -> publicKey("rsa"))
                    .isInstanceOf(SigningUnavailableException.class)
                    .hasMessageContaining("CKR_SESSION_HANDLE_INVALID");
        }
    }

    @Nested
    class PublicHalves {

        @Test
        void areShownByThePrivateKeyObjectItself() {
            assertThat(publicKey("rsa")).isEqualTo(RSA.getPublic());
        }

        @Test
        void arePairedByIdWhateverTheirLabel() {
            assertThat(publicKey("ec")).isEqualTo(EC.getPublic());
        }

        @Test
        void arePairedByIdWhenTheMaterialCannotBeRead() {
            refusePrivate(AttributeType.MODULUS, ReturnValue.FUNCTION_FAILED);
            assertThat(publicKey("rsa")).isEqualTo(RSA.getPublic());
        }

        @Test
        void arePairedByTheModulusWhateverTheId() {
            refusePrivate(AttributeType.PUBLIC_EXPONENT, ReturnValue.ATTRIBUTE_TYPE_INVALID);
            refusePrivate(AttributeType.ID, ReturnValue.FUNCTION_FAILED);
            assertThat(publicKey("rsa")).isEqualTo(RSA.getPublic());
        }

        @Test
        void comeFromTheCertificateWhereThereIsNoPublicKeyObject() {
            assertThat(publicKey("no public object")).isEqualTo(WITHOUT_PUBLIC_OBJECT.getPublic());
        }

        @Test
        void comeFromElsewhereWhereTheTokenShowsNone() {
            KeySelector selector = KeySelector.byLabel("private only");
            assertThatThrownBy(() -> token.signer(selector))
                    .isInstanceOf(InvalidConfigurationException.class)
                    .hasMessageContaining("does not show the public half")
                    .hasMessageContaining("label \"private only\" id 04 (EC)");
            assertThat(token.signer(
                                    selector,
                                    List.of(
                                            RSA.getPublic(),
                                            TestPki.keyPair("EC", 256).getPublic(),
                                            TestPki.keyPair("EC", 384).getPublic(),
                                            WITHOUT_ANYTHING.getPublic()))
                            .publicKey())
                    .isEqualTo(WITHOUT_ANYTHING.getPublic());
        }

        @Test
        void areNotGuessedWhenTheIdCannotBeRead() {
            refusePrivate(AttributeType.ID, ReturnValue.FUNCTION_FAILED);
            assertThatThrownBy(() -> publicKey("ec"))
                    .isInstanceOf(InvalidConfigurationException.class)
                    .hasMessageContaining("does not show the public half")
                    .hasMessageContaining("id unreadable");
        }

        @Test
        void areNotGuessedAmongSeveralOfTheSameId() {
            assertThatThrownBy(() -> publicKey("shared"))
                    .isInstanceOf(InvalidConfigurationException.class)
                    .hasMessageContaining("label \"shared\" id 05")
                    .hasMessageContaining("2 different public keys");
        }

        @Test
        void thatCannotBeReadDoNotHideTheCertificate() {
            cryptoki.refuse(ObjectClass.PUBLIC_KEY, AttributeType.EC_POINT, ReturnValue.DEVICE_ERROR);
            assertThat(publicKey("no public object")).isEqualTo(WITHOUT_PUBLIC_OBJECT.getPublic());
        }

        @Test
        void ofAnotherTypeThanTheKeyAreRefused() {
            KeySelector selector = KeySelector.byLabel("private only");
            assertThatThrownBy(() -> token.signer(selector, List.of(RSA.getPublic())))
                    .isInstanceOf(InvalidConfigurationException.class)
                    .hasMessageContaining("label \"private only\" id 04 (EC)")
                    .hasMessageContaining("RSA, 2048 bits");
        }
    }

    @Test
    void noneOfSeveralCandidatesBelongsToTheKey() {
        KeySelector selector = KeySelector.byLabel("private only");
        assertThatThrownBy(() -> token.signer(
                        selector,
                        List.of(
                                TestPki.keyPair("EC", 521).getPublic(),
                                TestPki.keyPair("EC", 256).getPublic(),
                                RSA.getPublic())))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("None of the certificates given for the key with label \"private only\" id 04")
                .hasMessageContaining("EC, P-521; EC, P-256; RSA, 2048 bits");
    }

    @Test
    void certificatesWhoseTypeCannotBeReadAreReadAll() {
        cryptoki.refuse(ObjectClass.CERTIFICATE, AttributeType.CERTIFICATE_TYPE, ReturnValue.FUNCTION_FAILED);
        assertThat(token.certificates(List.of(PKI.intermediate(), PKI.root()))
                        .certificateChain(WITHOUT_PUBLIC_OBJECT.getPublic())
                        .certificates())
                .hasSize(3);
    }
}

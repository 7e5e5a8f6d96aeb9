package io.github.hsmsigner.pkcs11;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.pkcs11.description.TokenDescription;
import io.github.hsmsigner.pkcs11.softhsm.SoftHsm;
import io.github.hsmsigner.testing.TestPki;
import java.security.KeyPair;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokenDescriptionTest {

    private static final TestPki PKI = new TestPki();
    private static final KeyPair GOOD = TestPki.rsaKeyPair(2048);
    private static final KeyPair WITHOUT_CERTIFICATE = TestPki.keyPair("EC", 256);
    private static final KeyPair WITHOUT_PUBLIC_HALF = TestPki.keyPair("EC", 384);
    private static final KeyPair EXPIRED = TestPki.keyPair("EC", 521);

    private static SoftHsm.Token softToken;

    @BeforeAll
    static void makeToken() {
        softToken = SoftHsm.newToken();
        softToken.importKey(GOOD, "good", "01");
        softToken.importCertificate(PKI.certifySigner("Good", GOOD.getPublic()), "good", "01");
        softToken.importCertificate(PKI.intermediate(), "intermediate", "a1");
        softToken.importCertificate(PKI.root(), "root", "a2");
        softToken.importKey(WITHOUT_CERTIFICATE, "without certificate", "02");
        softToken.importKey(WITHOUT_PUBLIC_HALF, "without public half", "03");
        softToken.tool("--delete-object", "--type", "pubkey", "--id", "03");
        softToken.importKey(EXPIRED, "expired", "04");
        Instant now = Instant.now();
        softToken.importCertificate(
                PKI.certifySigner(
                        "Expired", EXPIRED.getPublic(), now.minus(Duration.ofDays(20)), now.minus(Duration.ofDays(10))),
                "expired",
                "04");
    }

    private static TokenDescription describe(String pin) {
        Pkcs11Config config = Pkcs11Config.builder(SoftHsm.module())
                .pin(PinSource.fixed(pin.toCharArray()))
                .tokenLabel(softToken.label())
                .build();
        try (Pkcs11Token token = Pkcs11Token.open(config)) {
            return token.describe(Deadline.after(Duration.ofSeconds(30)));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\u001b[31m", "a\nERROR", "a\u202eb", "a\u0085b"})
    void textsOfATokenControlNoTerminal(String label) {
        SoftHsm.Token token = SoftHsm.newToken();
        token.importKey(GOOD, label, "01");
        Pkcs11Config config = Pkcs11Config.builder(SoftHsm.module())
                .pin(PinSource.fixed(token.pin().toCharArray()))
                .tokenLabel(token.label())
                .build();
        try (Pkcs11Token opened = Pkcs11Token.open(config)) {
            String text =
                    opened.describe(Deadline.after(Duration.ofSeconds(30))).text();
            assertThat(text).containsPattern("a(\\\\[0-9A-F]{2})+").doesNotContain(label);
            assertThat(opened.signer(KeySelector.byLabel(label)).toString()).doesNotContain(label);
        }
    }

    @Test
    void namesWhatThereIs() {
        TokenDescription description = describe(softToken.pin());

        assertThat(description.module().file()).isEqualTo(SoftHsm.module());
        assertThat(description.module().library()).contains("SoftHSM");
        assertThat(description.module().vendorProfile()).isEqualTo("SoftHSM");
        assertThat(description.slots())
                .filteredOn(TokenDescription.Slot::open)
                .singleElement()
                .satisfies(slot -> assertThat(slot.label()).isEqualTo(softToken.label()));
        assertThat(description.slots())
                .anySatisfy(slot -> assertThat(slot.initialized()).isFalse());
        assertThat(description.health().usable()).isTrue();
        assertThat(description.mechanisms()).contains("CKM_RSA_PKCS", "CKM_ECDSA", "CKM_EDDSA");
        assertThat(description.certificates()).hasSize(4);

        Map<String, TokenDescription.Key> keys =
                description.keys().stream().collect(Collectors.toMap(TokenDescription.Key::name, Function.identity()));
        assertThat(keys).hasSize(4);
        assertThat(keys.get("label \"good\" id 01")).satisfies(key -> {
            assertThat(key.type()).isEqualTo("RSA, 2048 bits");
            assertThat(key.publicHalfShown()).isTrue();
            assertThat(key.certificate()).contains("CN=Good");
            assertThat(key.plan())
                    .hasValueSatisfying(plan -> assertThat(plan).contains("RSA_PKCS1_SHA256", "by CKM_RSA_PKCS"));
        });
        assertThat(keys.get("label \"without public half\" id 03")).satisfies(key -> {
            assertThat(key.type()).isEqualTo("EC");
            assertThat(key.publicHalfShown()).isFalse();
            assertThat(key.plan()).isEmpty();
        });
    }

    @Test
    void namesWhatIsWrongAndWhatToDo() {
        assertThat(describe(softToken.pin()).problems())
                .satisfiesExactlyInAnyOrder(
                        problem -> assertThat(problem)
                                .isEqualTo("No certificate on the token belongs to the key with label \"without"
                                        + " certificate\" id 02; configure the certificate of the key as a file, or"
                                        + " import it."),
                        problem -> assertThat(problem)
                                .isEqualTo("The token does not show the public half of the key with label \"without"
                                        + " public half\" id 03; configure the certificate of the key as a file."),
                        problem -> assertThat(problem).startsWith("The certificate of \"CN=Expired\" expired on "));
    }

    @Test
    void describesATokenThatRefusesThePinAsFarAsItCan() {
        TokenDescription description = describe("9753-wrong");
        assertThat(description.health().usable()).isFalse();
        assertThat(description.slots()).anyMatch(TokenDescription.Slot::open);
        assertThat(description.keys()).isEmpty();
        assertThat(description.problems())
                .anySatisfy(problem -> assertThat(problem).contains("CKR_PIN_INCORRECT"));
    }

    @Test
    void isReadableTextWithoutThePin() {
        assertThat(describe(softToken.pin()).text())
                .contains(
                        "Module: " + SoftHsm.module(),
                        "\nHealth: HEALTHY\n",
                        "\n  label \"good\" id 01 (RSA, 2048 bits); certificate on the token: \"CN=Good\"; signs: RSA, 2048",
                        "\nProblems:\n  ")
                .doesNotContain(softToken.pin());
        assertThat(describe("9753-wrong").text()).contains("Health: UNHEALTHY").doesNotContain("9753-wrong");
    }
}

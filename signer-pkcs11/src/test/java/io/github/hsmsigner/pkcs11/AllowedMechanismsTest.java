package io.github.hsmsigner.pkcs11;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.SignatureAlgorithm;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.pkcs11.description.TokenDescription;
import io.github.hsmsigner.pkcs11.internal.cryptoki.AttributeType;
import io.github.hsmsigner.pkcs11.internal.cryptoki.Cryptoki;
import io.github.hsmsigner.pkcs11.internal.cryptoki.ObjectClass;
import io.github.hsmsigner.pkcs11.internal.cryptoki.RefusingCryptoki;
import io.github.hsmsigner.pkcs11.internal.cryptoki.ReturnValue;
import io.github.hsmsigner.pkcs11.softhsm.SoftHsm;
import java.nio.charset.StandardCharsets;
import java.security.PublicKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Keys that allow only some of the mechanisms of their token (CKA_ALLOWED_MECHANISMS). */
class AllowedMechanismsTest {

    private static final byte[] MESSAGE = "message".getBytes(StandardCharsets.US_ASCII);

    private static final List<AttributeType<?>> PUBLIC_HALF =
            List.of(AttributeType.PUBLIC_KEY_INFO, AttributeType.MODULUS, AttributeType.PUBLIC_EXPONENT);

    private static SoftHsm.Token softToken;

    @BeforeAll
    static void makeToken() {
        softToken = SoftHsm.newToken();
        generate("sha256", "01", "rsa:2048", "SHA256-RSA-PKCS");
        generate("sha512", "02", "rsa:2048", "SHA512-RSA-PKCS");
        generate("raw", "03", "rsa:2048", "RSA-PKCS");
        generate("pss", "04", "rsa:2048", "RSA-PKCS-PSS,SHA256-RSA-PKCS-PSS");
        generate("ecdsa", "05", "EC:secp256r1", "ECDSA");
        generate("sha1", "06", "EC:secp256r1", "ECDSA-SHA1");
    }

    private static void generate(String label, String id, String type, String allowed) {
        softToken.tool(
                "--keypairgen",
                "--key-type",
                type,
                "--label",
                label,
                "--id",
                id,
                "--usage-sign",
                "--allowed-mechanisms",
                allowed);
    }

    private static Pkcs11Token open(UnaryOperator<Cryptoki> decoration) {
        return Pkcs11Token.open(
                Pkcs11Config.builder(SoftHsm.module())
                        .pin(PinSource.fixed(softToken.pin().toCharArray()))
                        .tokenLabel(softToken.label())
                        .build(),
                decoration);
    }

    private static Deadline soon() {
        return Deadline.after(Duration.ofSeconds(30));
    }

    @ParameterizedTest
    @CsvSource({
        "sha256, RSA_PKCS1_SHA256 by CKM_SHA256_RSA_PKCS (message)",
        "sha512, RSA_PKCS1_SHA512 by CKM_SHA512_RSA_PKCS (message)",
        "raw, 'RSA_PKCS1_SHA256, RSA_PKCS1_SHA384, RSA_PKCS1_SHA512 by CKM_RSA_PKCS'",
        "pss, 'RSA_PSS_SHA256, RSA_PSS_SHA384, RSA_PSS_SHA512 by CKM_RSA_PKCS_PSS'",
        "ecdsa, 'ECDSA_SHA256, ECDSA_SHA384, ECDSA_SHA512 by CKM_ECDSA'"
    })
    void aKeyOffersAndSignsWithWhatItAllows(String label, String plan) {
        try (Pkcs11Token token = open(UnaryOperator.identity())) {
            Pkcs11Signer signer = token.signer(KeySelector.byLabel(label));
            assertThat(signer.plan().toString()).endsWith(": " + plan);
            signer.test(soon());
            for (SignatureAlgorithm algorithm : signer.algorithms()) {
                byte[] signature = signer.signMessage(algorithm, MESSAGE, soon());
                assertThat(algorithm.verify(signer.publicKey(), MESSAGE, signature))
                        .as("%s", algorithm)
                        .isTrue();
            }
        }
    }

    @Test
    void theDescriptionListsWhatEachKeyAllows() {
        try (Pkcs11Token token = open(UnaryOperator.identity())) {
            TokenDescription description = token.describe(soon());
            assertThat(description.keys())
                    .filteredOn(key -> key.name().contains("\"sha256\""))
                    .singleElement()
                    .satisfies(key -> assertThat(key.plan())
                            .contains("RSA, 2048 bits: RSA_PKCS1_SHA256 by CKM_SHA256_RSA_PKCS (message)"));
            assertThat(description.problems())
                    .anySatisfy(problem -> assertThat(problem)
                            .endsWith("The key allows only these mechanisms (CKA_ALLOWED_MECHANISMS): 0x1042."));
        }
    }

    @Test
    void aKeyThatAllowsNoSupportedMechanismIsRefusedByName() {
        try (Pkcs11Token token = open(UnaryOperator.identity())) {
            assertThatThrownBy(() -> token.signer(KeySelector.byLabel("sha1")))
                    .isInstanceOf(InvalidConfigurationException.class)
                    .hasMessageContaining("(CKA_ALLOWED_MECHANISMS): 0x1042");
        }
    }

    @ParameterizedTest
    @CsvSource({"sha256", "sha512", "pss"})
    void aTrialSignatureUsesWhatTheKeyAllows(String label) {
        PublicKey publicKey = publicKey(label);
        try (Pkcs11Token token = open(hiding(PUBLIC_HALF))) {
            Pkcs11Signer signer = token.signer(KeySelector.byLabel(label), List.of(publicKey));
            signer.test(soon());
        }
    }

    /** The token shows neither the public half nor what the key allows. */
    @Test
    void aTrialSignatureContinuesWithTheNextMechanismWhereTheKeyRefusesTheFirst() {
        PublicKey publicKey = publicKey("pss");
        List<AttributeType<?>> hidden = new ArrayList<>(PUBLIC_HALF);
        hidden.add(AttributeType.ALLOWED_MECHANISMS);
        try (Pkcs11Token token = open(hiding(hidden))) {
            Pkcs11Signer signer = token.signer(KeySelector.byLabel("pss"), List.of(publicKey));
            assertThat(signer.plan().toString()).contains("by CKM_RSA_PKCS;");
            signer.test(soon());
        }
    }

    private static PublicKey publicKey(String label) {
        try (Pkcs11Token token = open(UnaryOperator.identity())) {
            return token.signer(KeySelector.byLabel(label)).publicKey();
        }
    }

    private static UnaryOperator<Cryptoki> hiding(List<AttributeType<?>> hidden) {
        return cryptoki -> {
            RefusingCryptoki refusing = new RefusingCryptoki(cryptoki);
            for (AttributeType<?> type : hidden) {
                refusing.refuse(ObjectClass.PRIVATE_KEY, type, ReturnValue.ATTRIBUTE_TYPE_INVALID);
                refusing.refuse(ObjectClass.PUBLIC_KEY, type, ReturnValue.ATTRIBUTE_TYPE_INVALID);
            }
            return refusing;
        };
    }
}

package io.github.hsmsigner.pkcs11.internal.plan;

import static io.github.hsmsigner.core.SignatureAlgorithm.ECDSA_SHA256;
import static io.github.hsmsigner.core.SignatureAlgorithm.ECDSA_SHA384;
import static io.github.hsmsigner.core.SignatureAlgorithm.ECDSA_SHA512;
import static io.github.hsmsigner.core.SignatureAlgorithm.ED25519;
import static io.github.hsmsigner.core.SignatureAlgorithm.RSA_PKCS1_SHA256;
import static io.github.hsmsigner.core.SignatureAlgorithm.RSA_PKCS1_SHA384;
import static io.github.hsmsigner.core.SignatureAlgorithm.RSA_PKCS1_SHA512;
import static io.github.hsmsigner.core.SignatureAlgorithm.RSA_PSS_SHA256;
import static io.github.hsmsigner.core.SignatureAlgorithm.RSA_PSS_SHA384;
import static io.github.hsmsigner.core.SignatureAlgorithm.RSA_PSS_SHA512;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hsmsigner.core.Digest;
import io.github.hsmsigner.core.DigestAlgorithm;
import io.github.hsmsigner.core.SignatureAlgorithm;
import io.github.hsmsigner.core.SignatureScheme;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.core.error.UnsupportedRequestException;
import io.github.hsmsigner.pkcs11.internal.cryptoki.MechanismType;
import io.github.hsmsigner.pkcs11.internal.object.AllowedMechanisms;
import io.github.hsmsigner.testing.TestPki;
import java.security.PublicKey;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class SignaturePlanTest {

    private static final Set<MechanismType> ALL = EnumSet.allOf(MechanismType.class);
    private static final PublicKey RSA = TestPki.rsaKeyPair(2048).getPublic();
    private static final PublicKey P256 = TestPki.keyPair("EC", 256).getPublic();
    private static final PublicKey P521 = TestPki.keyPair("EC", 521).getPublic();
    private static final PublicKey ED = TestPki.keyPair("Ed25519", 255).getPublic();
    private static final byte[] MESSAGE = {1, 2, 3};

    private static SignaturePlan plan(PublicKey key, Set<MechanismType> mechanisms) {
        return SignaturePlan.of(key, mechanisms, AllowedMechanisms.all(), OptionalInt.empty());
    }

    private static Set<MechanismType> without(MechanismType... missing) {
        Set<MechanismType> some = EnumSet.copyOf(ALL);
        some.removeAll(Arrays.asList(missing));
        return some;
    }

    static Stream<Arguments> rawMechanisms() {
        return Stream.of(
                Arguments.of(RSA, RSA_PKCS1_SHA256, "CKM_RSA_PKCS", TokenInput.DIGEST_INFO),
                Arguments.of(RSA, RSA_PKCS1_SHA384, "CKM_RSA_PKCS", TokenInput.DIGEST_INFO),
                Arguments.of(RSA, RSA_PKCS1_SHA512, "CKM_RSA_PKCS", TokenInput.DIGEST_INFO),
                Arguments.of(RSA, RSA_PSS_SHA256, pss("CKM_RSA_PKCS_PSS", 256, 32), TokenInput.DIGEST),
                Arguments.of(RSA, RSA_PSS_SHA384, pss("CKM_RSA_PKCS_PSS", 384, 48), TokenInput.DIGEST),
                Arguments.of(RSA, RSA_PSS_SHA512, pss("CKM_RSA_PKCS_PSS", 512, 64), TokenInput.DIGEST),
                Arguments.of(P256, ECDSA_SHA256, "CKM_ECDSA", TokenInput.DIGEST),
                Arguments.of(P256, ECDSA_SHA384, "CKM_ECDSA", TokenInput.DIGEST),
                Arguments.of(P521, ECDSA_SHA512, "CKM_ECDSA", TokenInput.DIGEST),
                Arguments.of(ED, ED25519, "CKM_EDDSA", TokenInput.MESSAGE));
    }

    static Stream<Arguments> hashingMechanisms() {
        return Stream.of(
                Arguments.of(RSA, RSA_PKCS1_SHA256, "CKM_SHA256_RSA_PKCS"),
                Arguments.of(RSA, RSA_PKCS1_SHA384, "CKM_SHA384_RSA_PKCS"),
                Arguments.of(RSA, RSA_PKCS1_SHA512, "CKM_SHA512_RSA_PKCS"),
                Arguments.of(RSA, RSA_PSS_SHA256, pss("CKM_SHA256_RSA_PKCS_PSS", 256, 32)),
                Arguments.of(RSA, RSA_PSS_SHA384, pss("CKM_SHA384_RSA_PKCS_PSS", 384, 48)),
                Arguments.of(RSA, RSA_PSS_SHA512, pss("CKM_SHA512_RSA_PKCS_PSS", 512, 64)),
                Arguments.of(P256, ECDSA_SHA256, "CKM_ECDSA_SHA256"),
                Arguments.of(P256, ECDSA_SHA384, "CKM_ECDSA_SHA384"),
                Arguments.of(P521, ECDSA_SHA512, "CKM_ECDSA_SHA512"));
    }

    private static String pss(String type, int hash, int salt) {
        return type + " (CKM_SHA" + hash + ", MGF1 with the same, salt of " + salt + " bytes)";
    }

    @ParameterizedTest
    @MethodSource("rawMechanisms")
    void hashesHereWhereTheTokenAllowsIt(
            PublicKey key, SignatureAlgorithm algorithm, String mechanism, TokenInput input) {
        SignatureStep step = plan(key, ALL).step(algorithm);
        assertThat(step.mechanism()).hasToString(mechanism);
        assertThat(step.input()).isEqualTo(input);
    }

    @ParameterizedTest
    @MethodSource("hashingMechanisms")
    void letsTheTokenHashWhereItWantsTo(PublicKey key, SignatureAlgorithm algorithm, String mechanism) {
        Set<MechanismType> hashingOnly =
                without(MechanismType.RSA_PKCS, MechanismType.RSA_PKCS_PSS, MechanismType.ECDSA);
        SignatureStep step = plan(key, hashingOnly).step(algorithm);
        assertThat(step.mechanism()).hasToString(mechanism);
        assertThat(step.input()).isEqualTo(TokenInput.MESSAGE);
        assertThat(step.inputFor(MESSAGE)).isEqualTo(MESSAGE);
        Digest digest = Digest.compute(algorithm.digestAlgorithm(), MESSAGE);
        assertThatThrownBy(() -> step.inputFor(digest))
                .isInstanceOf(UnsupportedRequestException.class)
                .hasMessageContaining(algorithm.name())
                .hasMessageContaining(step.mechanism().type().toString())
                .hasMessageContaining("needs the data to be signed and not its digest");
    }

    @Test
    void choosesForEachAlgorithmByItself() {
        SignaturePlan plan = plan(RSA, EnumSet.of(MechanismType.RSA_PKCS_PSS, MechanismType.SHA384_RSA_PKCS));
        assertThat(plan.algorithms()).containsExactly(RSA_PKCS1_SHA384, RSA_PSS_SHA256, RSA_PSS_SHA384, RSA_PSS_SHA512);
        assertThat(plan.step(RSA_PKCS1_SHA384).input()).isEqualTo(TokenInput.MESSAGE);
        assertThat(plan.step(RSA_PSS_SHA384).input()).isEqualTo(TokenInput.DIGEST);
        assertThatThrownBy(() -> plan.step(RSA_PKCS1_SHA256))
                .isInstanceOf(UnsupportedRequestException.class)
                .hasMessageContaining("RSA_PKCS1_SHA256")
                .hasMessageContaining("it offers [RSA_PKCS1_SHA384, RSA_PSS_SHA256");
    }

    @Test
    void offersNothingOfAnotherKeyType() {
        assertThat(plan(P256, ALL).algorithms()).containsExactly(ECDSA_SHA256, ECDSA_SHA384, ECDSA_SHA512);
        assertThat(plan(ED, ALL).algorithms()).containsExactly(ED25519);
    }

    @Test
    void refusesATokenThatCannotSignWithTheKey() {
        Set<MechanismType> rsaOnly = EnumSet.of(MechanismType.RSA_PKCS_PSS, MechanismType.RSA_PKCS);
        assertThatThrownBy(() -> plan(P256, rsaOnly))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("EC, P-256")
                .hasMessageContaining("signs with CKM_RSA_PKCS, CKM_RSA_PKCS_PSS");
        assertThatThrownBy(() -> plan(P256, Set.of())).hasMessageContaining("signs with none");
    }

    @Test
    void refusesEd448WhichHasTheSameNameInJavaAsEd25519() {
        PublicKey key = TestPki.keyPair("Ed448", 448).getPublic();
        assertThatThrownBy(() -> plan(key, ALL)).isInstanceOf(InvalidConfigurationException.class);
    }

    @Test
    void wrapsADigestAsRfc8017Says() {
        Digest digest = Digest.compute(DigestAlgorithm.SHA256, MESSAGE);
        SignaturePlan plan = plan(RSA, ALL);
        assertThat(plan.step(RSA_PKCS1_SHA256).inputFor(digest)).isEqualTo(digest.toDigestInfo());
        assertThat(plan.step(RSA_PKCS1_SHA256).inputFor(MESSAGE)).isEqualTo(digest.toDigestInfo());
        assertThat(plan.step(RSA_PSS_SHA256).inputFor(MESSAGE)).isEqualTo(digest.bytes());
    }

    @ParameterizedTest
    @EnumSource(DigestAlgorithm.class)
    void cutsADigestThatIsLongerThanTheOrderOfTheCurve(DigestAlgorithm hash) {
        SignatureAlgorithm algorithm =
                SignatureAlgorithm.of(SignatureScheme.ECDSA, hash).orElseThrow();
        byte[] digest = Digest.compute(hash, MESSAGE).bytes();
        assertThat(plan(P256, ALL).step(algorithm).inputFor(MESSAGE)).isEqualTo(Arrays.copyOf(digest, 32));
        assertThat(plan(P521, ALL).step(algorithm).inputFor(MESSAGE)).isEqualTo(digest);
    }

    @Test
    void refusesAMessageThatIsLongerThanTheTokenTakes() {
        SignatureStep step = SignaturePlan.of(ED, ALL, AllowedMechanisms.all(), OptionalInt.of(16_000))
                .step(ED25519);
        assertThat(step.inputFor(new byte[16_000])).hasSize(16_000);
        assertThatThrownBy(() -> step.inputFor(new byte[16_001]))
                .isInstanceOf(UnsupportedRequestException.class)
                .hasMessageContaining("up to 16000 bytes")
                .hasMessageContaining("16001");
    }

    @Test
    void isAValue() {
        assertThat(plan(RSA, ALL)).isEqualTo(plan(RSA, ALL)).hasSameHashCodeAs(plan(RSA, ALL));
        assertThat(plan(RSA, ALL)).isNotEqualTo(plan(RSA, without(MechanismType.RSA_PKCS)));
    }

    @Test
    void saysInOneLineWhatItDoes() {
        assertThat(plan(P256, ALL)).hasToString("EC, P-256: ECDSA_SHA256, ECDSA_SHA384, ECDSA_SHA512 by CKM_ECDSA");
        assertThat(plan(RSA, EnumSet.of(MechanismType.SHA512_RSA_PKCS, MechanismType.RSA_PKCS_PSS)))
                .hasToString("RSA, 2048 bits: RSA_PKCS1_SHA512 by CKM_SHA512_RSA_PKCS (message);"
                        + " RSA_PSS_SHA256, RSA_PSS_SHA384, RSA_PSS_SHA512 by CKM_RSA_PKCS_PSS");
    }

    @Test
    void saysInManyLinesHow() {
        assertThat(plan(P521, EnumSet.of(MechanismType.ECDSA)).details())
                .startsWith("EC, P-521\n")
                .contains("\n  ECDSA_SHA512: hashed here, the digest (up to 66 bytes) goes to CKM_ECDSA,"
                        + " which answers two numbers of 66 bytes, written as DER here");
    }
}

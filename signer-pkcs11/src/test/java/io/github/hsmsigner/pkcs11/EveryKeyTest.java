package io.github.hsmsigner.pkcs11;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hsmsigner.core.ContainerFormat;
import io.github.hsmsigner.core.ContainerRequest;
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
import io.github.hsmsigner.core.error.UnsupportedRequestException;
import io.github.hsmsigner.pkcs11.internal.cryptoki.CountingCryptoki;
import io.github.hsmsigner.pkcs11.internal.cryptoki.Cryptoki;
import io.github.hsmsigner.pkcs11.internal.cryptoki.CryptokiException;
import io.github.hsmsigner.pkcs11.internal.cryptoki.DelegatingCryptoki;
import io.github.hsmsigner.pkcs11.internal.cryptoki.MechanismType;
import io.github.hsmsigner.pkcs11.softhsm.SoftHsm;
import io.github.hsmsigner.testing.CapturedLog;
import io.github.hsmsigner.testing.ExternalTool;
import io.github.hsmsigner.testing.OpensslSignature;
import io.github.hsmsigner.testing.TestPki;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Keys of every type and size, with everything that they sign with, verified by OpenSSL. */
class EveryKeyTest {

    private static final byte[] MESSAGE = "what was signed".getBytes(StandardCharsets.UTF_8);
    private static final TestPki PKI = new TestPki();
    private static final Map<String, KeyPair> KEYS = new LinkedHashMap<>();

    static {
        KEYS.put("RSA-2048", TestPki.rsaKeyPair(2048));
        KEYS.put("RSA-3072", TestPki.rsaKeyPair(3072));
        KEYS.put("RSA-4096", TestPki.rsaKeyPair(4096));
        KEYS.put("P-256", TestPki.keyPair("EC", 256));
        KEYS.put("P-384", TestPki.keyPair("EC", 384));
        KEYS.put("P-521", TestPki.keyPair("EC", 521));
        KEYS.put("Ed25519", TestPki.keyPair("Ed25519", 255));
    }

    private static SoftHsm.Token token;

    @TempDir
    private Path directory;

    @BeforeAll
    static void makeToken() {
        token = SoftHsm.newToken();
        int id = 1;
        for (Map.Entry<String, KeyPair> key : KEYS.entrySet()) {
            token.importKey(key.getValue(), key.getKey(), "0" + id++);
        }
    }

    static Stream<Arguments> keysAndAlgorithms() {
        return KEYS.entrySet().stream()
                .flatMap(key -> SignatureAlgorithm.forKeyType(
                                key.getValue().getPublic().getAlgorithm())
                        .stream()
                        .map(algorithm -> Arguments.of(key.getKey(), algorithm)));
    }

    private static Pkcs11Config config() {
        return Pkcs11Config.builder(SoftHsm.module())
                .pin(PinSource.fixed(token.pin().toCharArray()))
                .tokenLabel(token.label())
                .minimumIdle(0)
                .build();
    }

    private static Deadline soon() {
        return Deadline.after(Duration.ofSeconds(10));
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("keysAndAlgorithms")
    void opensslVerifiesEverySignatureAndEachIsTwoCalls(String key, SignatureAlgorithm algorithm) throws IOException {
        List<CountingCryptoki> counting = new ArrayList<>();
        try (Pkcs11Token open = Pkcs11Token.open(config(), target -> {
            counting.add(new CountingCryptoki(target));
            return counting.get(0);
        })) {
            Pkcs11Signer signer = open.signer(KeySelector.byLabel(key));
            assertThat(signer.publicKey()).isEqualTo(KEYS.get(key).getPublic());
            assertThat(signer.algorithms()).contains(algorithm);
            signer.signMessage(algorithm, MESSAGE, soon());
            counting.get(0).calls().clear();
            byte[] signature = algorithm.scheme().signsWholeMessage()
                    ? signer.signMessage(algorithm, MESSAGE, soon())
                    : signer.sign(algorithm, Digest.compute(algorithm.digestAlgorithm(), MESSAGE), soon());
            assertThat(counting.get(0).calls()).containsExactly("C_SignInit", "C_Sign");
            assertOpensslVerifies(key, algorithm, signature);
        }
    }

    private void assertOpensslVerifies(String key, SignatureAlgorithm algorithm, byte[] signature) {
        OpensslSignature.assertVerifies(directory, KEYS.get(key).getPublic(), algorithm, MESSAGE, signature);
    }

    @Test
    void thePlanIsLoggedOnceAtTheStart() {
        try (CapturedLog log = new CapturedLog();
                Pkcs11Token open = Pkcs11Token.open(config())) {
            open.signer(KeySelector.byLabel("P-384")).signMessage(SignatureAlgorithm.ECDSA_SHA256, MESSAGE, soon());
            String plan = "ECDSA_SHA256, ECDSA_SHA384, ECDSA_SHA512 by CKM_ECDSA";
            assertThat(log.lines())
                    .filteredOn(line -> line.startsWith("INFO") && line.contains(plan))
                    .singleElement()
                    .asString()
                    .contains("label \"P-384\" id 05 (EC, P-384)");
        }
    }

    /** SoftHSM, as far as it hashes itself: a token without the mechanisms that take a digest. */
    private static final class HashingOnly extends DelegatingCryptoki {

        private static final Set<Long> HIDDEN =
                Set.of(MechanismType.RSA_PKCS.code(), MechanismType.RSA_PKCS_PSS.code());

        HashingOnly(Cryptoki target) {
            super(target);
        }

        @Override
        public List<Long> mechanismList(long slotId) throws CryptokiException {
            return super.mechanismList(slotId).stream()
                    .filter(code -> !HIDDEN.contains(code))
                    .toList();
        }
    }

    static Stream<SignatureAlgorithm> rsaAlgorithms() {
        return SignatureAlgorithm.forKeyType("RSA").stream();
    }

    @ParameterizedTest
    @MethodSource("rsaAlgorithms")
    void aTokenThatOnlyHashesItselfSignsMessagesAndRefusesDigests(SignatureAlgorithm algorithm) {
        try (Pkcs11Token open = Pkcs11Token.open(config(), HashingOnly::new)) {
            Pkcs11Signer signer = open.signer(KeySelector.byLabel("RSA-2048"));
            assertThat(signer.signsWholeMessage(algorithm)).isTrue();
            assertOpensslVerifies("RSA-2048", algorithm, signer.signMessage(algorithm, MESSAGE, soon()));
            Digest digest = Digest.compute(algorithm.digestAlgorithm(), MESSAGE);
            assertThatThrownBy(() -> signer.sign(algorithm, digest, soon()))
                    .isInstanceOf(UnsupportedRequestException.class)
                    .hasMessageContaining("needs the data to be signed and not its digest");
        }
    }

    private static FixedCertificateProvider certificatesOf(String key) {
        return FixedCertificateProvider.of(
                "the test",
                List.of(PKI.certifySigner("Signer", KEYS.get(key).getPublic())),
                List.of(PKI.intermediate(), PKI.root()));
    }

    static Stream<String> keys() {
        return KEYS.keySet().stream();
    }

    @ParameterizedTest
    @MethodSource("keys")
    void everyKeyProvesThatItsCertificateIsItsOwn(String key) {
        try (Pkcs11Token open = Pkcs11Token.open(config())) {
            SigningKey proven =
                    SigningKey.open(key, open.signer(KeySelector.byLabel(key)), certificatesOf(key), soon());
            assertThat(proven.chain().certificates()).hasSize(3);
        }
    }

    @Test
    void aTokenThatOnlyHashesItselfSignsContainers() throws IOException {
        byte[] container;
        try (Pkcs11Token open = Pkcs11Token.open(config(), HashingOnly::new)) {
            SigningKey key = SigningKey.open(
                    "key", open.signer(KeySelector.byLabel("RSA-2048")), certificatesOf("RSA-2048"), soon());
            SigningService service = SigningService.builder(SigningKeys.of(key), new CmsContainerBuilder())
                    .build();
            RequestContext context =
                    RequestContext.builder("request-1").deadline(soon()).build();
            container = service.signContainer(
                    context,
                    ContainerRequest.forDigest(
                            ContainerFormat.PADES_B_B, Digest.compute(DigestAlgorithm.SHA256, MESSAGE)));
            assertThatThrownBy(() -> service.signRaw(context, Digest.compute(DigestAlgorithm.SHA256, MESSAGE)))
                    .isInstanceOf(UnsupportedRequestException.class);
            assertThat(service.signRaw(context, DigestAlgorithm.SHA256, MESSAGE))
                    .hasSize(256);
        }
        ExternalTool.runOrFail(
                "openssl",
                "cms",
                "-verify",
                "-binary",
                "-inform",
                "DER",
                "-in",
                Files.write(directory.resolve("container.p7s"), container).toString(),
                "-content",
                Files.write(directory.resolve("message"), MESSAGE).toString(),
                "-CAfile",
                TestPki.writePem(directory.resolve("root.pem"), PKI.root()).toString(),
                "-out",
                "/dev/null",
                "-purpose",
                "any");
    }
}

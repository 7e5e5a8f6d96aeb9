package io.github.hsmsigner.pkcs11.contract;

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
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.core.error.SigningException;
import io.github.hsmsigner.core.error.SigningUnavailableException;
import io.github.hsmsigner.pkcs11.KeyManagement;
import io.github.hsmsigner.pkcs11.KeyPairType;
import io.github.hsmsigner.pkcs11.KeySelector;
import io.github.hsmsigner.pkcs11.ObservedToken;
import io.github.hsmsigner.pkcs11.Pkcs11Signer;
import io.github.hsmsigner.pkcs11.Pkcs11Token;
import io.github.hsmsigner.pkcs11.Pkcs11Uri;
import io.github.hsmsigner.pkcs11.TokenSelector;
import io.github.hsmsigner.pkcs11.internal.cryptoki.AttributeType;
import io.github.hsmsigner.pkcs11.internal.cryptoki.TokenInfo;
import io.github.hsmsigner.testing.ExternalTool;
import io.github.hsmsigner.testing.OpensslCms;
import io.github.hsmsigner.testing.OpensslSignature;
import io.github.hsmsigner.testing.TestPki;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Stream;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.cms.CMSProcessableByteArray;
import org.bouncycastle.cms.CMSSignedData;
import org.bouncycastle.cms.SignerInformation;
import org.bouncycastle.cms.jcajce.JcaSimpleSignerInfoVerifierBuilder;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What holds on any token, whatever the module: selection, key ceremony, every algorithm, containers, many threads, closing.
 *
 * <p>Keys are generated under labels that begin with {@value #LABEL_PREFIX} and are destroyed at the end. What the token does not offer is
 * not passed over: each such case is named in the report. Nothing else on the token is changed.
 *
 * <p>Two things are left out on purpose. A wrong PIN is never given, as it would count towards locking the user of a real HSM. And no
 * fault is provoked: how faults heal is tested with SoftHSM, where they can be injected.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class Pkcs11Contract {

    static final String LABEL_PREFIX = "signer-contract-";

    private static final int THREADS = 16;
    private static final int SIGNATURES_OF_A_THREAD = 25;
    private static final byte[] MESSAGE = "what was signed".getBytes(StandardCharsets.UTF_8);
    private static final X500Principal SUBJECT = new X500Principal("CN=Contract,O=Example,C=DE");
    private static final TestPki PKI = new TestPki();

    @RegisterExtension
    final ContractReport report = new ContractReport(() -> token().name());

    private final String run = UUID.randomUUID().toString().substring(0, 8);
    private final AtomicInteger names = new AtomicInteger();
    private final List<KeyName> made = new ArrayList<>();
    private final Map<KeyPairType, Generated> keys = new EnumMap<>(KeyPairType.class);
    private final Map<KeyPairType, String> refusals = new EnumMap<>(KeyPairType.class);

    @TempDir
    private Path directory;

    private ObservedToken open;

    /** The token to show it on; the same at each call. */
    abstract ContractToken token();

    private record KeyName(String label, byte[] id) {}

    private record Generated(KeyName name, PublicKey publicKey) {
        KeySelector selector() {
            return KeySelector.of(name.label, name.id);
        }
    }

    @BeforeAll
    final void generateKeys() {
        open = ObservedToken.open(token().config(token().selector()));
        report.fact("Module " + token().module() + ", token " + open.info());
        for (KeyPairType type : KeyPairType.values()) {
            try {
                keys.put(type, generate(type));
            } catch (SigningException e) {
                refusals.put(type, refusal(e));
            }
        }
        assertThat(keys)
                .as("a key that could be generated; refused were %s", refusals)
                .isNotEmpty();
    }

    @AfterAll
    final void destroyKeys() {
        if (open == null) {
            return;
        }
        try (ObservedToken token = open) {
            report.fact("Keys of this run have labels that begin with " + LABEL_PREFIX + run + ".");
            List<String> left = new ArrayList<>();
            for (KeyName name : made) {
                try {
                    token.token().keyManagement().destroyKeyPair(name.label, name.id);
                } catch (SigningException e) {
                    left.add(name.label + " (" + e.getMessage() + ")");
                }
            }
            report.fact("Of " + made.size() + " keys, " + (made.size() - left.size()) + " are destroyed.");
            assertThat(left).as("keys that are still on the token").isEmpty();
        }
    }

    private Generated generate(KeyPairType type) {
        int number = names.incrementAndGet();
        byte[] id = ByteBuffer.allocate(8)
                .putInt(HexFormat.fromHexDigits(run))
                .putInt(number)
                .array();
        KeyName name = new KeyName(LABEL_PREFIX + run + "-" + type + "-" + number, id);
        PublicKey publicKey = pkcs11().keyManagement().generateKeyPair(type, name.label, name.id);
        made.add(name);
        return new Generated(name, publicKey);
    }

    private Pkcs11Token pkcs11() {
        return open.token();
    }

    /** What the token said; tokens have many codes for what they do not do. One that does not work any more refuses nothing. */
    private String refusal(SigningException e) {
        if (!pkcs11().health().usable()) {
            throw e;
        }
        return e.getMessage();
    }

    private Generated key(KeyPairType type) {
        requireOffered("keys of type " + type, keys.containsKey(type), refusals.get(type));
        return keys.get(type);
    }

    /** A key whose type does not matter: one that signs fast, if there is one. */
    private Generated anyKey() {
        return keys.getOrDefault(KeyPairType.P_256, keys.values().iterator().next());
    }

    private Pkcs11Signer signer(Generated key) {
        return pkcs11().signer(key.selector());
    }

    private static SignatureAlgorithm firstAlgorithm(Pkcs11Signer signer) {
        return signer.algorithms().iterator().next();
    }

    private static Deadline soon() {
        return Deadline.after(Duration.ofSeconds(30));
    }

    private static byte[] sign(Pkcs11Signer signer, SignatureAlgorithm algorithm, byte[] message) {
        return signer.signsWholeMessage(algorithm)
                ? signer.signMessage(algorithm, message, soon())
                : signer.sign(algorithm, Digest.compute(algorithm.digestAlgorithm(), message), soon());
    }

    /** Ends the test, without a failure, if the token does not offer something. */
    private void requireOffered(String what, boolean offered, String reason) {
        token().gaps()
                .ifPresent(gaps -> assertThat(offered)
                        .as("the token offers %s (%s)", what, reason)
                        .isEqualTo(!gaps.contains(what)));
        if (!offered) {
            throw new ContractReport.NotOffered(what + ": " + reason);
        }
    }

    // --- selection
    // -------------------------------------------------------------------------------------------------------

    private enum Selection {
        LABEL(TokenInfo::label, info -> TokenSelector.any().withLabel(info.label())),
        SLOT_ID(info -> info.slotId(), info -> TokenSelector.any().withSlotId(info.slotId())),
        SERIAL_NUMBER(TokenInfo::serialNumber, info -> TokenSelector.any().withSerialNumber(info.serialNumber())),
        URI(
                TokenInfo::slotId,
                info -> TokenSelector.of(Pkcs11Uri.parse("pkcs11:token=" + encoded(info.label()) + ";serial="
                        + encoded(info.serialNumber()) + ";slot-id=" + Long.toUnsignedString(info.slotId()))));

        private final Function<TokenInfo, Object> property;
        private final Function<TokenInfo, TokenSelector> selector;

        Selection(Function<TokenInfo, Object> property, Function<TokenInfo, TokenSelector> selector) {
            this.property = property;
            this.selector = selector;
        }
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    @DisplayName("The token is selected by")
    @ParameterizedTest(name = "{0}")
    @EnumSource
    void theTokenIsSelected(Selection by) {
        TokenInfo info = open.info();
        long same = open.tokensOfModule().stream()
                .filter(t -> by.property.apply(t).equals(by.property.apply(info)))
                .count();
        requireOffered("selection by " + by, same == 1, same + " tokens of the module have the same");
        try (ObservedToken again = ObservedToken.open(token().config(by.selector.apply(info)))) {
            assertThat(again.info().slotId()).isEqualTo(info.slotId());
            assertThat(again.token().signer(anyKey().selector()).publicKey()).isEqualTo(anyKey().publicKey());
        }
    }

    @DisplayName("A wrong selection of a token names those there are")
    @Test
    void aWrongSelectionListsTheTokens() {
        TokenSelector wrong = TokenSelector.any().withLabel("no token has this label");
        assertThatThrownBy(() -> Pkcs11Token.open(token().config(wrong)))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("no token has this label")
                .hasMessageContaining("\"" + open.info().label() + "\"");
    }

    @DisplayName("A wrong selection of a key names those there are")
    @Test
    void aWrongSelectionListsTheKeys() {
        assertThatThrownBy(() -> pkcs11().signer(KeySelector.byLabel("no key has this label")))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("none is the key with label \"no key has this label\"")
                .hasMessageContaining(anyKey().name().label());
    }

    @DisplayName("An ambiguous selection of a key names those that match")
    @Test
    void anAmbiguousSelectionListsTheKeys() {
        String what = "more than one key";
        requireOffered(what, keys.size() > 1, "only keys of type " + keys.keySet() + " could be generated");
        assertThatThrownBy(() -> pkcs11().signer(KeySelector.any()))
                .isInstanceOf(InvalidConfigurationException.class)
                .satisfies(e -> assertThat(e.getMessage())
                        .contains(keys.values().stream()
                                .map(key -> key.name().label())
                                .toList()));
    }

    // --- keys
    // ------------------------------------------------------------------------------------------------------------

    @DisplayName("Generated, and found by label, by id, by both, by URI")
    @ParameterizedTest(name = "{0}")
    @EnumSource
    void aGeneratedKeyIsFound(KeyPairType type) {
        Generated key = key(type);
        assertThat(kind(key.publicKey())).isEqualTo(type.name());
        String id = HexFormat.of().withPrefix("%").formatHex(key.name().id());
        for (KeySelector selector : List.of(
                KeySelector.byLabel(key.name().label()),
                KeySelector.byId(key.name().id()),
                key.selector(),
                KeySelector.of(
                        Pkcs11Uri.parse("pkcs11:token=" + encoded(open.info().label()) + ";type=private;object="
                                + encoded(key.name().label()) + ";id=" + id)))) {
            assertThat(pkcs11().signer(selector).publicKey())
                    .as(selector.toString())
                    .isEqualTo(key.publicKey());
        }
    }

    private static String kind(PublicKey key) {
        if (key instanceof RSAPublicKey rsa) {
            return "RSA_" + rsa.getModulus().bitLength();
        }
        if (key instanceof ECPublicKey ec) {
            return "P_" + ec.getParams().getOrder().bitLength();
        }
        return ((EdECPublicKey) key).getParams().getName().toUpperCase(Locale.ROOT);
    }

    @DisplayName("The private key is sensitive, is never extracted, does not decrypt or unwrap")
    @ParameterizedTest(name = "{0}")
    @EnumSource
    void theTokenKeepsThePrivateKey(KeyPairType type) {
        String label = key(type).name().label();
        Map.of(
                        AttributeType.SENSITIVE, true,
                        AttributeType.EXTRACTABLE, false,
                        AttributeType.DECRYPT, false,
                        AttributeType.UNWRAP, false)
                .forEach((attribute, wanted) -> {
                    Optional<Boolean> value = open.privateKeyAttribute(label, attribute);
                    requireOffered("showing " + attribute, value.isPresent(), "the token does not show it");
                    assertThat(value).as(attribute.toString()).contains(wanted);
                });
    }

    @DisplayName("A key pair that is destroyed is gone, and others stay")
    @Test
    void aKeyPairIsDestroyed() {
        KeyPairType type = keys.containsKey(KeyPairType.P_256)
                ? KeyPairType.P_256
                : keys.keySet().iterator().next();
        Generated key = generate(type);
        KeyManagement ceremony = pkcs11().keyManagement();
        byte[] otherId = {1};
        assertThatThrownBy(() -> ceremony.destroyKeyPair(key.name().label(), otherId))
                .isInstanceOf(InvalidConfigurationException.class);
        ceremony.destroyKeyPair(key.name().label(), key.name().id());
        made.remove(key.name());
        assertThatThrownBy(() -> pkcs11().signer(key.selector())).isInstanceOf(InvalidConfigurationException.class);
        assertThatThrownBy(() ->
                        ceremony.destroyKeyPair(key.name().label(), key.name().id()))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining(key.name().label());
        assertThat(signer(anyKey()).publicKey()).isEqualTo(anyKey().publicKey());
    }

    // --- certificates
    // ----------------------------------------------------------------------------------------------------

    @DisplayName("OpenSSL verifies a certification request of")
    @ParameterizedTest(name = "{0}")
    @EnumSource
    void opensslVerifiesACertificationRequest(KeyPairType type) throws IOException {
        Generated key = key(type);
        byte[] request =
                pkcs11().keyManagement().certificationRequest(key.selector(), firstAlgorithm(signer(key)), SUBJECT);
        Path file = Files.write(directory.resolve("request.der"), request);
        assertThat(ExternalTool.runOrFail(
                        "openssl", "req", "-verify", "-noout", "-inform", "DER", "-in", file.toString()))
                .containsIgnoringCase("verify OK");
    }

    @DisplayName("OpenSSL verifies a self-signed certificate of")
    @ParameterizedTest(name = "{0}")
    @EnumSource
    void opensslVerifiesASelfSignedCertificate(KeyPairType type) {
        Generated key = key(type);
        X509Certificate certificate = pkcs11().keyManagement()
                .selfSignedCertificate(
                        key.selector(),
                        firstAlgorithm(signer(key)),
                        SUBJECT,
                        Instant.now().minus(Duration.ofMinutes(1)),
                        Duration.ofDays(30));
        String pem =
                TestPki.writePem(directory.resolve("self.pem"), certificate).toString();
        assertThat(ExternalTool.runOrFail("openssl", "verify", "-check_ss_sig", "-CAfile", pem, pem))
                .contains("OK");
    }

    @DisplayName("The certificate is put on the token and found there")
    @ParameterizedTest(name = "{0}")
    @EnumSource
    void aCertificateIsPutOnTheToken(KeyPairType type) {
        Generated key = key(type);
        X509Certificate certificate = PKI.certifySigner("Contract " + type + " " + run, key.publicKey());
        Optional<String> refusal = Optional.empty();
        try {
            pkcs11().keyManagement().importCertificate(key.selector(), certificate);
        } catch (SigningException e) {
            refusal = Optional.of(refusal(e));
        }
        requireOffered("certificate objects", refusal.isEmpty(), refusal.orElse(""));
        SigningKey proven = SigningKey.open(
                "contract", signer(key), pkcs11().certificates(List.of(PKI.intermediate(), PKI.root())), soon());
        assertThat(proven.chain().certificates()).containsExactly(certificate, PKI.intermediate(), PKI.root());
    }

    // --- signatures
    // ------------------------------------------------------------------------------------------------------

    static Stream<Arguments> typesAndAlgorithms() {
        return Arrays.stream(KeyPairType.values())
                .flatMap(type -> SignatureAlgorithm.forKeyType(keyType(type)).stream()
                        .map(algorithm -> Arguments.of(type, algorithm)));
    }

    private static String keyType(KeyPairType type) {
        return switch (type) {
            case RSA_2048, RSA_3072, RSA_4096 -> "RSA";
            case P_256, P_384, P_521 -> "EC";
            case ED25519 -> "EdDSA";
        };
    }

    @DisplayName("OpenSSL verifies a signature, made with C_SignInit and C_Sign and nothing else")
    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("typesAndAlgorithms")
    void opensslVerifiesEverySignature(KeyPairType type, SignatureAlgorithm algorithm) {
        Generated key = key(type);
        Pkcs11Signer signer = signer(key);
        requireOffered(
                type + " with " + algorithm,
                signer.algorithms().contains(algorithm),
                "it has no mechanism for it; it offers " + signer.algorithms());
        sign(signer, algorithm, new byte[] {1});
        open.calls().clear();
        byte[] signature = sign(signer, algorithm, MESSAGE);
        assertThat(open.calls()).containsExactly("C_SignInit", "C_Sign");
        OpensslSignature.assertVerifies(directory, key.publicKey(), algorithm, MESSAGE, signature);
    }

    @DisplayName("An empty message is signed")
    @ParameterizedTest(name = "{0}")
    @EnumSource
    void anEmptyMessageIsSigned(KeyPairType type) {
        Generated key = key(type);
        Pkcs11Signer signer = signer(key);
        SignatureAlgorithm algorithm = firstAlgorithm(signer);
        byte[] empty = {};
        Optional<byte[]> signature = Optional.empty();
        String refusal = "";
        try {
            signature = Optional.of(sign(signer, algorithm, empty));
        } catch (SigningException e) {
            refusal = refusal(e);
        }
        requireOffered("an empty message with " + algorithm, signature.isPresent(), refusal);
        assertThat(algorithm.verify(key.publicKey(), empty, signature.orElseThrow()))
                .isTrue();
    }

    @DisplayName("A CMS container (PAdES B-B) verifies")
    @ParameterizedTest(name = "{0}")
    @EnumSource
    void aContainerVerifies(KeyPairType type) throws Exception {
        Generated key = key(type);
        X509Certificate certificate = PKI.certifySigner("Contract " + type, key.publicKey());
        SigningKey proven = SigningKey.open(
                "contract",
                signer(key),
                FixedCertificateProvider.of(
                        "the contract", List.of(certificate), List.of(PKI.intermediate(), PKI.root())),
                soon());
        SigningService service = SigningService.builder(SigningKeys.of(proven), new CmsContainerBuilder())
                .build();
        byte[] container = service.signContainer(
                RequestContext.builder("contract").deadline(soon()).build(),
                ContainerRequest.forDigest(
                        ContainerFormat.PADES_B_B,
                        Digest.compute(
                                proven.signer().algorithms().iterator().next().digestAlgorithm(), MESSAGE)));
        if (type == KeyPairType.ED25519) {
            // OpenSSL before 3.2 does not verify CMS with Ed25519.
            assertBouncyCastleVerifies(container, certificate);
            return;
        }
        ExternalTool.Result verdict = OpensslCms.verify(directory, container, MESSAGE, PKI.root());
        assertThat(verdict.output()).contains("CAdES Verification successful");
        assertThat(verdict.exitCode()).isZero();
    }

    private static void assertBouncyCastleVerifies(byte[] container, X509Certificate certificate) throws Exception {
        SignerInformation signer = new CMSSignedData(new CMSProcessableByteArray(MESSAGE), container)
                .getSignerInfos()
                .iterator()
                .next();
        assertThat(signer.verify(new JcaSimpleSignerInfoVerifierBuilder()
                        .setProvider(new BouncyCastleProvider())
                        .build(certificate)))
                .isTrue();
    }

    @DisplayName(THREADS + " threads make " + SIGNATURES_OF_A_THREAD + " signatures each, and all verify")
    @Test
    void manyThreadsSign() throws Exception {
        Pkcs11Signer signer = signer(anyKey());
        SignatureAlgorithm algorithm = firstAlgorithm(signer);
        ExecutorService executor = Executors.newFixedThreadPool(THREADS);
        try {
            List<Future<Integer>> threads = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                int thread = i;
                threads.add(executor.submit(() -> verifiedSignatures(signer, algorithm, thread)));
            }
            for (Future<Integer> thread : threads) {
                assertThat(thread.get()).isEqualTo(SIGNATURES_OF_A_THREAD);
            }
        } finally {
            executor.shutdownNow();
        }
        assertThat(pkcs11().health().usable()).isTrue();
        assertThat(pkcs11().sessions().inUse()).isZero();
    }

    private static int verifiedSignatures(Pkcs11Signer signer, SignatureAlgorithm algorithm, int thread) {
        int verified = 0;
        for (int i = 0; i < SIGNATURES_OF_A_THREAD; i++) {
            byte[] message = {(byte) thread, (byte) i};
            if (algorithm.verify(signer.publicKey(), message, sign(signer, algorithm, message))) {
                verified++;
            }
        }
        return verified;
    }

    @DisplayName("Requests that are wrong, or too late, do not disturb those that follow")
    @Test
    void badRequestsDoNoHarm() {
        Pkcs11Signer signer = signer(anyKey());
        SignatureAlgorithm algorithm = firstAlgorithm(signer);
        DigestAlgorithm other =
                algorithm.digestAlgorithm() == DigestAlgorithm.SHA256 ? DigestAlgorithm.SHA384 : DigestAlgorithm.SHA256;
        SignatureAlgorithm notOffered = Arrays.stream(SignatureAlgorithm.values())
                .filter(candidate -> !signer.algorithms().contains(candidate))
                .findFirst()
                .orElseThrow();
        assertThatThrownBy(() -> signer.signMessage(notOffered, MESSAGE, soon()))
                .isInstanceOf(SigningException.class);
        assertThatThrownBy(() -> signer.sign(algorithm, Digest.compute(other, MESSAGE), soon()))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> signer.signMessage(algorithm, MESSAGE, Deadline.after(Duration.ZERO)))
                .isInstanceOf(SigningUnavailableException.class);
        assertThat(algorithm.verify(signer.publicKey(), MESSAGE, sign(signer, algorithm, MESSAGE)))
                .isTrue();
        assertThat(pkcs11().health().usable()).isTrue();
    }

    // --- closing
    // ---------------------------------------------------------------------------------------------------------

    @DisplayName("One login; closed, every session is closed; opened again, the key signs")
    @Test
    void itIsClosedAndOpenedAgain() {
        open.close();
        // Nobody has the module open now, so it is initialised again.
        ObservedToken second = ObservedToken.open(token().config(token().selector()));
        try {
            Pkcs11Signer signer = second.token().signer(anyKey().selector());
            SignatureAlgorithm algorithm = firstAlgorithm(signer);
            assertThat(algorithm.verify(anyKey().publicKey(), MESSAGE, sign(signer, algorithm, MESSAGE)))
                    .isTrue();
            second.close();
            second.close();
            assertThat(second.calls("C_Login")).isEqualTo(1);
            assertThat(second.calls("C_OpenSession")).isPositive().isEqualTo(second.calls("C_CloseSession"));
            assertThatThrownBy(() -> sign(signer, algorithm, MESSAGE)).isInstanceOf(SigningException.class);
        } finally {
            second.close();
            open = ObservedToken.open(token().config(token().selector()));
        }
        assertThat(signer(anyKey()).publicKey()).isEqualTo(anyKey().publicKey());
    }
}

package io.github.hsmsigner.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hsmsigner.core.cms.CmsContainerBuilder;
import io.github.hsmsigner.core.error.InternalSigningException;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.core.error.InvalidRequestException;
import io.github.hsmsigner.core.error.SigningDeniedException;
import io.github.hsmsigner.core.error.SigningUnavailableException;
import io.github.hsmsigner.core.error.UnsupportedRequestException;
import io.github.hsmsigner.testing.CapturedLog;
import io.github.hsmsigner.testing.TestPki;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SigningServiceTest {

    private static final byte[] MESSAGE = "what is to be signed".getBytes(StandardCharsets.UTF_8);
    private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-01-02T03:04:05Z"), ZoneOffset.UTC);

    private final SigningService service = serviceFor(TestKeys.key("main")).build();

    private static SigningService.Builder serviceFor(SigningKey key) {
        return SigningService.builder(SigningKeys.of(key), new CmsContainerBuilder())
                .clock(CLOCK);
    }

    private static RequestContext request() {
        return RequestContext.builder("request-1").build();
    }

    @Test
    void givesTheCertificates() {
        assertThat(service.certificates(request())).isEqualTo(TestKeys.chain());
    }

    @ParameterizedTest
    @EnumSource(DigestAlgorithm.class)
    void signsADigest(DigestAlgorithm algorithm) throws Exception {
        byte[] signature = service.signRaw(request(), Digest.compute(algorithm, MESSAGE));
        Signature verifier = Signature.getInstance(algorithm.name() + "withRSA");
        verifier.initVerify(TestKeys.KEY_PAIR.getPublic());
        verifier.update(MESSAGE);
        assertThat(verifier.verify(signature)).isTrue();
    }

    @Test
    void aContentThatCannotBeReadIsTheCallersMistake() {
        InputStream broken = new InputStream() {
            @Override
            public int read() throws IOException {
                throw new IOException("connection reset");
            }
        };
        ContainerRequest request = ContainerRequest.forContent(ContainerFormat.CMS, DigestAlgorithm.SHA256, broken);
        assertThatThrownBy(() -> service.signContainer(request(), request))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessage("The content could not be read to its end.");
    }

    @Test
    void asksThePolicyBeforeAnythingElse() {
        List<SigningAttempt> asked = new ArrayList<>();
        SigningService guarded = serviceFor(TestKeys.key("main"))
                .policy(attempt -> {
                    asked.add(attempt);
                    return PolicyDecision.deny("the token is of another department");
                })
                .build();
        RequestContext context = request();
        Digest digest = Digest.compute(DigestAlgorithm.SHA384, MESSAGE);
        InputStream neverRead = new InputStream() {
            @Override
            public int read() {
                throw new AssertionError("read although denied");
            }
        };
        assertThatThrownBy(() -> guarded.certificates(context)).isInstanceOf(SigningDeniedException.class);
        assertThatThrownBy(() -> guarded.signRaw(context, digest)).isInstanceOf(SigningDeniedException.class);
        assertThatThrownBy(() -> guarded.signContainer(
                        context,
                        ContainerRequest.forContent(ContainerFormat.PADES_B_B, DigestAlgorithm.SHA256, neverRead)))
                .isInstanceOfSatisfying(SigningDeniedException.class, e -> {
                    assertThat(e).hasMessage("the token is of another department");
                    assertThat(e.clientMessage()).doesNotContain("department");
                });
        assertThat(asked)
                .containsExactly(
                        new SigningAttempt(
                                SigningAction.CERTIFICATES,
                                context,
                                Optional.of("main"),
                                Optional.empty(),
                                Optional.empty()),
                        new SigningAttempt(
                                SigningAction.RAW_SIGNATURE,
                                context,
                                Optional.of("main"),
                                Optional.of(DigestAlgorithm.SHA384),
                                Optional.empty()),
                        new SigningAttempt(
                                SigningAction.CONTAINER,
                                context,
                                Optional.of("main"),
                                Optional.of(DigestAlgorithm.SHA256),
                                Optional.of(ContainerFormat.PADES_B_B)));
    }

    @Test
    void aKeyThatBecomesReachableIsAddedToTheRunningService() {
        SigningUnavailableException reason =
                SigningUnavailableException.passing("the HSM is off", Duration.ofSeconds(1), null);
        SigningService started = SigningService.builder(
                        SigningKeys.of(List.of(), Map.of("main", () -> reason)), new CmsContainerBuilder())
                .clock(CLOCK)
                .queue("main", SigningQueue.of(1, 0, Duration.ofSeconds(1)))
                .build();
        RequestContext context = request();
        assertThatThrownBy(() -> started.certificates(context)).isSameAs(reason);

        started.replaceKeys(SigningKeys.of(TestKeys.key("main")));
        assertThat(started.certificates(context)).isEqualTo(TestKeys.chain());
        assertThat(started.signRaw(context, Digest.compute(DigestAlgorithm.SHA256, MESSAGE)))
                .isNotEmpty();
    }

    @Test
    void aKeyWithAnExpiredCertificateDoesNotReplaceTheOthers() {
        Clock later = Clock.fixed(Instant.parse("2990-01-01T00:00:00Z"), ZoneOffset.UTC);
        SigningService started = SigningService.builder(
                        SigningKeys.of(
                                List.of(), Map.of("main", () -> SigningUnavailableException.lasting("off", null))),
                        new CmsContainerBuilder())
                .clock(later)
                .build();
        SigningKeys expired = SigningKeys.of(TestKeys.key("main"));
        assertThatThrownBy(() -> started.replaceKeys(expired)).isInstanceOf(InvalidConfigurationException.class);
        RequestContext context = request();
        assertThatThrownBy(() -> started.certificates(context)).hasMessage("off");
    }

    @Test
    void twoKeysCannotShareAName() {
        List<SigningKey> keys = List.of(TestKeys.key("same"), TestKeys.key("same"));
        assertThatThrownBy(() -> SigningKeys.of(keys)).isInstanceOf(InvalidConfigurationException.class);
    }

    @Test
    void aSignatureThatDoesNotVerifyIsMadeOnceMore() {
        FlippingSigner signer = new FlippingSigner(1);
        SigningService flawed = serviceFor(signer.provenKey()).build();
        Digest digest = Digest.compute(DigestAlgorithm.SHA256, MESSAGE);
        try (CapturedLog log = new CapturedLog()) {
            assertThat(flawed.signRaw(request(), digest)).isEqualTo(service.signRaw(request(), digest));
            assertThat(log.text()).contains("Request request-1").contains("does not verify");
        }
        assertThat(signer.made).hasValue(2);
    }

    @Test
    void aSignatureThatDoesNotVerifyIsNeverHandedOut() {
        FlippingSigner signer = new FlippingSigner(Integer.MAX_VALUE);
        SigningService flawed = serviceFor(signer.provenKey()).build();
        ContainerRequest request =
                ContainerRequest.forDigest(ContainerFormat.CMS, Digest.compute(DigestAlgorithm.SHA256, MESSAGE));
        assertThatThrownBy(() -> flawed.signContainer(request(), request))
                .isInstanceOfSatisfying(
                        InternalSigningException.class,
                        e -> assertThat(e.clientMessage()).isEqualTo("The signing service has an internal problem."));
        assertThat(signer.made).hasValue(2);
    }

    @Test
    void verifyingCanBeSwitchedOff() {
        FlippingSigner signer = new FlippingSigner(Integer.MAX_VALUE);
        SigningService trusting =
                serviceFor(signer.provenKey()).verifyAfterSign(false).build();
        Digest digest = Digest.compute(DigestAlgorithm.SHA256, MESSAGE);
        assertThat(trusting.signRaw(request(), digest)).isNotEqualTo(service.signRaw(request(), digest));
        assertThat(signer.made).hasValue(1);
    }

    @Test
    void aCertificateThatDoesNotVerifyTheKeysSignaturesIsRefused() {
        Signer broken = new FlippingSigner(Integer.MAX_VALUE).started();
        assertThatThrownBy(() -> SigningKey.open("broken", broken, TestKeys.SIGNER, TestKeys.soon()))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("CN=Signer")
                .hasMessageContaining("does not verify a signature made with the key");
    }

    @Test
    void aCertificateOfAnotherKeyIsRefused() {
        CertificateChain other = CertificateChain.of(
                TestKeys.PKI.certifySigner("Other", TestPki.rsaKeyPair(2048).getPublic()), List.of());
        assertThatThrownBy(() -> SigningKey.open("main", TestKeys.SIGNER, key -> other, TestKeys.soon()))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("CN=Other")
                .hasMessageContaining("holds another public key");
    }

    @Test
    void aSettingMayAskForPss() throws Exception {
        SigningKey key =
                SigningKey.open("pss", TestKeys.SIGNER, SignatureScheme.RSA_PSS, TestKeys.SIGNER, TestKeys.soon());
        byte[] signature = serviceFor(key).build().signRaw(request(), Digest.compute(DigestAlgorithm.SHA384, MESSAGE));
        Signature verifier = Signature.getInstance("RSASSA-PSS");
        verifier.setParameter(new PSSParameterSpec("SHA-384", "MGF1", MGF1ParameterSpec.SHA384, 48, 1));
        verifier.initVerify(TestKeys.KEY_PAIR.getPublic());
        verifier.update(MESSAGE);
        assertThat(verifier.verify(signature)).isTrue();
    }

    @Test
    void ed25519SignsDataButNotDigests() throws Exception {
        Signer signer = TestKeys.signerFor(SignatureAlgorithm.ED25519);
        SigningKey key = SigningKey.open("ed", signer, (CertificateProvider) signer, TestKeys.soon());
        SigningService edwards = serviceFor(key).build();
        byte[] signature = edwards.signRaw(request(), DigestAlgorithm.SHA512, MESSAGE);
        Signature verifier = Signature.getInstance("Ed25519");
        verifier.initVerify(signer.publicKey());
        verifier.update(MESSAGE);
        assertThat(verifier.verify(signature)).isTrue();
        Digest digest = Digest.compute(DigestAlgorithm.SHA512, MESSAGE);
        assertThatThrownBy(() -> edwards.signRaw(request(), digest))
                .isInstanceOf(UnsupportedRequestException.class)
                .hasMessageContaining("needs the data to be signed");
        assertThatThrownBy(() -> edwards.signRaw(request(), DigestAlgorithm.SHA256, MESSAGE))
                .isInstanceOf(UnsupportedRequestException.class)
                .hasMessageContaining("it offers sha512");
    }

    @Test
    void anyDigestGoesWithAnyCurve() throws Exception {
        Signer signer = TestKeys.signerFor(SignatureAlgorithm.ECDSA_SHA256);
        SigningKey key = SigningKey.open("ec", signer, (CertificateProvider) signer, TestKeys.soon());
        for (DigestAlgorithm algorithm : DigestAlgorithm.values()) {
            byte[] signature = serviceFor(key).build().signRaw(request(), Digest.compute(algorithm, MESSAGE));
            // A digest that is longer than the curve's order is cut, which the JCA does on its side.
            Signature verifier = Signature.getInstance(algorithm.name() + "withECDSA");
            verifier.initVerify(signer.publicKey());
            verifier.update(MESSAGE);
            assertThat(verifier.verify(signature)).isTrue();
        }
    }

    @Test
    void keysThatAreTooWeakOrUnusualAreRefused() throws Exception {
        KeyPairGenerator koblitz = KeyPairGenerator.getInstance("EC", new BouncyCastleProvider());
        koblitz.initialize(new ECGenParameterSpec("secp256k1"));
        for (KeyPair key : List.of(TestPki.rsaKeyPair(1024), koblitz.generateKeyPair())) {
            Signer weak = new FlippingSigner(0) {
                @Override
                public PublicKey publicKey() {
                    return key.getPublic();
                }
            };
            assertThatThrownBy(() -> SigningKey.open("weak", weak, TestKeys.SIGNER, TestKeys.soon()))
                    .isInstanceOf(InvalidConfigurationException.class)
                    .hasMessageContaining("is needed; this one");
        }
    }

    @Test
    void aSigningTokenDoesNotShowItselfWhenPrinted() {
        SigningToken token = SigningToken.of("very secret".getBytes(StandardCharsets.UTF_8));
        assertThat(token).hasToString("SigningToken[hidden]");
        assertThat(RequestContext.builder("id").signingToken(token).build().toString())
                .doesNotContain("secret");
    }

    /** A key in something that hashes itself, with a scheme that signs digests. */
    private static final class HashingSigner implements Signer {

        @Override
        public PublicKey publicKey() {
            return TestKeys.SIGNER.publicKey();
        }

        @Override
        public Set<SignatureAlgorithm> algorithms() {
            return TestKeys.SIGNER.algorithms();
        }

        @Override
        public boolean signsWholeMessage(SignatureAlgorithm algorithm) {
            return true;
        }

        @Override
        public byte[] sign(SignatureAlgorithm algorithm, Digest digest, Deadline deadline) {
            throw new AssertionError("it was given a digest");
        }

        @Override
        public byte[] signMessage(SignatureAlgorithm algorithm, byte[] message, Deadline deadline) {
            return TestKeys.SIGNER.signMessage(algorithm, message, deadline);
        }
    }

    @Test
    void aKeyThatMustSeeTheMessageIsGivenItOrRefuses() {
        SigningKey key = SigningKey.open("hashing", new HashingSigner(), TestKeys.SIGNER, TestKeys.soon());
        SigningService service = SigningService.builder(SigningKeys.of(key), new CmsContainerBuilder())
                .build();
        RequestContext context = RequestContext.builder("request-1").build();
        byte[] message = {1, 2, 3};
        Digest digest = Digest.compute(DigestAlgorithm.SHA256, message);
        assertThat(service.signContainer(context, ContainerRequest.forDigest(ContainerFormat.PADES_B_B, digest)))
                .isNotEmpty();
        assertThat(service.signRaw(context, DigestAlgorithm.SHA256, message))
                .isEqualTo(TestKeys.SIGNER.sign(SignatureAlgorithm.RSA_PKCS1_SHA256, digest, TestKeys.soon()));
        assertThatThrownBy(() -> service.signRaw(context, digest)).isInstanceOf(UnsupportedRequestException.class);
    }

    /** A key whose first signatures, from a chosen moment on, have one bit flipped. */
    private static class FlippingSigner implements Signer {

        private final int flips;
        private final AtomicInteger made = new AtomicInteger();
        private boolean flipping;

        FlippingSigner(int flips) {
            this.flips = flips;
        }

        FlippingSigner started() {
            flipping = true;
            return this;
        }

        SigningKey provenKey() {
            SigningKey key = SigningKey.open("flawed", this, TestKeys.SIGNER, TestKeys.soon());
            made.set(0);
            flipping = true;
            return key;
        }

        @Override
        public PublicKey publicKey() {
            return TestKeys.SIGNER.publicKey();
        }

        @Override
        public Set<SignatureAlgorithm> algorithms() {
            return TestKeys.SIGNER.algorithms();
        }

        @Override
        public byte[] sign(SignatureAlgorithm algorithm, Digest digest, Deadline deadline) {
            byte[] signature = TestKeys.SIGNER.sign(algorithm, digest, deadline);
            if (made.incrementAndGet() <= flips && flipping) {
                signature[signature.length / 2] ^= 0x10;
            }
            return signature;
        }
    }
}

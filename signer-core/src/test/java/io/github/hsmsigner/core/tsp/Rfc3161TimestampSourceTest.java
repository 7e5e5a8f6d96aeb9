package io.github.hsmsigner.core.tsp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.Digest;
import io.github.hsmsigner.core.DigestAlgorithm;
import io.github.hsmsigner.core.TestKeys;
import io.github.hsmsigner.core.error.SigningUnavailableException;
import io.github.hsmsigner.testing.CapturedLog;
import io.github.hsmsigner.testing.ExternalTool;
import io.github.hsmsigner.testing.LoopbackServer;
import io.github.hsmsigner.testing.OpenSslTimestampAuthority;
import io.github.hsmsigner.testing.TestPki;
import java.io.IOException;
import java.math.BigInteger;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.cms.CMSSignedData;
import org.bouncycastle.tsp.TimeStampRequest;
import org.bouncycastle.tsp.TimeStampRequestGenerator;
import org.bouncycastle.tsp.TimeStampToken;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class Rfc3161TimestampSourceTest {

    private static final byte[] SIGNATURE = "octets of a signature".getBytes(StandardCharsets.US_ASCII);
    private static final Digest DIGEST = Digest.compute(DigestAlgorithm.SHA256, SIGNATURE);

    private static final int FLIPS = 40;

    @TempDir
    private Path directory;

    private OpenSslTimestampAuthority authority;

    @BeforeEach
    void start() {
        authority = new OpenSslTimestampAuthority(directory.resolve("tsa"));
    }

    @AfterEach
    void stop() {
        authority.close();
    }

    private TimestampAuthority.Builder here() {
        return TimestampAuthority.builder(authority.uri()).trusted(List.of(authority.caCertificate()));
    }

    private static Rfc3161TimestampSource source(TimestampAuthority... authorities) {
        return Rfc3161TimestampSource.builder(List.of(authorities)).build();
    }

    private static void assertRefused(Rfc3161TimestampSource source, String... reasons) {
        assertThatThrownBy(() -> source.timestamp(DIGEST, TestKeys.soon()))
                .isInstanceOfSatisfying(SigningUnavailableException.class, e -> {
                    assertThat(e.retryable()).isTrue();
                    assertThat(e.getMessage()).contains(reasons);
                });
    }

    @ParameterizedTest
    @EnumSource
    void opensslVerifiesTheToken(DigestAlgorithm algorithm) throws IOException {
        byte[] token = source(here().build()).timestamp(Digest.compute(algorithm, SIGNATURE), TestKeys.soon());
        String verdict = ExternalTool.runOrFail(
                "openssl",
                "ts",
                "-verify",
                "-token_in",
                "-in",
                Files.write(directory.resolve("token"), token).toString(),
                "-data",
                Files.write(directory.resolve("data"), SIGNATURE).toString(),
                "-CAfile",
                TestPki.writePem(directory.resolve("ca.pem"), authority.caCertificate())
                        .toString());
        assertThat(verdict).contains("Verification: OK");
    }

    @Test
    void asksForThePolicy() throws Exception {
        byte[] token = source(here().policy("1.2.3.4.5").build()).timestamp(DIGEST, TestKeys.soon());
        assertThat(new TimeStampToken(new CMSSignedData(token))
                        .getTimeStampInfo()
                        .getPolicy()
                        .getId())
                .isEqualTo("1.2.3.4.5");
        assertRefused(source(here().policy("1.9.9.9").build()), "holds no token, but status 2");
    }

    static Stream<Arguments> changedRequests() {
        return Stream.of(
                Arguments.of("nonce", (UnaryOperator<byte[]>) q -> query(DIGEST.bytes(), BigInteger.TEN)),
                Arguments.of("imprint", (UnaryOperator<byte[]>) q -> query(new byte[32], nonce(q))));
    }

    private static BigInteger nonce(byte[] query) {
        try {
            return new TimeStampRequest(query).getNonce();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] query(byte[] imprint, BigInteger nonce) {
        TimeStampRequestGenerator generator = new TimeStampRequestGenerator();
        generator.setCertReq(true);
        try {
            return generator
                    .generate(new ASN1ObjectIdentifier(DigestAlgorithm.SHA256.oid()), imprint, nonce)
                    .getEncoded();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @ParameterizedTest
    @MethodSource("changedRequests")
    void refusesTheAnswerToAnotherRequest(String reason, UnaryOperator<byte[]> change) {
        authority.changeRequest(change);
        assertRefused(source(here().build()), "its answer is refused", reason);
    }

    @Test
    void refusesWhatIsNoAnswer() {
        Rfc3161TimestampSource source = source(here().build());
        Stream<UnaryOperator<byte[]>> damages = Stream.of(
                r -> "not a timestamp".getBytes(StandardCharsets.US_ASCII),
                r -> Arrays.copyOf(r, r.length + 1),
                r -> Arrays.copyOf(r, r.length - 1),
                r -> Arrays.copyOf(r, r.length / 2),
                r -> HexFormat.of().parseHex("3084ffffffff00"),
                r -> HexFormat.of().parseHex("3080020100"),
                r -> new byte[] {0x30},
                r -> HexFormat.of().parseHex("30053003020102"),
                r -> HexFormat.of().parseHex("30053003020100"));
        damages.forEach(damage -> {
            authority.changeResponse(damage);
            assertThatThrownBy(() -> source.timestamp(DIGEST, TestKeys.soon()))
                    .isInstanceOf(SigningUnavailableException.class)
                    .hasMessageContaining("its answer");
        });
    }

    /** A bit may be flipped where nothing depends on it, as in a certificate that nobody needs; anywhere else it must be noticed. */
    @Test
    void aFlippedBitLeadsToARefusalOrDoesNoHarm() throws Exception {
        Rfc3161TimestampSource source = source(here().build());
        int refused = 0;
        for (int i = 0; i < FLIPS; i++) {
            int part = i;
            authority.changeResponse(r -> {
                byte[] flipped = r.clone();
                flipped[(r.length - 1) * part / (FLIPS - 1)] ^= (byte) (1 << (part % 8));
                return flipped;
            });
            try {
                byte[] token = source.timestamp(DIGEST, TestKeys.soon());
                assertThat(new TimeStampToken(new CMSSignedData(token))
                                .getTimeStampInfo()
                                .getMessageImprintDigest())
                        .isEqualTo(DIGEST.bytes());
            } catch (SigningUnavailableException e) {
                refused++;
            }
        }
        assertThat(refused).isGreaterThan(FLIPS / 2);
    }

    @Test
    void refusesAnAnswerThatIsTooLarge() {
        authority.changeResponse(r -> new byte[100_000]);
        assertRefused(source(here().build()), "larger than");
        authority.changeResponse(r -> r);
        assertRefused(
                Rfc3161TimestampSource.builder(List.of(here().build()))
                        .maxTokenSize(100)
                        .build(),
                "more than the limit of 100");
    }

    @Test
    void doesNotWaitForASlowAuthority() {
        authority.beSlow();
        Rfc3161TimestampSource source = source(here().build());
        assertThatThrownBy(() -> source.timestamp(DIGEST, Deadline.after(Duration.ofMillis(300))))
                .isInstanceOf(SigningUnavailableException.class)
                .hasMessageContaining("no whole answer came in time");
    }

    @Test
    void saysWhatTheServerSays() {
        authority.answerStatus(500);
        assertRefused(source(here().build()), "status 500");
        assertRefused(
                source(TimestampAuthority.builder(LoopbackServer.closedPort()).build()), "ConnectException");
    }

    @Test
    void refusesAnAuthorityThatIsNotTrusted() {
        assertRefused(
                source(TimestampAuthority.builder(authority.uri())
                        .trusted(List.of(TestKeys.PKI.root()))
                        .build()),
                "not issued by a trusted one");
        assertThat(source(TimestampAuthority.builder(authority.uri()).build()).timestamp(DIGEST, TestKeys.soon()))
                .isNotEmpty();
    }

    @Test
    void refusesATimeThatIsFarOff() {
        Rfc3161TimestampSource source = Rfc3161TimestampSource.builder(List.of(here().build()))
                .clock(Clock.offset(Clock.systemUTC(), Duration.ofHours(1)))
                .build();
        assertRefused(source, "its clock is off by");
    }

    @Test
    void sendsCredentialsAndShowsThemNowhere() {
        authority.require("Basic dXNlcjpzM2NyM3Q=");
        TimestampAuthority right =
                here().basicAuth("user", "s3cr3t".toCharArray()).build();
        TimestampAuthority wrong =
                here().basicAuth("user", "gu3ss".toCharArray()).build();
        try (CapturedLog log = new CapturedLog()) {
            assertThat(source(right).timestamp(DIGEST, TestKeys.soon())).isNotEmpty();
            assertRefused(source(wrong), "status 401");
            assertThat(log.text()).doesNotContain("s3cr3t", "gu3ss", "Z3Uzc3M", "dXNlcjpzM2NyM3Q");
        }
        assertThat(right.toString()).doesNotContain("s3cr3t", "user");
    }

    @Test
    void goesOnToTheNextAuthority() {
        TimestampAuthority dead =
                TimestampAuthority.builder(LoopbackServer.closedPort()).build();
        try (CapturedLog log = new CapturedLog()) {
            assertThat(source(dead, here().build()).timestamp(DIGEST, TestKeys.soon()))
                    .isNotEmpty();
            assertThat(log.lines())
                    .filteredOn(line -> line.startsWith("WARN"))
                    .singleElement()
                    .asString()
                    .contains(dead.toString());
        }
        assertThat(authority.requests()).isEqualTo(1);
    }

    @Test
    void namesEveryReasonWhenAllFail() {
        authority.answerStatus(503);
        TimestampAuthority dead =
                TimestampAuthority.builder(LoopbackServer.closedPort()).build();
        Rfc3161TimestampSource source = source(dead, here().build());
        assertThatThrownBy(() -> source.timestamp(DIGEST, TestKeys.soon()))
                .hasMessageContainingAll(
                        dead.toString(), "ConnectException", here().build().toString(), "status 503")
                .satisfies(e -> assertThat(e.getSuppressed()).hasSize(1));
    }

    @Test
    void aSlowFirstAuthorityLeavesTimeForTheSecond() {
        authority.beSlow();
        try (OpenSslTimestampAuthority second = new OpenSslTimestampAuthority(directory.resolve("second"))) {
            Rfc3161TimestampSource source = Rfc3161TimestampSource.builder(List.of(
                            here().build(),
                            TimestampAuthority.builder(second.uri()).build()))
                    .attemptLimit(Duration.ofSeconds(2))
                    .build();
            assertThat(source.timestamp(DIGEST, TestKeys.soon())).isNotEmpty();
            assertThat(second.requests()).isEqualTo(1);
        }
    }

    @Test
    void aShortDeadlineIsSharedByAllAuthorities() {
        authority.beSlow();
        try (OpenSslTimestampAuthority second = new OpenSslTimestampAuthority(directory.resolve("second"))) {
            Rfc3161TimestampSource source = source(
                    here().build(), TimestampAuthority.builder(second.uri()).build());
            // Less than the default limit of one authority.
            assertThat(source.timestamp(DIGEST, Deadline.after(Duration.ofSeconds(4))))
                    .isNotEmpty();
        }
    }

    @Test
    void keysInTheAddressAreShownNowhere() {
        authority.answerStatus(500);
        TimestampAuthority keyed = TimestampAuthority.builder(
                        URI.create(authority.uri() + "/k3yinpath?apikey=k3yinquery"))
                .build();
        try (CapturedLog log = new CapturedLog()) {
            Rfc3161TimestampSource source = source(keyed);
            assertThatThrownBy(() -> source.timestamp(DIGEST, TestKeys.soon()))
                    .hasMessageContaining("127.0.0.1:")
                    .hasMessageNotContaining("k3yin");
            assertThat(log.text()).contains("127.0.0.1:").doesNotContain("k3yin");
        }
    }

    @Test
    void settingsThatCannotWorkAreRefused() {
        Rfc3161TimestampSource.Builder builder = Rfc3161TimestampSource.builder(List.of(here().build()));
        assertThatThrownBy(() -> builder.attemptLimit(Duration.ZERO)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> builder.maxTokenSize(Integer.MAX_VALUE)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> builder.maxTokenSize(0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void anAddressHoldsNoCredentialsAndIsHttp() {
        assertThatThrownBy(() -> TimestampAuthority.builder(URI.create("ftp://tsa.example/")))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> TimestampAuthority.builder(URI.create("http://user:secret@tsa.example/")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageNotContaining("secret");
    }
}

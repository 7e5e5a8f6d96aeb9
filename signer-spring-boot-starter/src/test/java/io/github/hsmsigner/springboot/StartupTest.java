package io.github.hsmsigner.springboot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hsmsigner.core.ContainerFormat;
import io.github.hsmsigner.core.ContainerRequest;
import io.github.hsmsigner.core.DigestAlgorithm;
import io.github.hsmsigner.core.RequestContext;
import io.github.hsmsigner.core.Signer;
import io.github.hsmsigner.core.SigningService;
import io.github.hsmsigner.core.error.SigningException;
import io.github.hsmsigner.core.error.SigningUnavailableException;
import io.github.hsmsigner.core.error.SigningUnavailableException.Reason;
import io.github.hsmsigner.pkcs11.Await;
import io.github.hsmsigner.pkcs11.softhsm.SoftHsm;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.core.env.Environment;
import org.springframework.core.env.StandardEnvironment;

/** What startup does with keys that cannot be used, and how it explains that. */
class StartupTest {

    private static final Duration LIMIT = Duration.ofSeconds(30);

    @TempDir
    private static Path directory;

    private final ApplicationContextRunner runner =
            new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(SignerAutoConfiguration.class));

    @BeforeEach
    void hold() {
        TestKeySource.released = new CountDownLatch(1);
        TestKeySource.closed = false;
    }

    private static byte[] sign(SigningService service, String key) {
        return service.signContainer(
                RequestContext.builder("r").keyName(key).build(),
                ContainerRequest.forContent(ContainerFormat.CADES_B_B, DigestAlgorithm.SHA256, new byte[] {1, 2, 3}));
    }

    @Test
    void aKeyOfAnotherSchemeIsOpenedAndClosed() {
        runner.withPropertyValues("signer.keys.own.uri=test:one")
                .run(context -> assertThat(sign(context.getBean(SigningService.class), "own"))
                        .isNotEmpty());
        assertThat(TestKeySource.closed).isTrue();
    }

    @Test
    void anUnreachableKeyIsConnectedWhileTheOthersSign() {
        runner.withPropertyValues("signer.keys.off.uri=test:off", "signer.keys.on.uri=test:one")
                .run(context -> {
                    SigningService service = context.getBean(SigningService.class);
                    Signer signer = context.getBean("offSigner", Signer.class);
                    assertThat(sign(service, "on")).isNotEmpty();
                    assertThatThrownBy(() -> sign(service, "off")).hasMessage("The HSM is off.");
                    assertThatThrownBy(signer::publicKey).hasMessage("The HSM is off.");

                    TestKeySource.released.countDown();
                    Await.until(LIMIT, "the key signs", () -> isSigning(service));
                    assertThat(signer.publicKey()).isEqualTo(TestKey.EC.getPublic());
                    assertThat(signer.algorithms()).hasSize(1);
                });
    }

    private static boolean isSigning(SigningService service) {
        try {
            return sign(service, "off").length > 0;
        } catch (SigningUnavailableException e) {
            return false;
        }
    }

    @Test
    void startupDoesNotWaitForASlowKey() {
        runner.withPropertyValues("signer.keys.slow.uri=test:slow", "signer.startup-timeout=10ms")
                .run(context -> {
                    SigningService service = context.getBean(SigningService.class);
                    assertThatThrownBy(() -> sign(service, "slow")).hasMessageContaining("is being opened");
                });
    }

    @Test
    void aFaultOfAProviderIsNoMistakeInTheProperties() {
        runner.withPropertyValues("signer.keys.broken.uri=test:broken").run(context -> {
            SigningService service = context.getBean(SigningService.class);
            assertThatThrownBy(() -> sign(service, "broken")).hasMessageContaining("The log has the reason");
        });
    }

    static Stream<Arguments> failures() {
        Path missing = directory.resolve("missing");
        Path text = TestKey.write(directory.resolve("text.p12"), "no PKCS#12");
        Path wrong = TestKey.write(directory.resolve("wrong"), "wrong-password-4711");
        String file = TestKey.file(directory, "key");
        SoftHsm.Token token = SoftHsm.newToken();
        TestKey.onToken(token, TestKey.EC, "contracts", "01");
        String pkcs11 = TestKey.uri(token, "contracts", directory);
        return Stream.of(
                Arguments.of("unknown scheme", "awskms:key/1", "\"awskms\"", "Correct the properties"),
                Arguments.of("no scheme", "/etc/key.p12", "must begin with a scheme", "Correct the properties"),
                Arguments.of("empty URI", "", "The URI is not set", "Correct the properties"),
                Arguments.of("no such file", "file:" + missing + "?password-file=" + wrong, "missing", "Correct"),
                Arguments.of("no PKCS#12", "file:" + text + "?password-file=" + wrong, "text.p12", "Correct"),
                Arguments.of("wrong password", file.replaceFirst("=.*", "=" + wrong), "password", "Correct"),
                Arguments.of("no password file", file.replaceFirst("=.*", "=" + missing), "missing", "Correct"),
                Arguments.of("malformed URI", "pkcs11:tokn=T", "\"tokn\"", "Correct"),
                Arguments.of("PIN in the URI", pkcs11 + "&pin-value=wrong-password-4711", "pin-value", "Correct"),
                Arguments.of("no module", pkcs11.replaceFirst("module-path=[^&]*&", ""), "module-path", "Correct"),
                Arguments.of("no PIN", pkcs11.replaceFirst("&pin-source=.*", ""), "pin-source", "Correct"),
                Arguments.of(
                        "missing module",
                        pkcs11.replaceFirst("module-path=[^&]*", "module-path=" + missing),
                        "missing",
                        "Correct"),
                Arguments.of("missing key", pkcs11.replace("object=contracts", "object=legal"), "\"legal\"", "Correct"),
                Arguments.of("missing token", pkcs11.replace(token.label(), "nothing"), "nothing", "Correct"),
                Arguments.of("several keys", "test:two", "[a, b]", "Correct"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "signer.pkcs11.maximum-pool-size=0",
                "signer.pkcs11.minimum-idle=-1",
                "signer.pkcs11.keepalive-time=0s",
                "signer.queue.max-waiting=-1",
                "signer.queue.max-wait=-1s"
            })
    void aNumberOutOfRangeIsExplained(String property) {
        runner.withPropertyValues(
                        "signer.keys.k.uri=pkcs11:token=t;object=k?module-path=/lib/m.so&pin-source=/pin", property)
                .run(context -> assertThat(analyze(context.getStartupFailure(), new StandardEnvironment())
                                .getDescription())
                        .contains("\"k\" cannot be used", "Reason: The "));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("failures")
    void aMistakeInThePropertiesIsExplained(String name, String uri, String reason, String action) {
        Environment[] environment = new Environment[1];
        runner.withInitializer(context -> environment[0] = context.getEnvironment())
                .withPropertyValues("signer.keys.bad.uri=" + uri, "signer.keys.good.uri=test:one")
                .run(context -> {
                    FailureAnalysis analysis = analyze(context.getStartupFailure(), environment[0]);
                    assertThat(analysis.getDescription())
                            .contains("The signing key \"bad\" cannot be used", "signer.keys.bad", reason)
                            .contains("Origin: \"signer.keys.bad.uri\" from property source")
                            .doesNotContain("wrong-password-4711", TestKey.PASSWORD, "\"good\"");
                    assertThat(analysis.getAction()).startsWith(action);
                });
    }

    @Test
    void aFailedStartupClosesTheKeysThatWereOpened() {
        runner.withPropertyValues("signer.keys.bad.uri=test:two", "signer.keys.good.uri=test:one")
                .run(context -> assertThat(context).hasFailed());
        assertThat(TestKeySource.closed).isTrue();
    }

    private static FailureAnalysis analyze(Throwable failure, Environment environment) {
        assertThat(failure).isNotNull();
        FailureAnalysis analysis = new SignerFailureAnalyzer(environment).analyze(failure);
        assertThat(analysis).isNotNull();
        return analysis;
    }

    @Test
    void aRejectedPinDoesNotKeepTheApplicationFromStartingAndIsNotTriedAgain() {
        SoftHsm.Token token = SoftHsm.newToken();
        TestKey.onToken(token, TestKey.EC, "contracts", "01");
        String uri = TestKey.uri(token, "contracts", directory);
        Path pin = TestKey.write(directory.resolve("pin-" + token.label()), "000000");
        runner.withPropertyValues("signer.keys.contracts.uri=" + uri, "signer.keys.bad.uri=test:two")
                .run(context -> {
                    SigningService service = context.getBean(SigningService.class);
                    assertThatThrownBy(() -> sign(service, "contracts"))
                            .isInstanceOfSatisfying(SigningUnavailableException.class, e -> {
                                assertThat(e.reason()).isEqualTo(Reason.PIN_REJECTED);
                                assertThat(e.retryable()).isFalse();
                            });
                    TestKey.write(pin, token.pin());
                    Await.until(LIMIT, "the right PIN is used", () -> {
                        try {
                            return sign(service, "contracts").length > 0;
                        } catch (SigningException e) {
                            return false;
                        }
                    });
                });
    }

    @Test
    void withFailFastARejectedPinAndAnUnreachableKeyAreExplained() {
        SoftHsm.Token token = SoftHsm.newToken();
        TestKey.onToken(token, TestKey.EC, "contracts", "01");
        String uri = TestKey.uri(token, "contracts", directory);
        TestKey.write(directory.resolve("pin-" + token.label()), "000000");
        Environment[] environment = new Environment[1];
        runner.withInitializer(context -> environment[0] = context.getEnvironment())
                .withPropertyValues(
                        "signer.fail-fast=true",
                        "signer.keys.contracts.uri=" + uri,
                        "signer.keys.off.uri=test:off",
                        "signer.keys.slow.uri=test:slow",
                        "signer.startup-timeout=5s")
                .run(context -> {
                    FailureAnalysis analysis = analyze(context.getStartupFailure(), environment[0]);
                    assertThat(analysis.getDescription())
                            .contains(
                                    "\"contracts\"", "PIN", "\"off\"", "The HSM is off.", "\"slow\"", "is being opened")
                            .doesNotContain("000000");
                    assertThat(analysis.getAction())
                            .contains("closer to its lock", "signer.fail-fast=false")
                            .doesNotContain("Correct the properties");
                });
    }

    @Test
    void anotherFailureIsLeftToOtherAnalyzers() {
        assertThat(new SignerFailureAnalyzer(new StandardEnvironment()).analyze(new IllegalStateException("other")))
                .isNull();
    }

    @EnableAutoConfiguration
    static class Application {}

    @Test
    @ExtendWith(OutputCaptureExtension.class)
    void springBootPrintsTheExplanation(CapturedOutput output) {
        SpringApplication application = new SpringApplication(Application.class);
        List<String> arguments = List.of(
                "--spring.main.web-application-type=none",
                "--signer.timestamps.trusted=" + directory.resolve("no-such-file"),
                "--signer.timestamps.addresses=http://tsa.example",
                "--signer.keys.own.uri=test:one");
        assertThatThrownBy(() -> application.run(arguments.toArray(String[]::new)))
                .hasStackTraceContaining("no-such-file");
        assertThat(output)
                .contains("APPLICATION FAILED TO START", "The signing service is not set up correctly", "no-such-file")
                .contains("Correct the properties");
    }
}

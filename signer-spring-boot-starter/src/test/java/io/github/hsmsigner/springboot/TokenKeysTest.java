package io.github.hsmsigner.springboot;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hsmsigner.core.ContainerFormat;
import io.github.hsmsigner.core.ContainerRequest;
import io.github.hsmsigner.core.DigestAlgorithm;
import io.github.hsmsigner.core.RequestContext;
import io.github.hsmsigner.core.SigningQueue;
import io.github.hsmsigner.core.SigningService;
import io.github.hsmsigner.pkcs11.Pkcs11Token;
import io.github.hsmsigner.pkcs11.health.RecoverySettings;
import io.github.hsmsigner.pkcs11.softhsm.SoftHsm;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** Keys on a SoftHSM token. */
class TokenKeysTest {

    private static final SoftHsm.Token TOKEN = SoftHsm.newToken();

    @TempDir
    private static Path directory;

    private final ApplicationContextRunner runner =
            new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(SignerAutoConfiguration.class));

    @BeforeAll
    static void importKeys() {
        TestKey.onToken(TOKEN, TestKey.EC, "contracts", "01");
        TestKey.onToken(TOKEN, TestKey.RSA, "legal", "02");
    }

    private ApplicationContextRunner withKey(String name) {
        return runner.withPropertyValues("signer.keys." + name + ".uri=" + TestKey.uri(TOKEN, name, directory));
    }

    private static byte[] sign(AssertableApplicationContext context, String key) {
        return context.getBean(SigningService.class)
                .signContainer(
                        RequestContext.builder("r").keyName(key).build(),
                        ContainerRequest.forContent(
                                ContainerFormat.CADES_B_B, DigestAlgorithm.SHA256, new byte[] {1, 2, 3}));
    }

    private static Pkcs11Token token(AssertableApplicationContext context) {
        return context.getBean(KeyConnections.class)
                .tokens()
                .get(TOKEN.label())
                .token()
                .orElseThrow();
    }

    @Test
    void keysOnOneTokenShareItsConnectionAndItsQueue() {
        withKey("contracts")
                .withPropertyValues("signer.keys.legal.uri=" + TestKey.uri(TOKEN, "legal", directory))
                .run(context -> {
                    assertThat(sign(context, "contracts")).isNotEmpty();
                    assertThat(sign(context, "legal")).isNotEmpty();
                    KeyConnections connections = context.getBean(KeyConnections.class);
                    assertThat(connections.connection("contracts")).isSameAs(connections.connection("legal"));
                    assertThat(connections.queues().get("contracts"))
                            .isSameAs(connections.queues().get("legal"));
                });
    }

    @Test
    void thePropertiesAndCustomizersSetThePoolAndTheQueue() {
        List<String> customized = new ArrayList<>();
        withKey("contracts")
                .withPropertyValues(
                        "signer.pkcs11.maximum-pool-size=3",
                        "signer.pkcs11.minimum-idle=2",
                        "signer.pkcs11.keepalive-time=7s",
                        "signer.queue.max-waiting=5")
                .withBean(Pkcs11ConfigBuilderCustomizer.class, () -> (token, builder) -> {
                    customized.add(token);
                    assertThat(builder.build().keepaliveTime()).isEqualTo(Duration.ofSeconds(7));
                    assertThat(builder.build().maximumPoolSize()).isEqualTo(3);
                    assertThat(builder.build().minimumIdle()).isEqualTo(2);
                    builder.maximumPoolSize(4).recovery(RecoverySettings.defaults());
                })
                .run(context -> {
                    assertThat(customized).containsExactly(TOKEN.label());
                    assertThat(token(context).sessions().capacity()).isEqualTo(4);
                    SigningQueue queue =
                            context.getBean(KeyConnections.class).queues().get("contracts");
                    assertThat(queue.statistics().places()).isEqualTo(8);
                    assertThat(queue.statistics().maxWaiting()).isEqualTo(1);
                });
    }

    @Test
    void twoContextsShareTheModuleAndEachRefreshOpensTheTokenAgain() {
        withKey("contracts").run(outer -> {
            withKey("contracts")
                    .run(inner -> assertThat(sign(inner, "contracts")).isNotEmpty());
            assertThat(sign(outer, "contracts")).isNotEmpty();
        });
        withKey("contracts").run(again -> assertThat(sign(again, "contracts")).isNotEmpty());
    }

    @Test
    void theTokenIsClosedAfterTheBeansThatUseIt() {
        Pkcs11Token[] open = new Pkcs11Token[1];
        LastSignature.made = 0;
        withKey("contracts").withUserConfiguration(LastSignature.class).run(context -> open[0] = token(context));
        assertThat(LastSignature.made).isPositive();
        assertThat(open[0].health().usable()).isFalse();
    }

    /** Signs when it is destroyed. */
    static class LastSignature implements AutoCloseable {

        private static int made;

        private final SigningService service;

        LastSignature(SigningService service) {
            this.service = service;
        }

        @Override
        public void close() {
            made = service.sign(ContainerRequest.forContent(
                            ContainerFormat.CADES_B_B, DigestAlgorithm.SHA256, new byte[] {1, 2, 3}))
                    .length;
        }
    }
}

package io.github.hsmsigner.http.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hsmsigner.core.SigningService;
import io.github.hsmsigner.core.cms.CmsContainerBuilder;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.core.error.SigningUnavailableException;
import io.github.hsmsigner.http.TestKey;
import io.github.hsmsigner.testing.CapturedLog;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class KeyConnectionTest {

    private static final Duration LONG = Duration.ofSeconds(30);

    @TempDir
    private Path directory;

    /** How many failures in a row each pause was asked for. */
    private final BlockingQueue<Integer> pauses = new LinkedBlockingQueue<>();

    private KeyConnection connection;

    @AfterEach
    void close() {
        connection.close();
    }

    private KeySource keyStore() {
        return new KeyStoreKeySource(
                new KeySettings.KeyStoreFile(TestKey.writeKeyStore(directory), Secret.of(TestKey.PASSWORD)),
                new CertificateSettings(List.of(), List.of(), true));
    }

    private KeyConnection connect(KeySource source, Duration pause) {
        IntFunction<Duration> counted = failures -> {
            pauses.add(failures);
            return pause;
        };
        connection = new KeyConnection(
                source,
                keys -> SigningService.builder(keys, new CmsContainerBuilder()).build(),
                counted);
        connection.start();
        return connection;
    }

    private static SigningUnavailableException passing(String message) {
        return SigningUnavailableException.passing(message, Duration.ofSeconds(1), null);
    }

    /** Waits for the background thread, which has no event for it. */
    private static void awaitReady(KeyConnection connection) {
        while (connection.notReadyReason().isPresent()) {
            Thread.onSpinWait();
        }
    }

    @Test
    void isReadyAfterTheFirstAttempt() throws InterruptedException {
        connect(keyStore(), LONG).awaitFirstAttempt(LONG);
        assertThat(connection.notReadyReason()).isEmpty();
        assertThat(connection.get()).isSameAs(connection.get());
    }

    @Test
    void saysWhatOperatorsLookFor() throws InterruptedException {
        try (CapturedLog log = new CapturedLog()) {
            connect(keyStore(), LONG).awaitFirstAttempt(LONG);
            assertThat(log.text())
                    .contains("Key \"keystore\" is ready: certificate of CN=Test Signer")
                    .contains("2 issuers")
                    .doesNotContain(TestKey.PASSWORD);
        }
    }

    @Test
    void triesAgainWhatPassesAndCountsTheFailures() throws InterruptedException {
        ScriptedKeySource source = new ScriptedKeySource(keyStore(), passing("a"), passing("b"), passing("c"));
        connect(source, Duration.ZERO);
        awaitReady(connection);
        assertThat(source.attempts()).isEqualTo(4);
        assertThat(pauses).containsExactly(1, 2, 3);
    }

    @Test
    void saysWhyItIsNotReadyAndWhenItTriesAgain() throws InterruptedException {
        connect(new ScriptedKeySource(keyStore(), passing("Token 5 is away.")), LONG)
                .awaitFirstAttempt(LONG);
        assertThat(connection.notReadyReason()).contains("Token 5 is away.");
        assertThatThrownBy(connection::get).isInstanceOfSatisfying(SigningUnavailableException.class, e -> {
            assertThat(e.retryAfter()).contains(LONG);
            assertThat(e.getMessage()).isEqualTo("Token 5 is away.");
        });
    }

    @Test
    void neverLogsInAgainAfterTroubleThatLasts() throws InterruptedException {
        ScriptedKeySource source =
                new ScriptedKeySource(keyStore(), SigningUnavailableException.lasting("The PIN is wrong.", null));
        connect(source, Duration.ZERO).awaitFirstAttempt(LONG);

        assertThat(connection.notReadyReason()).contains("The PIN is wrong.");
        assertThatThrownBy(connection::get)
                .isInstanceOfSatisfying(
                        SigningUnavailableException.class,
                        e -> assertThat(e.retryable()).isFalse());
        assertThat(pauses.poll(0, TimeUnit.SECONDS))
                .as("planned a further attempt")
                .isNull();
        connection.close();
        assertThat(source.attempts()).isEqualTo(1);
    }

    @Test
    void givesSettingsThatCannotWorkToWhoWaitsForTheFirstAttempt() {
        connect(new ScriptedKeySource(keyStore(), new InvalidConfigurationException("Two keys match.")), LONG);
        assertThatThrownBy(() -> connection.awaitFirstAttempt(LONG))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessage("Two keys match.");
    }

    @Test
    void staysUpAndSaysSoIfALaterAttemptFindsThatTheSettingsCannotWork() throws InterruptedException {
        ScriptedKeySource source = new ScriptedKeySource(
                keyStore(), 1, passing("away"), new InvalidConfigurationException("Two keys match."));
        connect(source, Duration.ZERO).awaitFirstAttempt(LONG);
        assertThat(connection.notReadyReason()).contains("away");
        source.permit();
        while (!connection.notReadyReason().orElseThrow().equals("Two keys match.")) {
            Thread.onSpinWait();
        }
        assertThat(pauses).containsExactly(1);
    }

    @Test
    void doesNotRepeatAnAttemptThatMetAnUnexpectedError() throws InterruptedException {
        ScriptedKeySource source = new ScriptedKeySource(keyStore(), new IllegalStateException("a bug"));
        connect(source, Duration.ZERO).awaitFirstAttempt(LONG);
        assertThat(connection.notReadyReason())
                .hasValueSatisfying(reason ->
                        assertThat(reason).contains("unexpected error").doesNotContain("bug"));
        assertThat(pauses).isEmpty();
    }

    @Test
    void stopsToWaitForAnAttemptThatTakesTooLong() throws InterruptedException {
        ScriptedKeySource source = new ScriptedKeySource(keyStore(), 0);
        connect(source, LONG).awaitFirstAttempt(Duration.ofMillis(1));
        assertThat(connection.notReadyReason()).contains("The connection to the signing key is being made.");
        source.permit();
        awaitReady(connection);
    }

    @Test
    void closesTheKeys() throws InterruptedException {
        ScriptedKeySource source = new ScriptedKeySource(keyStore());
        connect(source, LONG).awaitFirstAttempt(LONG);
        connection.close();
        assertThat(source.closes()).isEqualTo(1);
    }
}

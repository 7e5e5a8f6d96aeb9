package io.github.hsmsigner.service.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hsmsigner.http.TestKey;
import io.github.hsmsigner.pkcs11.softhsm.SoftHsm;
import io.github.hsmsigner.service.lifecycle.ConfiguredService;
import io.github.hsmsigner.testing.LoopbackServer;
import io.github.hsmsigner.testing.TestPki;
import java.nio.file.Path;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the command does to logins is in {@code AllowLoginsTest} of the service. */
@Timeout(60)
class AllowLoginsCommandTest {

    @TempDir
    private static Path directory;

    private static SoftHsm.Token token;

    @BeforeAll
    static void makeToken() {
        token = SoftHsm.newToken();
        token.importKey(TestKey.keyPair(), "contracts", "01");
        TestPki.writePem(directory.resolve("signer.pem"), TestKey.certificate());
    }

    /** Settings with one token of a name, and one line for the server. */
    private static String settings(String name, String server) {
        return """
                server: {port: 0%s}
                tokens:
                  %s: {module: %s, pin: %s, label: %s}
                keys:
                  contracts: {certificate: @signer.pem}
                """.formatted(server, name, SoftHsm.module(), token.pin(), token.label());
    }

    private static Console.Result run(String settings, String... arguments) {
        return new Console(ConfiguredService.environment(directory, settings)).run(arguments);
    }

    @Test
    void theRunningServiceAllowsLogins() {
        String settings = settings("hsm", ", admin: {port: 0, address: 127.0.0.1}");
        try (ConfiguredService service = ConfiguredService.start(UnaryOperator.identity(), directory, settings)) {
            String port = Integer.toString(service.adminPort());
            for (String[] arguments : new String[][] {
                {"allow-logins", "--port", port}, {"allow-logins", "hsm", "--port", port},
            }) {
                Console.Result done = run(settings, arguments);
                assertThat(done.errors()).isEmpty();
                assertThat(done.exitCode()).isZero();
                assertThat(done.output())
                        .isEqualToIgnoringNewLines("The service logs in to token \"hsm\" with the next PIN.");
            }
            Console.Result other =
                    run(settings("other", ", admin: {port: 0}"), "allow-logins", "other", "--port", port);
            assertThat(other.exitCode()).isEqualTo(1);
            assertThat(other.errors())
                    .isEqualToIgnoringNewLines("signer-service: The service answered with status 404: The settings have"
                            + " no token of this name; the tokens are [hsm].");
        }
    }

    @Test
    void aServiceThatIsNotThereIsNamed() {
        int port = LoopbackServer.closedPort().getPort();
        Console.Result refused = run(settings("hsm", ", admin: {port: " + port + "}"), "allow-logins");
        assertThat(refused.exitCode()).isEqualTo(1);
        assertThat(refused.errors()).contains("The service does not answer at 127.0.0.1:" + port);
    }

    @Test
    void settingsWithoutAnAdminPortOrTheTokenAreRefused() {
        Console.Result noPort = run(settings("hsm", ""), "allow-logins");
        assertThat(noPort.exitCode()).isEqualTo(2);
        assertThat(noPort.errors()).contains("The settings have no admin port.", "SIGNING_SERVICE_ADMIN_PORT");
        Console.Result noToken = run(settings("hsm", ", admin: {port: 0}"), "allow-logins", "hms");
        assertThat(noToken.exitCode()).isEqualTo(2);
        assertThat(noToken.errors()).contains("There is no token \"hms\" in the settings; there are [hsm].");
    }
}

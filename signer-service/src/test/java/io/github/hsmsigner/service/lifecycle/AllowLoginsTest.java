package io.github.hsmsigner.service.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hsmsigner.http.Client;
import io.github.hsmsigner.http.TestKey;
import io.github.hsmsigner.pkcs11.softhsm.SoftHsm;
import io.github.hsmsigner.testing.CapturedLog;
import io.github.hsmsigner.testing.TestPki;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** After three different wrong PINs no PIN is tried, until an operator allows it. */
@Timeout(60)
class AllowLoginsTest {

    private static final String SIGN = "{\"action\":\"sign\",\"data_to_be_signed\":\"AQID\"}";

    @TempDir
    private Path directory;

    private static HttpResponse<byte[]> post(Client admin, String path) {
        return admin.send(admin.request(path).POST(BodyPublishers.noBody()));
    }

    private static double logins(Client admin, String result) {
        return Client.text(admin.get("/metrics"))
                .lines()
                .filter(line -> line.startsWith("signer_logins_total{result=\"" + result + "\",token=\"hsm\"} "))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .findFirst()
                .orElseThrow();
    }

    /** Replaces a file in one step, so that no login sees half a PIN. */
    private void write(Path pin, String text) throws IOException {
        Path next = Files.writeString(directory.resolve("next-pin"), text);
        Files.move(next, pin, StandardCopyOption.ATOMIC_MOVE);
    }

    @Test
    void theRightPinIsTriedOnlyAfterAnOperatorAllowsLogins() throws IOException {
        SoftHsm.Token token = SoftHsm.newToken();
        token.importKey(TestKey.keyPair(), "contracts", "01");
        TestPki.writePem(directory.resolve("signer.pem"), TestKey.certificate());
        Path pin = Files.writeString(directory.resolve("pin"), "wrong-1");
        try (CapturedLog log = new CapturedLog();
                ConfiguredService service =
                        ConfiguredService.start(directory, """
                        server: {port: 0, admin: {port: 0, address: 127.0.0.1}}
                        tokens:
                          hsm: {module: %s, pin: {file: @pin}, label: %s, recovery: {pin-check-pause: 10ms}}
                        keys:
                          contracts: {certificate: @signer.pem}
                        """.formatted(SoftHsm.module(), token.label()))) {
            Client admin = new Client(service.adminPort());
            for (int i = 2; i <= 3; i++) {
                int rejected = i - 1;
                ConfiguredService.await("a PIN is rejected", () -> logins(admin, "refused") == rejected);
                write(pin, "wrong-" + i);
            }
            ConfiguredService.await("three PINs are rejected", () -> logins(admin, "refused") == 3);
            write(pin, token.pin());
            ConfiguredService.await(
                    "readiness names the token and says that no PIN is tried",
                    () -> Client.text(admin.get("/health/ready")).contains("has rejected 3 different PINs")
                            && Client.text(admin.get("/health/ready")).contains(token.label()));
            for (int i = 0; i < 20; i++) {
                assertThat(service.client().sign(SIGN).statusCode()).isEqualTo(503);
            }
            assertThat(logins(admin, "refused")).isEqualTo(3);
            assertThat(logins(admin, "ok")).isZero();

            assertThat(post(service.client(), "/tokens/hsm/allow-logins").statusCode())
                    .as("not on the port of the callbacks")
                    .isEqualTo(404);
            HttpResponse<byte[]> unknown = post(admin, "/tokens/hms/allow-logins");
            assertThat(unknown.statusCode()).isEqualTo(404);
            assertThat(Client.text(unknown)).contains("the tokens are [hsm].");
            HttpResponse<byte[]> get = admin.get("/tokens/hsm/allow-logins");
            assertThat(get.statusCode()).isEqualTo(405);
            assertThat(Client.header(get, "Allow")).isEqualTo("POST");
            HttpResponse<byte[]> ofWebPage = admin.send(admin.request("/tokens/hsm/allow-logins")
                    .header("Origin", "https://example.com")
                    .POST(BodyPublishers.noBody()));
            assertThat(ofWebPage.statusCode()).isEqualTo(403);
            assertThat(logins(admin, "ok")).isZero();

            HttpResponse<byte[]> allowed = post(admin, "/tokens/hsm/allow-logins");
            assertThat(allowed.statusCode()).isEqualTo(200);
            assertThat(Client.text(allowed)).isEqualTo("{\"status\":\"logins_allowed\"}");
            ConfiguredService.await(
                    "the service is ready", () -> admin.get("/health/ready").statusCode() == 200);
            assertThat(service.client().sign(SIGN).statusCode()).isEqualTo(200);
            assertThat(logins(admin, "refused")).isEqualTo(3);
            assertThat(logins(admin, "ok")).isEqualTo(1);
            assertThat(log.lines())
                    .filteredOn(line -> line.contains("an operator has allowed logins again"))
                    .singleElement()
                    .asString()
                    .startsWith("WARN")
                    .contains("Token \"hsm\"");
            assertThat(log.text()).doesNotContain("wrong-1", "wrong-2", "wrong-3", token.pin());
        }
    }
}

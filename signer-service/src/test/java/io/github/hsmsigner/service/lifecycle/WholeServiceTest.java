package io.github.hsmsigner.service.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hsmsigner.audit.AuditAnchor;
import io.github.hsmsigner.audit.AuditReport;
import io.github.hsmsigner.audit.AuditVerifier;
import io.github.hsmsigner.http.Client;
import io.github.hsmsigner.http.TestKey;
import io.github.hsmsigner.pkcs11.softhsm.P11KitServer;
import io.github.hsmsigner.pkcs11.softhsm.SoftHsm;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The service in a process of its own, under load, while things happen to it that happen in operation. */
@Timeout(120)
class WholeServiceTest {

    private static final String SIGN = "{\"action\":\"sign\",\"data_to_be_signed\":\"AQID\"}";
    private static final String CERTIFICATES = "{\"action\":\"get_certificates\"}";

    @TempDir
    private static Path directory;

    private static SoftHsm.Token token;

    @BeforeAll
    static void makeToken() {
        token = SoftHsm.newToken();
        token.importKey(TestKey.keyPair(), "contracts", "a1");
        token.importCertificate(TestKey.certificate(), "contracts", "a1");
    }

    private static Map<String, String> onToken(Path module, String... more) {
        Map<String, String> variables = new HashMap<>(Map.of(
                "HSM_MODULE", module.toString(),
                "HSM_PIN", token.pin(),
                "HSM_TOKEN_LABEL", token.label(),
                "SIGNING_SERVICE_PORT", "0",
                "SIGNING_SERVICE_STOP_LIMIT", "100ms"));
        for (int i = 0; i < more.length; i += 2) {
            variables.put(more[i], more[i + 1]);
        }
        return variables;
    }

    private static double seconds(long sinceNanos) {
        return (System.nanoTime() - sinceNanos) / 1e9;
    }

    @Test
    void isReadySoonAfterItsStart() {
        long start = System.nanoTime();
        try (ChildProcess process = ChildProcess.start(directory, onToken(SoftHsm.module()))) {
            Client client = new Client(process.awaitPort());
            assertThat(client.get("/health/ready").statusCode()).isEqualTo(200);
            double seconds = seconds(start);
            System.out.printf("From the start of the process to ready with SoftHSM: %.2f s%n", seconds);
            // The measurement is printed; this bound is for machines that do other things as well.
            assertThat(seconds).isLessThan(30);
        }
    }

    @Test
    void aStopSignalUnderLoadLosesNoRequestThatWasAccepted() {
        Map<String, String> settings = onToken(SoftHsm.module(), "SIGNING_SERVICE_STOP_LIMIT", "20s");
        try (ChildProcess process = ChildProcess.start(directory, settings)) {
            try (Callers callers = Callers.start(process.awaitPort(), 8, SIGN)) {
                callers.awaitMore(100);
                long signal = System.nanoTime();
                process.terminate();
                assertThat(process.exitCode()).isZero();
                callers.stop();
                assertThat(callers.failuresOfThoseConnectedBefore(signal)).isEmpty();
                // Later ones are served too, or reset by the kernel as the port closes: accepted and given up is none.
                assertThat(callers.failures())
                        .allSatisfy(what -> assertThat(what).containsAnyOf("Connection reset", "Broken pipe"));
                assertThat(callers.signed()).hasSizeGreaterThanOrEqualTo(100);
            }
            assertThat(process.output()).last().asString().contains("Stopped.");
        }
    }

    @Test
    void everySignatureHandedOutBeforeTheProcessWasKilledIsInAnIntactAuditLog() throws IOException {
        Path audit = directory.resolve("audit.jsonl");
        Map<String, String> settings = onToken(SoftHsm.module(), "SIGNING_AUDIT_FILE", audit.toString());
        List<String> signed;
        try (ChildProcess process = ChildProcess.start(directory, settings);
                Callers callers = Callers.start(process.awaitPort(), 8, SIGN)) {
            callers.awaitMore(100);
            process.kill();
            callers.stop();
            signed = callers.signed();
        }
        // A start mends what the kill may have torn: a line that was being written, and that no signature waited for.
        try (ChildProcess process = ChildProcess.start(directory, settings)) {
            assertThat(new Client(process.awaitPort()).sign(SIGN).statusCode()).isEqualTo(200);
            process.terminate();
            assertThat(process.exitCode()).isZero();
        }
        AuditReport report = AuditVerifier.verify(AuditVerifier.series(audit), AuditAnchor.START);
        assertThat(report.finding()).isEmpty();
        String lines = Files.readString(audit);
        assertThat(signed)
                .hasSizeGreaterThanOrEqualTo(100)
                .allSatisfy(id -> assertThat(lines).contains("\"" + id + "\""));
    }

    @Test
    void anHsmThatHangsKeepsNothingElseFromAnsweringAndNotTheProcessFromEnding() {
        P11KitServer server = P11KitServer.start();
        Map<String, String> settings = onToken(
                P11KitServer.clientModule(),
                "HSM_MAXIMUM_POOL_SIZE",
                "2",
                "SIGNING_SERVICE_DEADLINE",
                "2s",
                "SIGNING_SERVICE_STOP_LIMIT",
                "3s");
        try (ChildProcess process = ChildProcess.start(directory, settings)) {
            Client client = new Client(process.awaitPort());
            assertThat(client.sign(SIGN).statusCode()).isEqualTo(200);
            server.halt();

            List<CompletableFuture<HttpResponse<byte[]>>> hanging = List.of(
                    CompletableFuture.supplyAsync(() -> client.sign(SIGN)),
                    CompletableFuture.supplyAsync(() -> client.sign(SIGN)),
                    CompletableFuture.supplyAsync(() -> client.sign(SIGN)));
            long start = System.nanoTime();
            assertThat(client.get("/health/live").statusCode()).isEqualTo(200);
            assertThat(client.get("/metrics").statusCode()).isEqualTo(200);
            assertThat(client.sign(CERTIFICATES).statusCode()).isEqualTo(200);
            assertThat(seconds(start)).as("while the HSM hangs").isLessThan(2);
            hanging.forEach(call -> {
                HttpResponse<byte[]> answer = call.join();
                assertThat(answer.statusCode()).isEqualTo(503);
                assertThat(Client.header(answer, "Retry-After")).isNotEmpty();
            });
            assertThat(seconds(start)).as("the deadline of 2 s").isLessThan(8);
            ConfiguredService.await(
                    "readiness changes after three failures",
                    () -> client.get("/health/ready").statusCode() == 503);
            assertThat(Client.text(client.get("/health/ready"))).contains("\"reasons\":[", "Key \\\"");
            assertThat(client.sign(CERTIFICATES).statusCode()).isEqualTo(200);

            long stop = System.nanoTime();
            process.terminate();
            assertThat(process.exitCode()).isEqualTo(1);
            assertThat(seconds(stop)).as("stop limit, and 15 s to close").isLessThan(20);
            assertThat(process.output())
                    .anySatisfy(line -> assertThat(line).contains("ERROR", "did not return"))
                    .noneSatisfy(line -> assertThat(line).contains("| at "));
        } finally {
            server.kill();
        }
    }

    /** p11-kit's module shows no token while there is no server; the service is not to end for that, as for a wrong label. */
    @Test
    void anHsmThatIsAwayAtTheStartIsWaitedForAndUsedOnceItComes() {
        P11KitServer.beAway();
        try (ChildProcess process = ChildProcess.start(directory, onToken(P11KitServer.clientModule()))) {
            Client client = new Client(process.awaitPort());
            HttpResponse<byte[]> ready = client.get("/health/ready");
            assertThat(ready.statusCode()).isEqualTo(503);
            assertThat(Client.text(ready)).contains("shows no token: the HSM cannot be reached");
            HttpResponse<byte[]> refused = client.sign(SIGN);
            assertThat(refused.statusCode()).isEqualTo(503);
            assertThat(Client.header(refused, "Retry-After")).isNotEmpty();

            P11KitServer server = P11KitServer.start();
            try {
                awaitReady(client);
                assertThat(client.sign(SIGN).statusCode()).isEqualTo(200);
                assertThat(Logins.accepted(client)).isEqualTo("1.0");
                assertThat(Logins.refused(client)).isEqualTo("0.0");
                process.terminate();
                assertThat(process.exitCode()).isZero();
            } finally {
                server.kill();
            }
            assertThat(process.errors()).isEmpty();
            assertThat(process.output())
                    .filteredOn(line -> line.contains("TokenConnector") && line.contains("shows no token"))
                    .hasSize(1);
        }
    }

    @Test
    void aWrongPinInAFileIsTriedOnceAndTheRightOneIsTakenUpWithoutARestart() throws IOException {
        Path pin = Files.writeString(directory.resolve("pin-to-mend"), "wrong-" + token.pin());
        Map<String, String> settings = onToken(SoftHsm.module(), "HSM_PIN_FILE", pin.toString());
        settings.remove("HSM_PIN");
        try (ChildProcess process = ChildProcess.start(directory, settings)) {
            Client client = new Client(process.awaitPort());
            assertThat(client.get("/health/ready").statusCode()).isEqualTo(503);
            assertThat(client.sign(SIGN).statusCode()).isEqualTo(503);
            assertThat(Logins.refused(client)).isEqualTo("1.0");
            assertThat(Logins.accepted(client)).isEqualTo("0.0");

            Files.writeString(pin, token.pin());
            awaitReady(client);
            assertThat(client.sign(SIGN).statusCode()).isEqualTo(200);
            assertThat(Logins.refused(client)).isEqualTo("1.0");
            assertThat(Logins.accepted(client)).isEqualTo("1.0");
        }
    }

    private static void awaitReady(Client client) {
        long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (client.get("/health/ready").statusCode() != 200) {
            assertThat(System.nanoTime()).as("ready").isLessThan(end);
        }
    }
}

package io.github.hsmsigner.service.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hsmsigner.access.Jwt;
import io.github.hsmsigner.http.TestKey;
import io.github.hsmsigner.testing.CapturedLog;
import io.github.hsmsigner.testing.TestPki;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A client certificate of Document Engine and a JWT of the application behind it: the rules of both callers apply. */
@Timeout(60)
class CallerIdentitiesTest {

    private static final String SECRET = "hmac-secret-of-32-octets-or-more";
    private static final TestPki PKI = TestKey.pki();

    @TempDir
    private Path directory;

    private static String jwt(String caller) {
        String claims = "{'sub':'" + caller + "','exp':"
                + Instant.now().plusSeconds(600).getEpochSecond() + "}";
        return Jwt.hs256(SECRET.getBytes(StandardCharsets.UTF_8), "{'alg':'HS256'}", claims);
    }

    @Test
    void theRulesOfBothApplyAndBothAreRecorded() throws Exception {
        KeyPair server = TestPki.rsaKeyPair(2048);
        TestPki.writePem(
                directory.resolve("server.pem"),
                PKI.certifySigner("localhost", server.getPublic()),
                PKI.intermediate());
        TestPki.writePem(directory.resolve("server.key"), TestPki.pkcs8(server));
        TestPki.writePem(directory.resolve("clients.pem"), PKI.root());
        KeyPair engine = TestPki.keyPair("EC", 256);
        X509Certificate certificate = PKI.certifySigner("Engine", engine.getPublic());
        String settings = ConfiguredService.keyInFile(directory)
                + """
                server:
                  port: 0
                  stop-limit: 100ms
                  tls:
                    certificate: @server.pem
                    private-key: @server.key
                    client-certificates: required
                    client-authorities: @clients.pem
                access:
                  policies:
                    - client-certificates: [{caller: engine, subject: "%s"}]
                    - jwt: {keys: [{secret: %s}]}
                  callers:
                    engine: {}
                    accounting: {}
                    auditor: {actions: [certificates]}
                    intern: {rate: 1/1h}
                audit: {file: @audit.jsonl}
                """.formatted(certificate.getSubjectX500Principal().getName(), SECRET);
        HttpClient client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .sslContext(PKI.clientTls(ConfiguredService.identity(engine, certificate, PKI.intermediate())))
                .build();
        try (CapturedLog log = new CapturedLog();
                ConfiguredService service = ConfiguredService.start(directory, settings)) {
            assertThat(sign(client, service, jwt("accounting"))).isEqualTo(200);
            assertThat(sign(client, service, jwt("auditor"))).isEqualTo(401);
            assertThat(sign(client, service, jwt("intern"))).isEqualTo(200);
            assertThat(sign(client, service, jwt("intern"))).isEqualTo(429);
            assertThat(sign(client, service, jwt("stranger"))).isEqualTo(401);
            assertThat(log.text())
                    .contains(
                            "ok action=sign caller=engine, accounting client=127.0.0.1 key=test",
                            "denied action=sign caller=engine, auditor client=127.0.0.1 key=test",
                            "rate_limited action=sign caller=engine, intern client=127.0.0.1 key=test");
        }
        assertThat(Files.readAllLines(directory.resolve("audit.jsonl")))
                .extracting(line -> line.replaceAll(".*\"callers\":(\\[[^]]*]).*\"error\":([^,]*),.*", "$1 $2"))
                .containsExactly(
                        "[\"engine\",\"accounting\"] null",
                        "[\"engine\",\"auditor\"] \"denied\"",
                        "[\"engine\",\"intern\"] null",
                        "[\"engine\",\"intern\"] \"rate_limited\"",
                        "[\"engine\",\"stranger\"] \"denied\"");
    }

    private static int sign(HttpClient client, ConfiguredService service, String token)
            throws IOException, InterruptedException {
        String body = "{\"action\":\"sign\",\"data_to_be_signed\":\"AAAA\",\"signing_token\":\"" + token + "\"}";
        HttpRequest request = HttpRequest.newBuilder(URI.create("https://localhost:" + service.port() + "/sign"))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        return client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
    }
}

package io.github.hsmsigner.http.javalin;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hsmsigner.core.PolicyDecision;
import io.github.hsmsigner.core.SigningPolicy;
import io.github.hsmsigner.core.SigningService;
import io.github.hsmsigner.core.SigningToken;
import io.github.hsmsigner.core.TransportFacts;
import io.github.hsmsigner.core.error.SigningUnavailableException;
import io.github.hsmsigner.http.Client;
import io.github.hsmsigner.http.TestKey;
import io.github.hsmsigner.http.protocol.CallbackReport;
import io.github.hsmsigner.http.protocol.CertificateEncoding;
import io.github.hsmsigner.testing.CapturedLog;
import io.github.hsmsigner.testing.TestPki;
import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.cert.CertificateEncodingException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DocumentEnginePluginTest {

    private static final byte[] CONTENTS = "%PDF-1.7 the byte range of a document".getBytes(StandardCharsets.US_ASCII);
    private static final String BASE64 = Base64.getEncoder().encodeToString(CONTENTS);
    private static final Pattern STRINGS = Pattern.compile("\"([^\"]*)\"");

    @TempDir
    private Path directory;

    private Javalin application;

    @AfterEach
    void stop() {
        if (application != null) {
            application.stop();
        }
    }

    private Client start(Consumer<JavalinConfig> settings) {
        application = Javalin.create(config -> {
            config.startup.showJavalinBanner = false;
            settings.accept(config);
        });
        return new Client(application.start(0).port());
    }

    private Client start(Supplier<SigningService> service) {
        return start(config -> config.registerPlugin(new DocumentEnginePlugin(service)));
    }

    private Client start() {
        SigningService service = TestKey.service(directory);
        return start(() -> service);
    }

    @ParameterizedTest
    @ValueSource(strings = {"sha256", "sha384", "sha512"})
    void opensslVerifiesARawSignature(String algorithm) {
        HttpResponse<byte[]> response = start().sign("{\"action\":\"sign\",\"data_to_be_signed\":\"" + BASE64
                + "\",\"hash_algorithm\":\"" + algorithm + "\",\"signature_type\":\"cades\",\"signing_token\":\"x\"}");

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(Client.header(response, "Content-Type")).isEqualTo("application/octet-stream");
        assertThat(response.body()).hasSize(256);
        TestKey.assertOpensslVerifies(directory, response.body(), CONTENTS, algorithm);
    }

    @ParameterizedTest
    @CsvSource({"sha256,cms,true", "sha384,cms,true", "sha512,cades,false", "sha256,cades,false"})
    void opensslVerifiesAContainer(String algorithm, String type, boolean hasSigningTime) {
        HttpResponse<byte[]> response = start().sign("{\"action\":\"sign_pkcs7\",\"encoded_contents\":\"" + BASE64
                + "\",\"hash_algorithm\":\"" + algorithm + "\",\"signature_type\":\"" + type + "\"}");

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(Client.header(response, "Content-Type")).isEqualTo("application/octet-stream");
        String structure = TestKey.assertOpensslVerifiesContainer(directory, response.body(), CONTENTS);
        assertThat(structure).contains("algorithm: " + algorithm);
        assertThat(structure.contains("signingTime")).isEqualTo(hasSigningTime);
    }

    @Test
    void opensslVerifiesAContainerMadeFromTheDigestAsAnOlderServerSendsIt() throws Exception {
        byte[] digest = java.security.MessageDigest.getInstance("SHA-256").digest(CONTENTS);
        HttpResponse<byte[]> response = start().sign("{\"document_id\":\"7\",\"document_digest\":\""
                + HexFormat.of().formatHex(digest) + "\"}");

        assertThat(response.statusCode()).isEqualTo(200);
        TestKey.assertOpensslVerifiesContainer(directory, response.body(), CONTENTS);
    }

    @Test
    void takesChunkedBodiesAndParametersOfTheContentType() {
        Client client = start();
        assertThat(client.signChunked("{\"encoded_contents\":\"" + BASE64 + "\"}")
                        .statusCode())
                .isEqualTo(200);
        assertThat(client.send(client.request("/sign")
                                .header("Content-Type", "Application/JSON ; charset=utf-8")
                                .POST(BodyPublishers.ofString("{\"encoded_contents\":\"" + BASE64 + "\"}")))
                        .statusCode())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "HEAD", "PUT", "DELETE", "OPTIONS"})
    void reportsOtherMethodsToItsObserver(String method) {
        SigningService service = TestKey.service(directory);
        List<CallbackReport> reports = new CopyOnWriteArrayList<>();
        Client client = start(config -> config.registerPlugin(
                new DocumentEnginePlugin(() -> service, plugin -> plugin.observers = List.of(reports::add))));

        HttpResponse<byte[]> response = client.send(client.request("/sign").method(method, BodyPublishers.noBody()));

        assertThat(response.statusCode()).isEqualTo(405);
        assertThat(reports).singleElement().satisfies(report -> {
            assertThat(report.requestId()).isEqualTo(Client.header(response, "X-Request-Id"));
            assertThat(report.outcome()).isEqualTo("method_not_allowed");
            assertThat(report.status()).isEqualTo(405);
            assertThat(report.client()).contains("127.0.0.1");
            assertThat(report.action()).isEmpty();
            assertThat(report.bodyBytes()).isZero();
        });
    }

    @Test
    void answersTheChainAsBase64OfPem() {
        HttpResponse<byte[]> response = start().sign("{\"action\":\"get_certificates\"}");

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(Client.header(response, "Content-Type")).isEqualTo("application/json");
        assertThat(decodedCertificates(response, "certificates"))
                .containsExactly(octets(TestPki.pem(TestKey.certificate())));
        assertThat(decodedCertificates(response, "ca_certificates"))
                .containsExactly(
                        octets(TestPki.pem(TestKey.pki().intermediate())),
                        octets(TestPki.pem(TestKey.pki().root())));
    }

    @Test
    void answersTheChainAsBase64OfDerIfSetSo() throws CertificateEncodingException {
        SigningService service = TestKey.service(directory);
        Client client = start(config -> config.registerPlugin(new DocumentEnginePlugin(
                () -> service, plugin -> plugin.certificateEncoding = CertificateEncoding.DER)));

        assertThat(decodedCertificates(client.sign("{\"action\":\"get_certificates\"}"), "certificates"))
                .containsExactly(TestKey.certificate().getEncoded());
    }

    private static byte[] octets(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static List<byte[]> decodedCertificates(HttpResponse<byte[]> response, String field) {
        Matcher array = Pattern.compile("\"" + field + "\":\\[([^\\]]*)\\]").matcher(Client.text(response));
        assertThat(array.find()).isTrue();
        List<byte[]> certificates = new ArrayList<>();
        Matcher strings = STRINGS.matcher(array.group(1));
        while (strings.find()) {
            certificates.add(Base64.getDecoder().decode(strings.group(1)));
        }
        return certificates;
    }

    @Test
    void answers401WhereThePolicyRefusesAndKeepsTheReasonForTheLog() {
        SigningToken good = SigningToken.of(octets("good"));
        SigningPolicy policy = attempt -> attempt.context()
                                .signingToken()
                                .filter(good::equals)
                                .isPresent()
                        && "127.0.0.1".equals(attempt.context().transportFacts().get(TransportFacts.REMOTE_ADDRESS))
                ? PolicyDecision.allow()
                : PolicyDecision.deny("Nobody of department 9 signs.");
        SigningService service = TestKey.service(directory, policy);
        Client client = start(() -> service);

        try (CapturedLog log = new CapturedLog()) {
            HttpResponse<byte[]> denied = client.sign("{\"action\":\"get_certificates\",\"signing_token\":\"bad\"}");
            assertThat(denied.statusCode()).isEqualTo(401);
            assertThat(Client.text(denied)).contains("\"denied\"").doesNotContain("department");
            assertThat(log.text()).contains("outcome=denied").contains("department 9");
        }
        assertThat(client.sign("{\"action\":\"get_certificates\",\"signing_token\":\"good\"}")
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void answers503WhileThereIsNoService() {
        Client client = start(() -> {
            throw SigningUnavailableException.passing("Token 5 is away.", Duration.ofSeconds(7), null);
        });
        HttpResponse<byte[]> response = client.sign("{\"action\":\"get_certificates\"}");
        assertThat(response.statusCode()).isEqualTo(503);
        assertThat(Client.header(response, "Retry-After")).isEqualTo("7");
        assertThat(Client.text(response)).contains("\"unavailable\"").doesNotContain("Token 5");
    }

    @Test
    void answers500WithoutInternalsAndLogsThem() {
        Client client = start(() -> {
            throw new IllegalStateException("a bug in /secret/place");
        });
        try (CapturedLog log = new CapturedLog()) {
            HttpResponse<byte[]> response = client.sign("{\"action\":\"get_certificates\"}");
            assertThat(response.statusCode()).isEqualTo(500);
            assertThat(Client.text(response)).contains("\"internal\"").doesNotContain("bug", "Exception", "/secret");
            assertThat(log.text()).contains("a bug in /secret/place").contains("outcome=internal");
        }
    }

    @Test
    void usesTheRequestIdOfTheClientIfItIsHarmless() {
        Client client = start();
        try (CapturedLog log = new CapturedLog()) {
            HttpResponse<byte[]> response = client.send(client.request("/sign")
                    .header("Content-Type", "application/json")
                    .header("X-Request-Id", "FyT-9_a.b:c/1=")
                    .POST(BodyPublishers.ofString("{\"action\":\"?\"}")));
            assertThat(Client.header(response, "X-Request-Id")).isEqualTo("FyT-9_a.b:c/1=");
            assertThat(Client.text(response)).contains("\"request_id\":\"FyT-9_a.b:c/1=\"");
            assertThat(log.lines())
                    .filteredOn(line -> line.startsWith("INFO") && line.contains("Request FyT-9_a.b:c/1=: "))
                    .singleElement()
                    .asString()
                    .contains(" outcome=unsupported status=400 duration_us=")
                    .contains(" reason=The action is not known")
                    .doesNotContain("action=", "digest=", "key=");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"two words", "a\"b", "<script>", "\u00e9"})
    void replacesARequestIdThatIsNotHarmless(String id) {
        Client client = start();
        HttpResponse<byte[]> response = client.send(client.request("/sign")
                .header("Content-Type", "application/json")
                .header("X-Request-Id", id)
                .POST(BodyPublishers.ofString("{\"action\":\"get_certificates\"}")));
        assertThat(Client.header(response, "X-Request-Id")).matches("[0-9a-f-]{36}");
    }

    @Test
    void newRequestIdsAreDistinctUuids() {
        Set<String> ids = new HashSet<>();
        for (int i = 0; i < 10_000; i++) {
            UUID id = UUID.fromString(RequestIds.validOrNew(null));
            assertThat(id.version()).isEqualTo(4);
            assertThat(id.variant()).isEqualTo(2);
            ids.add(id.toString());
        }
        assertThat(ids).hasSize(10_000);
    }

    @Test
    void logsOneLineForARequest() {
        Client client = start();
        try (CapturedLog log = new CapturedLog()) {
            client.sign("{\"encoded_contents\":\"" + BASE64 + "\",\"hash_algorithm\":\"sha384\"}");
            assertThat(log.lines())
                    .filteredOn(line -> line.startsWith("INFO"))
                    .singleElement()
                    .asString()
                    .matches(
                            ".*Request [0-9a-f-]{36}: ok action=sign_pkcs7 client=127\\.0\\.0\\.1 key=\\S+ digest=sha384 bytes=\\d+ outcome=ok"
                                    + " status=200 duration_us=\\d+ reading_us=\\d+ queued_us=0 signing_us=\\d+");
        }
    }

    @Test
    void leavesTheRestOfTheApplicationAsItIs() {
        SigningService service = TestKey.service(directory);
        Client client = start(config -> {
            config.routes.exception(
                    Exception.class, (e, context) -> context.status(418).result("mine"));
            config.routes.get("/own", context -> {
                throw new IllegalStateException("own trouble");
            });
            config.registerPlugin(new DocumentEnginePlugin(() -> service));
        });

        HttpResponse<byte[]> own = client.get("/own");
        assertThat(own.statusCode()).isEqualTo(418);
        assertThat(Client.text(own)).isEqualTo("mine");
        assertThat(own.headers().firstValue("X-Request-Id")).isEmpty();
        HttpResponse<byte[]> bad = client.sign("[]");
        assertThat(bad.statusCode()).isEqualTo(400);
        assertThat(Client.text(bad)).contains("\"invalid_request\"");
    }

    @Test
    void canBeRegisteredOnSeveralPaths() {
        SigningService service = TestKey.service(directory);
        Client client = start(config -> {
            config.registerPlugin(new DocumentEnginePlugin(() -> service, plugin -> plugin.path = "/a/sign"));
            config.registerPlugin(new DocumentEnginePlugin(
                    () -> {
                        throw SigningUnavailableException.lasting("none", null);
                    },
                    plugin -> plugin.path = "/b/sign"));
        });
        assertThat(post(client, "/a/sign").statusCode()).isEqualTo(200);
        assertThat(post(client, "/b/sign").statusCode()).isEqualTo(503);
        assertThat(post(client, "/sign").statusCode()).isEqualTo(404);
    }

    private static HttpResponse<byte[]> post(Client client, String path) {
        return client.send(client.request(path)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString("{\"action\":\"get_certificates\"}")));
    }
}

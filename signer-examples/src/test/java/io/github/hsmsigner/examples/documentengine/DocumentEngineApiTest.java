package io.github.hsmsigner.examples.documentengine;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hsmsigner.core.error.SigningUnavailableException;
import io.github.hsmsigner.examples.documentengine.Application.Answer;
import io.github.hsmsigner.http.javalin.DocumentEnginePlugin;
import io.github.hsmsigner.testing.CapturedLog;
import io.github.hsmsigner.testing.LoopbackServer;
import io.github.hsmsigner.testing.LoopbackServer.Reply;
import io.javalin.Javalin;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The calls of applications: what is accepted, and what each mistake is answered with. */
@ExtendWith(SigningChainProvider.class)
class DocumentEngineApiTest {

    private final SigningChain chain;
    private final Application application;

    DocumentEngineApiTest(SigningChain chain) {
        this.chain = chain;
        this.application = chain.application();
    }

    private String uploaded() {
        return application.upload(SamplePdf.plain()).documentId();
    }

    @Test
    void anUploadedDocumentIsGivenBackUnchanged() {
        byte[] pdf = SamplePdf.plain();
        Answer answer = application.upload(pdf);
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.contentType()).isEqualTo("application/json");
        assertThat(application.download(answer.documentId()).body()).isEqualTo(pdf);
    }

    @Test
    void aFormUploadsAndSignsAsWell(@TempDir Path directory) throws IOException {
        Answer uploaded = application.upload(
                Form.CONTENT_TYPE,
                new Form().file("file", "a.pdf", SamplePdf.plain()).bytes());
        assertThat(uploaded.status()).as(uploaded.text()).isEqualTo(200);
        byte[] form = new Form().text("data", "{\"signatureType\":\"cades\"}").bytes();
        Answer signed = application.sign(uploaded.documentId(), Form.CONTENT_TYPE, form);
        assertThat(signed.status()).as(signed.text()).isEqualTo(200);
        new Validators(directory, chain.root())
                .accept(
                        new SignedPdf(
                                application.download(uploaded.documentId()).body()),
                        SignatureType.CADES);
    }

    @Test
    void aFormWithoutItsFieldIsRefused() {
        byte[] other = new Form().text("other", "x").bytes();
        assertRefused(application.upload(Form.CONTENT_TYPE, other), 400, "The form has no file in the field \"file\".");
        assertRefused(application.sign(uploaded(), Form.CONTENT_TYPE, other), 400, "The form has no field \"data\".");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Token token=\"wrong\"", "Token token=\"\"", "Bearer secret", "secret"})
    void aWrongApiTokenIsRefusedOnEveryCall(String authorization) {
        assertUnauthorized(new Application(chain.enginePort(), authorization));
    }

    @Test
    void aMissingApiTokenIsRefusedOnEveryCall() {
        assertUnauthorized(new Application(chain.enginePort(), null));
    }

    private void assertUnauthorized(Application stranger) {
        String id = uploaded();
        for (Answer answer :
                List.of(stranger.upload(SamplePdf.plain()), stranger.sign(id, "{}"), stranger.download(id))) {
            assertThat(answer.status()).isEqualTo(401);
            assertThat(answer.error()).startsWith("The header \"Authorization");
        }
        assertThat(stranger.download("no-such-document").status()).isEqualTo(401);
    }

    @Test
    void anUnknownDocumentIsNotFound() {
        String message = "There is no document with this identifier.";
        assertRefused(application.sign("no-such-document", "{}"), 404, message);
        assertRefused(application.download("no-such-document"), 404, message);
    }

    @Test
    void whatIsNotAPdfIsRefused() {
        byte[] text = "Dear Sir or Madam".getBytes(StandardCharsets.UTF_8);
        assertRefused(application.upload(text), 400, "The file is not a PDF: it has no header %PDF-.");
        assertRefused(application.upload(new byte[0]), 400, "The file is empty. A PDF is expected.");
        assertRefused(
                application.upload(Arrays.copyOf(SamplePdf.plain(), 60)),
                400,
                "The PDF is damaged: PDFBox cannot read it. Repair it first, for example with qpdf.");
    }

    @Test
    void aContainerLargerThanItsRoomIsRefusedWithBothSizes() {
        String id = uploaded();
        Answer answer = application.sign(id, "{\"estimatedSize\":1000}");
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.error()).matches("The signature needs [23]\\d{3} bytes, but estimatedSize reserves 1000\\.");
        assertThat(new SignedPdf(application.download(id).body()).signatures()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"raw", "pkcs7"})
    void aRefusalOfTheSigningServiceReachesTheApplication(String container) {
        Answer answer = application.sign(
                uploaded(),
                "{\"signatureContainer\":\"%s\",\"signingToken\":\"%s\"}"
                        .formatted(container, SigningChain.REFUSED_SIGNING_TOKEN));
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.error())
                .startsWith("The signing service answered 401: ")
                .contains("\"message\"")
                .doesNotContain(SigningChain.REFUSED_SIGNING_TOKEN);
    }

    /** The vendor's README: "POST http://signing_service:6000/sign … { action: 'get_certificates' }", and nothing else. */
    @Test
    void certificatesAreRequestedWithNothingElse() {
        List<String> bodies = Collections.synchronizedList(new ArrayList<>());
        LoopbackServer service = new LoopbackServer((exchange, request) -> {
            bodies.add(new String(request, StandardCharsets.UTF_8));
            return new Reply(503, new byte[0], false);
        });
        try (service;
                DocumentEngine engine = DocumentEngine.start(SigningChain.settings(service.uri("/sign"), true))) {
            signedBy(
                    engine, "{\"signatureContainer\":\"raw\",\"signatureType\":\"cades\",\"signingToken\":\"user-1\"}");
        }
        assertThat(bodies).containsExactly("{\"action\":\"get_certificates\"}");
    }

    /**
     * Document Engine's Helm chart allows these values of DIGITAL_SIGNATURE_HASH_ALGORITHM
     * (github.com/PSPDFKit/helm-charts, charts/document-engine/values.yaml).
     */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "raw   | md5    | The digest algorithm md5 is refused because collisions can be made for it",
                "raw   | sha160 | The digest algorithm sha160 (SHA-1) is refused because collisions can be made for it",
                "raw   | sha224 | The digest algorithm sha224 is not supported",
                "pkcs7 | md5    | which is the length of a digest of md5. md5 is not supported",
                "pkcs7 | sha160 | which is the length of a digest of sha1. sha1 is not supported",
                "pkcs7 | sha224 | which is the length of a digest of sha224. sha224 is not supported"
            })
    void theSigningServiceRefusesWeakAlgorithms(String container, String hash, String message) {
        DocumentEngineSettings settings = DocumentEngineSettings.fromEnvironment(Map.of(
                "SIGNING_SERVICE_URL",
                chain.serviceAddress().toString(),
                "PORT",
                "0",
                "DIGITAL_SIGNATURE_HASH_ALGORITHM",
                hash));
        try (DocumentEngine engine = DocumentEngine.start(settings)) {
            Answer answer =
                    signedBy(engine, "{\"signatureContainer\":\"" + container + "\",\"signatureType\":\"cades\"}");
            assertThat(answer.status()).isEqualTo(400);
            assertThat(answer.error())
                    .startsWith("The signing service answered 400: ")
                    .contains(message + "; use one of sha256, sha384, sha512.");
        }
    }

    /** Document Engine does not know this name, and calls the algorithm sha160. */
    @Test
    void theNameSha1IsRefusedBeforeTheSigningServiceIsAsked() {
        assertRefused(
                application.sign(uploaded(), "{\"hashAlgorithm\":\"sha1\"}"),
                400,
                "hashAlgorithm must be one of md5, sha160, sha224, sha256, sha384, sha512.");
    }

    @Test
    void aSigningServiceThatIsDownIsABadGateway() {
        URI address = LoopbackServer.closedPort();
        try (DocumentEngine engine = DocumentEngine.start(SigningChain.settings(address, true))) {
            Answer answer = signedBy(engine, "{}");
            assertThat(answer.status()).isEqualTo(502);
            assertThat(answer.error())
                    .startsWith("The connection to the signing service at " + address + " failed: ")
                    .contains("Connection refused");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"HTTP", "Http"})
    void theSchemeOfItsAddressMayBeInCapitals(String scheme) {
        URI address = URI.create(chain.serviceAddress().toString().replaceFirst("http", scheme));
        try (DocumentEngine engine = DocumentEngine.start(SigningChain.settings(address, true))) {
            assertThat(new Application(engine.port())
                            .signed(SamplePdf.plain(), "{}")
                            .signatures())
                    .hasSize(1);
        }
    }

    @Test
    void aSigningServiceThatDoesNotAnswerIsAGatewayTimeout() {
        LoopbackServer silent = new LoopbackServer((exchange, request) -> new Reply(200, new byte[] {1, 2}, true));
        DocumentEngineSettings settings = DocumentEngineSettings.builder(silent.uri("/sign"))
                .signingServiceTimeout(Duration.ofMillis(300))
                .build();
        try (silent;
                DocumentEngine engine = DocumentEngine.start(settings)) {
            assertRefused(
                    signedBy(engine, "{}"),
                    504,
                    "The signing service did not answer within 0.3 s, the time that SIGNING_SERVICE_TIMEOUT allows.");
        }
    }

    @Test
    void aSigningServiceWithoutItsHsmIsABadGateway() {
        Javalin service = Javalin.create(config -> config.registerPlugin(new DocumentEnginePlugin(() -> {
                    throw SigningUnavailableException.passing("The HSM is away.", Duration.ofSeconds(5), null);
                })))
                .start("localhost", 0);
        try (DocumentEngine engine = DocumentEngine.start(SigningChain.settings(address(service), true))) {
            Answer answer = signedBy(engine, "{}");
            assertThat(answer.status()).isEqualTo(502);
            assertThat(answer.error()).startsWith("The signing service answered 503: ");
        } finally {
            service.stop();
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "pkcs7 | welcome                  | The signing service answered sign_pkcs7 with something else than CMS.",
                "raw   | welcome                  | The signing service answered get_certificates with something else than JSON.",
                "raw   | {}                       | The signing service gave no certificate.",
                "raw   | {\"certificates\":[\"AA==\"]} | The signing service gave a certificate that cannot be read."
            })
    void anotherServerInPlaceOfTheSigningServiceIsABadGateway(String container, String answer, String message) {
        Javalin other = Javalin.create(config -> config.routes.post("/sign", context -> context.result(answer)))
                .start("localhost", 0);
        try (DocumentEngine engine = DocumentEngine.start(SigningChain.settings(address(other), true))) {
            assertRefused(signedBy(engine, "{\"signatureContainer\":\"" + container + "\"}"), 502, message);
        } finally {
            other.stop();
        }
    }

    @Test
    void neitherSecretsNorContentsAreLogged() {
        String signingToken = "a-signing-token-" + System.nanoTime();
        try (CapturedLog log = new CapturedLog()) {
            String id = uploaded();
            application.sign(id, "{\"signingToken\":\"" + signingToken + "\"}");
            application.sign(id, "{\"signatureContainer\":\"raw\",\"signingToken\":\"" + signingToken + "\"}");
            application.sign(id, "{\"signingToken\":\"" + SigningChain.REFUSED_SIGNING_TOKEN + "\"}");
            application.sign(id, "{\"signingToken\":\"" + signingToken);
            application.upload(SamplePdf.WORD.getBytes(StandardCharsets.UTF_8));
            // The HTTP server's own logs of what goes over the wire are off unless somebody asks for them.
            List<String> ours = log.lines().stream()
                    .filter(line -> line.contains(" io.github.hsmsigner."))
                    .toList();
            assertThat(ours).anyMatch(line -> line.contains("Document " + id + ": signed, raw/cms/sha512."));
            assertThat(ours)
                    .noneMatch(line -> line.contains(signingToken)
                            || line.contains(SigningChain.REFUSED_SIGNING_TOKEN)
                            || line.contains("token=\"secret\"")
                            || line.contains(chain.pin())
                            || line.contains(SamplePdf.WORD));
        }
    }

    private static Answer signedBy(DocumentEngine engine, String options) {
        Application application = new Application(engine.port());
        String id = application.upload(SamplePdf.plain()).documentId();
        Answer answer = application.sign(id, options);
        assertThat(new SignedPdf(application.download(id).body()).signatures()).isEmpty();
        return answer;
    }

    private static URI address(Javalin server) {
        return URI.create("http://localhost:" + server.port() + "/sign");
    }

    private static void assertRefused(Answer answer, int status, String message) {
        assertThat(answer.error()).isEqualTo(message);
        assertThat(answer.status()).isEqualTo(status);
    }
}

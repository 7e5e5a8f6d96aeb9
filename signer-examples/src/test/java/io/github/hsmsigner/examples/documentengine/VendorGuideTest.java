package io.github.hsmsigner.examples.documentengine;

import static org.assertj.core.api.Assertions.assertThat;

import eu.europa.esig.dss.enumerations.SignatureLevel;
import io.github.hsmsigner.core.certificate.CertificateFiles;
import io.github.hsmsigner.examples.documentengine.Application.Answer;
import io.github.hsmsigner.service.command.Main;
import io.github.hsmsigner.testing.OpenSslRevocationServer;
import io.github.hsmsigner.testing.OpenSslTimestampAuthority;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.bouncycastle.cms.CMSException;
import org.bouncycastle.cms.CMSSignedData;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The requests of the vendor's public documentation, through the stand-in to the runnable service with each kind of policy over signing
 * tokens. Sources:
 *
 * <ul>
 *   <li>the requests: README of github.com/PSPDFKit/pspdfkit-web-signing-service-example, sections Basic Usage, Advanced Usage, PKCS#7
 *       Signing, RAW Signing and Signing via HSM;
 *   <li>the environment of Document Engine: {@code documentSigningService} in charts/document-engine/values.yaml of
 *       github.com/PSPDFKit/helm-charts;
 *   <li>the plain user id as signing token: {@code CreateDigitalSignature} in the API reference,
 *       https://www.nutrient.io/api/reference/document-engine/upstream/.
 * </ul>
 */
@TestInstance(Lifecycle.PER_CLASS)
class VendorGuideTest {

    private static final String KEYSTORE_PASSWORD = "of-the-test";
    private static final String TIMESTAMP_PASSWORD = "of-the-authority";
    private static final String SHARED_SECRET = "a-secret-of-32-characters-or-so!";
    private static final String JWT_SECRET = "another-secret-of-32-characters!";
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final long POLL_NANOS = Duration.ofMillis(20).toNanos();
    private static final Pattern LISTENING = Pattern.compile("Listening on http://[^ ]+:(\\d+)/");

    private enum Policy {
        USER_LIST("""
                user-list:
                              users: [{user: user-1-with-rights}]"""),
        SHARED_SECRET("""
                shared-secrets: [{caller: engine, secret: "%s"}]""".formatted(VendorGuideTest.SHARED_SECRET)),
        JWT("""
                jwt:
                              keys: [{secret: "%s"}]""".formatted(JWT_SECRET));

        private final String yaml;

        Policy(String yaml) {
            this.yaml = yaml;
        }

        /** The forms of the signing token in the documentation that this policy accepts. */
        List<String> tokens() throws GeneralSecurityException {
            return switch (this) {
                case USER_LIST ->
                    List.of(
                            "{\"userId\": \"user-1-with-rights\", \"signMethod\": \"privatekey\"}",
                            "{\"userId\": \"user-1-with-rights\", \"signMethod\": \"hsm\"}",
                            "user-1-with-rights");
                case SHARED_SECRET -> List.of(VendorGuideTest.SHARED_SECRET);
                case JWT -> List.of("{\"userId\": \"" + jwt() + "\", \"signMethod\": \"hsm\"}", jwt());
            };
        }
    }

    private Path directory;
    private OpenSslRevocationServer authorities;
    private OpenSslTimestampAuthority timestampAuthority;
    private Dss dss;
    private Process services;

    @BeforeAll
    void start(@TempDir Path temporary) throws IOException {
        directory = temporary;
        authorities = new OpenSslRevocationServer(temporary.resolve("ca"));
        timestampAuthority = new OpenSslTimestampAuthority(temporary.resolve("tsa"));
        timestampAuthority.require(new BasicCredentials("engine", TIMESTAMP_PASSWORD).authorization());
        // The authority of the timestamps has no revocation data, so its certificate is trusted itself, as in the chart
        // below.
        dss = new Dss(
                authorities.root.certificate(),
                CertificateFiles.read(temporary.resolve("tsa/tsa.pem")).get(0));
        services = startServices(authorities.pkcs12(KEYSTORE_PASSWORD));
    }

    @AfterAll
    void stop() {
        services.destroyForcibly();
        timestampAuthority.close();
        authorities.close();
    }

    /** Three services in one process, which takes less time than three processes. */
    static final class Services {

        private Services() {}

        public static void main(String[] settings) {
            for (String file : settings) {
                Main.main(new String[] {"serve", "--config", file});
            }
        }
    }

    private Process startServices(Path keyStore) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                // The class path of the tests has configurations that log less.
                "-Dlogback.configurationFile=signer-service-logback.xml",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                Services.class.getName()));
        for (Policy policy : Policy.values()) {
            command.add(Files.writeString(directory.resolve(policy + ".yaml"), """
                    server: {address: 127.0.0.1, port: 0}
                    keys:
                      contracts:
                        keystore: %s
                        keystore-password: "%s"
                    access:
                      policies:
                        - %s
                    """.formatted(
                                    keyStore, KEYSTORE_PASSWORD, policy.yaml))
                    .toString());
        }
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log().toFile())
                .start();
    }

    private Path log() {
        return directory.resolve("services.log");
    }

    /** The port of the service with that policy; waits until it listens. */
    private int port(Policy policy) throws IOException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            boolean ended = !services.isAlive();
            String log = Files.readString(log());
            List<String> ports = LISTENING
                    .matcher(log)
                    .results()
                    .map(listening -> listening.group(1))
                    .toList();
            if (ports.size() > policy.ordinal()) {
                return Integer.parseInt(ports.get(policy.ordinal()));
            }
            assertThat(ended || System.nanoTime() > deadline)
                    .as("The service does not listen: %s", log)
                    .isFalse();
            LockSupport.parkNanos(POLL_NANOS);
        }
    }

    /** What the chart sets, with addresses of this test. */
    private Map<String, String> chart(int port) {
        return Map.ofEntries(
                Map.entry("PORT", "0"),
                Map.entry("API_AUTH_TOKEN", "secret"),
                Map.entry("SIGNING_SERVICE_URL", "http://localhost:" + port + "/sign"),
                Map.entry("SIGNING_SERVICE_TIMEOUT", "10"),
                Map.entry("DEFAULT_SIGNER_NAME", "John Doe"),
                Map.entry("DEFAULT_SIGNATURE_REASON", "approved"),
                Map.entry("DEFAULT_SIGNATURE_LOCATION", "Head Quarters"),
                Map.entry("DIGITAL_SIGNATURE_HASH_ALGORITHM", "sha512"),
                Map.entry("DIGITAL_SIGNATURE_CADES_LEVEL", "b-lt"),
                Map.entry("DIGITAL_SIGNATURE_CERTIFICATE_CHECK_TIME", "current_time"),
                Map.entry("TIMESTAMP_AUTHORITY_URL", timestampAuthority.uri().toString()),
                Map.entry("TIMESTAMP_AUTHORITY_USERNAME", "engine"),
                Map.entry("TIMESTAMP_AUTHORITY_PASSWORD", TIMESTAMP_PASSWORD),
                Map.entry(
                        "TRUSTED_CERTIFICATES",
                        authorities.certificateFile("root") + "," + directory.resolve("tsa/tsa.pem")));
    }

    @ParameterizedTest
    @EnumSource
    void itsRequestsAreSigned(Policy policy) throws IOException, GeneralSecurityException {
        List<String> tokens = policy.tokens();
        try (DocumentEngine engine =
                DocumentEngine.start(DocumentEngineSettings.fromEnvironment(chart(port(policy))))) {
            Application application = new Application(engine.port());

            assertSigned(application, """
                    {
                       "signingToken": %s
                    }""", tokens.get(0), SignatureLevel.PKCS7_B, "SHA512");

            assertSigned(application, """
                    {
                      "signatureContainer": "raw",
                      "signatureType": "cades",
                      "signingToken": %s,
                      "flatten": false,
                      "estimatedSize": 16384,
                      "hashAlgorithm": "sha256",
                      "appearance": {
                        "mode": "signatureOnly",
                        "contentType": "image/png",
                        "showSigner": true,
                        "showReason": true,
                        "showLocation": true,
                        "showWatermark": true,
                        "showSignDate": true
                      },
                      "position": {
                        "pageIndex": 0,
                        "rect": [
                          0,
                          0,
                          100,
                          100
                        ]
                      },
                      "signatureMetadata": {
                        "signerName": "John Appleseed",
                        "signatureReason": "accepted",
                        "signatureLocation": "Vienna"
                      },
                      "cadesLevel": "b-lt"
                    }""", tokens.get(0), SignatureLevel.PAdES_BASELINE_LT, "SHA256");

            for (String token : tokens) {
                assertSigned(application, """
                        {
                           "signatureContainer": "pkcs7",
                           "signatureType": "cms",
                           "signingToken": %s
                        }""", token, SignatureLevel.PKCS7_B, "SHA512");
                assertSigned(application, """
                        {
                           "signatureContainer": "raw",
                           "signatureType": "cades",
                           "signingToken": %s
                        }""", token, SignatureLevel.PAdES_BASELINE_LT, "SHA512");
            }

            assertDenied(application, "{\"userId\": \"user-2-without-rights\", \"signMethod\": \"privatekey\"}");
        }
    }

    private void assertSigned(
            Application application, String request, String token, SignatureLevel level, String digest) {
        String id = application.upload(SamplePdf.plain()).documentId();
        Answer answer = application.sign(id, request.formatted(quoted(token)));
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        assertThat(answer.levelReason()).isEmpty();
        SignedPdf pdf = new SignedPdf(application.download(id).body());
        long timestamps = level == SignatureLevel.PAdES_BASELINE_LT ? 1 : 0;
        assertThat(dss.verdicts(pdf)).containsExactly(new Dss.Verdict(level, true, true, true, timestamps));
        assertThat(Pdfsig.verdicts(directory, pdf)).singleElement().matches(Pdfsig.Verdict::valid);
        assertThat(digestAlgorithm(pdf))
                .isEqualTo(HashAlgorithm.valueOf(digest)
                        .identifier()
                        .getAlgorithm()
                        .getId());
    }

    private static void assertDenied(Application application, String token) {
        for (String container : List.of("pkcs7", "raw")) {
            Answer answer = application.sign(
                    application.upload(SamplePdf.plain()).documentId(),
                    "{\"signatureContainer\":\"" + container + "\",\"signingToken\":" + quoted(token) + "}");
            assertThat(answer.status()).isEqualTo(400);
            assertThat(answer.error()).startsWith("The signing service answered 401: ");
        }
    }

    private static String quoted(String text) {
        return '"' + text.replace("\"", "\\\"") + '"';
    }

    private static String digestAlgorithm(SignedPdf pdf) {
        try {
            return new CMSSignedData(pdf.onlySignature().container())
                    .getSignerInfos()
                    .iterator()
                    .next()
                    .getDigestAlgOID();
        } catch (CMSException e) {
            throw new AssertionError(e);
        }
    }

    /** RFC 7515, with HS256. */
    private static String jwt() throws GeneralSecurityException {
        String signed = base64Url("{\"alg\":\"HS256\",\"typ\":\"JWT\"}".getBytes(StandardCharsets.UTF_8)) + "."
                + base64Url("{\"sub\":\"user-1-with-rights\",\"exp\":%d}"
                        .formatted(Instant.now().plusSeconds(300).getEpochSecond())
                        .getBytes(StandardCharsets.UTF_8));
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(JWT_SECRET.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
        return signed + "." + base64Url(mac.doFinal(signed.getBytes(StandardCharsets.UTF_8)));
    }

    private static String base64Url(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}

package io.github.hsmsigner.service.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hsmsigner.http.Client;
import io.github.hsmsigner.http.TestKey;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The requests of the tests of the vendor's example service: PSPDFKit/pspdfkit-web-signing-service-example, __tests__/app.spec.js;
 * and its request for certificates, README, section "Get Certificates".
 */
@Timeout(60)
class VendorExampleTest {

    private static final byte[] CONTENTS =
            "the byte range of a document".repeat(1_000).getBytes(StandardCharsets.UTF_8);

    @TempDir
    private static Path directory;

    private static ConfiguredService service;

    @BeforeAll
    static void start() {
        service = ConfiguredService.start(
                directory,
                ConfiguredService.keyInFile(directory)
                        + "access: {policies: [{user-list: {users: [{user: user-1-with-rights}]}}]}\n");
    }

    @AfterAll
    static void stop() {
        service.close();
    }

    private static String upperCaseDigest() {
        try {
            return HexFormat.of()
                    .withUpperCase()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(CONTENTS));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String body(String action, String signingToken) {
        return "{%s\"document_digest\":\"%s\",\"encoded_contents\":\"%s\",\"signing_token\":\"%s\"}"
                .formatted(action, upperCaseDigest(), Base64.getEncoder().encodeToString(CONTENTS), signingToken);
    }

    @Test
    void theRootIsThere() {
        assertThat(service.client().get("/").statusCode()).isEqualTo(200);
    }

    @Test
    void aUserWithRightsGetsAValidContainer() {
        HttpResponse<byte[]> response = service.client().sign(body("\"action\":\"sign_pkcs7\",", "user-1-with-rights"));
        assertThat(response.statusCode()).isEqualTo(200);
        TestKey.assertOpensslVerifiesContainer(directory, response.body(), CONTENTS);
    }

    @Test
    void aUserWithoutRightsIsUnauthorized() {
        HttpResponse<byte[]> response = service.client().sign(body("", "user-2-with-rights"));
        assertThat(response.statusCode()).isEqualTo(401);
        assertThat(Client.text(response)).contains("\"denied\"").doesNotContain("user-2");
    }

    @Test
    void certificatesNeedNoUser() {
        HttpResponse<byte[]> response = service.client().sign("{\"action\":\"get_certificates\"}");
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(Client.text(response)).startsWith("{\"certificates\":[\"");
    }
}

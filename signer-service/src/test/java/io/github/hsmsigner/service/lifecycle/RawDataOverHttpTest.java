package io.github.hsmsigner.service.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hsmsigner.http.Client;
import io.github.hsmsigner.http.TestKey;
import io.github.hsmsigner.service.config.ShowsEffectOf;
import io.github.hsmsigner.testing.CapturedLog;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.Signature;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the running service does with raw data that is not signed attributes, whatever the other fields say. */
@Timeout(60)
class RawDataOverHttpTest {

    /** SET { contentType data, messageDigest of 32 zeros } in DER. */
    private static final byte[] ATTRIBUTES = HexFormat.of()
            .parseHex("314b301806092a864886f70d010903310b06092a864886f70d010701" + "302f06092a864886f70d01090431220420"
                    + "00".repeat(32));

    @TempDir
    private Path directory;

    private ConfiguredService start(String signatures) {
        return ConfiguredService.start(
                directory,
                ConfiguredService.keyInFile(directory) + "server: {address: 127.0.0.1, port: 0}\n" + signatures);
    }

    private static HttpResponse<byte[]> sign(ConfiguredService service, byte[] data, String more) {
        return service.client()
                .sign("{\"action\":\"sign\"" + more + ",\"data_to_be_signed\":\""
                        + Base64.getEncoder().encodeToString(data) + "\"}");
    }

    private static void assertSigned(HttpResponse<byte[]> response, byte[] data) throws Exception {
        assertThat(response.statusCode()).isEqualTo(200);
        Signature verifier = Signature.getInstance("SHA256withRSA");
        verifier.initVerify(TestKey.keyPair().getPublic());
        verifier.update(data);
        assertThat(verifier.verify(response.body())).isTrue();
    }

    private static List<byte[]> otherData() throws Exception {
        return List.of(
                TestKey.certificate().getTBSCertificate(),
                "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhZG1pbiJ9".getBytes(StandardCharsets.US_ASCII),
                (" ".repeat(64) + "TLS 1.3, server CertificateVerify\0" + "h".repeat(32))
                        .getBytes(StandardCharsets.US_ASCII),
                new byte[200_000]);
    }

    @Test
    @ShowsEffectOf("signatures.raw-data")
    void onlySignedAttributesAreSigned() throws Exception {
        try (ConfiguredService service = start("signatures: {raw-data: signed-attributes}\n")) {
            int refused = 0;
            for (byte[] data : otherData()) {
                for (String type : List.of("", ",\"signature_type\":\"cms\"", ",\"signature_type\":\"cades\"")) {
                    HttpResponse<byte[]> response = sign(service, data, type);
                    assertThat(response.statusCode()).isEqualTo(400);
                    assertThat(Client.text(response))
                            .contains("\"invalid_request\"", "must be the signed attributes of a CMS signature");
                    refused++;
                }
            }
            assertThat(service.metric("signer_raw_data_deviated_total{result=\"refused\"}"))
                    .isEqualTo(refused);
            // The action is implied, and the algorithm comes after the data.
            assertThat(service.client()
                            .sign("{\"data_to_be_signed\":\"YWJj\",\"hash_algorithm\":\"sha512\"}")
                            .statusCode())
                    .isEqualTo(400);
            assertThat(Client.text(sign(service, ATTRIBUTES, ",\"hash_algorithm\":\"sha512\"")))
                    .contains("has a message digest of 32 bytes, but one made with sha512 has 64");
            assertSigned(sign(service, ATTRIBUTES, ",\"signature_type\":\"cades\""), ATTRIBUTES);
        }
    }

    @Test
    void otherDataIsSignedLoggedAndCountedByDefault() throws Exception {
        try (ConfiguredService service = start("");
                CapturedLog log = new CapturedLog()) {
            for (byte[] data : otherData()) {
                assertSigned(sign(service, data, ""), data);
            }
            assertSigned(sign(service, ATTRIBUTES, ""), ATTRIBUTES);
            assertThat(log.lines().stream().filter(line -> line.startsWith("WARN")))
                    .singleElement()
                    .asString()
                    .contains("is not the signed attributes of a CMS signature, because it is not a SET OF in DER");
            assertThat(service.metric("signer_raw_data_deviated_total{result=\"signed\"}"))
                    .isEqualTo(4);
        }
    }

    @Test
    void anyDataIsSignedInSilenceOnRequest() throws Exception {
        try (ConfiguredService service = start("signatures: {raw-data: any}\n");
                CapturedLog log = new CapturedLog()) {
            for (byte[] data : otherData()) {
                assertSigned(sign(service, data, ""), data);
            }
            assertThat(log.lines()).noneMatch(line -> line.startsWith("WARN"));
            assertThat(service.metric("signer_raw_data_deviated_total{result=\"signed\"}"))
                    .isZero();
        }
    }
}

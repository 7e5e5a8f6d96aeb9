package io.github.hsmsigner.service.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hsmsigner.http.Client;
import io.github.hsmsigner.http.TestKey;
import io.github.hsmsigner.testing.OpenSslTimestampAuthority;
import io.github.hsmsigner.testing.TestPki;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Passwords in files, as editors and secret stores write them, from the settings to a signature. */
class PasswordFilesTest {

    private static final String CADES =
            "{\"action\":\"sign_pkcs7\",\"signature_type\":\"cades\",\"encoded_contents\":\"AAAA\"}";

    @TempDir
    private static Path authorityFiles;

    private static OpenSslTimestampAuthority authority;

    @TempDir
    private Path directory;

    @BeforeAll
    static void startAuthority() {
        authority = new OpenSslTimestampAuthority(authorityFiles);
        authority.require(
                "Basic " + Base64.getEncoder().encodeToString("user:pass word".getBytes(StandardCharsets.UTF_8)));
    }

    @AfterAll
    static void stopAuthority() {
        authority.close();
    }

    private void write(String password) throws IOException {
        Files.writeString(directory.resolve("password"), password);
    }

    private String keyStore() {
        return "server: {port: 0, stop-limit: 100ms}\nkeys:\n  test: {keystore: " + TestKey.writeKeyStore(directory)
                + ", keystore-password: {file: @password}}\n";
    }

    private String authority() {
        TestPki.writePem(directory.resolve("tsa-ca.pem"), authority.caCertificate());
        return ConfiguredService.keyInFile(directory) + "server: {port: 0, stop-limit: 100ms}\n"
                + "signatures: {timestamps: {authorities: [{address: " + authority.uri()
                + ", trusted: @tsa-ca.pem, user: user, password: {file: @password}}]}}\n";
    }

    private HttpResponse<byte[]> sign(String settings) {
        try (ConfiguredService service = ConfiguredService.start(directory, settings)) {
            return service.client().sign(CADES);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\n", "\r\n"})
    void mayEndWithALineBreak(String end) throws IOException {
        write(TestKey.PASSWORD + end);
        assertThat(sign(keyStore()).statusCode()).isEqualTo(200);
        write("pass word" + end);
        assertThat(sign(authority()).statusCode()).isEqualTo(200);
    }

    @Test
    void mayBeginWithAByteOrderMark() throws IOException {
        write("\ufeff" + TestKey.PASSWORD + "\n");
        assertThat(sign(keyStore()).statusCode()).isEqualTo(200);
        write("\ufeffpass word\n");
        assertThat(sign(authority()).statusCode()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n\n", "\nsecond", "\t"})
    void areRefusedWithFurtherLinesOrControlCharacters(String end) throws IOException {
        for (String settings : List.of(keyStore(), authority())) {
            write("p4ssw0rd" + end);
            assertThat(ConfiguredService.problems(directory, settings))
                    .singleElement()
                    .asString()
                    .contains(directory.resolve("password").toString())
                    .doesNotContain("p4ssw0rd");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"wr0ng", "wr0ng\n", " wr0ng", "wr0ng "})
    void ofAKeyStoreAreRefusedAtStartupIfWrong(String wrong) throws IOException {
        write(wrong);
        assertThat(ConfiguredService.problems(directory, keyStore()))
                .singleElement()
                .asString()
                .contains("password")
                .doesNotContain("wr0ng");
    }

    @ParameterizedTest
    @ValueSource(strings = {"wr0ng\n", "pass word ", " pass word"})
    void ofAnAuthorityAreTheReasonOf503IfWrong(String wrong) throws IOException {
        write(wrong);
        HttpResponse<byte[]> response = sign(authority());
        assertThat(response.statusCode()).isEqualTo(503);
        assertThat(Client.text(response)).contains("timestamp").doesNotContain("wr0ng", "pass word");
    }
}

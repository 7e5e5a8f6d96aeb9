package io.github.hsmsigner.examples.documentengine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hsmsigner.testing.TestPki;
import java.net.URI;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DocumentEngineSettingsTest {

    private static final String ADDRESS = "http://localhost:6000/sign";

    @Test
    void onlyTheAddressOfTheSigningServiceIsRequired() {
        assertThat(DocumentEngineSettings.fromEnvironment(Map.of("SIGNING_SERVICE_URL", ADDRESS)))
                .isEqualTo(new DocumentEngineSettings(
                        5000,
                        URI.create(ADDRESS),
                        Duration.ofSeconds(10),
                        "secret",
                        true,
                        HashAlgorithm.SHA512,
                        CadesLevel.B_LT,
                        Optional.empty(),
                        Optional.empty(),
                        List.of()));
    }

    @Test
    void everythingCanBeSet(@TempDir Path directory) {
        TestPki pki = new TestPki();
        Path two = TestPki.writePem(directory.resolve("two.pem"), pki.root(), pki.intermediate());
        X509Certificate other = new TestPki().root();
        Path one = TestPki.writePem(directory.resolve("one.pem"), other);
        Map<String, String> environment = Map.ofEntries(
                Map.entry("SIGNING_SERVICE_URL", ADDRESS),
                Map.entry("SIGNING_SERVICE_TIMEOUT", "5"),
                Map.entry("DIGITAL_SIGNATURE_HASH_ALGORITHM", "sha384"),
                Map.entry("DIGITAL_SIGNATURE_CADES_LEVEL", "b-t"),
                Map.entry("TIMESTAMP_AUTHORITY_URL", "https://tsa.example/"),
                Map.entry("TIMESTAMP_AUTHORITY_USERNAME", "user"),
                Map.entry("TIMESTAMP_AUTHORITY_PASSWORD", "pass"),
                Map.entry("TRUSTED_CERTIFICATES", two + ", " + one),
                Map.entry("PORT", "0"),
                Map.entry("API_AUTH_TOKEN", "other"),
                Map.entry("DOCUMENT_ENGINE_SEND_CONTENTS", "false"));
        assertThat(DocumentEngineSettings.fromEnvironment(environment))
                .isEqualTo(DocumentEngineSettings.builder(URI.create(ADDRESS))
                        .port(0)
                        .signingServiceTimeout(Duration.ofSeconds(5))
                        .hashAlgorithm(HashAlgorithm.SHA384)
                        .cadesLevel(CadesLevel.B_T)
                        .apiToken("other")
                        .sendContents(false)
                        .timestampAuthority(URI.create("https://tsa.example/"))
                        .timestampCredentials(new BasicCredentials("user", "pass"))
                        .trustedCertificates(List.of(pki.root(), pki.intermediate(), other))
                        .build());
    }

    @ParameterizedTest
    @CsvSource({
        "SIGNING_SERVICE_URL, localhost:6000",
        "SIGNING_SERVICE_URL, ftp://localhost/sign",
        "SIGNING_SERVICE_URL, http://not an address",
        "PORT, many",
        "PORT, 65536",
        "PORT, -1",
        "SIGNING_SERVICE_URL, http://signing_service:0/sign",
        "SIGNING_SERVICE_URL, http://signing_service:65536/sign",
        "SIGNING_SERVICE_URL, http://",
        "SIGNING_SERVICE_TIMEOUT, 0",
        "SIGNING_SERVICE_TIMEOUT, soon",
        "SIGNING_SERVICE_TIMEOUT, 2.5",
        "DIGITAL_SIGNATURE_HASH_ALGORITHM, sha1",
        "DIGITAL_SIGNATURE_CADES_LEVEL, b-l",
        "TIMESTAMP_AUTHORITY_USERNAME, nobody",
        "TIMESTAMP_AUTHORITY_PASSWORD, none",
        "TIMESTAMP_AUTHORITY_URL, tsa.example",
        "TRUSTED_CERTIFICATES, /no/such/file.pem",
        "TRUSTED_CERTIFICATES, pom.xml",
        "API_AUTH_TOKEN, ''",
        "DOCUMENT_ENGINE_SEND_CONTENTS, no"
    })
    void aWrongValueIsRefusedByTheNameOfItsVariable(String variable, String value) {
        Map<String, String> environment = new HashMap<>(Map.of("SIGNING_SERVICE_URL", ADDRESS));
        environment.put(variable, value);
        assertThatThrownBy(() -> DocumentEngineSettings.fromEnvironment(environment))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(variable);
    }

    /** The chart has empty defaults for these. */
    @Test
    void emptyVariablesOfTheTimestampAuthorityCountAsNotSet() {
        Map<String, String> environment = Map.of(
                "SIGNING_SERVICE_URL", ADDRESS,
                "TIMESTAMP_AUTHORITY_URL", "",
                "TIMESTAMP_AUTHORITY_USERNAME", "",
                "TIMESTAMP_AUTHORITY_PASSWORD", "");
        DocumentEngineSettings settings = DocumentEngineSettings.fromEnvironment(environment);
        assertThat(settings.timestampAuthority()).isEmpty();
        assertThat(settings.timestampCredentials()).isEmpty();
    }

    @Test
    void aUserWithoutPasswordHasAnEmptyPassword() {
        Map<String, String> environment = Map.of(
                "SIGNING_SERVICE_URL", ADDRESS,
                "TIMESTAMP_AUTHORITY_URL", "http://tsa.example/",
                "TIMESTAMP_AUTHORITY_USERNAME", "user");
        assertThat(DocumentEngineSettings.fromEnvironment(environment)
                        .timestampCredentials()
                        .orElseThrow()
                        .authorization())
                // RFC 7617, section 2: the Base64 of "user:".
                .isEqualTo("Basic dXNlcjo=");
    }

    @ParameterizedTest
    @CsvSource({
        "http://signing_service:6000/sign, http, signing_service, 6000, /sign",
        "HTTP://signing-service:6000/sign, http, signing-service, 6000, /sign",
        "https://signing-/sign?a=b, https, signing-, 443, /sign?a=b",
        "http://_/, http, _, 80, /",
        "http://10.0.0.1, http, 10.0.0.1, 80, /",
        "http://[::1]:6000/sign, http, ::1, 6000, /sign",
        "http://Signing.Example:6000//sign, http, Signing.Example, 6000, //sign"
    })
    void anAddressMayHaveAnyHostName(String address, String scheme, String host, int port, String target) {
        assertThat(HttpAddress.of(DocumentEngineSettings.fromEnvironment(Map.of("SIGNING_SERVICE_URL", address))
                        .signingService()))
                .isEqualTo(new HttpAddress(scheme, host, port, target));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://user:hidden-word@signing_service:6000/sign",
                "http://hidden-word@localhost:6000/sign",
                "http://user:hidden-word@local host/sign"
            })
    void credentialsInAnAddressAreRefusedAndNotRepeated(String address) {
        assertThatThrownBy(() -> DocumentEngineSettings.fromEnvironment(Map.of("SIGNING_SERVICE_URL", address)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("SIGNING_SERVICE_URL")
                .hasMessageNotContaining("hidden-word");
    }

    @Test
    void thePasswordIsNotPrinted() {
        assertThat(new BasicCredentials("user", "hidden-word").toString()).doesNotContain("hidden-word");
    }

    @Test
    void theApiTokenIsNotPrinted() {
        DocumentEngineSettings settings = DocumentEngineSettings.builder(URI.create(ADDRESS))
                .apiToken("other")
                .build();
        assertThat(settings.toString()).doesNotContain("other");
    }
}

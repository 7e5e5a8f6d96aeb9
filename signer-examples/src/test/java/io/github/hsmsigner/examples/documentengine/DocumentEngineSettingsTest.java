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

class DocumentEngineSettingsTest {

    private static final String ADDRESS = "http://localhost:6000/sign";

    @Test
    void onlyTheAddressOfTheSigningServiceIsRequired() {
        assertThat(DocumentEngineSettings.fromEnvironment(Map.of("SIGNING_SERVICE_URL", ADDRESS)))
                .isEqualTo(new DocumentEngineSettings(
                        5000,
                        URI.create(ADDRESS),
                        Duration.ofSeconds(60),
                        "secret",
                        true,
                        Optional.empty(),
                        List.of()));
    }

    @Test
    void everythingCanBeSet(@TempDir Path directory) {
        TestPki pki = new TestPki();
        Path two = TestPki.writePem(directory.resolve("two.pem"), pki.root(), pki.intermediate());
        X509Certificate other = new TestPki().root();
        Path one = TestPki.writePem(directory.resolve("one.pem"), other);
        Map<String, String> environment = Map.of(
                "SIGNING_SERVICE_URL", ADDRESS,
                "SIGNING_SERVICE_TIMEOUT_SECONDS", "5",
                "TIMESTAMP_AUTHORITY_URL", "https://tsa.example/",
                "TRUSTED_CERTIFICATES", two + ", " + one,
                "PORT", "0",
                "API_AUTH_TOKEN", "other",
                "DOCUMENT_ENGINE_SEND_CONTENTS", "false");
        assertThat(DocumentEngineSettings.fromEnvironment(environment))
                .isEqualTo(DocumentEngineSettings.builder(URI.create(ADDRESS))
                        .port(0)
                        .answerTimeout(Duration.ofSeconds(5))
                        .apiToken("other")
                        .sendContents(false)
                        .timestampAuthority(URI.create("https://tsa.example/"))
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
        "SIGNING_SERVICE_TIMEOUT_SECONDS, 0",
        "SIGNING_SERVICE_TIMEOUT_SECONDS, soon",
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

    @Test
    void theApiTokenIsNotPrinted() {
        DocumentEngineSettings settings = DocumentEngineSettings.builder(URI.create(ADDRESS))
                .apiToken("other")
                .build();
        assertThat(settings.toString()).doesNotContain("other");
    }
}

package io.github.hsmsigner.examples.documentengine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DocumentEngineSettingsTest {

    private static final String ADDRESS = "http://localhost:6000/sign";

    @Test
    void onlyTheAddressOfTheSigningServiceIsRequired() {
        assertThat(DocumentEngineSettings.fromEnvironment(Map.of("SIGNING_SERVICE_URL", ADDRESS)))
                .isEqualTo(new DocumentEngineSettings(5000, URI.create(ADDRESS), "secret", true));
    }

    @Test
    void everythingCanBeSet() {
        Map<String, String> environment = Map.of(
                "SIGNING_SERVICE_URL", ADDRESS,
                "PORT", "0",
                "API_AUTH_TOKEN", "other",
                "DOCUMENT_ENGINE_SEND_CONTENTS", "false");
        assertThat(DocumentEngineSettings.fromEnvironment(environment))
                .isEqualTo(new DocumentEngineSettings(0, URI.create(ADDRESS), "other", false));
    }

    @ParameterizedTest
    @CsvSource({
        "SIGNING_SERVICE_URL, localhost:6000",
        "SIGNING_SERVICE_URL, ftp://localhost/sign",
        "SIGNING_SERVICE_URL, http://not an address",
        "PORT, many",
        "PORT, 65536",
        "PORT, -1",
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
        assertThat(new DocumentEngineSettings(0, URI.create(ADDRESS), "other", true).toString())
                .doesNotContain("other");
    }
}

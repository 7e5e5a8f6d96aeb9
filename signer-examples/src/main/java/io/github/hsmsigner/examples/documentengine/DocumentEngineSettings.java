package io.github.hsmsigner.examples.documentengine;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * How the stand-in is set up. Immutable.
 *
 * @param port the port to listen on; 0 for any free one
 * @param signingService where the signing service listens
 * @param apiToken what applications must present; a secret
 * @param sendContents whether {@code sign_pkcs7} carries the document's contents, or only their digest
 */
public record DocumentEngineSettings(int port, URI signingService, String apiToken, boolean sendContents) {

    private static final int DEFAULT_PORT = 5000;
    private static final int LARGEST_PORT = 65_535;

    /**
     * Checks the values.
     *
     * @param port the port to listen on; 0 for any free one
     * @param signingService where the signing service listens
     * @param apiToken what applications must present; a secret
     * @param sendContents whether {@code sign_pkcs7} carries the document's contents, or only their digest
     * @throws IllegalArgumentException if a value cannot be right
     */
    public DocumentEngineSettings {
        Objects.requireNonNull(signingService, "signingService");
        if (port < 0 || port > LARGEST_PORT) {
            throw new IllegalArgumentException("PORT must be between 0 and 65535, not " + port + ".");
        }
        String scheme = String.valueOf(signingService.getScheme()).toLowerCase(Locale.ROOT);
        if (!(scheme.equals("http") || scheme.equals("https")) || signingService.getHost() == null) {
            throw new IllegalArgumentException(
                    "SIGNING_SERVICE_URL must be an address such as http://localhost:6000/sign, not " + signingService
                            + ".");
        }
        if (apiToken.isEmpty()) {
            throw new IllegalArgumentException("API_AUTH_TOKEN must not be empty.");
        }
    }

    /**
     * Reads the settings from the variables that Document Engine itself uses, and a few of the stand-in's own.
     *
     * @param environment the environment of the process
     * @return the settings
     * @throws IllegalArgumentException if a variable is missing or wrong; the message says which, and what is expected
     */
    public static DocumentEngineSettings fromEnvironment(Map<String, String> environment) {
        return new DocumentEngineSettings(
                port(environment.get("PORT")),
                address(environment.get("SIGNING_SERVICE_URL")),
                environment.getOrDefault("API_AUTH_TOKEN", "secret"),
                truth(environment.get("DOCUMENT_ENGINE_SEND_CONTENTS")));
    }

    private static int port(String value) {
        if (value == null) {
            return DEFAULT_PORT;
        }
        try {
            return Integer.parseInt(value);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("PORT must be a number, not \"" + value + "\".", e);
        }
    }

    private static URI address(String value) {
        if (value == null) {
            throw new IllegalArgumentException(
                    "SIGNING_SERVICE_URL is not set; an address such as http://localhost:6000/sign is expected.");
        }
        try {
            return new URI(value);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("SIGNING_SERVICE_URL is not an address: " + value, e);
        }
    }

    private static boolean truth(String value) {
        if (value == null || value.equals("true")) {
            return true;
        }
        if (value.equals("false")) {
            return false;
        }
        throw new IllegalArgumentException(
                "DOCUMENT_ENGINE_SEND_CONTENTS must be true or false, not \"" + value + "\".");
    }

    /** Without the token. */
    @Override
    public String toString() {
        return "DocumentEngineSettings[port=" + port + ", signingService=" + signingService + ", sendContents="
                + sendContents + "]";
    }
}

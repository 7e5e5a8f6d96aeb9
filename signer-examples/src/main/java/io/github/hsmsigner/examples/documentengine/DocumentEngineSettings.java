package io.github.hsmsigner.examples.documentengine;

import java.net.URI;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * How the stand-in is set up. Immutable.
 *
 * @param port the port to listen on; 0 for any free one
 * @param signingService where the signing service listens
 * @param answerTimeout how long to wait for each of its answers
 * @param apiToken what applications must present; a secret
 * @param sendContents whether {@code sign_pkcs7} carries the document's contents, or only their digest
 * @param timestampAuthority where timestamps come from, for the levels b-t and b-lt; without it these are refused
 * @param trustedCertificates what the report on signatures trusts, and what the validation data of level b-lt need not prove; none
 *     means that nothing is said of trust
 */
public record DocumentEngineSettings(
        int port,
        URI signingService,
        Duration answerTimeout,
        String apiToken,
        boolean sendContents,
        Optional<URI> timestampAuthority,
        List<X509Certificate> trustedCertificates) {

    static final String DEFAULT_API_TOKEN = "secret";
    private static final int DEFAULT_PORT = 5000;
    private static final int LARGEST_PORT = 65_535;
    private static final Duration DEFAULT_ANSWER_TIMEOUT = Duration.ofSeconds(60);

    /**
     * Checks the values.
     *
     * @param port the port to listen on; 0 for any free one
     * @param signingService where the signing service listens
     * @param answerTimeout how long to wait for each of its answers
     * @param apiToken what applications must present; a secret
     * @param sendContents whether {@code sign_pkcs7} carries the document's contents, or only their digest
     * @param timestampAuthority where timestamps come from, for the levels b-t and b-lt
     * @param trustedCertificates what the report on signatures trusts
     * @throws IllegalArgumentException if a value cannot be right
     */
    public DocumentEngineSettings {
        if (port < 0 || port > LARGEST_PORT) {
            throw new IllegalArgumentException("PORT must be between 0 and 65535, not " + port + ".");
        }
        requireHttp("SIGNING_SERVICE_URL", Objects.requireNonNull(signingService, "signingService"), "6000/sign");
        timestampAuthority.ifPresent(address -> requireHttp("TIMESTAMP_AUTHORITY_URL", address, "8318/tsa"));
        if (answerTimeout.isNegative() || answerTimeout.isZero()) {
            throw new IllegalArgumentException("SIGNING_SERVICE_TIMEOUT_SECONDS must be greater than 0.");
        }
        if (apiToken.isEmpty()) {
            throw new IllegalArgumentException("API_AUTH_TOKEN must not be empty.");
        }
        trustedCertificates = List.copyOf(trustedCertificates);
    }

    private static void requireHttp(String variable, URI address, String example) {
        String scheme = String.valueOf(address.getScheme()).toLowerCase(Locale.ROOT);
        if (!(scheme.equals("http") || scheme.equals("https")) || address.getHost() == null) {
            throw new IllegalArgumentException(
                    variable + " must be an address such as http://localhost:" + example + ", not " + address + ".");
        }
    }

    /**
     * Starts with a free port, the default token, contents sent, neither timestamps nor trusted certificates.
     *
     * @param signingService where the signing service listens
     * @return what the other settings are given to
     */
    public static Builder builder(URI signingService) {
        return new Builder(signingService);
    }

    /**
     * Reads the settings from the variables that Document Engine itself uses, and a few of the stand-in's own.
     *
     * @param environment the environment of the process
     * @return the settings
     * @throws IllegalArgumentException if a variable is missing or wrong; the message says which, and what is expected
     */
    public static DocumentEngineSettings fromEnvironment(Map<String, String> environment) {
        EnvironmentVariables variables = new EnvironmentVariables(environment);
        Builder builder = builder(
                        variables
                                .address("SIGNING_SERVICE_URL")
                                .orElseThrow(
                                        () -> new IllegalArgumentException(
                                                "SIGNING_SERVICE_URL is not set; an address such as http://localhost:6000/sign is expected.")))
                .port(variables.number("PORT").orElse(DEFAULT_PORT));
        variables
                .number("SIGNING_SERVICE_TIMEOUT_SECONDS")
                .map(Duration::ofSeconds)
                .ifPresent(builder::answerTimeout);
        variables.text("API_AUTH_TOKEN").ifPresent(builder::apiToken);
        variables.truth("DOCUMENT_ENGINE_SEND_CONTENTS").ifPresent(builder::sendContents);
        variables.address("TIMESTAMP_AUTHORITY_URL").ifPresent(builder::timestampAuthority);
        builder.trustedCertificates(variables.certificates("TRUSTED_CERTIFICATES"));
        return builder.build();
    }

    /** Without the token. */
    @Override
    public String toString() {
        return "DocumentEngineSettings[port=" + port + ", signingService=" + signingService + ", sendContents="
                + sendContents + "]";
    }

    /** Collects settings. For use by one thread. */
    public static final class Builder {

        private final URI signingService;
        private int port;
        private Duration answerTimeout = DEFAULT_ANSWER_TIMEOUT;
        private String apiToken = DEFAULT_API_TOKEN;
        private boolean sendContents = true;
        private Optional<URI> timestampAuthority = Optional.empty();
        private List<X509Certificate> trustedCertificates = List.of();

        private Builder(URI signingService) {
            this.signingService = signingService;
        }

        /**
         * Sets the port to listen on.
         *
         * @param value the port; 0, the default, for any free one
         * @return this builder
         */
        public Builder port(int value) {
            port = value;
            return this;
        }

        /**
         * Sets how long to wait for each answer of the signing service.
         *
         * @param value the time; 60 seconds by default
         * @return this builder
         */
        public Builder answerTimeout(Duration value) {
            answerTimeout = value;
            return this;
        }

        /**
         * Sets what applications must present.
         *
         * @param value the token; {@code secret} by default
         * @return this builder
         */
        public Builder apiToken(String value) {
            apiToken = value;
            return this;
        }

        /**
         * Sets whether {@code sign_pkcs7} carries the document's contents.
         *
         * @param value true, the default, or false for their digest alone
         * @return this builder
         */
        public Builder sendContents(boolean value) {
            sendContents = value;
            return this;
        }

        /**
         * Sets where timestamps come from.
         *
         * @param value the address of an authority that speaks RFC 3161 over HTTP
         * @return this builder
         */
        public Builder timestampAuthority(URI value) {
            timestampAuthority = Optional.of(value);
            return this;
        }

        /**
         * Sets what is trusted.
         *
         * @param value certificates, of roots as a rule
         * @return this builder
         */
        public Builder trustedCertificates(List<X509Certificate> value) {
            trustedCertificates = List.copyOf(value);
            return this;
        }

        /**
         * Checks the settings.
         *
         * @return the settings
         * @throws IllegalArgumentException if a value cannot be right
         */
        public DocumentEngineSettings build() {
            return new DocumentEngineSettings(
                    port,
                    signingService,
                    answerTimeout,
                    apiToken,
                    sendContents,
                    timestampAuthority,
                    trustedCertificates);
        }
    }
}

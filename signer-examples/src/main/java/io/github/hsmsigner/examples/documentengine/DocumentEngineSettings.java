package io.github.hsmsigner.examples.documentengine;

import java.net.URI;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * The settings of the stand-in. Immutable.
 *
 * @param port the port to listen on; 0 for any free one
 * @param signingService the address of the signing service
 * @param signingServiceTimeout how long to wait for each response of the signing service
 * @param apiToken the token that applications must present; a secret
 * @param sendContents whether {@code sign_pkcs7} carries the document's contents, or only their digest
 * @param hashAlgorithm the digest algorithm of requests that name none
 * @param cadesLevel the level of {@code cades} requests that name none
 * @param timestampAuthority the address of the timestamp authority for the levels b-t and b-lt
 * @param timestampCredentials the credentials for the timestamp authority
 * @param trustedCertificates the certificates that the report on signatures trusts, and that need no revocation data for level b-lt;
 *     if there is none, the report says nothing about trust
 */
public record DocumentEngineSettings(
        int port,
        URI signingService,
        Duration signingServiceTimeout,
        String apiToken,
        boolean sendContents,
        HashAlgorithm hashAlgorithm,
        CadesLevel cadesLevel,
        Optional<URI> timestampAuthority,
        Optional<BasicCredentials> timestampCredentials,
        List<X509Certificate> trustedCertificates) {

    static final String DEFAULT_API_TOKEN = "secret";
    private static final int DEFAULT_PORT = 5000;
    private static final int LARGEST_PORT = 65_535;
    /** These three are the defaults of Document Engine's Helm chart. */
    private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(10);

    private static final HashAlgorithm DEFAULT_HASH_ALGORITHM = HashAlgorithm.SHA512;
    private static final CadesLevel DEFAULT_CADES_LEVEL = CadesLevel.B_LT;

    /**
     * Checks the values.
     *
     * @param port the port
     * @param signingService the address
     * @param signingServiceTimeout the time
     * @param apiToken the token
     * @param sendContents whether contents are sent
     * @param hashAlgorithm the default algorithm
     * @param cadesLevel the default level
     * @param timestampAuthority the address
     * @param timestampCredentials the credentials
     * @param trustedCertificates the certificates
     * @throws IllegalArgumentException if a value is not valid; the message names the variable
     */
    public DocumentEngineSettings {
        if (port < 0 || port > LARGEST_PORT) {
            throw new IllegalArgumentException("PORT must be between 0 and 65535, not " + port + ".");
        }
        requireHttp("SIGNING_SERVICE_URL", Objects.requireNonNull(signingService, "signingService"), "6000/sign");
        timestampAuthority.ifPresent(address -> requireHttp("TIMESTAMP_AUTHORITY_URL", address, "8318/tsa"));
        if (timestampCredentials.isPresent() && timestampAuthority.isEmpty()) {
            throw new IllegalArgumentException(
                    "TIMESTAMP_AUTHORITY_USERNAME is set, but TIMESTAMP_AUTHORITY_URL is not. Set both or none.");
        }
        if (signingServiceTimeout.isNegative() || signingServiceTimeout.isZero()) {
            throw new IllegalArgumentException("SIGNING_SERVICE_TIMEOUT must be greater than 0 seconds.");
        }
        if (apiToken.isEmpty()) {
            throw new IllegalArgumentException("API_AUTH_TOKEN must not be empty.");
        }
        trustedCertificates = List.copyOf(trustedCertificates);
    }

    private static void requireHttp(String variable, URI address, String example) {
        try {
            HttpAddress.of(address);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    variable + " must be an address such as http://localhost:" + example + ": " + e.getMessage() + ".",
                    e);
        }
    }

    /**
     * Starts with a free port, the default token, contents sent, and the defaults of Document Engine's Helm chart. There is no
     * timestamp authority and no trusted certificate.
     *
     * @param signingService the address of the signing service
     * @return a builder for the other settings
     */
    public static Builder builder(URI signingService) {
        return new Builder(signingService);
    }

    /**
     * Reads the settings from the environment variables of Document Engine, and from a few additional ones of the stand-in.
     *
     * @param environment the environment of the process
     * @return the settings
     * @throws IllegalArgumentException if a variable is missing or not valid; the message names the variable and the expected value
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
        variables.number("SIGNING_SERVICE_TIMEOUT").map(Duration::ofSeconds).ifPresent(builder::signingServiceTimeout);
        variables.text("API_AUTH_TOKEN").ifPresent(builder::apiToken);
        variables.truth("DOCUMENT_ENGINE_SEND_CONTENTS").ifPresent(builder::sendContents);
        variables
                .choice("DIGITAL_SIGNATURE_HASH_ALGORITHM", HashAlgorithm.values())
                .ifPresent(builder::hashAlgorithm);
        variables.choice("DIGITAL_SIGNATURE_CADES_LEVEL", CadesLevel.values()).ifPresent(builder::cadesLevel);
        variables.address("TIMESTAMP_AUTHORITY_URL").ifPresent(builder::timestampAuthority);
        variables
                .credentials("TIMESTAMP_AUTHORITY_USERNAME", "TIMESTAMP_AUTHORITY_PASSWORD")
                .ifPresent(builder::timestampCredentials);
        builder.trustedCertificates(variables.certificates("TRUSTED_CERTIFICATES"));
        return builder.build();
    }

    /** Returns the settings without secrets. */
    @Override
    public String toString() {
        return "DocumentEngineSettings[port=" + port + ", signingService=" + signingService + ", sendContents="
                + sendContents + ", hashAlgorithm=" + hashAlgorithm.spelling() + ", cadesLevel="
                + cadesLevel.spelling() + "]";
    }

    /** Collects settings. Not thread-safe. */
    public static final class Builder {

        private final URI signingService;
        private int port;
        private Duration signingServiceTimeout = DEFAULT_TIMEOUT;
        private String apiToken = DEFAULT_API_TOKEN;
        private boolean sendContents = true;
        private HashAlgorithm hashAlgorithm = DEFAULT_HASH_ALGORITHM;
        private CadesLevel cadesLevel = DEFAULT_CADES_LEVEL;
        private Optional<URI> timestampAuthority = Optional.empty();
        private Optional<BasicCredentials> timestampCredentials = Optional.empty();
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
         * Sets how long to wait for each response of the signing service.
         *
         * @param value the time; default: 10 seconds
         * @return this builder
         */
        public Builder signingServiceTimeout(Duration value) {
            signingServiceTimeout = value;
            return this;
        }

        /**
         * Sets the token that applications must present.
         *
         * @param value the token; default: {@code secret}
         * @return this builder
         */
        public Builder apiToken(String value) {
            apiToken = value;
            return this;
        }

        /**
         * Sets whether {@code sign_pkcs7} carries the document's contents.
         *
         * @param value true, the default, or false to send only their digest
         * @return this builder
         */
        public Builder sendContents(boolean value) {
            sendContents = value;
            return this;
        }

        /**
         * Sets the digest algorithm of requests that name none.
         *
         * @param value the algorithm; default: SHA-512
         * @return this builder
         */
        public Builder hashAlgorithm(HashAlgorithm value) {
            hashAlgorithm = value;
            return this;
        }

        /**
         * Sets the level of {@code cades} requests that name none.
         *
         * @param value the level; default: b-lt
         * @return this builder
         */
        public Builder cadesLevel(CadesLevel value) {
            cadesLevel = value;
            return this;
        }

        /**
         * Sets the timestamp authority.
         *
         * @param value the address of an authority that speaks RFC 3161 over HTTP
         * @return this builder
         */
        public Builder timestampAuthority(URI value) {
            timestampAuthority = Optional.of(value);
            return this;
        }

        /**
         * Sets the credentials for the timestamp authority.
         *
         * @param value the credentials
         * @return this builder
         */
        public Builder timestampCredentials(BasicCredentials value) {
            timestampCredentials = Optional.of(value);
            return this;
        }

        /**
         * Sets the trusted certificates.
         *
         * @param value certificates, usually of root authorities
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
         * @throws IllegalArgumentException if a value is not valid
         */
        public DocumentEngineSettings build() {
            return new DocumentEngineSettings(
                    port,
                    signingService,
                    signingServiceTimeout,
                    apiToken,
                    sendContents,
                    hashAlgorithm,
                    cadesLevel,
                    timestampAuthority,
                    timestampCredentials,
                    trustedCertificates);
        }
    }
}

package io.github.hsmsigner.http.service;

import io.github.hsmsigner.core.certificate.CertificateFiles;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.http.protocol.CallbackHandler;
import io.github.hsmsigner.http.protocol.CertificateEncoding;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/**
 * All settings of the service. Immutable.
 *
 * @param port the port to listen on; 0 for any that is free
 * @param maxBodyBytes the largest accepted request body in bytes
 * @param logLevel the least important level that is logged, in upper case
 * @param certificateEncoding how certificates are answered
 * @param key where the signing key is
 * @param certificates the certificates that come from files
 */
record ServiceConfig(
        int port,
        long maxBodyBytes,
        String logLevel,
        CertificateEncoding certificateEncoding,
        KeySettings key,
        CertificateSettings certificates) {

    private static final int DEFAULT_PORT = 6000;
    private static final List<String> LOG_LEVELS = List.of("TRACE", "DEBUG", "INFO", "WARN", "ERROR");

    /** The most sessions that CloudHSM gives an application; a larger number is a slip of the pen on any HSM. */
    private static final int MOST_SESSIONS = 1_024;

    private static final List<String> HSM_VARIABLES = List.of(
            "HSM_MODULE",
            "HSM_PIN",
            "HSM_TOKEN_LABEL",
            "HSM_SLOT_ID",
            "HSM_KEY_LABEL",
            "HSM_KEY_ID",
            "HSM_MAX_SESSIONS");
    private static final List<String> KEY_STORE_VARIABLES = List.of("SIGNING_KEYSTORE", "SIGNING_KEYSTORE_PASSWORD");

    /**
     * Reads the settings.
     *
     * @param variables the environment variables
     * @return the settings
     * @throws ConfigurationProblemsException if anything is wrong with them; it holds everything that is
     */
    static ServiceConfig fromEnvironment(Map<String, String> variables) throws ConfigurationProblemsException {
        Environment environment = new Environment(variables);
        int port = (int) environment.number("SIGNING_SERVICE_PORT", 0, 65_535).orElse(DEFAULT_PORT);
        long maxBodyBytes = environment
                .number("SIGNING_SERVICE_MAX_BODY_BYTES", 1, Long.MAX_VALUE)
                .orElse(CallbackHandler.DEFAULT_MAX_BODY_BYTES);
        String logLevel = logLevel(environment);
        CertificateEncoding encoding = certificateEncoding(environment);
        Optional<KeySettings> key = key(environment);
        CertificateSettings certificates = certificates(environment);
        if (!environment.problems().isEmpty() || key.isEmpty()) {
            throw new ConfigurationProblemsException(environment.problems());
        }
        return new ServiceConfig(port, maxBodyBytes, logLevel, encoding, key.get(), certificates);
    }

    private static String logLevel(Environment environment) {
        String level =
                environment.text("SIGNING_SERVICE_LOG_LEVEL").orElse("INFO").toUpperCase(Locale.ROOT);
        if (!LOG_LEVELS.contains(level)) {
            environment.problem("SIGNING_SERVICE_LOG_LEVEL must be one of " + String.join(", ", LOG_LEVELS) + ".");
        }
        return level;
    }

    private static CertificateEncoding certificateEncoding(Environment environment) {
        String name = environment.text("SIGNING_SERVICE_CERTIFICATE_ENCODING").orElse("pem");
        return Arrays.stream(CertificateEncoding.values())
                .filter(encoding -> encoding.name().equalsIgnoreCase(name))
                .findFirst()
                .orElseGet(() -> {
                    environment.problem("SIGNING_SERVICE_CERTIFICATE_ENCODING must be pem or der.");
                    return CertificateEncoding.PEM;
                });
    }

    private static Optional<KeySettings> key(Environment environment) {
        List<String> hsm = HSM_VARIABLES.stream().filter(environment::has).toList();
        List<String> keyStore =
                KEY_STORE_VARIABLES.stream().filter(environment::has).toList();
        if (!hsm.isEmpty() && !keyStore.isEmpty()) {
            environment.problem("The key is either on an HSM or in a key store, but both are set: "
                    + String.join(", ", hsm) + " and " + String.join(", ", keyStore) + ".");
        } else if (hsm.isEmpty() && keyStore.isEmpty()) {
            environment.problem("No signing key is set: HSM_MODULE and HSM_PIN name one on an HSM,"
                    + " SIGNING_KEYSTORE and SIGNING_KEYSTORE_PASSWORD one in a PKCS#12 file.");
        }
        if (!hsm.isEmpty()) {
            return hsm(environment);
        }
        return keyStore.isEmpty() ? Optional.empty() : keyStore(environment);
    }

    private static Optional<KeySettings> hsm(Environment environment) {
        require(environment, "HSM_MODULE", "the path of the PKCS#11 module's shared library");
        require(environment, "HSM_PIN", "the PIN of the token's user, for CloudHSM user:password");
        if (environment.has("HSM_TOKEN_LABEL") && environment.has("HSM_SLOT_ID")) {
            environment.problem("HSM_TOKEN_LABEL and HSM_SLOT_ID both say which token is meant; set one of them.");
        }
        Optional<Path> module = environment.file("HSM_MODULE");
        Optional<Secret> pin = environment.text("HSM_PIN").map(Secret::of);
        OptionalLong slotId = environment.unsigned("HSM_SLOT_ID");
        Optional<String> keyId = environment.text("HSM_KEY_ID").filter(id -> isHexadecimal(environment, id));
        OptionalLong maxSessions = environment.number("HSM_MAX_SESSIONS", 1, MOST_SESSIONS);
        if (module.isEmpty() || pin.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new KeySettings.Hsm(
                module.get(),
                pin.get(),
                environment.text("HSM_TOKEN_LABEL"),
                slotId,
                environment.text("HSM_KEY_LABEL"),
                keyId,
                maxSessions.isPresent() ? OptionalInt.of((int) maxSessions.getAsLong()) : OptionalInt.empty()));
    }

    private static boolean isHexadecimal(Environment environment, String id) {
        try {
            HexFormat.of().parseHex(id);
            return true;
        } catch (IllegalArgumentException e) {
            environment.problem("HSM_KEY_ID must be hexadecimal, with an even number of digits, such as 0a1b.");
            return false;
        }
    }

    private static Optional<KeySettings> keyStore(Environment environment) {
        require(environment, "SIGNING_KEYSTORE", "the path of a PKCS#12 file");
        require(environment, "SIGNING_KEYSTORE_PASSWORD", "the password of that file");
        Optional<Path> file = environment.file("SIGNING_KEYSTORE");
        Optional<Secret> password =
                environment.text("SIGNING_KEYSTORE_PASSWORD").map(Secret::of);
        return file.flatMap(f -> password.map(p -> new KeySettings.KeyStoreFile(f, p)));
    }

    private static void require(Environment environment, String name, String meaning) {
        if (!environment.has(name)) {
            environment.problem(name + " is missing: " + meaning + ".");
        }
    }

    private static CertificateSettings certificates(Environment environment) {
        List<X509Certificate> signer = read(
                environment,
                "SIGNING_CERTIFICATE",
                environment.file("SIGNING_CERTIFICATE").stream().toList());
        List<X509Certificate> issuers =
                read(environment, "SIGNING_CA_CERTIFICATES", environment.files("SIGNING_CA_CERTIFICATES"));
        return new CertificateSettings(signer, issuers, validCertificateRequired(environment));
    }

    private static boolean validCertificateRequired(Environment environment) {
        String what = environment.text("SIGNING_CERTIFICATE_VALIDITY").orElse("required");
        if (!what.equals("required") && !what.equals("warn")) {
            environment.problem("SIGNING_CERTIFICATE_VALIDITY must be required or warn.");
        }
        return !what.equals("warn");
    }

    private static List<X509Certificate> read(Environment environment, String name, List<Path> files) {
        return files.stream()
                .flatMap(file -> {
                    try {
                        return CertificateFiles.read(file).stream();
                    } catch (InvalidConfigurationException e) {
                        environment.problem(name + ": " + e.getMessage());
                        return null;
                    }
                })
                .collect(Collectors.toList());
    }
}

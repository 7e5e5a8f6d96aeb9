package io.github.hsmsigner.examples.documentengine;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads variables of the environment; what is wrong with one is said with its name and with what is expected. */
final class EnvironmentVariables {

    private final Map<String, String> environment;

    EnvironmentVariables(Map<String, String> environment) {
        this.environment = environment;
    }

    Optional<String> text(String name) {
        return Optional.ofNullable(environment.get(name));
    }

    Optional<Integer> number(String name) {
        return text(name).map(value -> {
            try {
                return Integer.valueOf(value);
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException(name + " must be a number, not \"" + value + "\".", e);
            }
        });
    }

    Optional<Boolean> truth(String name) {
        return text(name).map(value -> switch (value) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException(name + " must be true or false, not \"" + value + "\".");
        });
    }

    Optional<URI> address(String name) {
        return text(name).map(value -> {
            try {
                return new URI(value);
            } catch (URISyntaxException e) {
                throw new IllegalArgumentException(name + " is not an address: " + value, e);
            }
        });
    }

    /** The certificates in files whose names are separated by commas. */
    List<X509Certificate> certificates(String name) {
        List<X509Certificate> certificates = new ArrayList<>();
        for (String file : text(name).map(value -> value.split(",")).orElse(new String[0])) {
            try (InputStream in = Files.newInputStream(Path.of(file.strip()))) {
                CertificateFactory.getInstance("X.509")
                        .generateCertificates(in)
                        .forEach(certificate -> certificates.add((X509Certificate) certificate));
            } catch (IOException | CertificateException | InvalidPathException e) {
                throw new IllegalArgumentException(
                        name + " must name files of certificates in PEM or DER, separated by commas; " + file.strip()
                                + " cannot be read.",
                        e);
            }
        }
        return certificates;
    }
}

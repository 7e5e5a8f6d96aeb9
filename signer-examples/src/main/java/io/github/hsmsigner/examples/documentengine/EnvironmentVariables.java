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

/** Reads environment variables. Each error names the variable and the expected value. */
final class EnvironmentVariables {

    private final Map<String, String> environment;

    EnvironmentVariables(Map<String, String> environment) {
        this.environment = environment;
    }

    Optional<String> text(String name) {
        return Optional.ofNullable(environment.get(name));
    }

    /** Returns a variable. An empty variable counts as not set, because the vendor's chart may set it so. */
    private Optional<String> filled(String name) {
        return text(name).filter(value -> !value.isEmpty());
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
        return filled(name).map(value -> {
            try {
                return new URI(value);
            } catch (URISyntaxException e) {
                // Neither the message nor the cause repeats the value, as it may hold a password.
                throw new IllegalArgumentException(name + " is not an address: " + e.getReason() + ".");
            }
        });
    }

    <E extends Enum<E> & Choice> Optional<E> choice(String name, E[] values) {
        return text(name)
                .map(value -> Choice.find(value, values)
                        .orElseThrow(() -> new IllegalArgumentException(
                                name + " must be one of " + Choice.spellings(values) + ", not \"" + value + "\".")));
    }

    /** Returns a user name and its password, which may be empty. */
    Optional<BasicCredentials> credentials(String username, String password) {
        if (filled(password).isPresent() && filled(username).isEmpty()) {
            throw new IllegalArgumentException(password + " is set, but " + username + " is not. Set both or none.");
        }
        return filled(username).map(name -> {
            try {
                return new BasicCredentials(name, text(password).orElse(""));
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(username + " must not contain a colon.", e);
            }
        });
    }

    /** Returns the certificates in files whose names are separated by commas. */
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

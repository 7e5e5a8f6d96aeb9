package io.github.hsmsigner.service.auth;

import io.github.hsmsigner.core.SigningPolicy;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The client's certificate in TLS must be listed. Signing tokens do not count. Immutable.
 *
 * @param certificates the certificates; at least one. The first match identifies the caller
 */
public record ClientCertificateSettings(List<ListedCertificate> certificates) implements PolicySettings {

    /**
     * Checks that there is a certificate.
     *
     * @param certificates the certificates; at least one. The first match identifies the caller
     * @throws InvalidConfigurationException if there is none, or one is listed twice
     */
    public ClientCertificateSettings {
        certificates = List.copyOf(certificates);
        if (certificates.isEmpty()) {
            throw new InvalidConfigurationException(
                    "A policy over client certificates needs at least one certificate.");
        }
        for (int i = 1; i < certificates.size(); i++) {
            ListedCertificate entry = certificates.get(i);
            if (certificates.subList(0, i).stream().anyMatch(earlier -> earlier.includes(entry))) {
                throw new InvalidConfigurationException("A client certificate of caller \"" + entry.caller()
                        + "\" is listed twice. Only the first entry can apply. An entry with an issuer must come before"
                        + " the entry with the same subject and any issuer.");
            }
        }
    }

    @Override
    public String kind() {
        return "client_certificate";
    }

    @Override
    public SigningPolicy policy(Clock clock) {
        return new ClientCertificatePolicy(this);
    }

    @Override
    public boolean needsSigningToken() {
        return false;
    }

    @Override
    public Optional<Set<String>> knownCallers() {
        return Optional.of(
                certificates.stream().map(ListedCertificate::caller).collect(Collectors.toUnmodifiableSet()));
    }

    @Override
    public boolean choosesAnyKey() {
        return false;
    }

    @Override
    public List<Path> files() {
        return List.of();
    }

    @Override
    public Set<String> keyNames() {
        return Set.of();
    }

    @Override
    public List<String> warnings() {
        return List.of();
    }
}

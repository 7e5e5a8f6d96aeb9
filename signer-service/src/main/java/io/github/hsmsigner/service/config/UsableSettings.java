package io.github.hsmsigner.service.config;

import io.github.hsmsigner.service.audit.AuditFileSettings;
import io.github.hsmsigner.service.auth.AccessSettings;
import io.github.hsmsigner.service.server.ListenerSettings;
import io.github.hsmsigner.service.server.TlsSettings;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The parts of the settings that can be checked without a token. Parts with a problem are absent, so that the other
 * parts can be checked in the same round. Immutable.
 *
 * @param log the log settings, with a default for each value that cannot be used
 * @param listeners where the service listens
 * @param tls TLS of the callback's listener
 * @param keyNames the names of all keys, including unusable keys
 * @param keys the signing keys by name
 * @param signatures how signatures are made
 * @param access who may sign
 * @param audit the audit log
 */
public record UsableSettings(
        LogSettings log,
        List<ListenerSettings> listeners,
        Optional<TlsSettings> tls,
        Set<String> keyNames,
        Map<String, KeySettings> keys,
        Optional<SignatureSettings> signatures,
        Optional<AccessSettings> access,
        Optional<AuditFileSettings> audit) {

    /**
     * Checks that nothing is missing.
     *
     * @param log what is logged
     * @param listeners where the service listens
     * @param tls TLS of the callback's listener
     * @param keyNames the names of all keys
     * @param keys the signing keys by name
     * @param signatures how signatures are made
     * @param access who may sign
     * @param audit the audit log
     */
    public UsableSettings {
        Objects.requireNonNull(log, "log");
        listeners = List.copyOf(listeners);
        Objects.requireNonNull(tls, "tls");
        keyNames = Collections.unmodifiableSet(new LinkedHashSet<>(keyNames));
        keys = Collections.unmodifiableMap(new LinkedHashMap<>(keys));
        Objects.requireNonNull(signatures, "signatures");
        Objects.requireNonNull(access, "access");
        Objects.requireNonNull(audit, "audit");
    }

    /**
     * Returns the parts of settings without a problem.
     *
     * @param settings the settings
     * @return all parts
     */
    public static UsableSettings of(ServiceSettings settings) {
        return new UsableSettings(
                settings.log(),
                Stream.concat(Stream.of(settings.server().listener()), settings.server().admin().stream())
                        .toList(),
                settings.server().tls(),
                settings.keys().keySet(),
                settings.keys(),
                Optional.of(settings.signatures()),
                Optional.of(settings.access()),
                settings.audit());
    }

    /** Returns the log alone, for a file that cannot be read: nothing is known of the other parts. */
    static UsableSettings ofLog(LogSettings log) {
        return new UsableSettings(
                log,
                List.of(),
                Optional.empty(),
                Set.of(),
                Map.of(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }
}

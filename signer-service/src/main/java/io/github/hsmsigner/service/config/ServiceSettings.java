package io.github.hsmsigner.service.config;

import io.github.hsmsigner.service.audit.AuditFileSettings;
import io.github.hsmsigner.service.auth.AccessSettings;
import io.github.hsmsigner.service.server.ServerSettings;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * All settings of the service. Immutable.
 *
 * @param server the HTTP side
 * @param log what is logged
 * @param tokens the PKCS#11 tokens by name, in the order of the settings
 * @param keys the signing keys by name, in the order of the settings; at least one
 * @param signatures how signatures are made
 * @param access who may sign
 * @param audit the audit log; empty for none
 * @param warnings settings that work, and that an operator should change, such as old names; one sentence each
 */
public record ServiceSettings(
        ServerSettings server,
        LogSettings log,
        Map<String, TokenSettings> tokens,
        Map<String, KeySettings> keys,
        SignatureSettings signatures,
        AccessSettings access,
        Optional<AuditFileSettings> audit,
        List<String> warnings) {

    /**
     * Checks the parts.
     *
     * @param server the HTTP side
     * @param log what is logged
     * @param tokens the PKCS#11 tokens by name
     * @param keys the signing keys by name; at least one
     * @param signatures how signatures are made
     * @param access who may sign
     * @param audit the audit log
     * @param warnings settings that an operator should change
     */
    public ServiceSettings {
        Objects.requireNonNull(server, "server");
        Objects.requireNonNull(log, "log");
        tokens = Collections.unmodifiableMap(new LinkedHashMap<>(tokens));
        keys = Collections.unmodifiableMap(new LinkedHashMap<>(keys));
        Objects.requireNonNull(signatures, "signatures");
        Objects.requireNonNull(access, "access");
        Objects.requireNonNull(audit, "audit");
        warnings = List.copyOf(warnings);
    }
}

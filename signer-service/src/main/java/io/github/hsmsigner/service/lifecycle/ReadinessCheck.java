package io.github.hsmsigner.service.lifecycle;

import io.github.hsmsigner.pkcs11.Pkcs11Token;
import io.github.hsmsigner.pkcs11.health.TokenHealth;
import io.github.hsmsigner.service.audit.AuditFile;
import io.github.hsmsigner.service.server.Health;
import io.github.hsmsigner.service.server.ManagementEndpoints.HealthReport;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Decides whether the service is ready. It is ready if at least one of its keys can be used. Problems of the other keys
 * are warnings. It is not ready after the stop signal. Makes no call to an HSM. Thread-safe.
 */
final class ReadinessCheck implements HealthReport {

    private static final String REASON = "reason";

    private final TokenManager tokens;
    private final Supplier<List<String>> policyWarnings;
    private final Optional<AuditFile> audit;
    private final ChangedFileReloader files;
    private volatile boolean stopping;

    ReadinessCheck(
            TokenManager tokens,
            Supplier<List<String>> policyWarnings,
            Optional<AuditFile> audit,
            ChangedFileReloader files) {
        this.tokens = tokens;
        this.policyWarnings = policyWarnings;
        this.audit = audit;
        this.files = files;
    }

    /** From now on, the service is not ready. */
    void stopping() {
        stopping = true;
    }

    @Override
    public Health ready() {
        Set<String> keyNames = tokens.registry().names();
        List<Health.Part> parts = new ArrayList<>();
        tokens.connectors().forEach(token -> parts.add(part(token)));
        Map<String, String> unusable = new LinkedHashMap<>();
        keyNames.forEach(name -> tokens.problem(name).ifPresent(reason -> unusable.put(name, reason)));
        keyNames.forEach(name -> parts.add(part(name, Optional.ofNullable(unusable.get(name)))));
        Optional<String> auditTrouble = audit.flatMap(file -> file.status().trouble());
        audit.ifPresent(file -> parts.add(new Health.Part(
                "audit",
                "file",
                auditTrouble.isPresent() ? "failing" : "ready",
                auditTrouble.map(reason -> Map.of(REASON, reason)).orElse(Map.of()))));
        Optional<String> filesWarning = files.overdueWarning();
        parts.add(new Health.Part(
                "files",
                "watched",
                filesWarning.isPresent() ? "overdue" : "ready",
                Map.of("last_check", files.lastCheck().toString())));

        boolean noKey = unusable.size() == keyNames.size();
        List<String> reasons = new ArrayList<>();
        List<String> warnings = new ArrayList<>(policyWarnings.get());
        warnings.addAll(files.problems());
        if (stopping) {
            reasons.add("The service is stopping.");
        }
        if (noKey) {
            reasons.addAll(sentences(unusable));
        } else {
            warnings.addAll(sentences(unusable));
        }
        if (audit.filter(file -> file.status().diskLow()).isPresent()) {
            warnings.add(
                    "The disk of the audit log has less space free than its reserve. Requests of unknown callers are"
                            + " only counted.");
        }
        auditTrouble.ifPresent(reason -> warnings.add("The audit log cannot be written: " + reason));
        filesWarning.ifPresent(warnings::add);
        return new Health(!stopping && !noKey, reasons, warnings, parts);
    }

    /** Returns one sentence for each reason, with the names of the keys that it is about. */
    private static List<String> sentences(Map<String, String> unusable) {
        Map<String, List<String>> keysByReason = unusable.entrySet().stream()
                .collect(Collectors.groupingBy(
                        Map.Entry::getValue,
                        LinkedHashMap::new,
                        Collectors.mapping(key -> "\"" + key.getKey() + "\"", Collectors.toList())));
        return keysByReason.entrySet().stream()
                .map(entry -> (entry.getValue().size() == 1 ? "Key " : "Keys ") + String.join(", ", entry.getValue())
                        + " cannot be used: " + entry.getKey())
                .toList();
    }

    private static Health.Part part(TokenConnector token) {
        Optional<String> problem = token.problem();
        TokenHealth health = token.token().map(Pkcs11Token::health).orElseGet(TokenHealth::healthy);
        String state =
                problem.isPresent() ? "not_ready" : health.state() == TokenHealth.State.DEGRADED ? "degraded" : "ready";
        Optional<String> reason = problem.or(() -> Optional.of(health.reason()).filter(text -> !text.isEmpty()));
        return new Health.Part(
                "token",
                token.name(),
                state,
                reason.map(text -> Map.of(REASON, text)).orElse(Map.of()));
    }

    private Health.Part part(String keyName, Optional<String> problem) {
        Map<String, String> details = new LinkedHashMap<>();
        problem.ifPresent(reason -> details.put(REASON, reason));
        tokens.registry()
                .find(keyName)
                .map(key -> key.chain().signer().getNotAfter().toInstant())
                .ifPresent(end -> details.put("certificate_valid_to", end.toString()));
        return new Health.Part("key", keyName, problem.isPresent() ? "not_ready" : "ready", details);
    }
}

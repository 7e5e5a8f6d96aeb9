package io.github.hsmsigner.service.lifecycle;

import io.github.hsmsigner.audit.AuditFile;
import io.github.hsmsigner.pkcs11.Pkcs11Token;
import io.github.hsmsigner.pkcs11.health.TokenHealth;
import io.github.hsmsigner.service.server.Health;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * Decides whether the service is ready. It is ready if at least one of its keys can be used. Problems of the other keys
 * are warnings. It is not ready during the {@link WarmUp}, and after the stop signal. Makes no call to an HSM. Thread-safe.
 */
final class ReadinessCheck {

    private final TokenManager tokens;
    private final Supplier<List<String>> policyWarnings;
    private final Optional<AuditFile> audit;
    private final ChangedFileReloader files;
    private final BooleanSupplier warm;
    private volatile boolean stopping;

    ReadinessCheck(
            TokenManager tokens,
            Supplier<List<String>> policyWarnings,
            Optional<AuditFile> audit,
            ChangedFileReloader files,
            BooleanSupplier warm) {
        this.tokens = tokens;
        this.policyWarnings = policyWarnings;
        this.audit = audit;
        this.files = files;
        this.warm = warm;
    }

    /** From now on, the service is not ready. */
    void stopping() {
        stopping = true;
    }

    /** Returns the current health at once. */
    Health ready() {
        List<Health.Part> parts = new ArrayList<>();
        tokens.connectors().forEach(token -> parts.add(tokenPart(token)));
        Map<String, List<String>> unusableByReason = new LinkedHashMap<>();
        boolean anyUsable = false;
        for (String name : tokens.registry().names()) {
            Optional<String> problem = tokens.problem(name);
            problem.ifPresent(reason -> unusableByReason
                    .computeIfAbsent(reason, keys -> new ArrayList<>())
                    .add("\"" + name + "\""));
            anyUsable |= problem.isEmpty();
            parts.add(keyPart(name, problem));
        }
        Optional<String> auditTrouble = audit.flatMap(file -> file.status().trouble());
        audit.ifPresent(
                file -> parts.add(part("audit", "file", auditTrouble.isPresent() ? "failing" : "ready", auditTrouble)));
        Optional<String> filesWarning = files.overdueWarning();
        parts.add(new Health.Part(
                "files",
                "watched",
                filesWarning.isPresent() ? "overdue" : "ready",
                Map.of("last_check", files.lastCheck().toString())));

        List<String> reasons = new ArrayList<>();
        List<String> warnings = new ArrayList<>(policyWarnings.get());
        warnings.addAll(files.problems());
        if (stopping) {
            reasons.add("The service is stopping.");
        }
        boolean warmingUp = !warm.getAsBoolean();
        if (warmingUp) {
            reasons.add("The service is warming up.");
        }
        List<String> aboutKeys = anyUsable ? warnings : reasons;
        unusableByReason.forEach((reason, keys) -> aboutKeys.add(
                (keys.size() == 1 ? "Key " : "Keys ") + String.join(", ", keys) + " cannot be used: " + reason));
        if (audit.filter(file -> file.status().diskLow()).isPresent()) {
            warnings.add("The disk of the audit log has less space free than its reserve. Requests of unknown callers"
                    + " are only counted.");
        }
        auditTrouble.ifPresent(reason -> warnings.add("The audit log cannot be written: " + reason));
        filesWarning.ifPresent(warnings::add);
        return new Health(anyUsable && !stopping && !warmingUp, reasons, warnings, parts);
    }

    private static Health.Part tokenPart(TokenConnector token) {
        Optional<String> problem = token.problem();
        TokenHealth health = token.token().map(Pkcs11Token::health).orElseGet(TokenHealth::healthy);
        String state =
                problem.isPresent() ? "not_ready" : health.state() == TokenHealth.State.DEGRADED ? "degraded" : "ready";
        return part(
                "token",
                token.name(),
                state,
                problem.or(() -> Optional.of(health.reason()).filter(text -> !text.isEmpty())));
    }

    private Health.Part keyPart(String name, Optional<String> problem) {
        Map<String, String> details = new HashMap<>();
        problem.ifPresent(reason -> details.put("reason", reason));
        tokens.registry()
                .find(name)
                .map(key -> key.chain().signer().getNotAfter().toInstant())
                .ifPresent(end -> details.put("certificate_valid_to", end.toString()));
        return new Health.Part("key", name, problem.isPresent() ? "not_ready" : "ready", details);
    }

    private static Health.Part part(String kind, String name, String state, Optional<String> reason) {
        return new Health.Part(
                kind, name, state, reason.map(text -> Map.of("reason", text)).orElse(Map.of()));
    }
}

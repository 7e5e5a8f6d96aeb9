package io.github.hsmsigner.service.lifecycle;

import io.github.hsmsigner.core.ContainerBuilder;
import io.github.hsmsigner.core.SigningKey;
import io.github.hsmsigner.core.certificate.CertificateFiles;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.core.revocation.OnlineRevocationSource;
import io.github.hsmsigner.service.audit.AuditFile;
import io.github.hsmsigner.service.auth.AccessSettings;
import io.github.hsmsigner.service.auth.PolicyFactory;
import io.github.hsmsigner.service.auth.ReloadablePolicy;
import io.github.hsmsigner.service.config.KeySettings;
import io.github.hsmsigner.service.config.UsableSettings;
import io.github.hsmsigner.service.server.SigningHttpServer;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;

/**
 * The resources of the service that need no token: policy, certificates, keys in files, and the audit log.
 *
 * <p>All of them are opened, and all problems are collected, so that an operator sees them together. The service opens
 * tokens after that. Otherwise a supervisor would restart a process with wrong settings, and each startup would try a
 * wrong PIN. Not thread-safe.
 */
final class LocalResources implements AutoCloseable {

    private final List<String> problems = new ArrayList<>();
    private final List<SigningKey> keys = new ArrayList<>();
    private final Optional<ReloadablePolicy> policy;
    private final Optional<OnlineRevocationSource> revocation;
    private final Optional<ContainerBuilder> containers;
    private final Optional<AuditFile> audit;

    /** Opens the resources; {@link #problems} returns what is wrong with them. */
    LocalResources(UsableSettings settings, Clock clock) {
        policy = settings.access()
                .flatMap(access -> collect(() -> new ReloadablePolicy(new PolicyFactory(clock), access)));
        revocation = settings.signatures().flatMap(ContainerBuilders::revocationSource);
        containers = settings.signatures()
                .flatMap(signatures -> collect(() -> ContainerBuilders.of(signatures, revocation)));
        settings.access().ifPresent(access -> addAll(unknownKeys(access, settings.keyNames())));
        // Problems of keys on tokens appear only when the token is open.
        settings.keys().values().stream()
                .map(KeySettings::certificates)
                .distinct()
                .forEach(files -> {
                    files.signer().ifPresent(file -> collect(() -> CertificateFiles.read(file)));
                    files.issuers().forEach(file -> collect(() -> CertificateFiles.readIssuers(file)));
                });
        addAll(SigningHttpServer.problems(settings.listeners(), settings.tls()));
        settings.signatures()
                .map(signatures -> new SigningKeyVerifier(signatures, clock))
                .ifPresent(verifier -> addAll(verifier.openFiles(settings.keys(), keys::add)));
        audit = settings.audit().flatMap(file -> collect(() -> AuditFile.open(file)));
    }

    private <T> Optional<T> collect(Supplier<T> resource) {
        try {
            return Optional.of(resource.get());
        } catch (InvalidConfigurationException e) {
            addAll(List.of(e.getMessage()));
            return Optional.empty();
        }
    }

    private void addAll(List<String> sentences) {
        sentences.stream().filter(sentence -> !problems.contains(sentence)).forEach(problems::add);
    }

    /** Returns a sentence for each key of a policy that is not configured. */
    static List<String> unknownKeys(AccessSettings access, Set<String> known) {
        Set<String> unknown = new TreeSet<>(access.keyNames());
        unknown.removeAll(known);
        return unknown.stream()
                .map(name ->
                        "The policy names the key \"" + name + "\", which is not configured; there are " + known + ".")
                .toList();
    }

    /** Returns the problems, one sentence each. */
    List<String> problems() {
        return List.copyOf(problems);
    }

    /** Returns the policy; present if there is no problem. */
    Optional<ReloadablePolicy> policy() {
        return policy;
    }

    /** Returns the container builder; present if there is no problem. */
    Optional<ContainerBuilder> containers() {
        return containers;
    }

    /** Returns the source of revocation information, which has a thread and must be closed; empty if none is set. */
    Optional<OnlineRevocationSource> revocation() {
        return revocation;
    }

    /** Returns the keys in files. */
    List<SigningKey> keys() {
        return List.copyOf(keys);
    }

    /** Returns the open audit log; empty if none is set. */
    Optional<AuditFile> audit() {
        return audit;
    }

    @Override
    public void close() {
        audit.ifPresent(AuditFile::close);
        revocation.ifPresent(OnlineRevocationSource::close);
    }
}

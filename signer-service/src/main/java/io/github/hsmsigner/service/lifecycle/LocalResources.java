package io.github.hsmsigner.service.lifecycle;

import io.github.hsmsigner.core.ContainerBuilder;
import io.github.hsmsigner.core.SigningKey;
import io.github.hsmsigner.core.certificate.CertificateFiles;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.core.revocation.OnlineRevocationSource;
import io.github.hsmsigner.service.audit.AuditFile;
import io.github.hsmsigner.service.auth.PolicyFactory;
import io.github.hsmsigner.service.auth.ReloadablePolicy;
import io.github.hsmsigner.service.config.KeySettings;
import io.github.hsmsigner.service.config.UsableSettings;
import io.github.hsmsigner.service.server.SigningHttpServer;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The parts of the service that need no token: all are opened, and all problems are collected, so that an operator sees
 * them in one round. A token is opened after that: a supervisor starts a process with wrong settings again and again,
 * and each start would try a wrong PIN. Not thread-safe.
 */
final class LocalResources implements AutoCloseable {

    private final List<String> problems = new ArrayList<>();
    private final List<SigningKey> keys = new ArrayList<>();
    private final Optional<ReloadablePolicy> policy;
    private final Optional<OnlineRevocationSource> revocation;
    private final Optional<ContainerBuilder> containers;
    private final Optional<AuditFile> audit;

    /** Opens the parts; {@link #problems} has what is wrong with them. */
    LocalResources(UsableSettings settings, Clock clock) {
        policy = settings.access()
                .flatMap(access -> collect(() -> new ReloadablePolicy(new PolicyFactory(clock), access)));
        revocation = settings.signatures().flatMap(ContainerBuilders::revocationSource);
        containers = settings.signatures()
                .flatMap(signatures -> collect(() -> ContainerBuilders.of(signatures, revocation)));
        settings.access().ifPresent(access -> addAll(KeyNames.problems(access, settings.keyNames())));
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
                .ifPresent(signatures ->
                        addAll(FileKey.openAll(settings.keys(), new SigningKeyVerifier(signatures, clock), keys::add)));
        audit = settings.audit().flatMap(file -> collect(() -> AuditFile.open(file)));
    }

    private <T> Optional<T> collect(Supplier<T> part) {
        try {
            return Optional.of(part.get());
        } catch (InvalidConfigurationException e) {
            addAll(List.of(e.getMessage()));
            return Optional.empty();
        }
    }

    private void addAll(List<String> sentences) {
        sentences.stream().filter(sentence -> !problems.contains(sentence)).forEach(problems::add);
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

    /** Has a thread in the background; to be closed. Empty if no revocation information is asked for. */
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

package io.github.hsmsigner.service.lifecycle;

import io.github.hsmsigner.access.AccessSettings;
import io.github.hsmsigner.access.PolicyFactory;
import io.github.hsmsigner.access.ReloadablePolicy;
import io.github.hsmsigner.audit.AuditFile;
import io.github.hsmsigner.core.ContainerBuilder;
import io.github.hsmsigner.core.SigningKey;
import io.github.hsmsigner.core.certificate.CertificateFiles;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.core.revocation.OnlineRevocationSource;
import io.github.hsmsigner.service.config.KeySettings;
import io.github.hsmsigner.service.config.ServiceSettings.UsableSettings;
import io.github.hsmsigner.service.server.SigningHttpServer;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * The resources of the service that need no token: policy, certificates, keys in files, and the audit log.
 *
 * <p>All of them are opened, and all problems are collected, so that an operator sees them together. The service opens
 * tokens after that. Otherwise a supervisor would restart a process with wrong settings, and each startup would try a
 * wrong PIN. Not thread-safe.
 */
record LocalResources(
        Set<String> problems,
        Optional<ReloadablePolicy> policy,
        Optional<ContainerBuilder> containers,
        Optional<OnlineRevocationSource> revocation,
        List<SigningKey> keys,
        Optional<AuditFile> audit)
        implements AutoCloseable {

    /** Opens the resources. Policy and containers are present if there is no problem. */
    static LocalResources open(UsableSettings settings, Clock clock) {
        Set<String> problems = new LinkedHashSet<>();
        Optional<ReloadablePolicy> policy = settings.access()
                .flatMap(access -> collect(problems, () -> new ReloadablePolicy(new PolicyFactory(clock), access)));
        Optional<OnlineRevocationSource> revocation =
                settings.signatures().flatMap(ContainerBuilders::revocationSource);
        Optional<ContainerBuilder> containers = settings.signatures()
                .flatMap(signatures -> collect(problems, () -> ContainerBuilders.of(signatures, revocation)));
        settings.access().ifPresent(access -> problems.addAll(unknownKeys(access, settings.keyNames())));
        // Problems of keys on tokens appear only when the token is open.
        settings.keys().values().stream()
                .map(KeySettings::certificates)
                .distinct()
                .forEach(files -> {
                    files.signer().ifPresent(file -> collect(problems, () -> CertificateFiles.read(file)));
                    files.issuers().forEach(file -> collect(problems, () -> CertificateFiles.readIssuers(file)));
                });
        settings.tls().ifPresent(tls -> collect(problems, () -> SigningHttpServer.checkFiles(tls)));
        settings.listeners().forEach(port -> collect(problems, () -> SigningHttpServer.checkPort(port)));
        List<SigningKey> keys = new ArrayList<>();
        settings.signatures()
                .map(signatures -> new SigningKeyVerifier(signatures, clock))
                .ifPresent(verifier -> problems.addAll(verifier.openFiles(settings.keys(), keys::add)));
        Optional<AuditFile> audit = settings.audit().flatMap(file -> collect(problems, () -> AuditFile.open(file)));
        return new LocalResources(problems, policy, containers, revocation, keys, audit);
    }

    private static <T> Optional<T> collect(Set<String> problems, Supplier<T> resource) {
        try {
            return Optional.of(resource.get());
        } catch (InvalidConfigurationException e) {
            problems.add(e.getMessage());
            return Optional.empty();
        }
    }

    /** Returns a sentence for each key of a policy that is not configured. */
    static List<String> unknownKeys(AccessSettings access, Set<String> known) {
        return access.keyNames().stream()
                .filter(name -> !known.contains(name))
                .map(name ->
                        "The policy names the key \"" + name + "\", which is not configured; there are " + known + ".")
                .toList();
    }

    @Override
    public void close() {
        audit.ifPresent(AuditFile::close);
        revocation.ifPresent(OnlineRevocationSource::close);
    }
}

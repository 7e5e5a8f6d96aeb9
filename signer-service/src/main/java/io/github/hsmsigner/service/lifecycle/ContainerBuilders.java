package io.github.hsmsigner.service.lifecycle;

import io.github.hsmsigner.core.ContainerBuilder;
import io.github.hsmsigner.core.TimestampSource;
import io.github.hsmsigner.core.certificate.CertificateFiles;
import io.github.hsmsigner.core.cms.CmsContainerBuilder;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.core.revocation.OnlineRevocationSource;
import io.github.hsmsigner.core.tsp.Rfc3161TimestampSource;
import io.github.hsmsigner.core.tsp.TimestampAuthority;
import io.github.hsmsigner.service.config.SignatureSettings;
import io.github.hsmsigner.service.config.SignatureSettings.TimestampSettings;
import java.util.Arrays;
import java.util.Optional;

/** Creates the container builder of the settings, with its sources of timestamps and revocation information. */
public final class ContainerBuilders {

    private ContainerBuilders() {}

    /**
     * Creates the container builder.
     *
     * @throws InvalidConfigurationException if a file cannot be read, or if an authority is not set up correctly
     */
    public static ContainerBuilder of(SignatureSettings settings) {
        return of(settings, revocationSource(settings));
    }

    /** Creates the container builder with a source of revocation information that the caller closes. */
    static ContainerBuilder of(SignatureSettings settings, Optional<OnlineRevocationSource> revocation) {
        CmsContainerBuilder.Builder containers = CmsContainerBuilder.builder();
        settings.timestamps()
                .ifPresent(timestamps ->
                        containers.timestamps(timestampSource(timestamps)).timestampRequired(timestamps.required()));
        revocation.ifPresent(containers::revocationInfo);
        return containers.build();
    }

    /** Returns the source of revocation information, if the settings ask for it. */
    static Optional<OnlineRevocationSource> revocationSource(SignatureSettings settings) {
        return settings.revocationInfo()
                ? Optional.of(OnlineRevocationSource.builder()
                        .maxBytes(settings.revocationMaxSize())
                        .limitName("SIGNING_REVOCATION_MAX_SIZE")
                        .build())
                : Optional.empty();
    }

    /** Creates the source of timestamps, with the same exception. */
    public static TimestampSource timestampSource(TimestampSettings settings) {
        return Rfc3161TimestampSource.builder(settings.authorities().stream()
                        .map(ContainerBuilders::authority)
                        .toList())
                .attemptLimit(settings.attemptLimit())
                .build();
    }

    private static TimestampAuthority authority(TimestampSettings.Authority settings) {
        try {
            TimestampAuthority.Builder authority = TimestampAuthority.builder(settings.address());
            settings.policy().ifPresent(authority::policy);
            authority.trusted(settings.trusted().stream()
                    .flatMap(file -> CertificateFiles.readIssuers(file).stream())
                    .toList());
            settings.login().ifPresent(login -> {
                char[] password = login.password().characters();
                authority.basicAuth(login.user(), password);
                Arrays.fill(password, '\0');
            });
            return authority.build();
        } catch (IllegalArgumentException e) {
            throw new InvalidConfigurationException(
                    "A timestamp authority is not set up correctly: " + e.getMessage(), e);
        }
    }
}

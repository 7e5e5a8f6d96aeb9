package io.github.hsmsigner.service.config;

import io.github.hsmsigner.core.certificate.CertificateFiles;
import io.github.hsmsigner.service.secret.SecretReference;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The settings of timestamps. */
final class TimestampReader {

    private static final Setting<URI> ADDRESS =
            Setting.of("address", ValueType.httpAddress(), "address of the authority");
    private static final Setting<String> POLICY =
            Setting.of("policy", ValueType.oid(), "OID of the requested policy. Default: the authority chooses");
    private static final Setting<List<Path>> TRUSTED = Setting.of(
            "trusted",
            new Shape.Several<>(ValueType.file(), Shape.Several.COLON),
            "files with trusted certificates for the authority's certificate. Default: every certificate"
                    + " that the authority sends is trusted");
    private static final Setting<String> USER =
            Setting.of("user", ValueType.text("a user's name"), "user for HTTP basic authentication");
    private static final Setting<SecretReference> PASSWORD =
            Setting.of("password", new Shape.OfSecret(), "password of that user");

    private static final Setting<List<URI>> ADDRESSES = Setting.of(
                    "addresses",
                    new Shape.Several<>(ValueType.httpAddress(), Shape.Several.SPACE_OR_COMMA),
                    "addresses of timestamp authorities, in the order of use. Use `authorities` instead if an"
                            + " authority needs more settings")
            .variable("SIGNING_TIMESTAMP_ADDRESSES");
    private static final Setting<List<SectionValues>> AUTHORITIES = Setting.of(
            "authorities",
            new Shape.OfList(Section.of(ADDRESS, POLICY, TRUSTED, USER, PASSWORD)),
            "timestamp authorities in the order of use, instead of `addresses`");
    private static final Setting<Boolean> REQUIRED = Setting.of(
                    "required",
                    ValueType.truth(),
                    "`true`: 503 if no authority answers. `false`: the signature has level B-B then")
            .byDefault("true")
            .variable("SIGNING_TIMESTAMP_REQUIRED");
    private static final Setting<Duration> ATTEMPT_LIMIT = Setting.of(
                    "attempt-limit",
                    ValueType.duration(Duration.ofMillis(100), Duration.ofMinutes(5)),
                    "maximum time to wait for one authority")
            .byDefault("5s");

    static final Section SECTION = Section.of(ADDRESSES, AUTHORITIES, REQUIRED, ATTEMPT_LIMIT);

    private TimestampReader() {}

    static Optional<TimestampSettings> read(SectionValues values) {
        values.atMostOne("name timestamp authorities", ADDRESSES, AUTHORITIES);
        List<TimestampSettings.Authority> authorities = values.get(AUTHORITIES)
                .map(list -> list.stream()
                        .map(TimestampReader::authority)
                        .flatMap(Optional::stream)
                        .toList())
                .orElseGet(() -> values.get(ADDRESSES).orElse(List.of()).stream()
                        .map(address ->
                                new TimestampSettings.Authority(address, Optional.empty(), List.of(), Optional.empty()))
                        .toList());
        if (values.isAnythingSet() && !values.isSet(ADDRESSES, AUTHORITIES)) {
            values.require(ADDRESSES);
        }
        return authorities.isEmpty()
                ? Optional.empty()
                : Optional.of(new TimestampSettings(authorities, values.or(REQUIRED), values.or(ATTEMPT_LIMIT)));
    }

    private static Optional<TimestampSettings.Authority> authority(SectionValues values) {
        List<Path> trusted = values.get(TRUSTED).orElse(List.of());
        trusted.forEach(
                file -> values.problems().attempt(values.where(TRUSTED), () -> CertificateFiles.readIssuers(file)));
        Optional<TimestampSettings.Login> login = Optional.empty();
        if (values.isSet(USER, PASSWORD)) {
            Optional<String> user = values.require(USER);
            login = values.require(PASSWORD)
                    .flatMap(password -> user.map(name -> new TimestampSettings.Login(name, password)));
        }
        Optional<TimestampSettings.Login> found = login;
        return values.require(ADDRESS)
                .map(address -> new TimestampSettings.Authority(address, values.get(POLICY), trusted, found));
    }
}

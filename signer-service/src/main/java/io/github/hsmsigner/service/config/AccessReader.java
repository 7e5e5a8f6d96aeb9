package io.github.hsmsigner.service.config;

import io.github.hsmsigner.core.ContainerFormat;
import io.github.hsmsigner.core.DigestAlgorithm;
import io.github.hsmsigner.core.SigningAction;
import io.github.hsmsigner.service.auth.AccessSettings;
import io.github.hsmsigner.service.auth.AccessSettings.CertificateAccess;
import io.github.hsmsigner.service.auth.AllowAll;
import io.github.hsmsigner.service.auth.CallerPermissions;
import io.github.hsmsigner.service.auth.PolicySettings;
import io.github.hsmsigner.service.auth.RateLimit;
import io.github.hsmsigner.service.auth.SharedSecretSettings;
import io.github.hsmsigner.service.auth.SharedSecretSettings.SharedSecret;
import io.github.hsmsigner.service.secret.SecretReference;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The settings of who may sign. */
final class AccessReader {

    /** The name in logs of every caller that presents the single secret. */
    private static final String CALLER = "document-engine";

    private static final Setting<Boolean> OPEN = Setting.of(
                    "open",
                    ValueType.truth(),
                    "`true`: every caller that reaches the service may sign, deliberately. `access: open` is the"
                            + " short form. Without any policy every caller may sign too, but with a warning if the"
                            + " service listens for other machines")
            .variable("SIGNING_SERVICE_ACCESS_OPEN")
            .byDefault("false");
    private static final Setting<SecretReference> TOKEN_SECRET = Setting.of(
                    "token-secret",
                    new Shape.OfSecret(),
                    "signing token that each request must have, of 16 bytes or more. Short form of a policy with one shared"
                            + " secret and the caller `" + CALLER + "`")
            .variable("SIGNING_TOKEN_SECRET");
    private static final Setting<List<SectionValues>> POLICIES = Setting.of(
            "policies",
            new Shape.OfList(PolicyReader.SECTION),
            "policies that identify callers. All must allow a request, and each may add an identity to it");

    private static final Setting<List<SigningAction>> ACTIONS = Setting.of(
            "actions",
            several(ValueType.oneOf(SigningAction.class)),
            "permitted actions. Default: all; if `containers` is set, all except raw signatures");
    private static final Setting<List<String>> KEYS =
            Setting.of("keys", several(ValueType.text("the name of a key")), "permitted keys. Default: every key");
    private static final Setting<List<DigestAlgorithm>> DIGEST_ALGORITHMS = Setting.of(
            "digest-algorithms",
            several(ValueType.oneOf(DigestAlgorithm.class)),
            "permitted digest algorithms. Default: all");
    private static final Setting<List<ContainerFormat>> CONTAINERS = Setting.of(
            "containers",
            several(ValueType.oneOf(
                    EnumSet.of(ContainerFormat.CMS, ContainerFormat.PADES_B_B, ContainerFormat.PADES_B_T),
                    ContainerFormat.class)),
            "permitted container formats; `pades-b-b` includes `pades-b-t`. Default: all. If `actions`"
                    + " is not set, this setting excludes raw signatures, because every container can be built"
                    + " around one");
    private static final Setting<String> KEY = Setting.of(
            "key",
            ValueType.text("the name of a key"),
            "key to use if neither the request nor a policy names one. Default: the only permitted key");
    private static final Setting<RateLimit> RATE = Setting.of(
            "rate", ValueType.rate(), "maximum number of signatures in a time, for each caller. Default: no maximum");

    private static final Section RULES = Section.of(ACTIONS, KEYS, DIGEST_ALGORITHMS, CONTAINERS, KEY, RATE);

    private static final Setting<Map<String, SectionValues>> CALLERS = Setting.of(
            "callers",
            new Shape.OfNames(RULES, ValueType.text("the name of a caller"), values -> "", variable -> false),
            "permissions of the callers with these names");
    private static final Setting<SectionValues> OTHERS = Setting.of(
            "others",
            new Shape.OfSection(RULES, true),
            "permissions of all other callers. Default: no permission if there are rules for callers,"
                    + " otherwise all permissions");

    private static final Setting<Boolean> CERTIFICATES_WITHOUT_TOKEN = Setting.of(
                    "certificates-without-token",
                    ValueType.truth(),
                    "`true`: `get_certificates` needs no signing token, because Document Engine sends none. `false`: policies"
                            + " over signing tokens deny such requests. Raw signing then needs the certificates in the"
                            + " application's request to Document Engine")
            .variable("SIGNING_SERVICE_CERTIFICATES_WITHOUT_TOKEN")
            .byDefault("true");
    private static final Setting<String> CERTIFICATES_KEY = Setting.of(
            "certificates-key",
            ValueType.text("the name of a key"),
            "key whose certificates a request without a signing token gets. Required where callers use different keys;"
                    + " otherwise such a request gets 400");

    static final Section SECTION =
            Section.of(OPEN, TOKEN_SECRET, POLICIES, CALLERS, OTHERS, CERTIFICATES_WITHOUT_TOKEN, CERTIFICATES_KEY);

    static final Shape.OfSection SHAPE = new Shape.OfSection(SECTION, false, Optional.of(OPEN));

    private AccessReader() {}

    private static <T> Shape<List<T>> several(ValueType<T> type) {
        return new Shape.Several<>(type, Shape.Several.SPACE_OR_COMMA);
    }

    /**
     * Reads the settings.
     *
     * @param loopback whether only this machine can connect, which makes the open policy no mistake
     */
    static Optional<AccessSettings> read(SectionValues values, Set<String> keyNames, boolean loopback) {
        int problemsBefore = values.problems().count();
        if (values.or(OPEN)) {
            values.atMostOne("identify callers", OPEN, TOKEN_SECRET, POLICIES);
        } else {
            values.atMostOne("identify callers", TOKEN_SECRET, POLICIES);
        }
        List<PolicySettings> policies = policies(values, keyNames, loopback);
        Map<String, CallerPermissions> callers = new LinkedHashMap<>();
        values.get(CALLERS)
                .orElse(Map.of())
                .forEach((name, rules) -> rules(rules, keyNames).ifPresent(made -> callers.put(name, made)));
        SectionValues others = values.get(OTHERS).orElseThrow();
        Optional<CallerPermissions> rulesForOthers = others.origin().isPresent()
                        || values.get(CALLERS).orElse(Map.of()).isEmpty()
                ? rules(others, keyNames)
                : Optional.empty();
        boolean withoutToken = values.or(CERTIFICATES_WITHOUT_TOKEN);
        Optional<String> certificatesKey = values.get(CERTIFICATES_KEY);
        certificatesKey.ifPresent(name -> values.checkKey(CERTIFICATES_KEY, name, keyNames));
        if (values.problems().count() > problemsBefore || !values.isUsable()) {
            return Optional.empty();
        }
        return values.problems()
                .attempt(
                        values.where(),
                        () -> new AccessSettings(
                                policies,
                                callers,
                                rulesForOthers,
                                new CertificateAccess(withoutToken, certificatesKey)));
    }

    private static List<PolicySettings> policies(SectionValues values, Set<String> keyNames, boolean loopback) {
        if (values.isSet(TOKEN_SECRET)) {
            return values.get(TOKEN_SECRET).stream()
                    .<PolicySettings>map(secret -> new SharedSecretSettings(List.of(new SharedSecret(CALLER, secret))))
                    .toList();
        }
        if (!values.isSet(POLICIES)) {
            return List.of(new AllowAll(loopback || values.or(OPEN)));
        }
        return values.get(POLICIES).orElse(List.of()).stream()
                .map(policy -> PolicyReader.read(policy, keyNames))
                .flatMap(Optional::stream)
                .toList();
    }

    private static Optional<CallerPermissions> rules(SectionValues values, Set<String> keyNames) {
        values.get(KEYS).ifPresent(list -> list.forEach(name -> values.checkKey(KEYS, name, keyNames)));
        values.get(KEY).ifPresent(name -> values.checkKey(KEY, name, keyNames));
        return values.problems()
                .attempt(
                        values.where(),
                        () -> CallerPermissions.of(
                                values.get(ACTIONS).map(Set::copyOf),
                                Set.copyOf(values.get(KEYS).orElse(List.of())),
                                values.get(DIGEST_ALGORITHMS).map(Set::copyOf),
                                values.get(CONTAINERS).map(list -> formats(values, list)),
                                values.get(KEY),
                                values.get(RATE)));
    }

    /** Callbacks get PAdES, which had the name CAdES in the first version. */
    private static Set<ContainerFormat> formats(SectionValues values, List<ContainerFormat> given) {
        Map<ContainerFormat, ContainerFormat> oldNames = Map.of(
                ContainerFormat.CADES_B_B, ContainerFormat.PADES_B_B,
                ContainerFormat.CADES_B_T, ContainerFormat.PADES_B_T);
        if (given.stream().anyMatch(oldNames::containsKey)) {
            values.problems()
                    .warn(values.where(CONTAINERS) + " has cades-b-b or cades-b-t, the old names of pades-b-b and"
                            + " pades-b-t. They work in this version only. Use the new names instead.");
        }
        return given.stream()
                .map(format -> oldNames.getOrDefault(format, format))
                .collect(Collectors.toSet());
    }
}

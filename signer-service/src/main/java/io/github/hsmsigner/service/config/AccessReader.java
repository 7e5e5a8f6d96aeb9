package io.github.hsmsigner.service.config;

import static io.github.hsmsigner.service.config.Setting.setting;
import static io.github.hsmsigner.service.config.ValueType.*;

import io.github.hsmsigner.access.AccessSettings;
import io.github.hsmsigner.access.AccessSettings.CertificateAccess;
import io.github.hsmsigner.access.AllowAll;
import io.github.hsmsigner.access.CallerPermissions;
import io.github.hsmsigner.access.PolicySettings;
import io.github.hsmsigner.access.RateLimit;
import io.github.hsmsigner.access.Secret;
import io.github.hsmsigner.access.SharedSecretSettings;
import io.github.hsmsigner.access.SharedSecretSettings.SharedSecret;
import io.github.hsmsigner.core.ContainerFormat;
import io.github.hsmsigner.core.DigestAlgorithm;
import io.github.hsmsigner.core.SigningAction;
import io.github.hsmsigner.service.config.SettingType.ListOf;
import io.github.hsmsigner.service.config.SettingType.OfList;
import io.github.hsmsigner.service.config.SettingType.OfNames;
import io.github.hsmsigner.service.config.SettingType.OfSection;
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

    /** Callbacks get PAdES, which had the name CAdES in the first version. */
    private static final Set<ContainerFormat> CALLBACK_FORMATS =
            EnumSet.of(ContainerFormat.CMS, ContainerFormat.PADES_B_B, ContainerFormat.PADES_B_T);

    private static final Map<ContainerFormat, ContainerFormat> OLD_FORMATS = Map.of(
            ContainerFormat.CADES_B_B, ContainerFormat.PADES_B_B,
            ContainerFormat.CADES_B_T, ContainerFormat.PADES_B_T);

    static final Section SECTION = new Section();
    private static final Setting<Boolean> OPEN = SECTION.define(
            setting("open", "SIGNING_SERVICE_ACCESS_OPEN", TRUTH, "false"),
            "`true`: every caller may sign, without a warning; short form: `access: open`");
    private static final Setting<Secret> TOKEN_SECRET = SECTION.define(
            setting("token-secret", "SIGNING_TOKEN_SECRET", SecretType.SECRET),
            "signing token that each request must have, of 16 bytes or more. The caller is `" + CALLER + "`");
    private static final Setting<List<SectionValues>> POLICIES = SECTION.define(
            setting("policies", new OfList(PolicyReader.SECTION)),
            "policies that identify callers. All must allow a request");

    private static final Section PERMISSIONS = new Section();
    private static final Setting<List<SigningAction>> ACTIONS = PERMISSIONS.define(
            setting("actions", new ListOf<>(oneOf(SigningAction.class))),
            "permitted actions. Default: all; if `containers` is set, all except raw signatures");
    private static final Setting<List<String>> KEYS = PERMISSIONS.define(
            setting("keys", new ListOf<>(text("the name of a key"))), "permitted keys. Default: every key");
    private static final Setting<List<DigestAlgorithm>> DIGEST_ALGORITHMS = PERMISSIONS.define(
            setting("digest-algorithms", new ListOf<>(oneOf(DigestAlgorithm.class))),
            "permitted digest algorithms. Default: all");
    private static final Setting<List<ContainerFormat>> CONTAINERS = PERMISSIONS.define(
            setting("containers", new ListOf<>(oneOf(ContainerFormat.class, CALLBACK_FORMATS))),
            "permitted container formats; `pades-b-b` includes `pades-b-t`. Default: all");
    private static final Setting<String> KEY = PERMISSIONS.define(
            setting("key", text("the name of a key")),
            "key to use if neither the request nor a policy names one. Default: the only permitted key");
    private static final Setting<RateLimit> RATE =
            PERMISSIONS.define(setting("rate", ValueType.RATE), "maximum for each caller. Default: no maximum");

    private static final Setting<Map<String, SectionValues>> CALLERS = SECTION.define(
            setting("callers", new OfNames(PERMISSIONS, text("the name of a caller"), variable -> false, values -> "")),
            "permissions of the callers with these names");
    private static final Setting<SectionValues> OTHERS = SECTION.define(
            setting("others", OfSection.optional(PERMISSIONS)),
            "permissions of all other callers. Default: no permission if there are rules for callers, otherwise all"
                    + " permissions");
    private static final Setting<Boolean> CERTIFICATES_WITHOUT_TOKEN = SECTION.define(
            setting("certificates-without-token", "SIGNING_SERVICE_CERTIFICATES_WITHOUT_TOKEN", TRUTH, "true"),
            "whether `get_certificates` needs no signing token, because Document Engine sends none");
    private static final Setting<String> CERTIFICATES_KEY = SECTION.define(
            setting("certificates-key", text("the name of a key")),
            "key whose certificates a request without a signing token gets, if callers use different keys");

    static final OfSection TYPE = new OfSection(SECTION, false, Optional.of(OPEN));

    private AccessReader() {}

    /** Reads the settings. If only this machine can connect (loopback), the open policy is no mistake. */
    static Optional<AccessSettings> read(SectionValues values, Set<String> keyNames, boolean loopback) {
        int problemsBefore = values.problems().count();
        if (values.value(OPEN)) {
            values.atMostOne("identify callers", OPEN, TOKEN_SECRET, POLICIES);
        } else {
            values.atMostOne("identify callers", TOKEN_SECRET, POLICIES);
        }
        List<PolicySettings> policies = policies(values, keyNames, loopback);
        Map<String, CallerPermissions> callers = new LinkedHashMap<>();
        values.getOrDefault(CALLERS, Map.of())
                .forEach((name, rules) -> rules(rules, keyNames).ifPresent(made -> callers.put(name, made)));
        SectionValues others = values.value(OTHERS);
        Optional<CallerPermissions> rulesForOthers = others.origin().isPresent()
                        || values.getOrDefault(CALLERS, Map.of()).isEmpty()
                ? rules(others, keyNames)
                : Optional.empty();
        boolean withoutToken = values.value(CERTIFICATES_WITHOUT_TOKEN);
        Optional<String> certificatesKey = values.get(CERTIFICATES_KEY);
        values.requireKnown(CERTIFICATES_KEY, "key", certificatesKey.stream().toList(), keyNames);
        if (values.problems().count() > problemsBefore || !values.isUsable()) {
            return Optional.empty();
        }
        return values.attempt(() -> new AccessSettings(
                policies, callers, rulesForOthers, new CertificateAccess(withoutToken, certificatesKey)));
    }

    private static List<PolicySettings> policies(SectionValues values, Set<String> keyNames, boolean loopback) {
        if (values.isSet(TOKEN_SECRET)) {
            return values.get(TOKEN_SECRET).stream()
                    .<PolicySettings>map(secret -> new SharedSecretSettings(List.of(new SharedSecret(CALLER, secret))))
                    .toList();
        }
        if (!values.isSet(POLICIES)) {
            return List.of(new AllowAll(loopback || values.value(OPEN)));
        }
        return values.getOrDefault(POLICIES, List.of()).stream()
                .map(policy -> PolicyReader.read(policy, keyNames))
                .flatMap(Optional::stream)
                .toList();
    }

    private static Optional<CallerPermissions> rules(SectionValues values, Set<String> keyNames) {
        values.requireKnown(KEYS, "key", values.getOrDefault(KEYS, List.of()), keyNames);
        values.requireKnown(KEY, "key", values.get(KEY).stream().toList(), keyNames);
        CallerPermissions.Builder permissions = CallerPermissions.builder();
        values.get(ACTIONS).map(Set::copyOf).ifPresent(permissions::actions);
        values.get(KEYS).map(Set::copyOf).ifPresent(permissions::keys);
        values.get(DIGEST_ALGORITHMS).map(Set::copyOf).ifPresent(permissions::digestAlgorithms);
        values.get(CONTAINERS).map(list -> formats(values, list)).ifPresent(permissions::formats);
        values.get(KEY).ifPresent(permissions::key);
        values.get(RATE).ifPresent(permissions::rate);
        return values.attempt(permissions::build);
    }

    private static Set<ContainerFormat> formats(SectionValues values, List<ContainerFormat> given) {
        if (given.stream().anyMatch(OLD_FORMATS::containsKey)) {
            values.problems()
                    .warn(values.where(CONTAINERS) + " has cades-b-b or cades-b-t, the old names of pades-b-b and"
                            + " pades-b-t. They work in this version only. Use the new names instead.");
        }
        return given.stream()
                .map(format -> OLD_FORMATS.getOrDefault(format, format))
                .collect(Collectors.toSet());
    }
}

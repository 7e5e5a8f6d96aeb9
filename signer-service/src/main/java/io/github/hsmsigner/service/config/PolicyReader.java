package io.github.hsmsigner.service.config;

import io.github.hsmsigner.service.auth.AllowAll;
import io.github.hsmsigner.service.auth.ClientCertificateSettings;
import io.github.hsmsigner.service.auth.ClientCertificateSettings.ListedCertificate;
import io.github.hsmsigner.service.auth.JwtAlgorithm;
import io.github.hsmsigner.service.auth.JwtKeySource;
import io.github.hsmsigner.service.auth.JwtSettings;
import io.github.hsmsigner.service.auth.PolicySettings;
import io.github.hsmsigner.service.auth.SharedSecretSettings;
import io.github.hsmsigner.service.auth.SharedSecretSettings.SharedSecret;
import io.github.hsmsigner.service.auth.UserListSettings;
import io.github.hsmsigner.service.auth.UserListSettings.ListedUser;
import io.github.hsmsigner.service.secret.SecretReference;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/** The settings of a policy. */
final class PolicyReader {

    private static final Setting<String> CALLER = Setting.of(
            "caller",
            ValueType.text("the name of a caller"),
            "name of the caller in logs; several entries may have the same");

    private static final Setting<Boolean> OPEN =
            Setting.of("open", ValueType.truth(), "`true`: every caller that reaches the service may sign");

    private static final Setting<SecretReference> SECRET =
            Setting.of("secret", new Shape.OfSecret(), "signing token, of 16 bytes or more");
    private static final Setting<List<SectionValues>> SHARED_SECRETS = Setting.of(
            "shared-secrets",
            new Shape.OfList(Section.of(CALLER, SECRET)),
            "the signing token is one of the listed secrets");

    private static final Setting<String> USER = Setting.of(
            "user",
            ValueType.text("the name of a user"),
            "the signing token or its `userId`, and the name of the caller in logs");
    private static final Setting<List<String>> SIGN_METHODS = Setting.of(
            "sign-methods",
            new Shape.Several<>(ValueType.text("a value of signMethod"), Shape.Several.SPACE_OR_COMMA),
            "accepted values of `signMethod`; a token without `signMethod` is then denied. Default: any value or none");
    private static final Setting<List<SectionValues>> USERS =
            Setting.of("users", new Shape.OfList(Section.of(USER, SIGN_METHODS)), "the users who may sign");
    private static final Setting<Map<String, String>> KEY_BY_SIGN_METHOD =
            Setting.of("key-by-sign-method", new Shape.OfTexts(), "names of keys by values of `signMethod`");
    private static final Setting<SectionValues> USER_LIST = Setting.of(
            "user-list",
            new Shape.OfSection(Section.of(USERS, KEY_BY_SIGN_METHOD), true),
            "the signing token is the name of a listed user, or a JSON object with `userId` and optionally `signMethod`");

    private static final Setting<SecretReference> JWT_SECRET =
            Setting.of("secret", new Shape.OfSecret(), "secret for HS256, of 32 bytes or more");
    private static final Setting<Path> PUBLIC_KEY = Setting.of(
            "public-key",
            ValueType.file(),
            "PEM file with a public key or certificate: RSA of 2048 bits or more, or P-256");
    private static final Setting<Path> JWK_SET =
            Setting.of("jwk-set", ValueType.file(), "file with a JWK Set (RFC 7517)");
    private static final Setting<List<SectionValues>> JWT_KEYS = Setting.of(
            "keys",
            new Shape.OfList(Section.of(JWT_SECRET, PUBLIC_KEY, JWK_SET)),
            "keys that verify JWTs. Each element has one of these settings");
    private static final Setting<List<JwtAlgorithm>> ALGORITHMS = Setting.of(
            "algorithms",
            new Shape.Several<>(ValueType.oneOf(JwtAlgorithm.class), Shape.Several.SPACE_OR_COMMA),
            "accepted algorithms of JWTs. Default: all algorithms that the keys support");
    private static final Setting<String> ISSUER =
            Setting.of("issuer", ValueType.text("a text"), "required value of the claim `iss`. Default: any value");
    private static final Setting<String> AUDIENCE = Setting.of(
            "audience",
            ValueType.text("a text"),
            "value that the claim `aud` must equal or contain. Default: the claim must be absent");
    private static final Setting<String> TYPE = Setting.of(
            "type", ValueType.text("a text"), "required value of the header `typ`. Default: `JWT` or absent");
    private static final Setting<Duration> LEEWAY = Setting.of(
                    "leeway",
                    ValueType.duration(Duration.ZERO, Duration.ofMinutes(10)),
                    "tolerance between the issuer's clock and ours")
            .byDefault("30s");
    private static final Setting<Duration> MAXIMUM_AGE = Setting.of(
            "maximum-age",
            ValueType.duration(Duration.ofSeconds(1), Duration.ofDays(365)),
            "maximum age of a JWT by its claim `iat`. Default: only the expiry counts");
    private static final Setting<String> CALLER_CLAIM = Setting.of(
                    "caller-claim", ValueType.text("the name of a claim"), "claim with the name of the caller")
            .byDefault("sub");
    private static final Setting<String> KEY_CLAIM =
            Setting.of("key-claim", ValueType.text("the name of a claim"), "claim that selects the key. Default: none");
    private static final Setting<Map<String, String>> KEY_BY_CLAIM_VALUE = Setting.of(
            "key-by-claim-value",
            new Shape.OfTexts(),
            "names of keys by values of that claim. Default: the value is the name of the key");
    private static final Setting<Long> MAX_TOKEN = Setting.of(
                    "max-token", ValueType.size(256, 262_144), "maximum length of a JWT")
            .byDefault("16KiB");
    private static final Setting<SectionValues> JWT = Setting.of(
            "jwt",
            new Shape.OfSection(
                    Section.of(
                            JWT_KEYS,
                            ALGORITHMS,
                            ISSUER,
                            AUDIENCE,
                            TYPE,
                            LEEWAY,
                            MAXIMUM_AGE,
                            CALLER_CLAIM,
                            KEY_CLAIM,
                            KEY_BY_CLAIM_VALUE,
                            MAX_TOKEN),
                    true),
            "the signing token is a JSON Web Token, or a JSON object with one as `userId`");

    private static final Setting<String> SUBJECT = Setting.of(
            "subject",
            ValueType.text("a distinguished name"),
            "the whole subject of the certificate, in the form of `openssl x509 -nameopt RFC2253`; case"
                    + " and blanks are significant");
    private static final Setting<String> SUBJECTS_ISSUER = Setting.of(
            "issuer",
            ValueType.text("a distinguished name"),
            "with `subject`: the whole issuer of the certificate, in the same form. Default: any"
                    + " authority that TLS trusts");
    private static final Setting<String> FINGERPRINT = Setting.of(
            "sha256",
            ValueType.text("a fingerprint"),
            "SHA-256 fingerprint of the certificate, instead of the subject");
    private static final Setting<List<SectionValues>> CLIENT_CERTIFICATES = Setting.of(
            "client-certificates",
            new Shape.OfList(Section.of(CALLER, SUBJECT, SUBJECTS_ISSUER, FINGERPRINT)),
            "the client's certificate in TLS is listed");

    static final Section SECTION = Section.of(OPEN, SHARED_SECRETS, USER_LIST, JWT, CLIENT_CERTIFICATES);

    private PolicyReader() {}

    static Optional<PolicySettings> read(SectionValues values, Set<String> keyNames) {
        List<Setting<?>> kinds = List.of(OPEN, SHARED_SECRETS, USER_LIST, JWT, CLIENT_CERTIFICATES);
        if (kinds.stream().filter(kind -> values.isSet(kind)).count() != 1) {
            values.problems()
                    .add(
                            values.where(),
                            "must have one of "
                                    + String.join(
                                            ", ",
                                            kinds.stream().map(Setting::name).toList())
                                    + "; further policies are further elements of the list");
            return Optional.empty();
        }
        return values.problems()
                .attempt(values.where(), () -> policy(values, keyNames))
                .flatMap(Function.identity());
    }

    private static Optional<PolicySettings> policy(SectionValues values, Set<String> keyNames) {
        if (values.isSet(OPEN)) {
            if (values.get(OPEN).filter(open -> !open).isPresent()) {
                values.problems().add(values.where(OPEN), "must be true; to use another policy, remove this one");
            }
            return Optional.of(new AllowAll(true));
        }
        if (values.isSet(SHARED_SECRETS)) {
            return values.get(SHARED_SECRETS)
                    .flatMap(list -> each(list, PolicyReader::sharedSecret))
                    .map(SharedSecretSettings::new);
        }
        if (values.isSet(CLIENT_CERTIFICATES)) {
            return values.get(CLIENT_CERTIFICATES)
                    .flatMap(list -> each(list, PolicyReader::certificate))
                    .map(ClientCertificateSettings::new);
        }
        if (values.isSet(JWT)) {
            return values.get(JWT).flatMap(jwt -> jwt(jwt, keyNames));
        }
        if (values.isSet(USER_LIST)) {
            return values.get(USER_LIST).flatMap(users -> userList(users, keyNames));
        }
        throw new IllegalStateException("No code reads this kind of policy: " + values.where());
    }

    /** Reads the elements; empty if one of them cannot be used. */
    private static <T> Optional<List<T>> each(List<SectionValues> list, Function<SectionValues, Optional<T>> reader) {
        List<T> made = list.stream()
                .flatMap(
                        values -> values
                                .problems()
                                .attempt(values.where(), () -> reader.apply(values))
                                .flatMap(Function.identity())
                                .stream())
                .toList();
        return made.size() < list.size() ? Optional.empty() : Optional.of(made);
    }

    private static Optional<SharedSecret> sharedSecret(SectionValues values) {
        Optional<String> caller = values.require(CALLER);
        return values.require(SECRET).flatMap(secret -> caller.map(name -> new SharedSecret(name, secret)));
    }

    private static Optional<ListedCertificate> certificate(SectionValues values) {
        values.atMostOne("select the certificate", SUBJECT, FINGERPRINT);
        Optional<String> caller = values.require(CALLER);
        if (!values.isSet(FINGERPRINT)) {
            Optional<ListedCertificate> listed = values.require(SUBJECT)
                    .flatMap(subject -> caller.map(name -> ListedCertificate.withSubject(name, subject)));
            return values.isSet(SUBJECTS_ISSUER)
                    ? listed.flatMap(entry -> values.get(SUBJECTS_ISSUER).map(entry::withIssuer))
                    : listed;
        }
        if (values.isSet(SUBJECTS_ISSUER)) {
            values.problems().add(values.where(SUBJECTS_ISSUER), "counts only with a subject; leave it out");
        }
        return values.get(FINGERPRINT)
                .flatMap(hash -> caller.map(name -> ListedCertificate.withFingerprint(name, hash)));
    }

    private static Optional<PolicySettings> userList(SectionValues values, Set<String> keyNames) {
        Map<String, String> keys = keys(values, KEY_BY_SIGN_METHOD, keyNames);
        return values.require(USERS)
                .flatMap(list -> each(list, PolicyReader::user))
                .map(users -> new UserListSettings(users, keys));
    }

    private static Optional<ListedUser> user(SectionValues values) {
        return values.require(USER)
                .map(name ->
                        new ListedUser(name, Set.copyOf(values.get(SIGN_METHODS).orElse(List.of()))));
    }

    private static Map<String, String> keys(
            SectionValues values, Setting<Map<String, String>> setting, Set<String> keyNames) {
        Map<String, String> keys = values.get(setting).orElse(Map.of());
        keys.values().forEach(name -> values.checkKey(setting, name, keyNames));
        return keys;
    }

    private static Optional<PolicySettings> jwt(SectionValues values, Set<String> keyNames) {
        Map<String, String> keysByValue = keys(values, KEY_BY_CLAIM_VALUE, keyNames);
        return values.require(JWT_KEYS)
                .flatMap(list -> each(list, PolicyReader::keySource))
                .map(sources -> new JwtSettings(
                        sources,
                        values.get(ALGORITHMS).map(Set::copyOf).orElseGet(() -> EnumSet.allOf(JwtAlgorithm.class)),
                        values.get(ISSUER),
                        values.get(AUDIENCE),
                        values.get(TYPE),
                        values.or(LEEWAY),
                        values.get(MAXIMUM_AGE),
                        values.or(CALLER_CLAIM),
                        values.get(KEY_CLAIM),
                        keysByValue,
                        values.or(MAX_TOKEN).intValue()));
    }

    private static Optional<JwtKeySource> keySource(SectionValues values) {
        long set = Stream.of(JWT_SECRET, PUBLIC_KEY, JWK_SET)
                .filter(setting -> values.isSet(setting))
                .count();
        if (set != 1) {
            values.problems().add(values.where(), "must have one of secret, public-key and jwk-set");
            return Optional.empty();
        }
        Optional<SecretReference> secret = values.get(JWT_SECRET);
        Optional<Path> publicKey = values.get(PUBLIC_KEY);
        Optional<Path> jwkSet = values.get(JWK_SET);
        return Stream.of(secret, publicKey, jwkSet).anyMatch(Optional::isPresent)
                ? Optional.of(new JwtKeySource(secret, publicKey, jwkSet))
                : Optional.empty();
    }
}

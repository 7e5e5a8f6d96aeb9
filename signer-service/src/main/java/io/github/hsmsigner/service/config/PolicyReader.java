package io.github.hsmsigner.service.config;

import static io.github.hsmsigner.service.config.Setting.setting;
import static io.github.hsmsigner.service.config.ValueType.*;

import io.github.hsmsigner.access.AllowAll;
import io.github.hsmsigner.access.ClientCertificateSettings;
import io.github.hsmsigner.access.ClientCertificateSettings.ListedCertificate;
import io.github.hsmsigner.access.JwtAlgorithm;
import io.github.hsmsigner.access.JwtKeySource;
import io.github.hsmsigner.access.JwtSettings;
import io.github.hsmsigner.access.PolicySettings;
import io.github.hsmsigner.access.Secret;
import io.github.hsmsigner.access.SharedSecretSettings;
import io.github.hsmsigner.access.SharedSecretSettings.SharedSecret;
import io.github.hsmsigner.access.UserListSettings;
import io.github.hsmsigner.access.UserListSettings.ListedUser;
import io.github.hsmsigner.service.config.SettingType.ListOf;
import io.github.hsmsigner.service.config.SettingType.OfList;
import io.github.hsmsigner.service.config.SettingType.OfSection;
import io.github.hsmsigner.service.config.SettingType.OfTexts;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/** The settings of a policy. */
final class PolicyReader {

    static final Section SECTION = new Section();
    private static final Setting<Boolean> OPEN =
            SECTION.define(setting("open", TRUTH), "`true`: every caller may sign");

    private static final Section SHARED_SECRET = new Section();
    private static final Setting<String> CALLER = SHARED_SECRET.define(
            setting("caller", text("the name of a caller")),
            "name of the caller in logs; several entries may have the same");
    private static final Setting<Secret> SECRET =
            SHARED_SECRET.define(setting("secret", SecretType.SECRET), "signing token, of 16 bytes or more");
    private static final Setting<List<SectionValues>> SHARED_SECRETS = SECTION.define(
            setting("shared-secrets", new OfList(SHARED_SECRET)), "the signing token is one of the listed secrets");

    private static final Section LISTED_USER = new Section();
    private static final Setting<String> USER = LISTED_USER.define(
            setting("user", text("the name of a user")),
            "the signing token or its `userId`, and the name of the caller in logs");
    private static final Setting<List<String>> SIGN_METHODS = LISTED_USER.define(
            setting("sign-methods", new ListOf<>(text("a value of signMethod"))),
            "accepted values of `signMethod`; a token without `signMethod` is then denied. Default: any value or none");
    private static final Section USER_LIST = new Section();
    private static final Setting<List<SectionValues>> USERS =
            USER_LIST.define(setting("users", new OfList(LISTED_USER)), "the users who may sign");
    private static final Setting<Map<String, String>> KEY_BY_SIGN_METHOD =
            USER_LIST.define(setting("key-by-sign-method", new OfTexts()), "names of keys by values of `signMethod`");
    private static final Setting<SectionValues> USER_LIST_SECTION = SECTION.define(
            setting("user-list", OfSection.optional(USER_LIST)),
            "the signing token is a listed user, or a JSON object with `userId` and optionally `signMethod`");

    private static final Section JWT_KEY = new Section();
    private static final Setting<Secret> JWT_SECRET =
            JWT_KEY.define(setting("secret", SecretType.SECRET), "secret for HS256, of 32 bytes or more");
    private static final Setting<Path> PUBLIC_KEY = JWT_KEY.define(
            setting("public-key", FILE),
            "PEM file with a public key or certificate: RSA of 2048 bits or more, or P-256");
    private static final Setting<Path> JWK_SET =
            JWT_KEY.define(setting("jwk-set", FILE), "file with a JWK Set (RFC 7517)");
    private static final Section JWT = new Section();
    private static final Setting<List<SectionValues>> JWT_KEYS = JWT.define(
            setting("keys", new OfList(JWT_KEY)), "keys that verify JWTs. Each element has one of these settings");
    private static final Setting<List<JwtAlgorithm>> ALGORITHMS = JWT.define(
            setting("algorithms", new ListOf<>(oneOf(JwtAlgorithm.class))),
            "accepted algorithms of JWTs. Default: all algorithms that the keys support");
    private static final Setting<String> ISSUER =
            JWT.define(setting("issuer", text("a text")), "required value of the claim `iss`. Default: any value");
    private static final Setting<String> AUDIENCE = JWT.define(
            setting("audience", text("a text")),
            "value that the claim `aud` must equal or contain. Default: the claim must be absent");
    private static final Setting<String> TYPE =
            JWT.define(setting("type", text("a text")), "required value of the header `typ`. Default: `JWT` or absent");
    private static final Setting<Duration> LEEWAY = JWT.define(
            setting("leeway", duration(Duration.ZERO, Duration.ofMinutes(10)), "30s"),
            "tolerance between the issuer's clock and ours");
    private static final Setting<Duration> MAXIMUM_AGE = JWT.define(
            setting("maximum-age", duration(Duration.ofSeconds(1), Duration.ofDays(365))),
            "maximum age of a JWT by its claim `iat`. Default: only the expiry counts");
    private static final Setting<String> CALLER_CLAIM = JWT.define(
            setting("caller-claim", text("the name of a claim"), "sub"), "claim with the name of the caller");
    private static final Setting<String> KEY_CLAIM =
            JWT.define(setting("key-claim", text("the name of a claim")), "claim that selects the key. Default: none");
    private static final Setting<Map<String, String>> KEY_BY_CLAIM_VALUE = JWT.define(
            setting("key-by-claim-value", new OfTexts()),
            "names of keys by values of that claim. Default: the value is the name of the key");
    private static final Setting<Long> MAX_TOKEN =
            JWT.define(setting("max-token", size(256, 262_144), "16KiB"), "maximum length of a JWT");
    private static final Setting<SectionValues> JWT_SECTION = SECTION.define(
            setting("jwt", OfSection.optional(JWT)),
            "the signing token is a JSON Web Token, or a JSON object with one as `userId`");

    private static final Section CLIENT_CERTIFICATE = new Section();

    static {
        CLIENT_CERTIFICATE.add(CALLER);
    }

    private static final Setting<String> SUBJECT = CLIENT_CERTIFICATE.define(
            setting("subject", text("a distinguished name")),
            "the whole subject, in the form of `openssl x509 -nameopt RFC2253`; case and blanks are significant");
    private static final Setting<String> SUBJECTS_ISSUER = CLIENT_CERTIFICATE.define(
            setting("issuer", text("a distinguished name")),
            "with `subject`: the whole issuer, in the same form. Default: any authority that TLS trusts");
    private static final Setting<String> FINGERPRINT = CLIENT_CERTIFICATE.define(
            setting("sha256", text("a fingerprint")), "SHA-256 fingerprint of the certificate, instead of the subject");
    private static final Setting<List<SectionValues>> CLIENT_CERTIFICATES = SECTION.define(
            setting("client-certificates", new OfList(CLIENT_CERTIFICATE)),
            "the client's certificate in TLS is listed");

    private PolicyReader() {}

    static Optional<PolicySettings> read(SectionValues values, Set<String> keyNames) {
        List<Setting<?>> kinds = SECTION.settings();
        if (kinds.stream().filter(values::isSet).count() != 1) {
            String names = String.join(", ", kinds.stream().map(Setting::name).toList());
            values.report("must have one of " + names + "; further policies are further elements of the list");
            return Optional.empty();
        }
        return values.attempt(() -> policy(values, keyNames)).flatMap(Function.identity());
    }

    private static Optional<PolicySettings> policy(SectionValues values, Set<String> keyNames) {
        if (values.isSet(OPEN)) {
            if (values.get(OPEN).filter(open -> !open).isPresent()) {
                values.report(OPEN, "must be true; to use another policy, remove this one");
            }
            return Optional.of(new AllowAll(true));
        }
        if (values.isSet(SHARED_SECRETS)) {
            return values.each(SHARED_SECRETS, PolicyReader::sharedSecret).map(SharedSecretSettings::new);
        }
        if (values.isSet(CLIENT_CERTIFICATES)) {
            return values.each(CLIENT_CERTIFICATES, PolicyReader::certificate).map(ClientCertificateSettings::new);
        }
        if (values.isSet(JWT_SECTION)) {
            return values.get(JWT_SECTION).flatMap(jwt -> jwt(jwt, keyNames));
        }
        if (values.isSet(USER_LIST_SECTION)) {
            return values.get(USER_LIST_SECTION).flatMap(users -> userList(users, keyNames));
        }
        throw new IllegalStateException("No code reads this kind of policy: " + values.where());
    }

    private static Optional<SharedSecret> sharedSecret(SectionValues values) {
        return values.require(CALLER, SECRET).map(v -> new SharedSecret(v.value(CALLER), v.value(SECRET)));
    }

    private static Optional<ListedCertificate> certificate(SectionValues values) {
        values.atMostOne("select the certificate", SUBJECT, FINGERPRINT);
        if (!values.isSet(FINGERPRINT)) {
            return values.require(CALLER, SUBJECT)
                    .map(v -> ListedCertificate.withSubject(v.value(CALLER), v.value(SUBJECT)))
                    .map(listed ->
                            values.get(SUBJECTS_ISSUER).map(listed::withIssuer).orElse(listed));
        }
        if (values.isSet(SUBJECTS_ISSUER)) {
            values.report(SUBJECTS_ISSUER, "counts only with a subject; leave it out");
        }
        return values.require(CALLER, FINGERPRINT)
                .map(v -> ListedCertificate.withFingerprint(v.value(CALLER), v.value(FINGERPRINT)));
    }

    private static Optional<PolicySettings> userList(SectionValues values, Set<String> keyNames) {
        Map<String, String> keys = keys(values, KEY_BY_SIGN_METHOD, keyNames);
        return values.each(USERS, PolicyReader::user).map(users -> new UserListSettings(users, keys));
    }

    private static Optional<ListedUser> user(SectionValues values) {
        if (values.get(SIGN_METHODS).filter(List::isEmpty).isPresent()) {
            values.report(SIGN_METHODS, "must have a value; leave it out to accept any value");
        }
        return values.require(USER)
                .map(v -> new ListedUser(v.value(USER), Set.copyOf(values.getOrDefault(SIGN_METHODS, List.of()))));
    }

    private static Map<String, String> keys(
            SectionValues values, Setting<Map<String, String>> setting, Set<String> keyNames) {
        Map<String, String> keys = values.getOrDefault(setting, Map.of());
        values.requireKnown(setting, "key", keys.values(), keyNames);
        return keys;
    }

    private static Optional<PolicySettings> jwt(SectionValues values, Set<String> keyNames) {
        Map<String, String> keysByValue = keys(values, KEY_BY_CLAIM_VALUE, keyNames);
        if (values.get(KEY_BY_CLAIM_VALUE).filter(Map::isEmpty).isPresent()) {
            values.report(
                    KEY_BY_CLAIM_VALUE,
                    "must have a key; leave it out if the value of the claim is the name of the key");
        }
        return values.each(JWT_KEYS, PolicyReader::keySource).map(sources -> {
            JwtSettings.Builder jwt = JwtSettings.builder(sources)
                    .leeway(values.value(LEEWAY))
                    .callerClaim(values.value(CALLER_CLAIM))
                    .keyByClaimValue(keysByValue)
                    .maxTokenBytes(values.value(MAX_TOKEN).intValue());
            values.get(ALGORITHMS).map(Set::copyOf).ifPresent(jwt::algorithms);
            values.get(ISSUER).ifPresent(jwt::issuer);
            values.get(AUDIENCE).ifPresent(jwt::audience);
            values.get(TYPE).ifPresent(jwt::type);
            values.get(MAXIMUM_AGE).ifPresent(jwt::maximumAge);
            values.get(KEY_CLAIM).ifPresent(jwt::keyClaim);
            return jwt.build();
        });
    }

    private static Optional<JwtKeySource> keySource(SectionValues values) {
        if (JWT_KEY.settings().stream().filter(values::isSet).count() != 1) {
            values.report("must have one of secret, public-key and jwk-set");
            return Optional.empty();
        }
        Optional<Secret> secret = values.get(JWT_SECRET);
        Optional<Path> publicKey = values.get(PUBLIC_KEY);
        Optional<Path> jwkSet = values.get(JWK_SET);
        return Stream.of(secret, publicKey, jwkSet).anyMatch(Optional::isPresent)
                ? Optional.of(new JwtKeySource(secret, publicKey, jwkSet))
                : Optional.empty();
    }
}

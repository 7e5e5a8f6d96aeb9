package io.github.hsmsigner.service.config;

import static io.github.hsmsigner.service.config.Setting.setting;
import static io.github.hsmsigner.service.config.ValueType.*;

import io.github.hsmsigner.access.Secret;
import io.github.hsmsigner.core.SignatureScheme;
import io.github.hsmsigner.core.certificate.CertificateFiles;
import io.github.hsmsigner.pkcs11.KeySelector;
import io.github.hsmsigner.pkcs11.Pkcs11Uri;
import io.github.hsmsigner.service.config.KeySettings.KeyCertificates;
import io.github.hsmsigner.service.config.SettingType.ListOf;
import io.github.hsmsigner.service.config.SettingType.OfNames;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The settings of a key. */
final class KeyReader {

    /** The variable with the name of the key that the environment sets. */
    static final String NAME_VARIABLE = "SIGNING_KEY_NAME";

    private static final Map<String, SignatureScheme> SCHEMES =
            Map.of("pkcs1", SignatureScheme.RSA_PKCS1, "pss", SignatureScheme.RSA_PSS);

    private static final Section SECTION = new Section();
    private static final Setting<List<String>> TOKENS = SECTION.define(
            setting("tokens", new ListOf<>(NAME)),
            "token with the key, or several tokens with the same key. Default: the only token");
    private static final Setting<String> LABEL = SECTION.define(
            setting("label", "HSM_KEY_LABEL", text("the label of a key")),
            "CKA_LABEL of the private key. Default: the only key on the token, if label, id and URI are not set");
    private static final Setting<byte[]> ID = SECTION.define(
            setting("id", "HSM_KEY_ID", HEXADECIMAL),
            "CKA_ID of the private key; if the label is set too, both must match");
    private static final Setting<Pkcs11Uri> URI =
            SECTION.define(setting("uri", "HSM_URI", PKCS11_URI), "key as a URI, instead of label and id");
    private static final Setting<Path> KEY_STORE = SECTION.define(
            setting("keystore", "SIGNING_KEYSTORE", FILE),
            "path of a PKCS#12 file with one private key, instead of a token");
    private static final Setting<Secret> KEY_STORE_PASSWORD = SECTION.define(
            setting("keystore-password", "SIGNING_KEYSTORE_PASSWORD", SecretType.SECRET), "password of that file");
    private static final Setting<String> RSA_SCHEME = SECTION.define(
            setting("rsa-scheme", "SIGNING_RSA_SCHEME", oneOf("pkcs1", "pss")),
            "scheme of an RSA key: RSASSA-PKCS1-v1_5 or RSASSA-PSS. Default: `pkcs1`");
    private static final Setting<Path> CERTIFICATE = SECTION.define(
            setting("certificate", "SIGNING_CERTIFICATE", FILE),
            "file with the certificate of the key, and optionally its chain, in PEM, DER or PKCS#7. Default: the"
                    + " certificate on the token or in the key store");
    private static final Setting<List<Path>> CA_CERTIFICATES = SECTION.define(
            setting("ca-certificates", "SIGNING_CA_CERTIFICATES", ListOf.separatedByColons(FILE)),
            "files with further certificates of the chain");

    /** Variables of a token or a key store define a key. */
    static final OfNames TYPE = new OfNames(
            SECTION,
            NAME,
            variable -> variable.startsWith("HSM_") || variable.startsWith("SIGNING_KEYSTORE"),
            KeyReader::nameFromEnvironment);

    private KeyReader() {}

    private static String nameFromEnvironment(SectionValues values) {
        Optional<Pkcs11Uri> uri = values.get(URI);
        return values.variable(NAME_VARIABLE)
                .or(() -> values.get(LABEL))
                .or(() -> values.shownText(ID))
                .or(() -> uri.flatMap(Pkcs11Uri::object))
                .or(() -> uri.flatMap(Pkcs11Uri::id).map(HexFormat.of()::formatHex))
                .orElse(values.isAnySet(KEY_STORE, KEY_STORE_PASSWORD) ? "keystore" : "hsm");
    }

    static Optional<KeySettings> read(SectionValues values, Set<String> tokenNames) {
        KeyCertificates certificates = certificates(values);
        Optional<SignatureScheme> scheme = values.get(RSA_SCHEME).map(SCHEMES::get);
        if (values.isAnySet(KEY_STORE, KEY_STORE_PASSWORD)) {
            if (values.isAnySet(TOKENS, LABEL, ID, URI)) {
                values.report("is either on a token or in a key store, but has settings of both");
            }
            return values.require(KEY_STORE, KEY_STORE_PASSWORD)
                    .map(v -> new KeySettings.InFile(
                            v.value(KEY_STORE), v.value(KEY_STORE_PASSWORD), scheme, certificates));
        }
        Optional<KeySelector> selector = selector(values);
        return tokens(values, tokenNames)
                .flatMap(tokens -> selector.map(key -> new KeySettings.OnToken(tokens, key, scheme, certificates)));
    }

    private static Optional<KeySelector> selector(SectionValues values) {
        Optional<Pkcs11Uri> uri = values.get(URI);
        Optional<KeySelector> byUri = uri.flatMap(found -> values.attempt(URI, () -> KeySelector.of(found)));
        if (uri.filter(found -> found.object().isPresent() || found.id().isPresent())
                .isPresent()) {
            values.atMostOne("select the key", LABEL, URI);
            values.atMostOne("select the key", ID, URI);
            return byUri;
        }
        return Optional.of(
                KeySelector.of(values.get(LABEL).orElse(null), values.get(ID).orElse(null)));
    }

    private static Optional<List<String>> tokens(SectionValues values, Set<String> tokenNames) {
        if (!values.isSet(TOKENS)) {
            if (tokenNames.size() == 1) {
                return Optional.of(List.copyOf(tokenNames));
            }
            values.problems()
                    .add(
                            values.where(TOKENS) + " is missing:",
                            tokenNames.isEmpty()
                                    ? "the key is on no token, as there is none, and in no key store"
                                    : "the name of the token that the key is on, of " + String.join(", ", tokenNames));
            return Optional.empty();
        }
        values.requireKnown(TOKENS, "token", values.getOrDefault(TOKENS, List.of()), tokenNames);
        return values.get(TOKENS);
    }

    /** Returns the files, and reports unusable ones. */
    private static KeyCertificates certificates(SectionValues values) {
        values.get(CERTIFICATE).ifPresent(file -> values.attempt(CERTIFICATE, () -> CertificateFiles.read(file)));
        List<Path> issuers = values.getOrDefault(CA_CERTIFICATES, List.of());
        issuers.forEach(file -> values.attempt(CA_CERTIFICATES, () -> CertificateFiles.readIssuers(file)));
        return new KeyCertificates(values.get(CERTIFICATE), issuers);
    }
}

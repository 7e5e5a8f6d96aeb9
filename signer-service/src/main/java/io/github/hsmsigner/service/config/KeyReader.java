package io.github.hsmsigner.service.config;

import static io.github.hsmsigner.service.config.Setting.setting;
import static io.github.hsmsigner.service.config.ValueType.*;

import io.github.hsmsigner.access.Secret;
import io.github.hsmsigner.core.SignatureScheme;
import io.github.hsmsigner.core.certificate.CertificateFiles;
import io.github.hsmsigner.core.internal.uri.FileKeySource;
import io.github.hsmsigner.pkcs11.KeySelector;
import io.github.hsmsigner.pkcs11.Pkcs11Uri;
import io.github.hsmsigner.service.config.KeySettings.KeyCertificates;
import io.github.hsmsigner.service.config.SettingType.ListOf;
import io.github.hsmsigner.service.config.SettingType.OfNames;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Reads the settings of keys. Not thread-safe. */
final class KeyReader {

    /** The variable with the name of the key that the environment sets. */
    static final String NAME_VARIABLE = "SIGNING_KEY_NAME";

    /** The variable with the URI of the key. */
    private static final String URI_VARIABLE = "SIGNING_KEY_URI";

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
    private static final Setting<KeyUri> URI = SECTION.define(
            setting("uri", URI_VARIABLE, new KeyUri.Type()),
            "[key as a URI](../guides/keys-and-certificates.md#name-a-key-by-a-uri), instead of label and id, a token or a"
                    + " key store");
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

    /** Variables of a token, a key store or a key's URI define a key. */
    static final OfNames TYPE = new OfNames(
            SECTION,
            NAME,
            variable -> variable.startsWith("HSM_")
                    || variable.startsWith("SIGNING_KEYSTORE")
                    || variable.equals(URI_VARIABLE),
            KeyReader::nameFromEnvironment);

    /** The names of the tokens under {@code tokens}. */
    private final Set<String> tokenNames;

    /** The usable tokens. Keys whose URI names the module add theirs. */
    private final Map<String, TokenSettings> tokens;

    /** The source of the PIN by the name of a token that a URI added. */
    private final Map<String, String> pinSources = new HashMap<>();

    KeyReader(Set<String> tokenNames, Map<String, TokenSettings> tokens) {
        this.tokenNames = tokenNames;
        this.tokens = tokens;
    }

    private static String nameFromEnvironment(SectionValues values) {
        Optional<KeyUri> uri = values.get(URI);
        Optional<Pkcs11Uri> pkcs11 = uri.flatMap(KeyUri::pkcs11);
        return values.variable(NAME_VARIABLE)
                .or(() -> values.get(LABEL))
                .or(() -> values.shownText(ID))
                .or(() -> pkcs11.flatMap(Pkcs11Uri::object))
                .or(() -> pkcs11.flatMap(Pkcs11Uri::id).map(HexFormat.of()::formatHex))
                .or(() -> uri.filter(found -> found.pkcs11().isEmpty()).map(KeyUri::scheme))
                .orElse(values.isAnySet(KEY_STORE, KEY_STORE_PASSWORD) ? "keystore" : "hsm");
    }

    Optional<KeySettings> read(SectionValues values) {
        Optional<KeyUri> uri = values.get(URI);
        Optional<SignatureScheme> scheme = values.get(RSA_SCHEME).map(SCHEMES::get);
        KeyCertificates certificates = certificates(values, uri.flatMap(KeyUri::pkcs11));
        if (uri.isPresent() && uri.get().pkcs11().isEmpty()) {
            return ofOtherScheme(values, uri.get(), scheme, certificates);
        }
        if (values.isAnySet(KEY_STORE, KEY_STORE_PASSWORD)) {
            if (values.isAnySet(TOKENS, LABEL, ID, URI)) {
                values.report("is either on a token or in a key store, but has settings of both");
            }
            return values.require(KEY_STORE, KEY_STORE_PASSWORD)
                    .map(v -> new KeySettings.InFile(
                            v.value(KEY_STORE), v.value(KEY_STORE_PASSWORD), scheme, certificates));
        }
        Optional<KeySelector> selector = selector(values, uri.flatMap(KeyUri::pkcs11));
        return tokens(values, uri.flatMap(KeyUri::pkcs11))
                .flatMap(names -> selector.map(key -> new KeySettings.OnToken(names, key, scheme, certificates)));
    }

    private static Optional<KeySettings> ofOtherScheme(
            SectionValues values, KeyUri uri, Optional<SignatureScheme> scheme, KeyCertificates certificates) {
        List<String> others = Stream.of(TOKENS, LABEL, ID, KEY_STORE, KEY_STORE_PASSWORD)
                .filter(values::isSet)
                .map(values::where)
                .toList();
        if (!others.isEmpty()) {
            values.report(
                    URI,
                    "names the key completely, so " + String.join(", ", others) + " must not be set for the same key");
            return Optional.empty();
        }
        if (!uri.scheme().equals("file")) {
            return Optional.of(new KeySettings.FromProvider(uri, scheme, certificates));
        }
        return values.attempt(URI, () -> FileKeySource.Location.parse(uri.text()))
                .map(at -> new KeySettings.InFile(at.file(), Secret.inFile(at.passwordFile()), scheme, certificates));
    }

    private static Optional<KeySelector> selector(SectionValues values, Optional<Pkcs11Uri> uri) {
        if (uri.filter(found -> found.object().isPresent() || found.id().isPresent())
                .isPresent()) {
            values.atMostOne("select the key", LABEL, URI);
            values.atMostOne("select the key", ID, URI);
            return values.attempt(URI, () -> KeySelector.of(uri.get()));
        }
        return Optional.of(
                KeySelector.of(values.get(LABEL).orElse(null), values.get(ID).orElse(null)));
    }

    private Optional<List<String>> tokens(SectionValues values, Optional<Pkcs11Uri> uri) {
        // A variable of the token is the URI of the token too.
        if (uri.filter(found -> found.modulePath().isPresent()
                                || found.pinSource().isPresent())
                        .isPresent()
                && !values.where(URI).equals(KeyUri.TOKEN_VARIABLE)) {
            return tokenOf(values, uri.get()).map(List::of);
        }
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

    /** Returns the name of the token that the URI of a key names, which is added if there is none yet. */
    private Optional<String> tokenOf(SectionValues values, Pkcs11Uri uri) {
        if (values.isSet(TOKENS)) {
            values.report(
                    URI,
                    "names the token with module-path and pin-source, and " + values.where(TOKENS)
                            + " names it too. Remove one of them");
            return Optional.empty();
        }
        return TokenSettings.of(values, URI, uri).flatMap(token -> {
            for (Map.Entry<String, TokenSettings> other : tokens.entrySet()) {
                if (other.getValue().isOnSameToken(token)) {
                    return shared(values, uri, other.getKey(), token);
                }
            }
            String name = newName(uri);
            tokens.put(name, token);
            pinSources.put(name, uri.pinSource().orElseThrow());
            return Optional.of(name);
        });
    }

    private Optional<String> shared(SectionValues values, Pkcs11Uri uri, String name, TokenSettings token) {
        boolean samePin = pinSources.containsKey(name)
                ? uri.pinSource().filter(pinSources.get(name)::equals).isPresent()
                : token.pinFile()
                        .filter(file ->
                                tokens.get(name).pinFile().filter(file::equals).isPresent())
                        .isPresent();
        if (!samePin) {
            values.report(
                    URI,
                    "names the token \"" + name + "\" with another source of the PIN. "
                            + (pinSources.containsKey(name)
                                    ? "Use the same pin-source in all URIs of the token"
                                    : "Remove module-path and pin-source, and set tokens to " + name));
            return Optional.empty();
        }
        return Optional.of(name);
    }

    /** Returns a name for a token in the log and in metrics: the label or serial number, if it is a valid name. */
    private String newName(Pkcs11Uri uri) {
        String label = uri.token()
                .or(uri::serial)
                .filter(text -> NAME.parse(text, "", new Problems()).isPresent())
                .orElse(TokenSettings.NAME_FROM_ENVIRONMENT);
        String name = label;
        for (int i = 2; tokens.containsKey(name) || tokenNames.contains(name); i++) {
            name = label + "-" + i;
        }
        return name;
    }

    /** Returns the files, and reports unusable ones. */
    private static KeyCertificates certificates(SectionValues values, Optional<Pkcs11Uri> uri) {
        Optional<Path> inUri = uri.flatMap(Pkcs11Uri::certificateFile)
                .flatMap(file -> FILE.parse(file, values.where(URI) + ", in x-certificate-file,", values.problems()));
        if (inUri.isPresent()) {
            values.atMostOne("name the certificate", CERTIFICATE, URI);
        }
        Setting<?> setting = inUri.isPresent() ? URI : CERTIFICATE;
        Optional<Path> signer = inUri.or(() -> values.get(CERTIFICATE));
        signer.ifPresent(file -> values.attempt(setting, () -> CertificateFiles.read(file)));
        List<Path> issuers = values.getOrDefault(CA_CERTIFICATES, List.of());
        issuers.forEach(file -> values.attempt(CA_CERTIFICATES, () -> CertificateFiles.readIssuers(file)));
        return new KeyCertificates(signer, issuers);
    }
}

package io.github.hsmsigner.service.config;

import io.github.hsmsigner.core.SignatureScheme;
import io.github.hsmsigner.core.certificate.CertificateFiles;
import io.github.hsmsigner.pkcs11.KeySelector;
import io.github.hsmsigner.pkcs11.Pkcs11Uri;
import io.github.hsmsigner.service.secret.SecretReference;
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

    private static final String HSM_KEY = "hsm";
    private static final String KEY_STORE_KEY = "keystore";
    private static final Map<String, SignatureScheme> SCHEMES =
            Map.of("pkcs1", SignatureScheme.RSA_PKCS1, "pss", SignatureScheme.RSA_PSS);

    private static final Setting<List<String>> TOKENS = Setting.of(
            "tokens",
            new Shape.Several<>(ValueType.name(), Shape.Several.SPACE_OR_COMMA),
            "name of the token with the key, or of several tokens with the same key. Default: the only" + " token");
    private static final Setting<String> LABEL = Setting.of(
                    "label",
                    ValueType.text("the label of a key"),
                    "CKA_LABEL of the private key. Default: the only key on the token, if label, id and URI are"
                            + " not set")
            .variable("HSM_KEY_LABEL");
    private static final Setting<byte[]> ID = Setting.of(
                    "id",
                    ValueType.hexadecimal(),
                    "CKA_ID of the private key, in hexadecimal. If the label is set too, both must match")
            .variable("HSM_KEY_ID");
    private static final Setting<Pkcs11Uri> URI = Setting.of(
                    "uri", ValueType.pkcs11Uri(), "key as a URI (RFC 7512), instead of label and id")
            .variable("HSM_URI");
    private static final Setting<Path> KEY_STORE = Setting.of(
                    "keystore", ValueType.file(), "path of a PKCS#12 file with one private key, instead of a token")
            .variable("SIGNING_KEYSTORE");
    private static final Setting<SecretReference> KEY_STORE_PASSWORD = Setting.of(
                    "keystore-password", new Shape.OfSecret(), "password of that file")
            .variable("SIGNING_KEYSTORE_PASSWORD");
    private static final Setting<String> RSA_SCHEME = Setting.of(
                    "rsa-scheme",
                    ValueType.oneOf(List.of("pkcs1", "pss")),
                    "signature scheme of an RSA key: RSASSA-PKCS1-v1_5 or RSASSA-PSS. Default: `pkcs1`")
            .variable("SIGNING_RSA_SCHEME");
    private static final Setting<Path> CERTIFICATE = Setting.of(
                    "certificate",
                    ValueType.file(),
                    "file with the certificate of the key, in PEM, DER or PKCS#7. It may contain the chain too."
                            + " Default: the certificate on the token or in the key store")
            .variable("SIGNING_CERTIFICATE");
    private static final Setting<List<Path>> CA_CERTIFICATES = Setting.of(
                    "ca-certificates",
                    new Shape.Several<>(ValueType.file(), Shape.Several.COLON),
                    "files with further certificates of the chain")
            .variable("SIGNING_CA_CERTIFICATES");

    static final Section SECTION =
            Section.of(TOKENS, LABEL, ID, URI, KEY_STORE, KEY_STORE_PASSWORD, RSA_SCHEME, CERTIFICATE, CA_CERTIFICATES);

    private KeyReader() {}

    static String nameFromEnvironment(SectionValues values) {
        return values.variable(NAME_VARIABLE)
                .or(() -> values.get(LABEL))
                .or(() -> values.shownText(ID))
                .or(() -> values.get(URI).flatMap(Pkcs11Uri::object))
                .or(() -> values.get(URI).flatMap(Pkcs11Uri::id).map(HexFormat.of()::formatHex))
                .orElse(values.isSet(KEY_STORE, KEY_STORE_PASSWORD) ? KEY_STORE_KEY : HSM_KEY);
    }

    /** Returns whether a variable defines a key. */
    static boolean isMaking(String variable) {
        return variable.startsWith("HSM_") || variable.startsWith("SIGNING_KEYSTORE");
    }

    static Optional<KeySettings> read(SectionValues values, Set<String> tokenNames) {
        KeyCertificates certificates = certificates(values);
        Optional<SignatureScheme> scheme = values.get(RSA_SCHEME).map(SCHEMES::get);
        if (values.isSet(KEY_STORE, KEY_STORE_PASSWORD)) {
            if (values.isSet(TOKENS, LABEL, ID, URI)) {
                values.problems()
                        .add(values.where(), "is either on a token or in a key store, but has settings of both");
            }
            Optional<Path> file = values.require(KEY_STORE);
            Optional<SecretReference> password = values.require(KEY_STORE_PASSWORD);
            return file.flatMap(f -> password.map(p -> new KeySettings.InFile(f, p, scheme, certificates)));
        }
        Optional<KeySelector> selector = selector(values);
        return tokens(values, tokenNames)
                .flatMap(tokens -> selector.map(key -> new KeySettings.OnToken(tokens, key, scheme, certificates)));
    }

    private static Optional<KeySelector> selector(SectionValues values) {
        if (!values.isSet(URI)) {
            return Optional.of(KeySelector.of(
                    values.get(LABEL).orElse(null), values.get(ID).orElse(null)));
        }
        Optional<KeySelector> byUri =
                values.get(URI).flatMap(uri -> values.problems().attempt(values.where(URI), () -> KeySelector.of(uri)));
        boolean namesAKey = values.get(URI)
                .filter(uri -> uri.object().isPresent() || uri.id().isPresent())
                .isPresent();
        if (namesAKey) {
            values.atMostOne("select the key", LABEL, URI);
            values.atMostOne("select the key", ID, URI);
        }
        return namesAKey
                ? byUri
                : Optional.of(KeySelector.of(
                        values.get(LABEL).orElse(null), values.get(ID).orElse(null)));
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
        for (String name : values.get(TOKENS).orElse(List.of())) {
            if (!tokenNames.contains(name)) {
                values.problems()
                        .add(
                                values.where(TOKENS),
                                "names a token that is not among those set" + NearestName.hint(name, tokenNames));
            }
        }
        return values.get(TOKENS);
    }

    /** Returns the files, once it is seen that they can be used. */
    private static KeyCertificates certificates(SectionValues values) {
        values.get(CERTIFICATE)
                .ifPresent(file ->
                        values.problems().attempt(values.where(CERTIFICATE), () -> CertificateFiles.read(file)));
        List<Path> issuers = values.get(CA_CERTIFICATES).orElse(List.of());
        issuers.forEach(file ->
                values.problems().attempt(values.where(CA_CERTIFICATES), () -> CertificateFiles.readIssuers(file)));
        return new KeyCertificates(values.get(CERTIFICATE), issuers);
    }
}

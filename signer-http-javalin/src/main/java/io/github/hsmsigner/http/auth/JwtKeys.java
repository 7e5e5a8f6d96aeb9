package io.github.hsmsigner.http.auth;

import com.nimbusds.jose.Algorithm;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.AsymmetricJWK;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import com.nimbusds.jose.jwk.RSAKey;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.http.secret.SecretReference;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.cert.CertificateFactory;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.X509EncodedKeySpec;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Reads the keys that tokens are checked with. */
final class JwtKeys {

    private static final int MAX_FILE_BYTES = 1024 * 1024;
    private static final Pattern PEM =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([A-Za-z0-9+/=\\s]++)-----END \\1-----");

    private JwtKeys() {}

    /** The keys, each with those of its algorithms that are accepted. */
    static List<VerificationKey> read(List<JwtKeySource> sources, Set<JwtAlgorithm> accepted) {
        List<VerificationKey> keys = sources.stream().flatMap(JwtKeys::read).toList();
        if (keys.stream().noneMatch(key -> key.algorithms().stream().anyMatch(accepted::contains))) {
            throw new InvalidConfigurationException(
                    "No key to check JSON Web Tokens with is for the accepted algorithms " + accepted + ".");
        }
        return keys;
    }

    private static Stream<VerificationKey> read(JwtKeySource source) {
        if (source instanceof JwtKeySource.OfSecret of) {
            return Stream.of(secret(of.secret()));
        }
        if (source instanceof JwtKeySource.OfPublicKey of) {
            return Stream.of(publicKey(of.path()));
        }
        return jwkSet(((JwtKeySource.OfJwkSet) source).path()).stream();
    }

    private static VerificationKey secret(SecretReference reference) {
        byte[] secret = reference.read();
        String where = reference.file().map(file -> "in " + file).orElse("in the settings");
        try {
            // Everybody may know a public key, so as a secret it would let everybody sign.
            if (new String(secret, StandardCharsets.ISO_8859_1).contains("-----BEGIN ")) {
                throw new InvalidConfigurationException("The secret for HS256 " + where
                        + " is a key or certificate in PEM; HS256 needs a secret that nobody else knows.");
            }
            return VerificationKey.ofSecret(Optional.empty(), secret, where);
        } finally {
            Arrays.fill(secret, (byte) 0);
        }
    }

    private static VerificationKey publicKey(Path file) {
        String text = text(file);
        String where = "in " + file;
        Matcher block = PEM.matcher(text);
        if (!block.find()) {
            throw new InvalidConfigurationException(
                    "There is no PEM " + where + "; a public key or a certificate is expected.");
        }
        String label = block.group(1);
        byte[] der = decode(block.group(2), where);
        PublicKey key = switch (label) {
            case "PUBLIC KEY" -> subjectPublicKey(der, where);
            case "CERTIFICATE" -> certifiedKey(der, where);
            default ->
                throw new InvalidConfigurationException(
                        "The PEM " + where + " holds a " + label + "; expected is a PUBLIC KEY or a CERTIFICATE.");
        };
        if (block.find()) {
            throw new InvalidConfigurationException("There is more than one key " + where + "; name a file for each.");
        }
        return VerificationKey.ofPublicKey(Optional.empty(), key, where);
    }

    private static byte[] decode(String base64, String where) {
        try {
            return Base64.getMimeDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            throw new InvalidConfigurationException("The PEM " + where + " is not well-formed Base64.", e);
        }
    }

    private static PublicKey subjectPublicKey(byte[] der, String where) {
        X509EncodedKeySpec encoded = new X509EncodedKeySpec(der);
        for (String type : List.of("RSA", "EC")) {
            try {
                return KeyFactory.getInstance(type).generatePublic(encoded);
            } catch (InvalidKeySpecException e) {
                // A key of another type.
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("This Java runtime has no keys of type " + type, e);
            }
        }
        throw new InvalidConfigurationException(
                "The key " + where + " is neither an RSA key nor one on P-256; tokens cannot be checked with it.");
    }

    private static PublicKey certifiedKey(byte[] der, String where) {
        try {
            return CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(der))
                    .getPublicKey();
        } catch (GeneralSecurityException e) {
            throw new InvalidConfigurationException("The certificate " + where + " cannot be read.", e);
        }
    }

    private static List<VerificationKey> jwkSet(Path file) {
        List<VerificationKey> keys = new ArrayList<>();
        for (JWK jwk : parse(file)) {
            verificationKey(jwk, file).ifPresent(keys::add);
        }
        if (keys.isEmpty()) {
            throw new InvalidConfigurationException("The JWK Set in " + file
                    + " has no key for HS256, RS256, ES256 or PS256; keys with \"use\":\"enc\" do not count.");
        }
        return keys;
    }

    private static List<JWK> parse(Path file) {
        try {
            return JWKSet.parse(text(file)).getKeys();
        } catch (ParseException e) {
            // Without its cause, whose message may hold a secret of the file.
            throw new InvalidConfigurationException(
                    "The JWK Set in " + file + " is not well-formed (RFC 7517, section 5).");
        }
    }

    private static Optional<VerificationKey> verificationKey(JWK jwk, Path file) {
        if (KeyUse.ENCRYPTION.equals(jwk.getKeyUse())) {
            return Optional.empty();
        }
        Optional<String> id = Optional.ofNullable(jwk.getKeyID());
        String where = "in " + file;
        Optional<VerificationKey> key = Optional.empty();
        if (jwk instanceof OctetSequenceKey secret) {
            key = Optional.of(VerificationKey.ofSecret(id, secret.toByteArray(), where));
        } else if (jwk.isPrivate()) {
            throw new InvalidConfigurationException("The JWK Set in " + file
                    + " holds a private key; whoever reads the file could make tokens. Give the public keys alone.");
        } else if (jwk instanceof RSAKey || jwk instanceof ECKey ec && Curve.P_256.equals(ec.getCurve())) {
            key = Optional.of(VerificationKey.ofPublicKey(id, publicKey((AsymmetricJWK) jwk, where), where));
        }
        Optional<Algorithm> algorithm = Optional.ofNullable(jwk.getAlgorithm());
        if (algorithm.isEmpty()) {
            return key;
        }
        Optional<JwtAlgorithm> only = Arrays.stream(JwtAlgorithm.values())
                .filter(offered -> offered.name().equals(algorithm.get().getName()))
                .findFirst();
        return key.flatMap(of -> only.map(of::limitedTo))
                .filter(of -> !of.algorithms().isEmpty());
    }

    private static PublicKey publicKey(AsymmetricJWK jwk, String where) {
        try {
            return jwk.toPublicKey();
        } catch (JOSEException e) {
            throw new InvalidConfigurationException("A key of the JWK Set " + where + " cannot be used.", e);
        }
    }

    private static String text(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] content = in.readNBytes(MAX_FILE_BYTES + 1);
            if (content.length > MAX_FILE_BYTES) {
                throw new InvalidConfigurationException("The file " + file + " is longer than " + MAX_FILE_BYTES
                        + " bytes; a key or a JWK Set is expected.");
            }
            return new String(content, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new InvalidConfigurationException("The keys for JSON Web Tokens in " + file + " cannot be read.", e);
        }
    }
}

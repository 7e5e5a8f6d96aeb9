package io.github.hsmsigner.service.auth;

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
import io.github.hsmsigner.core.certificate.PublicKeyFiles;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.service.secret.SecretReference;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PublicKey;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Reads the keys that tokens are checked with. */
final class JwtKeys {

    private static final int MAX_FILE_BYTES = 1024 * 1024;

    private JwtKeys() {}

    /** Returns the keys, each with those of its algorithms that are accepted. */
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
        byte[] secret = reference.key();
        String where = reference.file().map(file -> "in " + file).orElse("in the settings");
        try {
            return VerificationKey.ofSecret(Optional.empty(), secret, where);
        } finally {
            Arrays.fill(secret, (byte) 0);
        }
    }

    private static VerificationKey publicKey(Path file) {
        String where = "in " + file;
        PublicKeyFiles.Found found = PublicKeyFiles.parse(where, content(file));
        VerificationKey key = VerificationKey.ofPublicKey(Optional.empty(), found.key(), where);
        return found.forPssAlone() ? key.limitedTo(JwtAlgorithm.PS256) : key;
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
            return JWKSet.parse(new String(content(file), StandardCharsets.UTF_8))
                    .getKeys();
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
                    + " holds a private key, with which any reader of the file could create tokens. Keep only the public"
                    + " keys in it.");
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

    private static byte[] content(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] content = in.readNBytes(MAX_FILE_BYTES + 1);
            if (content.length > MAX_FILE_BYTES) {
                throw new InvalidConfigurationException("The file " + file + " is longer than " + MAX_FILE_BYTES
                        + " bytes; a key or a JWK Set is expected.");
            }
            return content;
        } catch (IOException e) {
            throw new InvalidConfigurationException("The keys for JSON Web Tokens in " + file + " cannot be read.", e);
        }
    }
}

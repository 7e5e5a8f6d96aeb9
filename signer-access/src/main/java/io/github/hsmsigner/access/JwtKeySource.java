package io.github.hsmsigner.access;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import com.nimbusds.jose.jwk.RSAKey;
import io.github.hsmsigner.core.certificate.PublicKeyFiles;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.text.ParseException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * One source of keys that verify JSON Web Tokens. The algorithms of a key follow from the key, and never from a token.
 * Immutable.
 *
 * @param secret a secret for HS256 of 32 bytes or more (RFC 7518, section 3.2)
 * @param publicKey a file in PEM with one public key or certificate: an RSA key of 2048 bits or more, or a key on P-256.
 *     The service ignores everything else in a certificate
 * @param jwkSet a file with a JWK Set (RFC 7517). The service skips keys for other purposes and algorithms
 */
public record JwtKeySource(Optional<Secret> secret, Optional<Path> publicKey, Optional<Path> jwkSet) {

    private static final int MAX_FILE_BYTES = 1024 * 1024;
    private static final int MIN_SECRET_BYTES = 32;
    private static final int MIN_RSA_BITS = 2048;

    /**
     * Checks that there is one source.
     *
     * @param secret a secret for HS256 of 32 bytes or more
     * @param publicKey a file in PEM with one public key or certificate
     * @param jwkSet a file with a JWK Set
     * @throws InvalidConfigurationException if there is not exactly one of them
     */
    public JwtKeySource {
        if (Stream.of(secret, publicKey, jwkSet).filter(Optional::isPresent).count() != 1) {
            throw new InvalidConfigurationException(
                    "A source of keys for JWTs is a secret, a public key or a JWK Set, and only one of them.");
        }
    }

    /**
     * {@return a secret for HS256}
     *
     * @param secret 32 bytes or more
     */
    public static JwtKeySource ofSecret(Secret secret) {
        return new JwtKeySource(Optional.of(secret), Optional.empty(), Optional.empty());
    }

    /**
     * {@return a public key or certificate in a file}
     *
     * @param file in PEM: an RSA key of 2048 bits or more, or a key on P-256
     */
    public static JwtKeySource ofPublicKey(Path file) {
        return new JwtKeySource(Optional.empty(), Optional.of(file), Optional.empty());
    }

    /**
     * {@return the keys of a JWK Set (RFC 7517) in a file}
     *
     * @param file the file
     */
    public static JwtKeySource ofJwkSet(Path file) {
        return new JwtKeySource(Optional.empty(), Optional.empty(), Optional.of(file));
    }

    Optional<Path> file() {
        return publicKey.or(() -> jwkSet).or(() -> secret.flatMap(Secret::file));
    }

    /** Returns whether the source has a secret or private key; {@code false} if its file cannot be read. */
    boolean hasSecret() {
        try {
            return secret.isPresent()
                    || jwkSet.isPresent() && parse(jwkSet.get()).stream().anyMatch(JWK::isPrivate);
        } catch (InvalidConfigurationException e) {
            return false;
        }
    }

    /**
     * Reads all keys.
     *
     * @throws InvalidConfigurationException if no key is for an accepted algorithm, or a key is too short or private
     */
    static List<JWK> read(List<JwtKeySource> sources, Set<JwtAlgorithm> accepted) {
        List<JWK> keys = sources.stream().flatMap(JwtKeySource::read).toList();
        if (keys.stream().noneMatch(key -> JwtAlgorithm.of(key).stream().anyMatch(accepted::contains))) {
            throw new InvalidConfigurationException(
                    "No key to check JWTs with is for the accepted algorithms " + accepted + ".");
        }
        return keys;
    }

    private Stream<JWK> read() {
        String where = file().map(file -> "in " + file).orElse("in the settings");
        if (secret.isPresent()) {
            return Stream.of(readSecret(secret.get(), where));
        }
        return publicKey.isPresent() ? Stream.of(readPublicKey(publicKey.get(), where)) : readJwkSet(where);
    }

    private static JWK readSecret(Secret reference, String where) {
        byte[] bytes = reference.key();
        try {
            return requireStrong(new OctetSequenceKey.Builder(bytes).build(), where);
        } finally {
            Arrays.fill(bytes, (byte) 0);
        }
    }

    private static JWK readPublicKey(Path file, String where) {
        PublicKeyFiles.Found found = PublicKeyFiles.parse(where, content(file));
        if (found.key() instanceof RSAPublicKey rsa) {
            JWSAlgorithm only = found.forPssAlone() ? JWSAlgorithm.PS256 : null;
            return requireStrong(new RSAKey.Builder(rsa).algorithm(only).build(), where);
        }
        if (found.key() instanceof ECPublicKey ec && Curve.P_256.equals(Curve.forECParameterSpec(ec.getParams()))) {
            return new ECKey.Builder(Curve.P_256, ec).build();
        }
        throw new InvalidConfigurationException(
                "The key " + where + " is neither an RSA key nor one on P-256; tokens cannot be checked with it.");
    }

    private Stream<JWK> readJwkSet(String where) {
        List<JWK> keys = parse(jwkSet.orElseThrow()).stream()
                .filter(key -> !KeyUse.ENCRYPTION.equals(key.getKeyUse()))
                .map(key -> requireStrong(key, where))
                .filter(key -> !JwtAlgorithm.of(key).isEmpty())
                .toList();
        if (keys.isEmpty()) {
            throw new InvalidConfigurationException("The JWK Set " + where
                    + " has no key for HS256, RS256, ES256 or PS256; keys with \"use\":\"enc\" do not count.");
        }
        return keys.stream();
    }

    private static List<JWK> parse(Path file) {
        try {
            return JWKSet.parse(new String(content(file), StandardCharsets.UTF_8))
                    .getKeys();
        } catch (ParseException e) {
            // The message of the cause may repeat a secret of the file.
            throw new InvalidConfigurationException(
                    "The JWK Set in " + file + " is not well-formed (RFC 7517, section 5).");
        }
    }

    private static JWK requireStrong(JWK key, String where) {
        if (key instanceof OctetSequenceKey secret) {
            int length = secret.toByteArray().length;
            if (length < MIN_SECRET_BYTES) {
                throw new InvalidConfigurationException("The secret for HS256 " + where + " has " + length
                        + " bytes; it needs at least " + MIN_SECRET_BYTES + ". Make one with: openssl rand -base64 32");
            }
        } else if (key.isPrivate()) {
            throw new InvalidConfigurationException("The JWK Set " + where
                    + " holds a private key, with which any reader of the file could create tokens. Keep only the public"
                    + " keys in it.");
        } else if (key instanceof RSAKey rsa) {
            int bits = modulus(rsa, where).bitLength();
            if (bits < MIN_RSA_BITS) {
                throw new InvalidConfigurationException(
                        "The RSA key " + where + " has " + bits + " bits; it needs at least " + MIN_RSA_BITS + ".");
            }
        }
        return key;
    }

    private static BigInteger modulus(RSAKey key, String where) {
        try {
            return key.toRSAPublicKey().getModulus();
        } catch (JOSEException e) {
            throw new InvalidConfigurationException("The key " + where + " cannot be used to check tokens.", e);
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
            throw new InvalidConfigurationException("The keys for JWTs in " + file + " cannot be read.", e);
        }
    }
}

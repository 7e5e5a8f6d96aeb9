package io.github.hsmsigner.service.auth;

import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import io.github.hsmsigner.service.secret.SecretReference;
import java.io.IOException;
import java.nio.file.Path;
import java.text.ParseException;
import java.util.Objects;
import java.util.Optional;

/**
 * Where keys are that check JSON Web Tokens. Which algorithms a key is good for follows from what it is, and never from
 * a token. Immutable.
 */
public sealed interface JwtKeySource {

    /**
     * Returns a secret for HS256.
     *
     * @param secret the secret: at least 32 bytes (RFC 7518, section 3.2)
     * @return the source
     */
    static JwtKeySource secret(SecretReference secret) {
        return new OfSecret(secret);
    }

    /**
     * Returns a file in PEM with one public key or certificate: an RSA key of 2048 bits or more, for RS256 and PS256,
     * or a key on P-256, for ES256. Of a certificate the key alone counts.
     *
     * @param file the file
     * @return the source
     */
    static JwtKeySource publicKey(Path file) {
        return new OfPublicKey(file);
    }

    /**
     * Returns a file with a JWK Set (RFC 7517). Keys that are not for signatures, or for none of the offered
     * algorithms, are passed over.
     *
     * @param file the file
     * @return the source
     */
    static JwtKeySource jwkSet(Path file) {
        return new OfJwkSet(file);
    }

    /**
     * Returns the file that the keys are read from.
     *
     * @return the file, or empty if there is none
     */
    Optional<Path> file();

    /**
     * Returns whether only the service may read the source, because it has a secret or private key.
     *
     * @return {@code true} if there is one; {@code false} for public keys, and for a file that cannot be read
     */
    boolean hasSecret();

    /**
     * A secret for HS256.
     *
     * @param secret the secret: at least 32 bytes (RFC 7518, section 3.2)
     */
    record OfSecret(SecretReference secret) implements JwtKeySource {

        /**
         * Checks that nothing is missing.
         *
         * @param secret the secret: at least 32 bytes (RFC 7518, section 3.2)
         */
        public OfSecret {
            Objects.requireNonNull(secret, "secret");
        }

        @Override
        public Optional<Path> file() {
            return secret.file();
        }

        @Override
        public boolean hasSecret() {
            return true;
        }
    }

    /**
     * A public key or certificate in PEM.
     *
     * @param path the file
     */
    record OfPublicKey(Path path) implements JwtKeySource {

        /**
         * Checks that nothing is missing.
         *
         * @param path the file
         */
        public OfPublicKey {
            Objects.requireNonNull(path, "path");
        }

        @Override
        public Optional<Path> file() {
            return Optional.of(path);
        }

        @Override
        public boolean hasSecret() {
            return false;
        }
    }

    /**
     * A JWK Set.
     *
     * @param path the file
     */
    record OfJwkSet(Path path) implements JwtKeySource {

        /**
         * Checks that nothing is missing.
         *
         * @param path the file
         */
        public OfJwkSet {
            Objects.requireNonNull(path, "path");
        }

        @Override
        public Optional<Path> file() {
            return Optional.of(path);
        }

        @Override
        public boolean hasSecret() {
            try {
                return JWKSet.load(path.toFile()).getKeys().stream().anyMatch(JWK::isPrivate);
            } catch (IOException | ParseException e) {
                return false;
            }
        }
    }
}

package io.github.hsmsigner.http.server;

import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.http.secret.SecretReference;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.edec.EdECObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.openssl.PEMEncryptedKeyPair;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JceOpenSSLPKCS8DecryptorProviderBuilder;
import org.bouncycastle.openssl.jcajce.JcePEMDecryptorProviderBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.pkcs.PKCS8EncryptedPrivateKeyInfo;
import org.bouncycastle.pkcs.PKCSException;

/** Reads the private key of TLS from PEM: PKCS#8, PKCS#1 or SEC 1, encrypted or not. */
final class PrivateKeyFile {

    private static final int MAX_BYTES = 1024 * 1024;

    private final Path file;
    private final Optional<SecretReference> password;

    private PrivateKeyFile(Path file, Optional<SecretReference> password) {
        this.file = file;
        this.password = password;
    }

    /**
     * Reads the key.
     *
     * @throws InvalidConfigurationException if the file does not hold just one private key, or it cannot be decrypted
     */
    static PrivateKey read(Path file, Optional<SecretReference> password) {
        return new PrivateKeyFile(file, password).read();
    }

    private PrivateKey read() {
        byte[] document = document();
        try (PEMParser parser =
                new PEMParser(new InputStreamReader(new ByteArrayInputStream(document), StandardCharsets.US_ASCII))) {
            PrivateKeyInfo key = null;
            for (Object object = parser.readObject(); object != null; object = parser.readObject()) {
                PrivateKeyInfo found = privateKey(object);
                if (found != null && key != null) {
                    throw new InvalidConfigurationException("The file " + file + " holds several private keys.");
                }
                key = found == null ? key : found;
            }
            if (key == null) {
                throw new InvalidConfigurationException(
                        "The file " + file + " holds no private key in PEM (PKCS#8, PKCS#1 or SEC 1).");
            }
            return KeyFactory.getInstance(algorithm(key)).generatePrivate(new PKCS8EncodedKeySpec(key.getEncoded()));
        } catch (IOException | GeneralSecurityException | IllegalArgumentException e) {
            throw new InvalidConfigurationException(
                    "The private key in " + file + " is damaged, or of a kind that is not supported.", e);
        } finally {
            Arrays.fill(document, (byte) 0);
        }
    }

    private static String algorithm(PrivateKeyInfo key) throws GeneralSecurityException {
        ASN1ObjectIdentifier algorithm = key.getPrivateKeyAlgorithm().getAlgorithm();
        if (algorithm.equals(PKCSObjectIdentifiers.rsaEncryption)) {
            return "RSA";
        }
        if (algorithm.equals(X9ObjectIdentifiers.id_ecPublicKey)) {
            return "EC";
        }
        if (algorithm.equals(EdECObjectIdentifiers.id_Ed25519)) {
            return "Ed25519";
        }
        throw new NoSuchAlgorithmException("TLS takes RSA, EC and Ed25519 keys, and none of " + algorithm);
    }

    private byte[] document() {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] document = in.readNBytes(MAX_BYTES + 1);
            if (document.length > MAX_BYTES) {
                throw new InvalidConfigurationException(
                        "The private key file " + file + " is larger than " + MAX_BYTES + " bytes.");
            }
            return document;
        } catch (NoSuchFileException e) {
            throw new InvalidConfigurationException("The private key file " + file + " does not exist.", e);
        } catch (IOException e) {
            throw new InvalidConfigurationException("The private key file " + file + " cannot be read.", e);
        }
    }

    /** The key that an object is, decrypted; {@code null} for other objects, such as the parameters of a curve. */
    private PrivateKeyInfo privateKey(Object object) throws IOException {
        if (object instanceof PrivateKeyInfo key) {
            return key;
        }
        if (object instanceof PEMKeyPair pair) {
            return pair.getPrivateKeyInfo();
        }
        if (object instanceof PEMEncryptedKeyPair || object instanceof PKCS8EncryptedPrivateKeyInfo) {
            return decrypt(object);
        }
        return null;
    }

    private PrivateKeyInfo decrypt(Object object) {
        char[] characters = password();
        // The JDK has not all that OpenSSL encrypts with, by the names that BouncyCastle asks for. Not registered: for
        // this use alone.
        Provider provider = new BouncyCastleProvider();
        try {
            if (object instanceof PEMEncryptedKeyPair pair) {
                return pair.decryptKeyPair(new JcePEMDecryptorProviderBuilder()
                                .setProvider(provider)
                                .build(characters))
                        .getPrivateKeyInfo();
            }
            return ((PKCS8EncryptedPrivateKeyInfo) object)
                    .decryptPrivateKeyInfo(new JceOpenSSLPKCS8DecryptorProviderBuilder()
                            .setProvider(provider)
                            .build(characters));
        } catch (IOException | PKCSException | OperatorCreationException e) {
            throw new InvalidConfigurationException(
                    "The private key in " + file
                            + " cannot be decrypted: the password is wrong, or the file is damaged or encrypted in a way"
                            + " that is not supported.",
                    e);
        } finally {
            Arrays.fill(characters, '\0');
        }
    }

    private char[] password() {
        byte[] octets = password.orElseThrow(() -> new InvalidConfigurationException(
                        "The private key in " + file + " is encrypted, and no password is set for it."))
                .read();
        CharBuffer decoded = StandardCharsets.UTF_8.decode(ByteBuffer.wrap(octets));
        char[] characters = new char[decoded.remaining()];
        decoded.get(characters);
        Arrays.fill(octets, (byte) 0);
        Arrays.fill(decoded.array(), '\0');
        return characters;
    }
}

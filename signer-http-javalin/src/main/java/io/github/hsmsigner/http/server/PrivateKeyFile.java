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
import java.security.PrivateKey;
import java.util.Arrays;
import java.util.Optional;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.openssl.PEMEncryptedKeyPair;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
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
            return new JcaPEMKeyConverter().getPrivateKey(key);
        } catch (IOException | IllegalArgumentException e) {
            throw new InvalidConfigurationException(
                    "The private key in " + file + " is damaged, or of a kind that is not supported.", e);
        } finally {
            Arrays.fill(document, (byte) 0);
        }
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
        try {
            if (object instanceof PEMEncryptedKeyPair pair) {
                return pair.decryptKeyPair(new JcePEMDecryptorProviderBuilder().build(characters))
                        .getPrivateKeyInfo();
            }
            return ((PKCS8EncryptedPrivateKeyInfo) object)
                    .decryptPrivateKeyInfo(new JceOpenSSLPKCS8DecryptorProviderBuilder().build(characters));
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

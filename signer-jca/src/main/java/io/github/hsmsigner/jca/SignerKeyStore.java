package io.github.hsmsigner.jca;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.Key;
import java.security.KeyStore;
import java.security.KeyStoreException;
import java.security.KeyStoreSpi;
import java.security.cert.Certificate;
import java.util.Collections;
import java.util.Date;
import java.util.Enumeration;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The keys as a key store that cannot be written. The password of an entry is not used: the PIN of the token protects the
 * key.
 */
final class SignerKeyStore extends KeyStoreSpi {

    private final Map<String, SignerPrivateKey> keys;

    SignerKeyStore(Map<String, SignerPrivateKey> keys) {
        this.keys = keys;
    }

    private Optional<SignerPrivateKey> key(String alias) {
        return Optional.ofNullable(keys.get(alias));
    }

    @Override
    public @Nullable Key engineGetKey(String alias, char @Nullable [] password) {
        return keys.get(alias);
    }

    /** The Java runtime's own method requires a password for each entry with a key. */
    @Override
    public KeyStore.@Nullable Entry engineGetEntry(String alias, KeyStore.@Nullable ProtectionParameter protection) {
        return key(alias)
                .map(key -> new KeyStore.PrivateKeyEntry(key, engineGetCertificateChain(alias)))
                .orElse(null);
    }

    /** The chain as it is now, because certificates can be renewed while the key is in use. */
    @Override
    public Certificate @Nullable [] engineGetCertificateChain(String alias) {
        return key(alias)
                .map(key -> key.signingKey().chain().certificates().toArray(Certificate[]::new))
                .orElse(null);
    }

    @Override
    public @Nullable Certificate engineGetCertificate(String alias) {
        return key(alias).map(key -> key.signingKey().chain().signer()).orElse(null);
    }

    /** When the certificate begins to be valid: the token does not know when a key was generated. */
    @Override
    public @Nullable Date engineGetCreationDate(String alias) {
        return key(alias)
                .map(key -> key.signingKey().chain().signer().getNotBefore())
                .orElse(null);
    }

    @Override
    public Enumeration<String> engineAliases() {
        return Collections.enumeration(keys.keySet());
    }

    @Override
    public boolean engineContainsAlias(String alias) {
        return keys.containsKey(alias);
    }

    @Override
    public int engineSize() {
        return keys.size();
    }

    @Override
    public boolean engineIsKeyEntry(String alias) {
        return keys.containsKey(alias);
    }

    @Override
    public boolean engineIsCertificateEntry(String alias) {
        return false;
    }

    @Override
    public @Nullable String engineGetCertificateAlias(Certificate certificate) {
        return keys.entrySet().stream()
                .filter(entry -> entry.getValue().signingKey().chain().signer().equals(certificate))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse(null);
    }

    @Override
    public void engineLoad(@Nullable InputStream stream, char @Nullable [] password) throws IOException {
        if (stream != null) {
            throw new IOException("A key store of the type " + SignerProvider.KEY_STORE_TYPE
                    + " has no file. Load it with null; tools take NONE as the name of the file.");
        }
    }

    @Override
    public void engineSetKeyEntry(String alias, Key key, char[] password, Certificate[] chain)
            throws KeyStoreException {
        throw readOnly();
    }

    @Override
    public void engineSetKeyEntry(String alias, byte[] key, Certificate[] chain) throws KeyStoreException {
        throw readOnly();
    }

    @Override
    public void engineSetCertificateEntry(String alias, Certificate certificate) throws KeyStoreException {
        throw readOnly();
    }

    @Override
    public void engineDeleteEntry(String alias) throws KeyStoreException {
        throw readOnly();
    }

    @Override
    public void engineStore(OutputStream stream, char[] password) {
        throw new UnsupportedOperationException(readOnly().getMessage());
    }

    private static KeyStoreException readOnly() {
        return new KeyStoreException("The key store is read-only. Generate keys and import certificates on the token.");
    }
}

package io.github.hsmsigner.http.server;

import io.github.hsmsigner.core.certificate.CertificateFiles;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

/** What the server shows in TLS and whom it trusts, from files, checked as a whole. */
final class TlsIdentity {

    private static final String ENTRY = "server";

    private final TlsSettings settings;
    private final List<X509Certificate> chain;
    private final List<X509Certificate> clientAuthorities;
    private final SSLContext context;

    private TlsIdentity(TlsSettings settings) throws GeneralSecurityException, IOException {
        this.settings = settings;
        this.chain = CertificateFiles.read(settings.certificates());
        this.clientAuthorities = readClientAuthorities(settings);
        this.context = SSLContext.getInstance("TLS");
        PrivateKey key = PrivateKeyFile.read(settings.privateKey(), settings.privateKeyPassword());
        requireOrder();
        requireKeyOfCertificate(key);
        context.init(keyManagers(key), trustManagers(), null);
    }

    /**
     * Reads the files.
     *
     * @throws InvalidConfigurationException if anything is wrong with them
     */
    static TlsIdentity read(TlsSettings settings) {
        try {
            return new TlsIdentity(settings);
        } catch (GeneralSecurityException | IOException e) {
            throw new InvalidConfigurationException(
                    "TLS cannot be set up with the certificate in " + settings.certificates()
                            + " and the private key in " + settings.privateKey() + ".",
                    e);
        }
    }

    SSLContext context() {
        return context;
    }

    X509Certificate certificate() {
        return chain.get(0);
    }

    /** The certificates that the server sends, its own first. */
    List<X509Certificate> chain() {
        return chain;
    }

    /** The authorities that clients' certificates are trusted from. */
    List<X509Certificate> clientAuthorities() {
        return clientAuthorities;
    }

    /** The chain goes out as it stands in the file, and clients need not put it in order. */
    private void requireOrder() {
        for (int i = 0; i + 1 < chain.size(); i++) {
            if (!chain.get(i).getIssuerX500Principal().equals(chain.get(i + 1).getSubjectX500Principal())) {
                throw new InvalidConfigurationException("The certificates in " + settings.certificates()
                        + " are not in order: the server's comes first, and each further one is the issuer of the one"
                        + " before; number " + (i + 2) + " is not.");
            }
        }
    }

    private void requireKeyOfCertificate(PrivateKey key) throws GeneralSecurityException {
        if (!sameAlgorithm(key) || !verifies(key)) {
            throw new InvalidConfigurationException("The private key in " + settings.privateKey()
                    + " is not that of the first certificate in " + settings.certificates() + " ("
                    + certificate().getSubjectX500Principal().getName() + ").");
        }
    }

    private boolean sameAlgorithm(PrivateKey key) {
        return key.getAlgorithm().equals(certificate().getPublicKey().getAlgorithm());
    }

    private boolean verifies(PrivateKey key) throws GeneralSecurityException {
        String algorithm = switch (key.getAlgorithm()) {
            case "RSA" -> "SHA256withRSA";
            case "EC" -> "SHA256withECDSA";
            case "EdDSA" -> "EdDSA";
            default ->
                throw new InvalidConfigurationException("The private key in " + settings.privateKey() + " is a "
                        + key.getAlgorithm() + " key; TLS takes RSA, EC and Ed25519 keys.");
        };
        byte[] probe = chain.get(0).getTBSCertificate();
        Signature signer = Signature.getInstance(algorithm);
        signer.initSign(key);
        signer.update(probe);
        byte[] signature = signer.sign();
        Signature verifier = Signature.getInstance(algorithm);
        verifier.initVerify(certificate().getPublicKey());
        verifier.update(probe);
        try {
            return verifier.verify(signature);
        } catch (SignatureException e) {
            // A signature of another length than the certificate's key makes.
            return false;
        }
    }

    private KeyManager[] keyManagers(PrivateKey key) throws GeneralSecurityException, IOException {
        KeyStore store = emptyStore();
        // The store lives in memory only, and its password protects nothing there.
        store.setKeyEntry(ENTRY, key, new char[0], chain.toArray(Certificate[]::new));
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(store, new char[0]);
        return factory.getKeyManagers();
    }

    private static List<X509Certificate> readClientAuthorities(TlsSettings settings) {
        if (settings.clientCertificates() == ClientCertificates.NONE) {
            return List.of();
        }
        if (settings.clientAuthorities().isEmpty()) {
            throw new InvalidConfigurationException(
                    "Clients are asked for certificates, and no authority is set that these are trusted from.");
        }
        List<X509Certificate> authorities = new ArrayList<>();
        for (Path file : settings.clientAuthorities()) {
            for (X509Certificate authority : CertificateFiles.read(file)) {
                if (authority.getBasicConstraints() < 0) {
                    throw new InvalidConfigurationException("The certificate of "
                            + authority.getSubjectX500Principal().getName() + " in " + file
                            + " is not that of an authority, which clients' certificates could be trusted from.");
                }
                authorities.add(authority);
            }
        }
        return List.copyOf(authorities);
    }

    private TrustManager[] trustManagers() throws GeneralSecurityException, IOException {
        if (clientAuthorities.isEmpty()) {
            // Without any, those of the JDK would be loaded, for nothing.
            return new TrustManager[0];
        }
        KeyStore store = emptyStore();
        for (int i = 0; i < clientAuthorities.size(); i++) {
            store.setCertificateEntry("authority-" + i, clientAuthorities.get(i));
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        return factory.getTrustManagers();
    }

    private static KeyStore emptyStore() throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }
}

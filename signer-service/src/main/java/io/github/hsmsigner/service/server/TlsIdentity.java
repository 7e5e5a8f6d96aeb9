package io.github.hsmsigner.service.server;

import io.github.hsmsigner.core.CertificateChain;
import io.github.hsmsigner.core.DistinguishedName;
import io.github.hsmsigner.core.certificate.CertificateFiles;
import io.github.hsmsigner.core.certificate.FixedCertificateProvider;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.core.internal.key.PrivateKeyFile;
import io.github.hsmsigner.core.internal.key.SubjectPublicKeys;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;

/** The server's TLS certificate and its trusted client authorities, from files. They are checked as a whole. */
record TlsIdentity(
        CertificateChain chain,
        List<X509Certificate> clientAuthorities,
        Optional<ClientCertificateVerifier> clientCertificateVerifier,
        SSLContext context) {

    /** Java reads this property when a context is created. */
    private static final String SESSION_TICKETS = "jdk.tls.server.enableSessionTicketExtension";

    static {
        // Java resumes sessions from stateless tickets (RFC 5077) also after the timeout of sessions.
        if (System.getProperty(SESSION_TICKETS) == null) {
            System.setProperty(SESSION_TICKETS, "false");
        }
    }

    /** Reads the files, or throws {@link InvalidConfigurationException} if anything is wrong with them. */
    static TlsIdentity read(TlsSettings settings) {
        try {
            KeyPair key = PrivateKeyFile.read(
                    settings.privateKey(), settings.privateKeyPassword().map(password -> password::characters));
            CertificateChain chain = chain(settings, key.getPublic());
            List<X509Certificate> authorities = readClientAuthorities(settings);
            Optional<ClientCertificateVerifier> verifier = Optional.empty();
            // With null, Java would load its own authorities for nothing.
            TrustManager[] trust = {};
            if (!authorities.isEmpty()) {
                verifier = Optional.of(new ClientCertificateVerifier(authorities));
                trust = verifier.get().trustManagers();
            }
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keyManagers(asCertified(key.getPrivate(), chain), chain), trust, null);
            return new TlsIdentity(chain, authorities, verifier, context);
        } catch (GeneralSecurityException | IOException e) {
            throw new InvalidConfigurationException(
                    "TLS cannot be set up with the certificate in " + settings.certificates()
                            + " and the private key in " + settings.privateKey() + ".",
                    e);
        }
    }

    X509Certificate certificate() {
        return chain.signer();
    }

    /** The server sends the chain in order, independent of the order in the file. */
    private static CertificateChain chain(TlsSettings settings, PublicKey key) {
        Path file = settings.certificates();
        List<X509Certificate> certificates = CertificateFiles.read(file);
        if (certificates.stream().noneMatch(c -> SubjectPublicKeys.same(c.getPublicKey(), key))) {
            throw new InvalidConfigurationException("The private key in " + settings.privateKey()
                    + " is not that of a certificate in " + file + ": "
                    + certificates.stream().map(TlsIdentity::subject).collect(Collectors.joining("; ")) + ".");
        }
        CertificateChain found = FixedCertificateProvider.of("the file " + file, certificates, List.of())
                .certificateChain(key);
        requireIssuers(found, certificates, file);
        found.certificates().forEach(certificate -> requireStrength(certificate, file));
        return found;
    }

    private static String subject(X509Certificate certificate) {
        return DistinguishedName.ofSubject(certificate).toString();
    }

    private static void requireStrength(X509Certificate certificate, Path file) {
        CertificateStrength.problem(certificate, " in " + file).ifPresent(problem -> {
            throw new InvalidConfigurationException(problem
                    + " Use a certificate with an EC key, or an RSA key of 2048 bits, that is signed with SHA-256.");
        });
    }

    /** A chain with a gap is not one that clients can verify. */
    private static void requireIssuers(CertificateChain found, List<X509Certificate> certificates, Path file) {
        X509Certificate last = found.certificates().get(found.certificates().size() - 1);
        boolean furtherAuthorities = certificates.stream()
                .anyMatch(c ->
                        c.getBasicConstraints() >= 0 && !found.certificates().contains(c));
        if (furtherAuthorities && !CertificateChain.issued(last, last)) {
            throw new InvalidConfigurationException("The certificates in " + file
                    + " are no chain: the certificate of the issuer \""
                    + DistinguishedName.ofIssuer(last) + "\" is missing.");
        }
    }

    /**
     * The JDK pairs key and certificate by the name of the algorithm, so the key gets that of a certificate for
     * RSASSA-PSS alone.
     */
    private static PrivateKey asCertified(PrivateKey key, CertificateChain chain)
            throws GeneralSecurityException, IOException {
        PublicKey certified = chain.signer().getPublicKey();
        if (!certified.getAlgorithm().equals("RSASSA-PSS")) {
            return key;
        }
        PrivateKeyInfo renamed = new PrivateKeyInfo(
                SubjectPublicKeyInfo.getInstance(certified.getEncoded()).getAlgorithm(),
                PrivateKeyInfo.getInstance(key.getEncoded()).parsePrivateKey());
        return KeyFactory.getInstance("RSASSA-PSS").generatePrivate(new PKCS8EncodedKeySpec(renamed.getEncoded()));
    }

    private static KeyManager[] keyManagers(PrivateKey key, CertificateChain chain)
            throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        // The store lives in memory only, and its password protects nothing there.
        store.setKeyEntry("server", key, new char[0], chain.certificates().toArray(Certificate[]::new));
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(store, new char[0]);
        return factory.getKeyManagers();
    }

    private static List<X509Certificate> readClientAuthorities(TlsSettings settings) {
        if (settings.clientCertificates() == TlsSettings.ClientCertificates.NONE) {
            return List.of();
        }
        if (settings.clientAuthorities().isEmpty()) {
            throw new InvalidConfigurationException(
                    "Clients are asked for certificates, and no authority is set that these are trusted from.");
        }
        List<X509Certificate> authorities = new ArrayList<>();
        for (Path file : settings.clientAuthorities()) {
            for (X509Certificate authority : CertificateFiles.read(file)) {
                String certificate = "The certificate of " + subject(authority) + " in " + file;
                if (authority.getBasicConstraints() < 0) {
                    throw new InvalidConfigurationException(certificate
                            + " is not that of an authority, which clients' certificates could be trusted from.");
                }
                SubjectPublicKeys.otherCurve(authority.getPublicKey()).ifPresent(curve -> {
                    throw new InvalidConfigurationException(certificate + " has a key on " + curve
                            + ". TLS cannot verify clients' certificates with it; a key on P-256, P-384 or P-521, or an"
                            + " RSA key is needed.");
                });
                requireStrength(authority, file);
                authorities.add(authority);
            }
        }
        return List.copyOf(authorities);
    }
}

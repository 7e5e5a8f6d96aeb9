package io.github.hsmsigner.testing;

import java.io.IOException;
import java.io.OutputStream;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PublicKey;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Date;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.util.io.pem.PemObject;

/** A small certification authority, root and intermediate, that certifies any public key. */
public final class TestPki {

    private static final AtomicLong SERIAL = new AtomicLong(1000);

    /** Old enough for tests that sign at a fixed time. */
    private static final Instant BEGIN = Instant.parse("2020-01-01T00:00:00Z");

    private static final Instant END = Instant.now().plus(365, ChronoUnit.DAYS);

    private final KeyPair rootKey = rsaKeyPair(2048);
    private final KeyPair intermediateKey = rsaKeyPair(2048);
    private final X509Certificate root;
    private final X509Certificate intermediate;

    public TestPki() {
        root = certify("CN=Test Root CA", rootKey.getPublic(), "CN=Test Root CA", rootKey, true);
        intermediate = certify("CN=Test Issuing CA", intermediateKey.getPublic(), "CN=Test Root CA", rootKey, true);
    }

    public static KeyPair rsaKeyPair(int bits) {
        return keyPair("RSA", bits);
    }

    public static KeyPair keyPair(String algorithm, int bits) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
            generator.initialize(bits);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    public X509Certificate root() {
        return root;
    }

    public X509Certificate intermediate() {
        return intermediate;
    }

    /** Certifies a signer's key with the intermediate CA. */
    public X509Certificate certifySigner(String commonName, PublicKey key) {
        return certifySigner(commonName, key, BEGIN, END);
    }

    /** Certifies a signer's key with the intermediate CA for a time. */
    public X509Certificate certifySigner(String commonName, PublicKey key, Instant begin, Instant end) {
        return certify("CN=" + commonName, key, "CN=Test Issuing CA", intermediateKey, false, begin, end);
    }

    /** Certifies a timestamp authority's key with the intermediate CA. */
    public X509Certificate certifyTimestampAuthority(PublicKey key) {
        try {
            Extension purpose = new Extension(
                    Extension.extendedKeyUsage,
                    true,
                    new ExtendedKeyUsage(KeyPurposeId.id_kp_timeStamping).getEncoded());
            return certify("CN=TSA", key, "CN=Test Issuing CA", intermediateKey, false, BEGIN, END, purpose);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static X509Certificate certify(
            String subject, PublicKey key, String issuer, KeyPair issuerKey, boolean authority) {
        return certify(subject, key, issuer, issuerKey, authority, BEGIN, END);
    }

    /** Certifies a key for a time, with further extensions, by an issuer outside of this authority. */
    public static X509Certificate certify(
            String subject,
            PublicKey key,
            String issuer,
            KeyPair issuerKey,
            boolean authority,
            Instant begin,
            Instant end,
            Extension... further) {
        try {
            X509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                    new X500Name(issuer),
                    BigInteger.valueOf(SERIAL.incrementAndGet()),
                    Date.from(begin),
                    Date.from(end),
                    new X500Name(subject),
                    key);
            JcaX509ExtensionUtils extensions = new JcaX509ExtensionUtils();
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(authority));
            builder.addExtension(
                    Extension.keyUsage,
                    true,
                    authority
                            ? new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign)
                            : new KeyUsage(KeyUsage.digitalSignature | KeyUsage.nonRepudiation));
            builder.addExtension(Extension.subjectKeyIdentifier, false, extensions.createSubjectKeyIdentifier(key));
            builder.addExtension(
                    Extension.authorityKeyIdentifier,
                    false,
                    extensions.createAuthorityKeyIdentifier(issuerKey.getPublic()));
            for (Extension extension : further) {
                builder.addExtension(extension);
            }
            String algorithm = issuerKey.getPrivate().getAlgorithm();
            String signatureAlgorithm = switch (algorithm) {
                case "RSA" -> "SHA256withRSA";
                case "EC" -> "SHA256withECDSA";
                default -> "Ed25519";
            };
            return new JcaX509CertificateConverter()
                    .getCertificate(builder.build(
                            new JcaContentSignerBuilder(signatureAlgorithm).build(issuerKey.getPrivate())));
        } catch (GeneralSecurityException | OperatorCreationException | CertIOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A private key in the form that tells the curve of a key from the JDK too; for {@link #pem}. */
    public static PemObject pkcs8(KeyPair key) {
        return new PemObject("PRIVATE KEY", key.getPrivate().getEncoded());
    }

    /** TLS of a client that trusts this authority, with a certificate of its own or without. New each time, so that no session is resumed. */
    public SSLContext clientTls(KeyManager... identity) {
        try {
            KeyStore trusted = KeyStore.getInstance("PKCS12");
            trusted.load(null, null);
            trusted.setCertificateEntry("root", root());
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(trusted);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(identity.length == 0 ? null : identity, trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** PEM of certificates, private keys or public keys. */
    public static String pem(Object... objects) {
        StringWriter text = new StringWriter();
        try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
            for (Object object : objects) {
                writer.writeObject(object);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }

    public static Path writePem(Path file, Object... objects) {
        try {
            return Files.writeString(file, pem(objects));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Writes a PKCS#12 file with one key, its certificate and this authority's certificates. */
    public Path writePkcs12(Path file, char[] password, KeyPair key, X509Certificate certificate) {
        return writePkcs12(file, password, key, List.of(certificate, intermediate, root));
    }

    public static Path writePkcs12(Path file, char[] password, KeyPair key, List<X509Certificate> chain) {
        try (OutputStream out = Files.newOutputStream(file)) {
            KeyStore keyStore = KeyStore.getInstance("PKCS12");
            keyStore.load(null, null);
            keyStore.setKeyEntry("signer", key.getPrivate(), password, chain.toArray(Certificate[]::new));
            keyStore.store(out, password);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
        return file;
    }
}

package io.github.hsmsigner.benchmarks.micro;

import io.github.hsmsigner.core.CertificateChain;
import io.github.hsmsigner.core.SignatureAlgorithm;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.cert.X509v2CRLBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A key in memory with a chain of two certificates, where no token is needed. */
final class SoftwareKey {

    private final KeyPair pair;
    private final SignatureAlgorithm algorithm;

    private SoftwareKey(KeyPair pair, SignatureAlgorithm algorithm) {
        this.pair = pair;
        this.algorithm = algorithm;
    }

    static SoftwareKey make(SignatureAlgorithm algorithm) throws GeneralSecurityException {
        return new SoftwareKey(pair(algorithm == SignatureAlgorithm.ECDSA_SHA256), algorithm);
    }

    private static KeyPair pair(boolean elliptic) throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance(elliptic ? "EC" : "RSA");
        if (elliptic) {
            generator.initialize(new ECGenParameterSpec("secp256r1"));
        } else {
            generator.initialize(2048);
        }
        return generator.generateKeyPair();
    }

    KeyPair pair() {
        return pair;
    }

    SignatureAlgorithm algorithm() {
        return algorithm;
    }

    byte[] sign(byte[] message) throws GeneralSecurityException {
        Signature signature = Signature.getInstance(
                algorithm == SignatureAlgorithm.ECDSA_SHA256 ? "SHA256withECDSA" : "SHA256withRSA");
        signature.initSign(pair.getPrivate());
        signature.update(message);
        return signature.sign();
    }

    CertificateChain chain() throws GeneralSecurityException, OperatorCreationException {
        KeyPair issuer = pair(false);
        X509Certificate root = certificate("CN=Bench CA", issuer, "CN=Bench CA", issuer);
        return CertificateChain.of(certificate("CN=Bench CA", issuer, "CN=Bench Signer", pair), List.of(root));
    }

    /** Returns a CRL with a number of entries, of a separate issuer. */
    static byte[] crl(int entries) throws GeneralSecurityException, OperatorCreationException, IOException {
        Date now = new Date();
        X509v2CRLBuilder builder = new X509v2CRLBuilder(new X500Name("CN=Bench CA"), now);
        for (int i = 0; i < entries; i++) {
            builder.addCRLEntry(BigInteger.TWO.pow(100).add(BigInteger.valueOf(i)), now, 0);
        }
        return builder.build(new JcaContentSignerBuilder("SHA256withRSA")
                        .build(pair(false).getPrivate()))
                .getEncoded();
    }

    private static X509Certificate certificate(String issuerName, KeyPair issuer, String name, KeyPair subject)
            throws GeneralSecurityException, OperatorCreationException {
        Instant now = Instant.now();
        return new JcaX509CertificateConverter()
                .getCertificate(new JcaX509v3CertificateBuilder(
                                new X500Name(issuerName),
                                BigInteger.valueOf(now.toEpochMilli()),
                                Date.from(now),
                                Date.from(now.plus(1, ChronoUnit.DAYS)),
                                new X500Name(name),
                                subject.getPublic())
                        .build(new JcaContentSignerBuilder("SHA256withRSA").build(issuer.getPrivate())));
    }
}

package io.github.hsmsigner.examples.documentengine;

import eu.europa.esig.dss.enumerations.DigestAlgorithm;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;

/** The values of the option {@code hashAlgorithm}. */
enum HashAlgorithm implements Choice {
    SHA256("sha256", DigestAlgorithm.SHA256),
    SHA384("sha384", DigestAlgorithm.SHA384),
    SHA512("sha512", DigestAlgorithm.SHA512);

    private final String spelling;
    private final DigestAlgorithm algorithm;

    HashAlgorithm(String spelling, DigestAlgorithm algorithm) {
        this.spelling = spelling;
        this.algorithm = algorithm;
    }

    @Override
    public String spelling() {
        return spelling;
    }

    byte[] hash(byte[] data) {
        try {
            return MessageDigest.getInstance(algorithm.getJavaName()).digest(data);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java runtime has " + algorithm.getJavaName(), e);
        }
    }

    /** The identifier as RFC 5754 wants it: without parameters. */
    AlgorithmIdentifier identifier() {
        return new AlgorithmIdentifier(new ASN1ObjectIdentifier(algorithm.getOid()));
    }

    /** The same algorithm, as the library for timestamps calls it. */
    DigestAlgorithm ofDss() {
        return algorithm;
    }
}

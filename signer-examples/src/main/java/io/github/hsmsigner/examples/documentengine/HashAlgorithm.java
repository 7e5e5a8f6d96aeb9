package io.github.hsmsigner.examples.documentengine;

import eu.europa.esig.dss.enumerations.DigestAlgorithm;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;

/**
 * The values of the option {@code hashAlgorithm} and of the variable {@code DIGITAL_SIGNATURE_HASH_ALGORITHM}. Document Engine offers
 * all of them. A signing service may refuse the first three.
 */
public enum HashAlgorithm implements Choice {
    /** MD5, which is broken. */
    MD5("md5", DigestAlgorithm.MD5),
    /** SHA-1, which is broken. */
    SHA160("sha160", DigestAlgorithm.SHA1),
    /** SHA-224. */
    SHA224("sha224", DigestAlgorithm.SHA224),
    /** SHA-256. */
    SHA256("sha256", DigestAlgorithm.SHA256),
    /** SHA-384. */
    SHA384("sha384", DigestAlgorithm.SHA384),
    /** SHA-512, the default of Document Engine's Helm chart. */
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

    /** Returns the identifier without parameters, as RFC 5754 specifies it. */
    AlgorithmIdentifier identifier() {
        return new AlgorithmIdentifier(new ASN1ObjectIdentifier(algorithm.getOid()));
    }

    /** Returns the same algorithm, as EU DSS calls it. */
    DigestAlgorithm ofDss() {
        return algorithm;
    }
}

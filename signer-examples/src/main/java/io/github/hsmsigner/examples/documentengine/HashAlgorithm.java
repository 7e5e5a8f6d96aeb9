package io.github.hsmsigner.examples.documentengine;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;

/** The values of the option {@code hashAlgorithm}. */
enum HashAlgorithm {
    SHA256("SHA-256", NISTObjectIdentifiers.id_sha256),
    SHA384("SHA-384", NISTObjectIdentifiers.id_sha384),
    SHA512("SHA-512", NISTObjectIdentifiers.id_sha512);

    private final String jcaName;
    private final ASN1ObjectIdentifier oid;

    HashAlgorithm(String jcaName, ASN1ObjectIdentifier oid) {
        this.jcaName = jcaName;
        this.oid = oid;
    }

    byte[] hash(byte[] data) {
        try {
            return MessageDigest.getInstance(jcaName).digest(data);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java runtime has " + jcaName, e);
        }
    }

    /** The identifier as RFC 5754 wants it: without parameters. */
    AlgorithmIdentifier identifier() {
        return new AlgorithmIdentifier(oid);
    }
}

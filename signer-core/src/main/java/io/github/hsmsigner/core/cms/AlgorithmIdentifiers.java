package io.github.hsmsigner.core.cms;

import io.github.hsmsigner.core.DigestAlgorithm;
import io.github.hsmsigner.core.SignatureAlgorithm;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.edec.EdECObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.RSASSAPSSparams;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;

/** The AlgorithmIdentifier of each algorithm, with the parameters that its standard asks for. */
final class AlgorithmIdentifiers {

    private AlgorithmIdentifiers() {}

    /** RFC 5754, section 2: parameters absent. */
    static AlgorithmIdentifier digest(DigestAlgorithm algorithm) {
        return new AlgorithmIdentifier(new ASN1ObjectIdentifier(algorithm.oid()));
    }

    static AlgorithmIdentifier signature(SignatureAlgorithm algorithm) {
        return switch (algorithm.scheme()) {
            // RFC 3370, section 3.2: rsaEncryption with NULL, whatever the digest algorithm.
            case RSA_PKCS1 -> new AlgorithmIdentifier(PKCSObjectIdentifiers.rsaEncryption, DERNull.INSTANCE);
            case RSA_PSS ->
                new AlgorithmIdentifier(
                        PKCSObjectIdentifiers.id_RSASSA_PSS, pssParameters(algorithm.digestAlgorithm()));
            case ECDSA -> new AlgorithmIdentifier(ecdsaWith(algorithm.digestAlgorithm()));
            // RFC 8419, section 2: parameters absent.
            case ED25519 -> new AlgorithmIdentifier(EdECObjectIdentifiers.id_Ed25519);
        };
    }

    /**
     * RFC 4055, section 3.1: all parameters except the trailer field, which has its DEFAULT value and is therefore
     * omitted in DER.
     */
    private static RSASSAPSSparams pssParameters(DigestAlgorithm algorithm) {
        // RFC 4055, section 2.1, gives the hash identifiers in these parameters a NULL, unlike RFC 5754 elsewhere.
        AlgorithmIdentifier hash = new AlgorithmIdentifier(new ASN1ObjectIdentifier(algorithm.oid()), DERNull.INSTANCE);
        return new RSASSAPSSparams(
                hash,
                new AlgorithmIdentifier(PKCSObjectIdentifiers.id_mgf1, hash),
                new ASN1Integer(algorithm.length()),
                RSASSAPSSparams.DEFAULT_TRAILER_FIELD);
    }

    /** RFC 5754, section 3.3: parameters absent. */
    private static ASN1ObjectIdentifier ecdsaWith(DigestAlgorithm algorithm) {
        return switch (algorithm) {
            case SHA256 -> X9ObjectIdentifiers.ecdsa_with_SHA256;
            case SHA384 -> X9ObjectIdentifiers.ecdsa_with_SHA384;
            case SHA512 -> X9ObjectIdentifiers.ecdsa_with_SHA512;
        };
    }
}

package io.github.hsmsigner.core.cms;

import io.github.hsmsigner.core.DigestAlgorithm;
import io.github.hsmsigner.core.SignatureAlgorithm;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;

/** The AlgorithmIdentifier of each algorithm, with the parameters that its standard asks for. */
final class AlgorithmIdentifiers {

    private AlgorithmIdentifiers() {}

    /** RFC 5754, section 2: parameters absent. */
    static AlgorithmIdentifier digest(DigestAlgorithm algorithm) {
        return new AlgorithmIdentifier(new ASN1ObjectIdentifier(algorithm.oid()));
    }

    static AlgorithmIdentifier signature(SignatureAlgorithm algorithm) {
        return algorithm.scheme().cmsIdentifier(algorithm.digestAlgorithm());
    }
}

package io.github.hsmsigner.core;

import java.security.PublicKey;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.RSASSAPSSparams;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.crypto.engines.RSAEngine;
import org.bouncycastle.crypto.signers.PSSSigner;
import org.bouncycastle.jcajce.provider.util.DigestFactory;

/** RSASSA-PSS (RFC 8017, section 8.1). */
final class RsaPssScheme extends RsaScheme {

    RsaPssScheme() {
        super("RSA_PSS");
    }

    /**
     * RFC 4055, section 3.1: all parameters except the trailer field, which has its DEFAULT value and is therefore
     * omitted in DER.
     */
    @Override
    public AlgorithmIdentifier cmsIdentifier(DigestAlgorithm digestAlgorithm) {
        // RFC 4055, section 2.1, gives the hash identifiers in these parameters a NULL, unlike RFC 5754 elsewhere.
        AlgorithmIdentifier hash =
                new AlgorithmIdentifier(new ASN1ObjectIdentifier(digestAlgorithm.oid()), DERNull.INSTANCE);
        return new AlgorithmIdentifier(
                PKCSObjectIdentifiers.id_RSASSA_PSS,
                new RSASSAPSSparams(
                        hash,
                        new AlgorithmIdentifier(PKCSObjectIdentifiers.id_mgf1, hash),
                        new ASN1Integer(digestAlgorithm.length()),
                        RSASSAPSSparams.DEFAULT_TRAILER_FIELD));
    }

    @Override
    public Verifier verifier() {
        return RsaPssScheme::verify;
    }

    /** Verifies as in RFC 8017, section 8.1.2, from a digest. */
    private static boolean verify(PublicKey key, DigestAlgorithm digestAlgorithm, byte[] digest, byte[] signature) {
        org.bouncycastle.crypto.Digest hash = DigestFactory.getDigest(digestAlgorithm.jcaName());
        PSSSigner verifier = PSSSigner.createRawSigner(
                new RSAEngine(), hash, hash, digestAlgorithm.length(), PSSSigner.TRAILER_IMPLICIT);
        verifier.init(false, parameters(key));
        verifier.update(digest, 0, digest.length);
        return verifier.verifySignature(signature);
    }
}

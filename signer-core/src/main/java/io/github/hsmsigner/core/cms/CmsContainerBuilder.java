package io.github.hsmsigner.core.cms;

import io.github.hsmsigner.core.ContainerBuilder;
import io.github.hsmsigner.core.ContainerFormat;
import io.github.hsmsigner.core.ContainerParameters;
import io.github.hsmsigner.core.Digest;
import io.github.hsmsigner.core.DigestAlgorithm;
import io.github.hsmsigner.core.EcdsaSignature;
import io.github.hsmsigner.core.PreparedContainer;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.DERSet;

/**
 * Makes detached CMS SignedData (RFC 5652) and CAdES B-B (ETSI EN 319 122-1) containers in DER.
 *
 * <p>The signed attributes are content-type, message-digest, CMSAlgorithmProtection, signing-certificate-v2 and, for
 * {@link ContainerFormat#CMS} only, signing-time. The whole chain is put in. Immutable, and safe for use by any number of threads
 * at once.
 */
public final class CmsContainerBuilder implements ContainerBuilder {

    private static final int ED25519_SIGNATURE_LENGTH = 64;

    private final Map<ContainerFormat, List<SignedAttributeProvider>> attributes;

    /** Makes a builder with the attributes that the two formats ask for. */
    public CmsContainerBuilder() {
        this.attributes = new EnumMap<>(ContainerFormat.class);
        SignedAttributeProvider contentType = new ContentTypeAttribute();
        SignedAttributeProvider messageDigest = new MessageDigestAttribute();
        SignedAttributeProvider algorithmProtection = new AlgorithmProtectionAttribute();
        SignedAttributeProvider signingCertificate = new SigningCertificateV2Attribute();
        attributes.put(
                ContainerFormat.CMS,
                List.of(
                        contentType,
                        messageDigest,
                        algorithmProtection,
                        signingCertificate,
                        new SigningTimeAttribute()));
        attributes.put(
                ContainerFormat.CADES_B_B,
                List.of(contentType, messageDigest, algorithmProtection, signingCertificate));
    }

    @Override
    public PreparedContainer prepare(ContainerParameters parameters, Digest contentDigest) {
        DigestAlgorithm expected = parameters.signatureAlgorithm().digestAlgorithm();
        if (contentDigest.algorithm() != expected) {
            throw new IllegalArgumentException("The content must be hashed with " + expected.jcaName() + ", not "
                    + contentDigest.algorithm().jcaName());
        }
        ASN1EncodableVector signed = new ASN1EncodableVector();
        for (SignedAttributeProvider provider : attributes.get(parameters.format())) {
            signed.add(provider.attribute(parameters, contentDigest));
        }
        return new PreparedSignedData(parameters, new DERSet(signed));
    }

    @Override
    public int maxSize(ContainerParameters parameters) {
        DigestAlgorithm algorithm = parameters.signatureAlgorithm().digestAlgorithm();
        Digest anyDigest = Digest.of(algorithm, new byte[algorithm.length()]);
        byte[] anySignature = new byte[maxSignatureLength(parameters)];
        return prepare(parameters, anyDigest).complete(anySignature).length;
    }

    private static int maxSignatureLength(ContainerParameters parameters) {
        PublicKey key = parameters.chain().signer().getPublicKey();
        return switch (parameters.signatureAlgorithm().scheme()) {
            case RSA_PKCS1, RSA_PSS -> octets(((RSAPublicKey) key).getModulus().bitLength());
            case ECDSA ->
                EcdsaSignature.maxDerLength(((ECPublicKey) key).getParams().getOrder());
            case ED25519 -> ED25519_SIGNATURE_LENGTH;
        };
    }

    private static int octets(int bits) {
        return (bits + 7) / 8;
    }
}

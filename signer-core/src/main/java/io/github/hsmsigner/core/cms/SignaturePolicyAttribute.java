package io.github.hsmsigner.core.cms;

import io.github.hsmsigner.core.ContainerParameters;
import io.github.hsmsigner.core.Digest;
import java.net.URI;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERIA5String;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSet;
import org.bouncycastle.asn1.cms.Attribute;
import org.bouncycastle.asn1.esf.OtherHashAlgAndValue;
import org.bouncycastle.asn1.esf.SigPolicyQualifierInfo;
import org.bouncycastle.asn1.esf.SigPolicyQualifiers;
import org.bouncycastle.asn1.esf.SignaturePolicyId;
import org.bouncycastle.asn1.esf.SignaturePolicyIdentifier;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.jspecify.annotations.Nullable;

/**
 * signature-policy-identifier (ETSI EN 319 122-1, section 5.2.9): the rules that the signature was made under. Immutable.
 */
public final class SignaturePolicyAttribute implements SignedAttributeProvider {

    private final SignaturePolicyIdentifier policy;

    /**
     * Makes the provider.
     *
     * @param oid the policy's object identifier in dotted form
     * @param policyDocument the digest of the policy document
     * @param address where the policy document can be read; {@code null} to leave it out
     * @throws IllegalArgumentException if that is no object identifier
     */
    public SignaturePolicyAttribute(String oid, Digest policyDocument, @Nullable URI address) {
        OtherHashAlgAndValue hash = new OtherHashAlgAndValue(
                AlgorithmIdentifiers.digest(policyDocument.algorithm()), new DEROctetString(policyDocument.bytes()));
        SigPolicyQualifiers qualifiers = address == null
                ? null
                : new SigPolicyQualifiers(new SigPolicyQualifierInfo[] {
                    new SigPolicyQualifierInfo(
                            PKCSObjectIdentifiers.id_spq_ets_uri, new DERIA5String(address.toASCIIString()))
                });
        this.policy =
                new SignaturePolicyIdentifier(new SignaturePolicyId(new ASN1ObjectIdentifier(oid), hash, qualifiers));
    }

    @Override
    public Attribute attribute(ContainerParameters parameters, Digest contentDigest) {
        return new Attribute(PKCSObjectIdentifiers.id_aa_ets_sigPolicyId, new DERSet(policy));
    }
}

package io.github.hsmsigner.core.cms;

import io.github.hsmsigner.core.ContainerParameters;
import io.github.hsmsigner.core.Digest;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERSet;
import org.bouncycastle.asn1.cms.Attribute;
import org.bouncycastle.asn1.esf.CommitmentTypeIndication;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;

/**
 * commitment-type-indication (ETSI EN 319 122-1, section 5.2.3): what the signer commits to. Immutable.
 */
public final class CommitmentTypeAttribute implements SignedAttributeProvider {

    private final ASN1ObjectIdentifier commitmentType;

    /**
     * Makes the provider.
     *
     * @param oid the commitment type in dotted form, such as {@code 1.2.840.113549.1.9.16.6.5} for proof of approval
     * @throws IllegalArgumentException if that is no object identifier
     */
    public CommitmentTypeAttribute(String oid) {
        this.commitmentType = new ASN1ObjectIdentifier(oid);
    }

    @Override
    public Attribute attribute(ContainerParameters parameters, Digest contentDigest) {
        return new Attribute(
                PKCSObjectIdentifiers.id_aa_ets_commitmentType,
                new DERSet(new CommitmentTypeIndication(commitmentType)));
    }
}

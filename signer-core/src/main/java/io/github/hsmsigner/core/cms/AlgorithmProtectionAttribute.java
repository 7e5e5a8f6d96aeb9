package io.github.hsmsigner.core.cms;

import io.github.hsmsigner.core.ContainerParameters;
import io.github.hsmsigner.core.Digest;
import org.bouncycastle.asn1.DERSet;
import org.bouncycastle.asn1.cms.Attribute;
import org.bouncycastle.asn1.cms.CMSAlgorithmProtection;
import org.bouncycastle.asn1.cms.CMSAttributes;

/** CMSAlgorithmProtection (RFC 6211): the algorithms themselves, signed, so that none can be swapped. */
final class AlgorithmProtectionAttribute implements SignedAttributeProvider {

    @Override
    public Attribute attribute(ContainerParameters parameters, Digest contentDigest) {
        CMSAlgorithmProtection protection = new CMSAlgorithmProtection(
                AlgorithmIdentifiers.digest(contentDigest.algorithm()),
                CMSAlgorithmProtection.SIGNATURE,
                AlgorithmIdentifiers.signature(parameters.signatureAlgorithm()));
        return new Attribute(CMSAttributes.cmsAlgorithmProtect, new DERSet(protection));
    }
}

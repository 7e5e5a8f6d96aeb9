package io.github.hsmsigner.core.cms;

import io.github.hsmsigner.core.ContainerParameters;
import io.github.hsmsigner.core.Digest;
import org.bouncycastle.asn1.DERSet;
import org.bouncycastle.asn1.cms.Attribute;
import org.bouncycastle.asn1.cms.CMSAttributes;
import org.bouncycastle.asn1.cms.CMSObjectIdentifiers;

/** content-type (RFC 5652, section 11.1): the content is plain data. */
final class ContentTypeAttribute implements SignedAttributeProvider {

    @Override
    public Attribute attribute(ContainerParameters parameters, Digest contentDigest) {
        return new Attribute(CMSAttributes.contentType, new DERSet(CMSObjectIdentifiers.data));
    }
}

package io.github.hsmsigner.core.cms;

import io.github.hsmsigner.core.ContainerParameters;
import io.github.hsmsigner.core.Digest;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSet;
import org.bouncycastle.asn1.cms.Attribute;
import org.bouncycastle.asn1.cms.CMSAttributes;

/** message-digest (RFC 5652, section 11.2): what ties the signature to the content. */
final class MessageDigestAttribute implements SignedAttributeProvider {

    @Override
    public Attribute attribute(ContainerParameters parameters, Digest contentDigest) {
        return new Attribute(CMSAttributes.messageDigest, new DERSet(new DEROctetString(contentDigest.bytes())));
    }
}

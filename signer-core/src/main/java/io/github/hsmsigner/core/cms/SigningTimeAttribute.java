package io.github.hsmsigner.core.cms;

import io.github.hsmsigner.core.ContainerParameters;
import io.github.hsmsigner.core.Digest;
import java.util.Date;
import org.bouncycastle.asn1.DERSet;
import org.bouncycastle.asn1.cms.Attribute;
import org.bouncycastle.asn1.cms.CMSAttributes;
import org.bouncycastle.asn1.cms.Time;

/** signing-time (RFC 5652, section 11.3): UTCTime to the year 2049, GeneralizedTime after it. */
final class SigningTimeAttribute implements SignedAttributeProvider {

    @Override
    public Attribute attribute(ContainerParameters parameters, Digest contentDigest) {
        return new Attribute(CMSAttributes.signingTime, new DERSet(new Time(Date.from(parameters.signingTime()))));
    }
}

package io.github.hsmsigner.core.cms;

import io.github.hsmsigner.core.ContainerParameters;
import io.github.hsmsigner.core.Digest;
import java.util.regex.Pattern;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERSet;
import org.bouncycastle.asn1.DERUTF8String;
import org.bouncycastle.asn1.cms.Attribute;

/**
 * mime-type (ETSI EN 319 122-1, section 5.2.4.2): the type of the content. Section 6.3, requirement t, recommends this
 * attribute or content-hints, which is for content in several layers.
 */
final class MimeTypeAttribute implements SignedAttributeProvider {

    /** Section 6.3, note 7: the type of detached content that the signer does not know. */
    static final String UNKNOWN = "application/octet-stream";

    private static final ASN1ObjectIdentifier TYPE = new ASN1ObjectIdentifier("0.4.0.1733.2.1");

    /** RFC 2045, section 5.1. */
    private static final Pattern MIME_TYPE =
            Pattern.compile("T/T( *; *T=(T|\"[^\"\\\\]*\"))*".replace("T", "[A-Za-z0-9!#$%&'*+.^_`{|}~-]+"));

    private final String mimeType;

    MimeTypeAttribute(String mimeType) {
        if (!MIME_TYPE.matcher(mimeType).matches()) {
            throw new IllegalArgumentException("\"" + mimeType + "\" is not a MIME type such as application/pdf.");
        }
        this.mimeType = mimeType;
    }

    @Override
    public Attribute attribute(ContainerParameters parameters, Digest contentDigest) {
        return new Attribute(TYPE, new DERSet(new DERUTF8String(mimeType)));
    }
}

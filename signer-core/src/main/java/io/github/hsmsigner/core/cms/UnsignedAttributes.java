package io.github.hsmsigner.core.cms;

import io.github.hsmsigner.core.Deadline;
import org.bouncycastle.asn1.ASN1Set;

/** What is put beside a signature once it is there. */
@FunctionalInterface
interface UnsignedAttributes {

    /** None. */
    UnsignedAttributes NONE = (signature, deadline) -> null;

    /** The attributes for a signature, or null for none. */
    ASN1Set over(byte[] signature, Deadline deadline);
}

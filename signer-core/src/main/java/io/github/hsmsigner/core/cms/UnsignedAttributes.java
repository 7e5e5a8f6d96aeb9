package io.github.hsmsigner.core.cms;

import io.github.hsmsigner.core.Deadline;
import java.util.List;

/** Attributes that a container holds next to its signature, made from the signature. */
@FunctionalInterface
interface UnsignedAttributes {

    /** No attributes. */
    UnsignedAttributes NONE = (signature, deadline) -> List.of();

    /** Returns the attributes for a signature, in the order of a SET OF. */
    List<DerElement> over(byte[] signature, Deadline deadline);
}

package io.github.hsmsigner.core.cms;

import io.github.hsmsigner.core.Deadline;
import java.util.List;

/** What is put beside a signature once it is there. */
@FunctionalInterface
interface UnsignedAttributes {

    /** None. */
    UnsignedAttributes NONE = (signature, deadline) -> List.of();

    /** The attributes for a signature, in the order of a SET OF. */
    List<DerElement> over(byte[] signature, Deadline deadline);
}

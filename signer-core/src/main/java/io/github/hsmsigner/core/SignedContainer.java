package io.github.hsmsigner.core;

import java.util.Objects;

/**
 * A finished container.
 *
 * @param format the kind of container that was made: level B-B instead of B-T if a timestamp is not required and no timestamp
 *     authority answered in time
 * @param octets the container in DER; not copied, so the receiver must not change it
 */
public record SignedContainer(ContainerFormat format, byte[] octets) {

    /**
     * Checks that nothing is missing.
     *
     * @param format the kind of container that was made
     * @param octets the container in DER
     */
    public SignedContainer {
        Objects.requireNonNull(format, "format");
        Objects.requireNonNull(octets, "octets");
    }
}

package io.github.hsmsigner.service.lifecycle;

import java.util.Optional;

/** Which version this is. */
public final class Version {

    private Version() {}

    /**
     * Returns the version in the runnable file.
     *
     * @return the version
     */
    public static String text() {
        return Optional.ofNullable(Version.class.getPackage().getImplementationVersion())
                .orElse("(not packaged)");
    }
}

package io.github.hsmsigner.service.check;

import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.Digest;
import io.github.hsmsigner.core.DigestAlgorithm;
import io.github.hsmsigner.core.error.SigningException;
import io.github.hsmsigner.service.config.SignatureSettings.TimestampSettings;
import io.github.hsmsigner.service.lifecycle.ContainerBuilders;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Asks each timestamp authority for a timestamp. */
final class TimestampCheck {

    private static final String AREA = "timestamps";
    private static final Digest DIGEST =
            Digest.compute(DigestAlgorithm.SHA256, "A test signature".getBytes(StandardCharsets.US_ASCII));

    private TimestampCheck() {}

    /** Returns whether an authority gave a timestamp. */
    static boolean run(TimestampSettings settings, CheckReport.Collector findings) {
        Map<URI, String> failures = new LinkedHashMap<>();
        for (TimestampSettings.Authority authority : settings.authorities()) {
            try {
                ContainerBuilders.timestampSource(
                                new TimestampSettings(List.of(authority), settings.required(), settings.attemptLimit()))
                        .timestamp(DIGEST, Deadline.after(settings.attemptLimit()));
                findings.about(AREA, name(authority.address())).ok("Gave a timestamp.");
            } catch (SigningException e) {
                failures.put(authority.address(), e.getMessage());
            }
        }
        boolean available = failures.size() < settings.authorities().size();
        failures.forEach((address, reason) -> {
            CheckReport.Collector about = findings.about(AREA, name(address));
            if (available) {
                about.warning(reason, "Make the authority reachable: signatures take longer until then.");
            } else if (settings.required()) {
                about.error(
                        reason,
                        "The service refuses every callback with the signature type cades. Make the authority"
                                + " reachable, or set signatures.timestamps.required to false.");
            } else {
                about.warning(reason, "Make the authority reachable: signatures have no timestamp until then.");
            }
        });
        return available;
    }

    /** Without path and query, because these hold customers' keys at some authorities. */
    private static String name(URI address) {
        return address.getScheme() + "://" + address.getRawAuthority();
    }
}

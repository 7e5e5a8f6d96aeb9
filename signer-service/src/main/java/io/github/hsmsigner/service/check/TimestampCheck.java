package io.github.hsmsigner.service.check;

import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.Digest;
import io.github.hsmsigner.core.DigestAlgorithm;
import io.github.hsmsigner.core.error.SigningException;
import io.github.hsmsigner.service.config.TimestampSettings;
import io.github.hsmsigner.service.lifecycle.ContainerBuilders;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Asks each timestamp authority for a timestamp. Used once, by one thread. */
final class TimestampCheck {

    private static final String AREA = "timestamps";

    private final TimestampSettings settings;
    private final List<Finding> findings = new ArrayList<>();
    private final Map<URI, String> failures = new LinkedHashMap<>();

    TimestampCheck(TimestampSettings settings) {
        this.settings = settings;
    }

    /** Asks, and returns what was found. */
    List<Finding> run() {
        settings.authorities().forEach(this::ask);
        boolean refused = settings.required() && !isAvailable();
        failures.forEach((address, reason) -> findings.add(
                refused
                        ? Finding.error(
                                AREA,
                                name(address),
                                reason,
                                "The service refuses every callback with the signature type cades. Make the authority"
                                        + " reachable, or set signatures.timestamps.required to false.")
                        : Finding.warning(
                                AREA,
                                name(address),
                                reason,
                                isAvailable()
                                        ? "Make the authority reachable: signatures take longer until then."
                                        : "Make the authority reachable: signatures have no timestamp until then.")));
        return findings;
    }

    /** Returns whether an authority gave a timestamp. */
    boolean isAvailable() {
        return failures.size() < settings.authorities().size();
    }

    private void ask(TimestampSettings.Authority authority) {
        try {
            ContainerBuilders.timestampSource(
                            new TimestampSettings(List.of(authority), settings.required(), settings.attemptLimit()))
                    .timestamp(
                            Digest.compute(
                                    DigestAlgorithm.SHA256, "A test signature".getBytes(StandardCharsets.US_ASCII)),
                            Deadline.after(settings.attemptLimit()));
            findings.add(Finding.ok(AREA, name(authority.address()), "Gave a timestamp."));
        } catch (SigningException e) {
            failures.put(authority.address(), e.getMessage());
        }
    }

    /** Without path and query, because these hold customers' keys at some authorities. */
    private static String name(URI address) {
        return address.getScheme() + "://" + address.getRawAuthority();
    }
}

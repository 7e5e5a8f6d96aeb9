package io.github.hsmsigner.service.check;

import io.github.hsmsigner.core.ContainerBuilder;
import io.github.hsmsigner.core.ContainerFormat;
import io.github.hsmsigner.core.ContainerRequest;
import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.DigestAlgorithm;
import io.github.hsmsigner.core.RequestContext;
import io.github.hsmsigner.core.SigningKey;
import io.github.hsmsigner.core.SigningKeys;
import io.github.hsmsigner.core.SigningService;
import io.github.hsmsigner.core.error.SigningException;
import io.github.hsmsigner.core.error.UnsupportedRequestException;
import io.github.hsmsigner.service.config.SignatureSettings;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Makes every kind of signature with a key that callbacks may request: with each digest algorithm, and in each
 * container format. Used once, by one thread.
 */
final class SignatureCheck {

    private static final byte[] CONTENT = "A test signature".getBytes(StandardCharsets.US_ASCII);

    /** The size that Document Engine reserves by default for a container. */
    private static final int RESERVED_BYTES = 16_384;

    /**
     * The default of Document Engine's chart comes first: containers are tried with the first that the key supports.
     */
    private static final List<DigestAlgorithm> DIGESTS =
            List.of(DigestAlgorithm.SHA512, DigestAlgorithm.SHA256, DigestAlgorithm.SHA384);

    private final SignatureSettings settings;
    private final SigningKey key;
    private final SigningService service;
    private final CheckReport.Collector findings;
    private final Set<DigestAlgorithm> supported = new LinkedHashSet<>();

    SignatureCheck(
            SignatureSettings settings,
            SigningKey key,
            ContainerBuilder containers,
            Clock clock,
            CheckReport.Collector findings) {
        this.settings = settings;
        this.key = key;
        this.findings = findings;
        this.service = SigningService.builder(SigningKeys.of(key), containers)
                .validCertificateRequired(settings.validCertificateRequired())
                .clock(clock)
                .build();
    }

    /** Makes the signatures. A callback with the signature type cades gets the format {@code pades}. */
    void run(ContainerFormat pades) {
        checkDigests();
        supported.stream().findFirst().ifPresent(digestAlgorithm -> {
            checkContainer("CMS", ContainerFormat.CMS, digestAlgorithm);
            checkContainer("PAdES", pades, digestAlgorithm);
        });
    }

    private void checkDigests() {
        Set<DigestAlgorithm> missing = new LinkedHashSet<>();
        for (DigestAlgorithm digestAlgorithm : DIGESTS) {
            try {
                service.signRaw(context(), digestAlgorithm, CONTENT);
                supported.add(digestAlgorithm);
            } catch (UnsupportedRequestException e) {
                missing.add(digestAlgorithm);
            } catch (SigningException e) {
                findings.error(
                        "No signature with " + digestAlgorithm.text() + ": " + e.getMessage(), KeyCheck.ERROR_CODES);
            }
        }
        List<DigestAlgorithm> withoutRaw = supported.stream()
                .filter(digestAlgorithm -> key.signer().signsWholeMessage(key.algorithm(digestAlgorithm)))
                .toList();
        if (!supported.isEmpty()) {
            findings.ok("Signs with " + text(supported) + ".");
        }
        if (!missing.isEmpty()) {
            findings.warning(
                    "Does not sign with " + text(missing) + ": the service refuses callbacks that ask for it.",
                    "Set DIGITAL_SIGNATURE_HASH_ALGORITHM of Document Engine, or hashAlgorithm in its requests, to one of: "
                            + text(supported) + ".");
        }
        if (!withoutRaw.isEmpty()) {
            findings.warning(
                    "The service refuses the action sign (raw signatures) with " + text(withoutRaw)
                            + ": the key needs the whole message, and not its digest.",
                    "Set signatureContainer to pkcs7 in the requests to Document Engine, or use a key that signs digests.");
        }
    }

    private static String text(Collection<DigestAlgorithm> digestAlgorithms) {
        return digestAlgorithms.stream().sorted().map(DigestAlgorithm::text).collect(Collectors.joining(", "));
    }

    /** As a callback gets it: with timestamp authorities, OCSP responders and CRLs, if the settings have them. */
    private void checkContainer(String kind, ContainerFormat format, DigestAlgorithm digestAlgorithm) {
        try {
            int size = service.signContainer(context(), ContainerRequest.forContent(format, digestAlgorithm, CONTENT))
                    .length;
            String text = "A " + kind + " container has " + size + " bytes; Document Engine reserves " + RESERVED_BYTES
                    + " unless estimatedSize is set.";
            if (size <= RESERVED_BYTES) {
                findings.ok(text);
            } else {
                findings.warning(text, "Set estimatedSize to " + 2 * size + " in the requests to Document Engine.");
            }
        } catch (SigningException e) {
            findings.error("No " + kind + " container can be made: " + e.getMessage(), advice(format));
        }
    }

    private String advice(ContainerFormat format) {
        if (format.hasTimestamp()) {
            return "Make sure that the timestamp authorities can be reached.";
        }
        return format == ContainerFormat.CMS && settings.revocationInfo()
                ? "The service refuses every callback with the signature type cms. Make the OCSP responders and CRLs"
                        + " that the certificates name reachable, or set signatures.revocation-info to false."
                : KeyCheck.ERROR_CODES;
    }

    private RequestContext context() {
        return RequestContext.builder("check")
                .deadline(Deadline.after(settings.deadline()))
                .build();
    }
}

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
import java.util.ArrayList;
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

    private static final String AREA = "key";
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
    private final List<Finding> findings = new ArrayList<>();
    private final Set<DigestAlgorithm> supported = new LinkedHashSet<>();

    SignatureCheck(SignatureSettings settings, SigningKey key, ContainerBuilder containers, Clock clock) {
        this.settings = settings;
        this.key = key;
        this.service = SigningService.builder(SigningKeys.of(key), containers)
                .validCertificateRequired(settings.validCertificateRequired())
                .clock(clock)
                .build();
    }

    /**
     * Makes the signatures.
     *
     * @param cades the format that a callback with the signature type cades gets
     * @return what was found
     */
    List<Finding> run(ContainerFormat cades) {
        digests();
        supported.stream().findFirst().ifPresent(digestAlgorithm -> {
            container("CMS", ContainerFormat.CMS, digestAlgorithm);
            container("CAdES", cades, digestAlgorithm);
        });
        return findings;
    }

    private void digests() {
        Set<DigestAlgorithm> missing = new LinkedHashSet<>();
        for (DigestAlgorithm digestAlgorithm : DIGESTS) {
            try {
                service.signRaw(context(), digestAlgorithm, CONTENT);
                supported.add(digestAlgorithm);
            } catch (UnsupportedRequestException e) {
                missing.add(digestAlgorithm);
            } catch (SigningException e) {
                findings.add(Finding.error(
                        AREA,
                        key.name(),
                        "No signature with " + digestAlgorithm.text() + ": " + e.getMessage(),
                        "docs/pkcs11-errors.md has the error codes."));
            }
        }
        List<DigestAlgorithm> withoutRaw = supported.stream()
                .filter(digestAlgorithm -> key.signer().signsWholeMessage(key.algorithm(digestAlgorithm)))
                .toList();
        if (!supported.isEmpty()) {
            findings.add(Finding.ok(AREA, key.name(), "Signs with " + text(supported) + "."));
        }
        if (!missing.isEmpty()) {
            findings.add(Finding.warning(
                    AREA,
                    key.name(),
                    "Does not sign with " + text(missing) + ": the service refuses callbacks that ask for it.",
                    "Set DIGITAL_SIGNATURE_HASH_ALGORITHM of Document Engine, or hashAlgorithm in its requests, to one of: "
                            + text(supported) + "."));
        }
        if (!withoutRaw.isEmpty()) {
            findings.add(
                    Finding.warning(
                            AREA,
                            key.name(),
                            "The service refuses the action sign (raw signatures) with " + text(withoutRaw)
                                    + ": the key needs the whole message, and not its digest.",
                            "Set signatureContainer to pkcs7 in the requests to Document Engine, or use a key that signs digests."));
        }
    }

    private static String text(Collection<DigestAlgorithm> digestAlgorithms) {
        return digestAlgorithms.stream().sorted().map(DigestAlgorithm::text).collect(Collectors.joining(", "));
    }

    /** As a callback gets it: with timestamp authorities, OCSP responders and CRLs, if the settings have them. */
    private void container(String kind, ContainerFormat format, DigestAlgorithm digestAlgorithm) {
        try {
            int size = service.signContainer(context(), ContainerRequest.forContent(format, digestAlgorithm, CONTENT))
                    .length;
            String text = "A " + kind + " container has " + size + " bytes; Document Engine reserves " + RESERVED_BYTES
                    + " unless estimatedSize is set.";
            findings.add(
                    size <= RESERVED_BYTES
                            ? Finding.ok(AREA, key.name(), text)
                            : Finding.warning(
                                    AREA,
                                    key.name(),
                                    text,
                                    "Set estimatedSize to " + 2 * size + " in the requests to Document Engine."));
        } catch (SigningException e) {
            findings.add(Finding.error(
                    AREA, key.name(), "No " + kind + " container can be made: " + e.getMessage(), advice(format)));
        }
    }

    private String advice(ContainerFormat format) {
        return switch (format) {
            case CMS ->
                settings.revocationInfo()
                        ? "The service refuses every callback with the signature type cms. Make the OCSP responders and CRLs"
                                + " that the certificates name reachable, or set signatures.revocation-info to false."
                        : "docs/pkcs11-errors.md has the error codes.";
            case CADES_B_B -> "docs/pkcs11-errors.md has the error codes.";
            case CADES_B_T -> "Make sure that the timestamp authorities can be reached.";
        };
    }

    private RequestContext context() {
        return RequestContext.builder("check")
                .deadline(Deadline.after(settings.deadline()))
                .build();
    }
}

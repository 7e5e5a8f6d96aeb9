package io.github.hsmsigner.examples.documentengine;

import java.util.Optional;

/** Carries out a call of {@code /sign} on a PDF, step by step. Safe for use by any number of threads at once. */
final class Signing {

    private final SigningServiceClient service;
    private final Optional<Timestamps> timestamps;
    private final Optional<ValidationData> validationData;

    Signing(DocumentEngineSettings settings) {
        service = SigningServiceClient.of(settings);
        timestamps = settings.timestampAuthority().map(Timestamps::new);
        validationData = timestamps.map(found -> new ValidationData(settings.trustedCertificates(), found));
    }

    /** Refuses what this stand-in is not set up for, before anything is asked of the signing service. */
    void requirePossible(SignOptions options) {
        if (options.level().timestamped() && timestamps.isEmpty()) {
            throw ApiException.badRequest("cadesLevel " + options.level().spelling()
                    + " needs a timestamp authority, and the stand-in was started without TIMESTAMP_AUTHORITY_URL. "
                    + "cadesLevel must be b-b here.");
        }
    }

    /** Gives the PDF with one more signature. */
    byte[] sign(byte[] pdf, SignOptions options, AppearanceImages images, CallbackEvents events) {
        byte[] prepared = options.flatten() ? Flattening.flatten(pdf) : pdf;
        byte[] signed = new PdfSignature(options, images).addTo(prepared, source(options, events));
        if (options.level() != CadesLevel.B_LT) {
            return signed;
        }
        events.note("Fetching certificates and revocation data for the document (cadesLevel b-lt).");
        return validationData.orElseThrow().addTo(signed);
    }

    private ContainerSource source(SignOptions options, CallbackEvents events) {
        SigningServiceClient observed = service.observedBy(events);
        ContainerSource source = switch (options.container()) {
            case RAW -> new RawContainerSource(observed, options);
            case PKCS7 -> new Pkcs7ContainerSource(observed, options);
        };
        if (!options.level().timestamped()) {
            return source;
        }
        ContainerSource timestamped = new TimestampedContainerSource(source, timestamps.orElseThrow(), options.hash());
        return contents -> {
            byte[] container = timestamped.containerFor(contents);
            events.note("The signature carries a timestamp of the authority.");
            return container;
        };
    }
}

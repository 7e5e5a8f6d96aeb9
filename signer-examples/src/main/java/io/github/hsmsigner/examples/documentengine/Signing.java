package io.github.hsmsigner.examples.documentengine;

import java.util.Optional;

/** Carries out a call of {@code /sign} on a PDF, step by step. Thread-safe. */
final class Signing implements AutoCloseable {

    private final HttpPoster http = new HttpPoster();
    private final SigningServiceClient service;
    private final Optional<Timestamps> timestamps;
    private final ValidationData validationData;

    Signing(DocumentEngineSettings settings) {
        service = SigningServiceClient.of(settings, http);
        timestamps = settings.timestampAuthority()
                .map(authority -> new Timestamps(http, authority, settings.timestampCredentials()));
        validationData = new ValidationData(settings.trustedCertificates(), timestamps);
    }

    /**
     * A signed PDF.
     *
     * @param pdf the PDF with one more signature
     * @param level the level of the new signature, if it is a {@code cades} signature
     */
    record Result(byte[] pdf, Optional<SignatureProgress.Level> level) {}

    /** Adds one signature. */
    Result sign(byte[] pdf, SignOptions options, AppearanceImages images, CallbackEvents events) {
        byte[] prepared = options.flatten() ? Flattening.flatten(pdf) : pdf;
        PdfSignature signature = new PdfSignature(options, images);
        ContainerSource container = source(options, events);
        if (options.type() == SignatureType.CMS) {
            return new Result(signature.addTo(prepared, container), Optional.empty());
        }
        SignatureProgress progress = new SignatureProgress(options.level());
        byte[] signed = signature.addTo(
                prepared, new TimestampedContainerSource(container, timestamps, options.hash(), progress));
        if (progress.level().reached() == CadesLevel.B_T) {
            events.note("The signature has a timestamp.");
        }
        if (progress.wants(CadesLevel.B_LT)) {
            events.note("Fetching certificates and revocation data (cadesLevel b-lt).");
            signed = validationData.addTo(signed, progress);
        }
        progress.level().shortfall().ifPresent(events::note);
        return new Result(signed, Optional.of(progress.level()));
    }

    private ContainerSource source(SignOptions options, CallbackEvents events) {
        SigningServiceClient observed = service.observedBy(events);
        return switch (options.container()) {
            case RAW -> new RawContainerSource(observed, options);
            case PKCS7 -> new Pkcs7ContainerSource(observed, options);
        };
    }

    @Override
    public void close() {
        http.close();
    }
}

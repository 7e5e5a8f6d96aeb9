package io.github.hsmsigner.pdf;

import io.github.hsmsigner.core.ContainerFormat;
import io.github.hsmsigner.core.ContainerRequest;
import io.github.hsmsigner.core.DigestAlgorithm;
import io.github.hsmsigner.core.RequestContext;
import io.github.hsmsigner.core.SigningService;
import java.io.IOException;
import java.nio.file.Path;
import java.security.PublicKey;
import java.security.interfaces.ECKey;
import java.util.Objects;
import java.util.UUID;
import org.apache.pdfbox.pdmodel.PDDocument;

/**
 * Signs PDF files with a {@link SigningService}. Appends an incremental update, so that each byte of the document stays as
 * it is and earlier signatures stay valid. Files of any size: only the update and the table of objects are in memory.
 *
 * <p>The signed PDF is written to a temporary file in the directory of the target, read again, and then moved to the
 * target. If signing fails, the target stays as it was. Thread-safe.
 */
public final class PdfSigner {

    private static final int P_384_BITS = 384;
    private static final int P_521_BITS = 521;

    private final SigningService service;

    private PdfSigner(SigningService service) {
        this.service = Objects.requireNonNull(service, "service");
    }

    /**
     * Returns a signer for the keys of a service.
     *
     * @param service makes the containers; for level B-T it must have a timestamp source
     * @return the signer
     */
    public static PdfSigner of(SigningService service) {
        return new PdfSigner(service);
    }

    /**
     * Signs a PDF with the only key, a random request id and a deadline of 30 seconds.
     *
     * @param document the PDF
     * @param signed the signed PDF; may be the same file
     * @param options the options of the signature
     * @throws IOException if the document cannot be read or the signed PDF cannot be written
     * @throws PdfException if the document cannot be signed
     * @throws io.github.hsmsigner.core.error.SigningException if the service makes no signature
     */
    public void sign(Path document, Path signed, PdfSignatureOptions options) throws IOException {
        sign(RequestContext.builder(UUID.randomUUID().toString()).build(), document, signed, options);
    }

    /**
     * Signs a PDF. The service authorizes the caller up to three times with the same context: for the certificates, the
     * size of the container and the signature.
     *
     * @param context the caller, the key and the deadline
     * @param document the PDF
     * @param signed the signed PDF; may be the same file
     * @param options the options of the signature
     * @throws IOException if the document cannot be read or the signed PDF cannot be written
     * @throws PdfException if the document cannot be signed
     * @throws io.github.hsmsigner.core.error.SigningException if the service makes no signature
     */
    public void sign(RequestContext context, Path document, Path signed, PdfSignatureOptions options)
            throws IOException {
        DigestAlgorithm digest = options.digestAlgorithm()
                .orElseGet(() ->
                        defaultDigest(service.certificates(context).signer().getPublicKey()));
        ContainerFormat format = format(options.level());
        try (OutputFile output = new OutputFile(signed)) {
            try (PDDocument pdf = InputPdf.open(document, options.password())) {
                SignatureUpdate.signature(pdf, options, service.maxContainerSize(context, format, digest))
                        .write(
                                output.path(),
                                content -> service.signContainer(
                                        context, ContainerRequest.forContent(format, digest, content)),
                                options.password());
            }
            output.replaceTarget();
        }
    }

    private static ContainerFormat format(PdfLevel level) {
        return switch (level) {
            case CMS -> ContainerFormat.CMS;
            case B_B -> ContainerFormat.PADES_B_B;
            case B_T -> ContainerFormat.PADES_B_T;
        };
    }

    /** Returns the digest algorithm that fits the strength of a key (RFC 8419, section 3; RFC 5480, section 4). */
    private static DigestAlgorithm defaultDigest(PublicKey key) {
        int bits = key instanceof ECKey ec ? ec.getParams().getOrder().bitLength() : 0;
        if (bits == P_521_BITS || key.getAlgorithm().startsWith("Ed")) {
            return DigestAlgorithm.SHA512;
        }
        return bits == P_384_BITS ? DigestAlgorithm.SHA384 : DigestAlgorithm.SHA256;
    }
}

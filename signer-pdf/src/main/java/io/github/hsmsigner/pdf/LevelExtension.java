package io.github.hsmsigner.pdf;

import io.github.hsmsigner.core.CertificateChain;
import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.Digest;
import io.github.hsmsigner.core.DistinguishedName;
import io.github.hsmsigner.core.RevocationSource;
import io.github.hsmsigner.core.TimestampSource;
import io.github.hsmsigner.core.certificate.AiaChainCompleter;
import io.github.hsmsigner.core.error.UnsupportedRequestException;
import io.github.hsmsigner.pdf.PdfException.Reason;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Date;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.jspecify.annotations.Nullable;

/**
 * Extends the level of the signatures of one document (ETSI EN 319 142-1, section 6): to B-T and B-LTA with a document
 * timestamp, and to B-LT with validation data. Each step appends an update to the output file. Used by one thread.
 *
 * <p>The last document timestamp and everything after it get new validation data. Earlier signatures keep theirs, because
 * the timestamp proves when it existed, and authorities forget certificates that have expired.
 */
final class LevelExtension {

    private final Sources sources;
    private final Path document;
    private final OutputFile output;
    private final char[] password;
    private final Deadline deadline;

    LevelExtension(Sources sources, Path document, OutputFile output, char[] password, Deadline deadline) {
        this.sources = sources;
        this.document = document;
        this.output = output;
        this.password = password;
        this.deadline = deadline;
    }

    /**
     * The sources of what signatures need in addition to a key.
     *
     * @param timestamps the source of document timestamps
     * @param revocation the source of revocation information
     * @param completer fetches missing issuers
     * @param trusted the roots that chains must end with; empty for any root
     */
    record Sources(
            @Nullable TimestampSource timestamps,
            @Nullable RevocationSource revocation,
            @Nullable AiaChainCompleter completer,
            List<X509Certificate> trusted) {

        /** Requires the sources for a level. */
        void requireFor(PdfLevel level) {
            if (level.compareTo(PdfLevel.B_LT) >= 0) {
                requireRevocation();
            }
            if (level == PdfLevel.B_LTA) {
                requireTimestamps();
            }
        }

        private RevocationSource requireRevocation() {
            if (revocation == null) {
                throw new UnsupportedRequestException("Levels from B-LT on require a source of revocation information."
                        + " Set PdfSigner.Builder.revocation.");
            }
            return revocation;
        }

        private TimestampSource requireTimestamps() {
            if (timestamps == null) {
                throw new UnsupportedRequestException(
                        "A document timestamp requires a source of timestamps. Set PdfSigner.Builder.timestamps.");
            }
            return timestamps;
        }
    }

    /**
     * Extends the signatures that were made after a number of bytes, and the document timestamps after them.
     *
     * @throws PdfException if there is none, or if all have the level
     */
    void extendTo(PdfLevel level, long start) throws IOException {
        sources.requireFor(level);
        boolean changed = false;
        if (requireSignatures(start)) {
            addTimestamp();
            changed = true;
        }
        if (level != PdfLevel.B_T) {
            changed |= addValidationData(start);
        }
        if (level == PdfLevel.B_LTA) {
            addTimestamp();
        } else if (!changed) {
            throw new PdfException(
                    Reason.LEVEL_REACHED, "Every signature of the PDF has the level " + level + " already.");
        }
    }

    private PDDocument open() throws IOException {
        return InputPdf.open(output.latest(document), password);
    }

    /** Returns whether a signature has no timestamp. */
    private boolean requireSignatures(long start) throws IOException {
        try (PDDocument pdf = open()) {
            return InputPdf.pdfBox(() -> {
                List<DocumentSignature> signatures = DocumentSignature.after(
                        start, pdf, SecurityStore.of(pdf).certificates());
                if (signatures.isEmpty()) {
                    throw new PdfException(Reason.NOT_SIGNED, "The PDF has no signature. Sign it first.");
                }
                return signatures.stream().anyMatch(signature -> !signature.hasTimestamp(signatures));
            });
        }
    }

    private void addTimestamp() throws IOException {
        TimestampSource timestamps = sources.requireTimestamps();
        try (PDDocument pdf = open()) {
            SignatureUpdate.timestamp(pdf, timestamps.maxTokenSize())
                    .write(
                            output,
                            content -> timestamps.timestamp(
                                    Digest.compute(timestamps.digestAlgorithm(), content), deadline),
                            password);
        }
    }

    /** Returns whether a signature got validation data. */
    private boolean addValidationData(long start) throws IOException {
        List<DocumentSignature> changed = new ArrayList<>();
        int pages;
        try (PDDocument pdf = open()) {
            pages = pdf.getNumberOfPages();
            SecurityStore store = InputPdf.pdfBox(() -> SecurityStore.of(pdf));
            List<DocumentSignature> signatures =
                    InputPdf.pdfBox(() -> DocumentSignature.after(start, pdf, store.certificates()));
            Set<X509Certificate> known = new LinkedHashSet<>(sources.trusted());
            known.addAll(store.certificates());
            for (DocumentSignature signature : signatures) {
                signature.cms().withTimestamps().forEach(cms -> known.addAll(cms.certificates()));
            }
            for (DocumentSignature signature : signatures) {
                if (addValidationData(signature, signature.isBeforeTimestamp(signatures), known, store)) {
                    changed.add(signature);
                }
            }
            if (changed.isEmpty()) {
                return false;
            }
            try (OutputStream out = output.update()) {
                pdf.saveIncremental(out);
            } catch (RuntimeException e) {
                throw InputPdf.refusal(e);
            }
        }
        InputPdf.requireComplete(
                output.path(),
                password,
                pages,
                result -> changed.stream().allMatch(signature -> SecurityStore.hasEntry(result, signature.contents())));
        return true;
    }

    private boolean addValidationData(
            DocumentSignature signature, boolean settled, Set<X509Certificate> known, SecurityStore store)
            throws IOException {
        boolean changed = false;
        for (CmsSignature cms : signature.cms().withTimestamps()) {
            CertificateChain chain = chain(cms.signer(), known, signature.field());
            if (!store.covers(chain) || !settled && !hasExpired(chain)) {
                store.add(
                        signature.contents(), chain, sources.requireRevocation().revocationInfo(chain, deadline));
                changed = true;
            }
        }
        return changed;
    }

    private CertificateChain chain(X509Certificate signer, Set<X509Certificate> known, String field) {
        CertificateChain chain = CertificateChain.of(signer, known);
        if (sources.completer() != null) {
            // A trusted root may follow the fetched issuers.
            known.addAll(sources.completer().complete(chain, deadline).certificates());
            chain = CertificateChain.of(signer, known);
        }
        X509Certificate root = chain.certificates().get(chain.certificates().size() - 1);
        if (!sources.trusted().isEmpty() && !sources.trusted().contains(root)) {
            throw new PdfException(
                    Reason.UNTRUSTED_CERTIFICATE,
                    "The signature in the field \"" + field
                            + "\" has a certificate whose chain does not end with a trusted" + " root: \""
                            + DistinguishedName.ofSubject(signer) + "\".");
        }
        return chain;
    }

    private static boolean hasExpired(CertificateChain chain) {
        Date now = new Date();
        return chain.certificates().stream()
                .anyMatch(certificate -> certificate.getNotAfter().before(now));
    }
}

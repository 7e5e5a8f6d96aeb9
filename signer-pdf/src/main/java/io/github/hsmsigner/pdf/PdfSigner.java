package io.github.hsmsigner.pdf;

import io.github.hsmsigner.core.ContainerFormat;
import io.github.hsmsigner.core.ContainerRequest;
import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.DigestAlgorithm;
import io.github.hsmsigner.core.RequestContext;
import io.github.hsmsigner.core.RevocationSource;
import io.github.hsmsigner.core.SigningService;
import io.github.hsmsigner.core.TimestampSource;
import io.github.hsmsigner.core.certificate.AiaChainCompleter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECKey;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.bouncycastle.asn1.ASN1String;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.jspecify.annotations.Nullable;

/**
 * Signs PDF files with a {@link SigningService}, and extends the level of signed ones. Appends incremental updates, so that
 * each byte of the document stays as it is and earlier signatures stay valid. Files of any size: only the update and the
 * table of objects are in memory.
 *
 * <p>The signed PDF is written to a temporary file in the directory of the target, read again, and then moved to the
 * target. If signing fails, the target stays as it was. Thread-safe.
 *
 * <p>The levels from B-LT on require sources, see {@link #builder}. The addresses of revocation information and issuers are
 * in the certificates. {@link #extend} reads certificates of others, so set {@link Builder#trusted} when PDFs come from
 * strangers: then only certificates below these roots are asked about.
 */
public final class PdfSigner {

    private static final int P_384_BITS = 384;
    private static final int P_521_BITS = 521;

    private static final Duration DEFAULT_LIMIT = Duration.ofSeconds(30);

    private final SigningService service;
    private final LevelExtension.Sources sources;

    private PdfSigner(Builder builder) {
        this.service = builder.service;
        this.sources =
                new LevelExtension.Sources(builder.timestamps, builder.revocation, builder.completer, builder.trusted);
    }

    /**
     * Returns a signer for the keys of a service, for levels up to B-T.
     *
     * @param service makes the containers; for level B-T it must have a timestamp source
     * @return the signer
     */
    public static PdfSigner of(SigningService service) {
        return builder(service).build();
    }

    /**
     * Starts a signer for the keys of a service.
     *
     * @param service makes the containers; for levels from B-T on it must have a timestamp source
     * @return a builder
     */
    public static Builder builder(SigningService service) {
        return new Builder(service);
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
     * Signs a PDF. The service authorizes the caller up to four times with the same context: for the certificates, the size
     * of the container and the signature.
     *
     * <p>A level from B-LT on adds validation data of the new signature only. See {@link #extend} for all signatures.
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
        sources.requireFor(options.level());
        ContainerFormat format = format(options.level());
        try (OutputFile output = new OutputFile(signed)) {
            try (PDDocument pdf = InputPdf.open(document, options.password())) {
                SignatureUpdate.signature(
                                pdf,
                                options,
                                signerName(context, options),
                                service.maxContainerSize(context, format, digest))
                        .write(
                                output,
                                content -> service.signContainer(
                                        context, ContainerRequest.forContent(format, digest, content)),
                                options.password());
            }
            if (options.level().compareTo(PdfLevel.B_LT) >= 0) {
                new LevelExtension(sources, document, output, options.password(), context.deadline())
                        .extendTo(options.level(), Files.size(document));
            }
            output.replaceTarget();
        }
    }

    /**
     * Extends all signatures of a PDF, within 30 seconds. The PDF may be signed by other software.
     *
     * @param document the signed PDF
     * @param extended the extended PDF; may be the same file
     * @param level the level, see {@link #extend(Path, Path, PdfLevel, char[], Deadline)}
     * @throws IOException if the document cannot be read or the extended PDF cannot be written
     * @throws PdfException if the document cannot be extended
     * @throws io.github.hsmsigner.core.error.SigningException if a timestamp or revocation information is not available, or
     *     a certificate was revoked
     */
    public void extend(Path document, Path extended, PdfLevel level) throws IOException {
        extend(document, extended, level, new char[0], Deadline.after(DEFAULT_LIMIT));
    }

    /**
     * Extends all signatures of a PDF. Does not verify them, and needs no key. The level determines the additions:
     *
     * <ul>
     *   <li>{@link PdfLevel#B_T}: a document timestamp, if a signature has no timestamp
     *   <li>{@link PdfLevel#B_LT}: the same, and validation data of each signature and timestamp that has none yet
     *   <li>{@link PdfLevel#B_LTA}: the same, and a document timestamp. If the document has the level already, this renews
     *       it: the previous document timestamp gets its validation data first
     * </ul>
     *
     * <p>Validation data and document timestamps are permitted after a certification that permits no changes (ISO 32000-2,
     * section 12.8.2.2, table 257).
     *
     * @param document the signed PDF
     * @param extended the extended PDF; may be the same file
     * @param level the level: B-T, B-LT or B-LTA
     * @param password the password of an encrypted document; empty if there is none
     * @param deadline the time limit for timestamps and revocation information
     * @throws IOException if the document cannot be read or the extended PDF cannot be written
     * @throws PdfException if the document cannot be extended
     * @throws IllegalArgumentException if documents cannot be extended to the level
     * @throws io.github.hsmsigner.core.error.SigningException if a timestamp or revocation information is not available, or
     *     a certificate was revoked
     */
    public void extend(Path document, Path extended, PdfLevel level, char[] password, Deadline deadline)
            throws IOException {
        if (level.compareTo(PdfLevel.B_T) < 0) {
            throw new IllegalArgumentException("Signatures can be extended to B_T, B_LT and B_LTA, not to " + level);
        }
        try (OutputFile output = new OutputFile(extended)) {
            new LevelExtension(sources, document, output, password.clone(), deadline).extendTo(level, 0);
            output.replaceTarget();
        }
    }

    /** Returns the name that an appearance shows. */
    private String signerName(RequestContext context, PdfSignatureOptions options) {
        return options.name()
                .orElseGet(() -> options.appearance().isEmpty()
                        ? ""
                        : commonName(service.certificates(context).signer()));
    }

    /** Returns the common name, or the whole subject if it has none. */
    private static String commonName(X509Certificate certificate) {
        X500Name subject =
                X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded());
        return Stream.of(subject.getRDNs(BCStyle.CN))
                .flatMap(rdn -> Stream.of(rdn.getTypesAndValues()))
                .filter(attribute -> attribute.getType().equals(BCStyle.CN))
                .map(attribute -> attribute.getValue() instanceof ASN1String text ? text.getString() : "")
                .filter(name -> !name.isBlank())
                .findFirst()
                .orElseGet(subject::toString);
    }

    private static ContainerFormat format(PdfLevel level) {
        return switch (level) {
            case CMS -> ContainerFormat.CMS;
            case B_B -> ContainerFormat.PADES_B_B;
            case B_T, B_LT, B_LTA -> ContainerFormat.PADES_B_T;
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

    /** Collects the sources of a {@link PdfSigner}. Not thread-safe. */
    public static final class Builder {

        private final SigningService service;
        private @Nullable TimestampSource timestamps;
        private @Nullable RevocationSource revocation;
        private @Nullable AiaChainCompleter completer;
        private List<X509Certificate> trusted = List.of();

        private Builder(SigningService service) {
            this.service = Objects.requireNonNull(service, "service");
        }

        /**
         * Sets the source of document timestamps, for {@link PdfLevel#B_LTA} and {@link #extend}. Default: none. The
         * timestamps of signatures come from the containers of the service.
         *
         * @param timestamps the source; usually the one of the containers
         * @return this builder
         */
        public Builder timestamps(TimestampSource timestamps) {
            this.timestamps = Objects.requireNonNull(timestamps, "timestamps");
            return this;
        }

        /**
         * Sets the source of revocation information, for {@link PdfLevel#B_LT} and {@link PdfLevel#B_LTA}. Default: none.
         *
         * @param revocation the source, such as {@link io.github.hsmsigner.core.revocation.OnlineRevocationSource}
         * @return this builder
         */
        public Builder revocation(RevocationSource revocation) {
            this.revocation = Objects.requireNonNull(revocation, "revocation");
            return this;
        }

        /**
         * Has missing issuers fetched, for signatures and timestamps that do not include their chain. Default: none are
         * fetched.
         *
         * @param completer fetches issuers
         * @return this builder
         */
        public Builder chainCompleter(AiaChainCompleter completer) {
            this.completer = Objects.requireNonNull(completer, "completer");
            return this;
        }

        /**
         * Sets the roots that the chains of signers and timestamp authorities must end with. They also complete chains
         * that lack the root. Default: none, and any root is accepted.
         *
         * @param roots the self-signed certificates
         * @return this builder
         */
        public Builder trusted(Collection<X509Certificate> roots) {
            this.trusted = List.copyOf(roots);
            return this;
        }

        /**
         * Builds the signer.
         *
         * @return the signer
         */
        public PdfSigner build() {
            return new PdfSigner(this);
        }
    }
}

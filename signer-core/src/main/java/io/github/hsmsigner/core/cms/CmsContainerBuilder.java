package io.github.hsmsigner.core.cms;

import io.github.hsmsigner.core.ContainerBuilder;
import io.github.hsmsigner.core.ContainerFormat;
import io.github.hsmsigner.core.ContainerParameters;
import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.Digest;
import io.github.hsmsigner.core.DigestAlgorithm;
import io.github.hsmsigner.core.PreparedContainer;
import io.github.hsmsigner.core.RevocationSource;
import io.github.hsmsigner.core.TimestampSource;
import io.github.hsmsigner.core.error.UnsupportedRequestException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Makes detached CMS SignedData (RFC 5652), PAdES (ETSI EN 319 142-1) and CAdES (ETSI EN 319 122-1) containers in DER,
 * both of level B-B and B-T.
 *
 * <p>All have the signed attributes content-type, message-digest, CMSAlgorithmProtection and signing-certificate-v2. All
 * except PAdES have signing-time. CAdES has mime-type. More can be added. All include the whole chain. Immutable, and
 * thread-safe.
 */
public final class CmsContainerBuilder implements ContainerBuilder {

    private final Map<ContainerFormat, List<SignedAttributeProvider>> attributes = new EnumMap<>(ContainerFormat.class);
    private final Optional<SignatureTimestamp> timestamp;
    private final Optional<RevocationSource> revocation;
    private final EncodedChain.Known chains = new EncodedChain.Known();

    private CmsContainerBuilder(Builder builder) {
        List<SignedAttributeProvider> always = List.of(
                new ContentTypeAttribute(),
                new MessageDigestAttribute(),
                new AlgorithmProtectionAttribute(),
                new SigningCertificateV2Attribute());
        for (ContainerFormat format : ContainerFormat.values()) {
            List<SignedAttributeProvider> ofFormat = new ArrayList<>(always);
            boolean cades = format.withoutTimestamp() == ContainerFormat.CADES_B_B;
            if (cades || format == ContainerFormat.CMS) {
                ofFormat.add(new SigningTimeAttribute());
            }
            if (cades) {
                ofFormat.add(builder.mimeType);
            }
            ofFormat.addAll(builder.further.getOrDefault(format, List.of()));
            attributes.put(format, List.copyOf(ofFormat));
        }
        this.timestamp = Optional.ofNullable(builder.timestamps)
                .map(source -> new SignatureTimestamp(source, builder.timestampRequired));
        this.revocation = Optional.ofNullable(builder.revocation);
    }

    /** Makes a builder of containers without timestamps and revocation information, with the attributes of each format alone. */
    public CmsContainerBuilder() {
        this(builder());
    }

    /**
     * Starts a builder of containers.
     *
     * @return what collects the settings
     */
    public static Builder builder() {
        return new Builder();
    }

    @Override
    public ContainerFormat highestLevel(ContainerFormat format) {
        return timestamp.isPresent() ? format.withTimestamp() : format.withoutTimestamp();
    }

    @Override
    public PreparedContainer prepare(ContainerParameters parameters, Digest contentDigest, Deadline deadline) {
        return prepareSignedData(parameters, contentDigest, revocationInfo(parameters, deadline));
    }

    private Optional<DerElement> revocationInfo(ContainerParameters parameters, Deadline deadline) {
        return revocation
                .filter(source -> parameters.format() == ContainerFormat.CMS)
                .map(source -> source.revocationInfo(parameters.chain(), deadline))
                .flatMap(RevocationInfoAttribute::of);
    }

    private PreparedSignedData prepareSignedData(
            ContainerParameters parameters, Digest contentDigest, Optional<DerElement> revocationInfo) {
        DigestAlgorithm expected = parameters.signatureAlgorithm().digestAlgorithm();
        if (contentDigest.algorithm() != expected) {
            throw new IllegalArgumentException("The content must be hashed with " + expected.jcaName() + ", not "
                    + contentDigest.algorithm().jcaName());
        }
        List<DerElement> signed = new ArrayList<>();
        for (SignedAttributeProvider provider : attributes.get(parameters.format())) {
            signed.add(DerElement.of(provider.attribute(parameters, contentDigest)));
        }
        revocationInfo.ifPresent(signed::add);
        UnsignedAttributes unsigned =
                timestampFor(parameters).<UnsignedAttributes>map(t -> t).orElse(UnsignedAttributes.NONE);
        return new PreparedSignedData(
                parameters.format(),
                parameters.signatureAlgorithm(),
                chains.of(parameters.chain()),
                DerElement.inOrder(signed),
                unsigned);
    }

    private Optional<SignatureTimestamp> timestampFor(ContainerParameters parameters) {
        if (!parameters.format().hasTimestamp()) {
            return Optional.empty();
        }
        if (timestamp.isEmpty()) {
            throw new UnsupportedRequestException("Level B-T is not offered: no timestamp authority is configured.");
        }
        return timestamp;
    }

    @Override
    public int maxSize(ContainerParameters parameters, Deadline deadline) {
        DigestAlgorithm algorithm = parameters.signatureAlgorithm().digestAlgorithm();
        Digest anyDigest = Digest.of(algorithm, new byte[algorithm.length()]);
        List<DerElement> unsigned =
                timestampFor(parameters).map(SignatureTimestamp::placeholder).orElse(List.of());
        Optional<DerElement> revocationInfo = revocationInfo(parameters, deadline);
        int maxSignatureLength = parameters
                .signatureAlgorithm()
                .scheme()
                .maxSignatureLength(parameters.chain().signer().getPublicKey());
        int size = prepareSignedData(parameters, anyDigest, revocationInfo)
                .with(new byte[maxSignatureLength], unsigned)
                .length();
        return size + revocationInfo.map(RevocationInfoAttribute::growth).orElse(0);
    }

    /** Collects the settings of a {@link CmsContainerBuilder}. Not safe for use by several threads. */
    public static final class Builder {

        private final Map<ContainerFormat, List<SignedAttributeProvider>> further =
                new EnumMap<>(ContainerFormat.class);
        private @Nullable TimestampSource timestamps;
        private boolean timestampRequired = true;
        private MimeTypeAttribute mimeType = new MimeTypeAttribute(MimeTypeAttribute.UNKNOWN);
        private @Nullable RevocationSource revocation;

        private Builder() {}

        /**
         * Sets the source of timestamps for {@link ContainerFormat#PADES_B_T} and {@link ContainerFormat#CADES_B_T}.
         * Default: none, and these formats are not offered.
         *
         * @param timestamps the source
         * @return this builder
         */
        public Builder timestamps(TimestampSource timestamps) {
            this.timestamps = Objects.requireNonNull(timestamps, "timestamps");
            return this;
        }

        /**
         * Sets whether a missing timestamp is an error. Default: {@code true}. With {@code false}, the container has
         * level B-B and a warning is logged.
         *
         * @param timestampRequired whether a container of level B-T must have its timestamp
         * @return this builder
         */
        public Builder timestampRequired(boolean timestampRequired) {
            this.timestampRequired = timestampRequired;
            return this;
        }

        /**
         * Sets the MIME type of the content that CAdES containers name. Default: {@code application/octet-stream}, for
         * content of unknown type.
         *
         * @param mimeType the type, such as {@code application/pdf} (RFC 2045, section 5.1)
         * @return this builder
         * @throws IllegalArgumentException if this is not a MIME type
         */
        public Builder mimeType(String mimeType) {
            this.mimeType = new MimeTypeAttribute(mimeType);
            return this;
        }

        /**
         * Adds revocation information to {@link ContainerFormat#CMS} containers, as the signed attribute
         * adbe-revocationInfoArchival. Default: none.
         *
         * <p>Revocation information may change between {@link CmsContainerBuilder#maxSize} and the container, and so
         * may its size. The returned size therefore includes an additional eighth for it.
         *
         * @param revocation the source
         * @return this builder
         */
        public Builder revocationInfo(RevocationSource revocation) {
            this.revocation = Objects.requireNonNull(revocation, "revocation");
            return this;
        }

        /**
         * Adds a signed attribute to containers of a format.
         *
         * @param format the format
         * @param provider what makes the attribute
         * @return this builder
         */
        public Builder signedAttribute(ContainerFormat format, SignedAttributeProvider provider) {
            further.computeIfAbsent(format, f -> new ArrayList<>()).add(Objects.requireNonNull(provider, "provider"));
            return this;
        }

        /**
         * Builds the builder of containers.
         *
         * @return the builder of containers
         */
        public CmsContainerBuilder build() {
            return new CmsContainerBuilder(this);
        }
    }
}

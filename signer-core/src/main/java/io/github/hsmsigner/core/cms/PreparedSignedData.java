package io.github.hsmsigner.core.cms;

import io.github.hsmsigner.core.ContainerFormat;
import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.PreparedContainer;
import io.github.hsmsigner.core.SignatureAlgorithm;
import io.github.hsmsigner.core.SignedContainer;
import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.cms.CMSObjectIdentifiers;

/** A SignedData (RFC 5652, section 5.1) with one SignerInfo, waiting for its signature. */
final class PreparedSignedData implements PreparedContainer {

    /** Of SignedData with certificates of X.509 over id-data, and of SignerInfo with IssuerAndSerialNumber. */
    private static final DerElement VERSION_1 = DerElement.of(new ASN1Integer(1));

    private static final DerElement SIGNED_DATA = DerElement.of(CMSObjectIdentifiers.signedData);

    /** EncapsulatedContentInfo without its content. */
    private static final DerElement DETACHED_DATA = DerElement.sequence(DerElement.of(CMSObjectIdentifiers.data));

    private static final int EXPLICIT_CONTENT = 0;
    private static final int CERTIFICATES = 0;
    private static final int SIGNED_ATTRIBUTES = 0;
    private static final int UNSIGNED_ATTRIBUTES = 1;

    private final ContainerFormat format;
    private final SignatureAlgorithm algorithm;
    private final EncodedChain chain;
    private final List<DerElement> signedAttributes;
    private final UnsignedAttributes unsignedAttributes;

    /** The signed attributes are in the order of a SET OF. */
    PreparedSignedData(
            ContainerFormat format,
            SignatureAlgorithm algorithm,
            EncodedChain chain,
            List<DerElement> signedAttributes,
            UnsignedAttributes unsignedAttributes) {
        this.format = format;
        this.algorithm = algorithm;
        this.chain = chain;
        this.signedAttributes = signedAttributes;
        this.unsignedAttributes = unsignedAttributes;
    }

    @Override
    public byte[] dataToBeSigned() {
        return DerElement.set(signedAttributes).octets();
    }

    @Override
    public SignedContainer complete(byte[] signature, Deadline deadline) {
        List<DerElement> unsigned = unsignedAttributes.over(signature, deadline);
        boolean timestampMissing = format.hasTimestamp() && unsigned.isEmpty();
        return new SignedContainer(
                timestampMissing ? format.withoutTimestamp() : format,
                with(signature, unsigned).octets());
    }

    /** Returns the container with a signature and unsigned attributes that are there already. */
    DerElement with(byte[] signature, List<DerElement> unsigned) {
        DerElement digestAlgorithm = DerElement.of(AlgorithmIdentifiers.digest(algorithm.digestAlgorithm()));
        List<DerElement> signerInfo = new ArrayList<>(List.of(
                VERSION_1,
                chain.signer(),
                digestAlgorithm,
                DerElement.tagged(SIGNED_ATTRIBUTES, signedAttributes),
                DerElement.of(AlgorithmIdentifiers.signature(algorithm)),
                DerElement.of(new DEROctetString(signature))));
        if (!unsigned.isEmpty()) {
            signerInfo.add(DerElement.tagged(UNSIGNED_ATTRIBUTES, unsigned));
        }
        DerElement signedData = DerElement.sequence(
                VERSION_1,
                DerElement.set(digestAlgorithm),
                DETACHED_DATA,
                DerElement.tagged(CERTIFICATES, chain.certificates()),
                DerElement.set(DerElement.sequence(signerInfo)));
        return DerElement.sequence(SIGNED_DATA, DerElement.tagged(EXPLICIT_CONTENT, List.of(signedData)));
    }
}

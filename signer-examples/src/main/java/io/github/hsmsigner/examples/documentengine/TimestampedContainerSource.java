package io.github.hsmsigner.examples.documentengine;

import java.io.IOException;
import java.util.Hashtable;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.cms.AttributeTable;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.cms.CMSException;
import org.bouncycastle.cms.CMSSignedData;
import org.bouncycastle.cms.SignerInformation;
import org.bouncycastle.cms.SignerInformationStore;

/**
 * Adds a signature timestamp to a container if the request asks for one and the container has none. Not thread-safe.
 */
final class TimestampedContainerSource implements ContainerSource {

    private final ContainerSource source;
    private final Optional<Timestamps> timestamps;
    private final HashAlgorithm hash;
    private final SignatureProgress progress;

    TimestampedContainerSource(
            ContainerSource source, Optional<Timestamps> timestamps, HashAlgorithm hash, SignatureProgress progress) {
        this.source = source;
        this.timestamps = timestamps;
        this.hash = hash;
        this.progress = progress;
    }

    @Override
    public byte[] containerFor(byte[] contents) {
        byte[] container = source.containerFor(contents);
        try {
            CMSSignedData data = new CMSSignedData(container);
            SignerInformation signer = onlySigner(data);
            AttributeTable unsigned = signer.getUnsignedAttributes();
            if (unsigned != null && unsigned.get(PKCSObjectIdentifiers.id_aa_signatureTimeStampToken) != null) {
                progress.reach(CadesLevel.B_T);
            }
            if (!progress.wants(CadesLevel.B_T)) {
                return container;
            }
            if (timestamps.isEmpty()) {
                progress.stop("TIMESTAMP_AUTHORITY_URL is not set");
                return container;
            }
            byte[] token = timestamps.get().over(signer.getSignature(), hash);
            AttributeTable more = (unsigned == null ? new AttributeTable(new Hashtable<>()) : unsigned)
                    .add(PKCSObjectIdentifiers.id_aa_signatureTimeStampToken, ASN1Primitive.fromByteArray(token));
            SignerInformation timestamped = SignerInformation.replaceUnsignedAttributes(signer, more);
            progress.reach(CadesLevel.B_T);
            return CMSSignedData.replaceSigners(data, new SignerInformationStore(List.of(timestamped)))
                    .getEncoded(ASN1Encoding.DER);
        } catch (Timestamps.UnavailableException e) {
            progress.stop(e.getMessage());
            return container;
        } catch (CMSException | IOException e) {
            throw ApiException.badGateway("The container or its timestamp cannot be read.", e);
        }
    }

    private static SignerInformation onlySigner(CMSSignedData data) {
        List<SignerInformation> signers = List.copyOf(data.getSignerInfos().getSigners());
        if (signers.size() != 1) {
            throw ApiException.badGateway(
                    "The container of the signing service must have one signer, but it has " + signers.size() + ".",
                    null);
        }
        return signers.get(0);
    }
}

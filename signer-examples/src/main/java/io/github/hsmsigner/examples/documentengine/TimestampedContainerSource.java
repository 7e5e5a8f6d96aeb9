package io.github.hsmsigner.examples.documentengine;

import java.io.IOException;
import java.util.Hashtable;
import java.util.List;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.cms.AttributeTable;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.cms.CMSException;
import org.bouncycastle.cms.CMSSignedData;
import org.bouncycastle.cms.SignerInformation;
import org.bouncycastle.cms.SignerInformationStore;

/** Adds a signature timestamp to a container, unless it came with one. */
final class TimestampedContainerSource implements ContainerSource {

    private final ContainerSource source;
    private final Timestamps timestamps;
    private final HashAlgorithm hash;

    TimestampedContainerSource(ContainerSource source, Timestamps timestamps, HashAlgorithm hash) {
        this.source = source;
        this.timestamps = timestamps;
        this.hash = hash;
    }

    @Override
    public byte[] containerFor(byte[] contents) {
        byte[] container = source.containerFor(contents);
        try {
            CMSSignedData data = new CMSSignedData(container);
            SignerInformation signer = onlySigner(data);
            AttributeTable unsigned = signer.getUnsignedAttributes();
            if (unsigned != null && unsigned.get(PKCSObjectIdentifiers.id_aa_signatureTimeStampToken) != null) {
                return container;
            }
            byte[] token = timestamps.over(signer.getSignature(), hash);
            AttributeTable more = (unsigned == null ? new AttributeTable(new Hashtable<>()) : unsigned)
                    .add(PKCSObjectIdentifiers.id_aa_signatureTimeStampToken, ASN1Primitive.fromByteArray(token));
            SignerInformation timestamped = SignerInformation.replaceUnsignedAttributes(signer, more);
            return CMSSignedData.replaceSigners(data, new SignerInformationStore(List.of(timestamped)))
                    .getEncoded(ASN1Encoding.DER);
        } catch (CMSException | IOException e) {
            throw ApiException.badGateway("The container or its timestamp cannot be read.", e);
        }
    }

    private static SignerInformation onlySigner(CMSSignedData data) {
        List<SignerInformation> signers = List.copyOf(data.getSignerInfos().getSigners());
        if (signers.size() != 1) {
            throw ApiException.badGateway(
                    "The signing service's container has " + signers.size() + " signers, and not one.", null);
        }
        return signers.get(0);
    }
}

package io.github.hsmsigner.core.cms;

import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.Digest;
import io.github.hsmsigner.core.TimestampSource;
import io.github.hsmsigner.core.error.SigningUnavailableException;
import io.github.hsmsigner.core.internal.fetch.PeerOutage;
import java.io.IOException;
import java.util.List;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** signature-time-stamp (ETSI EN 319 122-1, section 5.3): a timestamp over the signature value turns B-B into B-T. */
final class SignatureTimestamp implements UnsignedAttributes {

    private static final Logger LOG = LoggerFactory.getLogger(SignatureTimestamp.class);

    private final TimestampSource source;
    private final boolean required;
    private final PeerOutage outage = new PeerOutage();

    SignatureTimestamp(TimestampSource source, boolean required) {
        this.source = source;
        this.required = required;
    }

    @Override
    public List<DerElement> over(byte[] signature, Deadline deadline) {
        try {
            byte[] token = source.timestamp(Digest.compute(source.digestAlgorithm(), signature), deadline);
            ASN1Primitive.fromByteArray(token);
            List<DerElement> attributes = attributes(DerElement.encoded(token));
            long missing = outage.succeeded();
            if (missing > 0) {
                LOG.info("Containers have timestamps again, level B-T; {} were made without one.", missing);
            }
            return attributes;
        } catch (SigningUnavailableException e) {
            if (required) {
                throw e;
            }
            if (outage.failed()) {
                LOG.warn(
                        "Containers are made without their timestamp, level B-B instead of B-T; {} so far. {}",
                        outage.failures(),
                        e.getMessage());
            }
            return List.of();
        } catch (IOException e) {
            throw new IllegalStateException("The timestamp source gave something that is not DER", e);
        }
    }

    /** Attributes as large as any that this makes. */
    List<DerElement> placeholder() {
        return attributes(DerElement.of(new DEROctetString(new byte[source.maxTokenSize()])));
    }

    /** The token stays as it is: names in it may have an RDN out of order. */
    private static List<DerElement> attributes(DerElement token) {
        return List.of(DerElement.sequence(
                DerElement.of(PKCSObjectIdentifiers.id_aa_signatureTimeStampToken), DerElement.set(token)));
    }
}

package io.github.hsmsigner.core.cms;

import io.github.hsmsigner.core.ContainerParameters;
import io.github.hsmsigner.core.Digest;
import java.util.List;
import java.util.Objects;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERSet;
import org.bouncycastle.asn1.DERUTF8String;
import org.bouncycastle.asn1.cms.Attribute;
import org.bouncycastle.asn1.esf.SignerLocation;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;

/** signer-location (ETSI EN 319 122-1, section 5.2.5): the location that the signer claims. Immutable. */
public final class SignerLocationAttribute implements SignedAttributeProvider {

    private static final int MAX_ADDRESS_LINES = 6;

    private final SignerLocation location;

    /**
     * Makes the provider.
     *
     * @param country the country's name or code
     * @param locality the town
     * @param postalAddress up to six lines; none to leave the address out
     * @throws IllegalArgumentException if there are more than six lines
     */
    public SignerLocationAttribute(String country, String locality, List<String> postalAddress) {
        if (postalAddress.size() > MAX_ADDRESS_LINES) {
            throw new IllegalArgumentException(
                    "A postal address has up to " + MAX_ADDRESS_LINES + " lines, not " + postalAddress.size());
        }
        this.location = new SignerLocation(
                new DERUTF8String(Objects.requireNonNull(country, "country")),
                new DERUTF8String(Objects.requireNonNull(locality, "locality")),
                postalAddress.isEmpty()
                        ? null
                        : new DERSequence(
                                postalAddress.stream().map(DERUTF8String::new).toArray(ASN1Encodable[]::new)));
    }

    @Override
    public Attribute attribute(ContainerParameters parameters, Digest contentDigest) {
        return new Attribute(PKCSObjectIdentifiers.id_aa_ets_signerLocation, new DERSet(location));
    }
}

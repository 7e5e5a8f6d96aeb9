package io.github.hsmsigner.core.fetch;

import java.net.URI;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.x509.AccessDescription;
import org.bouncycastle.asn1.x509.AuthorityInformationAccess;
import org.bouncycastle.asn1.x509.CRLDistPoint;
import org.bouncycastle.asn1.x509.DistributionPoint;
import org.bouncycastle.asn1.x509.DistributionPointName;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Addresses that stand in certificates: the first few of each kind that are plain HTTP. Others are passed over, as are extensions
 * that cannot be read: they name nothing.
 */
public final class CertificateAddresses {

    private static final Logger LOG = LoggerFactory.getLogger(CertificateAddresses.class);
    private static final int MAX_ADDRESSES = 4;

    private CertificateAddresses() {}

    /**
     * Where the issuer's certificate is: id-ad-caIssuers of AuthorityInfoAccess (RFC 5280, section 4.2.2.1).
     *
     * @param certificate the certificate
     * @return the addresses, in the certificate's order; possibly empty
     */
    public static List<URI> caIssuers(X509Certificate certificate) {
        return access(certificate, AccessDescription.id_ad_caIssuers);
    }

    /**
     * Where OCSP responders are: id-ad-ocsp of AuthorityInfoAccess (RFC 6960, section 3.1).
     *
     * @param certificate the certificate
     * @return the addresses, in the certificate's order; possibly empty
     */
    public static List<URI> ocspResponders(X509Certificate certificate) {
        return access(certificate, AccessDescription.id_ad_ocsp);
    }

    /**
     * Where the issuer's CRLs are.
     *
     * @param certificate the certificate
     * @return the addresses of {@link #crlNames(X509Certificate)}, in the certificate's order; possibly empty
     */
    public static List<URI> crls(X509Certificate certificate) {
        return http(crlNames(certificate).stream());
    }

    /**
     * The names of CRLDistributionPoints (RFC 5280, section 4.2.1.13), but for those of CRLs of another issuer, and of CRLs that
     * hold some reasons of revocation only.
     *
     * @param certificate the certificate
     * @return the names, in the certificate's order; possibly empty
     */
    public static List<GeneralName> crlNames(X509Certificate certificate) {
        try {
            return extension(certificate, Extension.cRLDistributionPoints)
                    .map(octets -> Arrays.stream(
                                    CRLDistPoint.getInstance(octets).getDistributionPoints())
                            .flatMap(CertificateAddresses::names)
                            .toList())
                    .orElse(List.of());
        } catch (RuntimeException e) {
            return unreadable(e);
        }
    }

    private static Stream<GeneralName> names(DistributionPoint point) {
        DistributionPointName name = point.getDistributionPoint();
        if (point.getReasons() != null
                || point.getCRLIssuer() != null
                || name == null
                || name.getType() != DistributionPointName.FULL_NAME) {
            return Stream.empty();
        }
        return Arrays.stream(GeneralNames.getInstance(name.getName()).getNames());
    }

    private static List<URI> access(X509Certificate certificate, ASN1ObjectIdentifier method) {
        try {
            return extension(certificate, Extension.authorityInfoAccess)
                    .map(octets -> http(Arrays.stream(AuthorityInformationAccess.getInstance(octets)
                                    .getAccessDescriptions())
                            .filter(access -> access.getAccessMethod().equals(method))
                            .map(AccessDescription::getAccessLocation)))
                    .orElse(List.of());
        } catch (RuntimeException e) {
            return unreadable(e);
        }
    }

    private static Optional<byte[]> extension(X509Certificate certificate, ASN1ObjectIdentifier type) {
        return Optional.ofNullable(certificate.getExtensionValue(type.getId()))
                .map(value -> ASN1OctetString.getInstance(value).getOctets());
    }

    private static List<URI> http(Stream<GeneralName> names) {
        List<URI> addresses = new ArrayList<>();
        names.filter(name -> name.getTagNo() == GeneralName.uniformResourceIdentifier)
                .map(name -> name.getName().toString())
                .filter(address -> address.regionMatches(true, 0, "http://", 0, "http://".length()))
                .forEach(address -> {
                    try {
                        addresses.add(URI.create(address));
                    } catch (IllegalArgumentException e) {
                        LOG.debug("An address in a certificate is none.", e);
                    }
                });
        return addresses.stream().distinct().limit(MAX_ADDRESSES).toList();
    }

    /** Parsers meet odd extensions with exceptions of any kind. */
    private static <T> List<T> unreadable(RuntimeException e) {
        LOG.debug("An extension of a certificate cannot be read.", e);
        return List.of();
    }
}

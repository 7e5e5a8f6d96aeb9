package io.github.hsmsigner.core.internal.fetch;

import java.net.URI;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bouncycastle.asn1.ASN1IA5String;
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
 * Finds the addresses in certificates: the first four of each kind that are plain HTTP, percent-encoded where the certificate does not
 * follow RFC 3986. {@link #unusable} describes the others. Stateless and thread-safe.
 */
public final class CertificateAddresses {

    private static final Logger LOG = LoggerFactory.getLogger(CertificateAddresses.class);
    private static final int MAX_ADDRESSES = 4;
    private static final int MAX_SHOWN_LENGTH = 200;

    private CertificateAddresses() {}

    /**
     * Returns where the issuer's certificate is: id-ad-caIssuers of AuthorityInfoAccess (RFC 5280, section 4.2.2.1).
     *
     * @param certificate the certificate
     * @return the addresses, in the certificate's order; possibly empty
     */
    public static List<URI> caIssuers(X509Certificate certificate) {
        return access(certificate, AccessDescription.id_ad_caIssuers);
    }

    /**
     * Returns where OCSP responders are: id-ad-ocsp of AuthorityInfoAccess (RFC 6960, section 3.1).
     *
     * @param certificate the certificate
     * @return the addresses, in the certificate's order; possibly empty
     */
    public static List<URI> ocspResponders(X509Certificate certificate) {
        return access(certificate, AccessDescription.id_ad_ocsp);
    }

    /**
     * Returns where the issuer's CRLs are.
     *
     * @param certificate the certificate
     * @return the addresses of {@link #crlNames(X509Certificate)}, in the certificate's order; possibly empty
     */
    public static List<URI> crls(X509Certificate certificate) {
        return http(crlNames(certificate).stream());
    }

    /**
     * Returns the names of CRLDistributionPoints (RFC 5280, section 4.2.1.13), but for those of CRLs of another issuer,
     * and of CRLs that hold some reasons of revocation only.
     *
     * @param certificate the certificate
     * @return the names, in the certificate's order; possibly empty
     */
    public static List<GeneralName> crlNames(X509Certificate certificate) {
        try {
            return points(certificate).stream()
                    .flatMap(CertificateAddresses::names)
                    .toList();
        } catch (RuntimeException e) {
            return unreadable(e);
        }
    }

    /**
     * Describes the names for issuer certificates, OCSP responders and CRLs that no request can use. The result ends a
     * sentence that reports a missing address.
     *
     * @param certificate the certificate
     * @return {@code ", only "} and the names with the reasons, in printable characters; empty if there are none
     */
    public static String unusable(X509Certificate certificate) {
        List<String> descriptions = new ArrayList<>();
        try {
            List<GeneralName> names = new ArrayList<>(accessNames(certificate, AccessDescription.id_ad_ocsp));
            names.addAll(accessNames(certificate, AccessDescription.id_ad_caIssuers));
            for (DistributionPoint point : points(certificate)) {
                List<GeneralName> namesOfPoint = names(point).toList();
                if (namesOfPoint.isEmpty()) {
                    descriptions.add(
                            "a CRL distribution point without a full name, with a CRL of another issuer, or with"
                                    + " a CRL of some reasons only");
                }
                names.addAll(namesOfPoint);
            }
            for (GeneralName name : names) {
                try {
                    httpAddress(name);
                } catch (IllegalArgumentException e) {
                    descriptions.add(PeerText.printable(name.getName().toString(), MAX_SHOWN_LENGTH) + " ("
                            + e.getMessage() + ")");
                }
            }
        } catch (RuntimeException e) {
            unreadable(e);
            descriptions.add("an extension with addresses that cannot be read");
        }
        return descriptions.isEmpty()
                ? ""
                : ", only "
                        + descriptions.stream()
                                .distinct()
                                .limit(2 * MAX_ADDRESSES)
                                .collect(Collectors.joining(", "));
    }

    private static List<DistributionPoint> points(X509Certificate certificate) {
        return extension(certificate, Extension.cRLDistributionPoints)
                .map(bytes -> List.of(CRLDistPoint.getInstance(bytes).getDistributionPoints()))
                .orElse(List.of());
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
            return http(accessNames(certificate, method).stream());
        } catch (RuntimeException e) {
            return unreadable(e);
        }
    }

    private static List<GeneralName> accessNames(X509Certificate certificate, ASN1ObjectIdentifier method) {
        return extension(certificate, Extension.authorityInfoAccess)
                .map(bytes -> Arrays.stream(
                                AuthorityInformationAccess.getInstance(bytes).getAccessDescriptions())
                        .filter(access -> access.getAccessMethod().equals(method))
                        .map(AccessDescription::getAccessLocation)
                        .toList())
                .orElse(List.of());
    }

    private static Optional<byte[]> extension(X509Certificate certificate, ASN1ObjectIdentifier type) {
        return Optional.ofNullable(certificate.getExtensionValue(type.getId()))
                .map(value -> ASN1OctetString.getInstance(value).getOctets());
    }

    private static List<URI> http(Stream<GeneralName> names) {
        List<URI> addresses = new ArrayList<>();
        names.forEach(name -> {
            try {
                addresses.add(httpAddress(name).uri());
            } catch (IllegalArgumentException e) {
                LOG.debug("A name in a certificate is not an address for HTTP.", e);
            }
        });
        return addresses.stream().distinct().limit(MAX_ADDRESSES).toList();
    }

    private static HttpAddress httpAddress(GeneralName name) {
        if (name.getTagNo() != GeneralName.uniformResourceIdentifier) {
            throw new IllegalArgumentException("it is not a URI");
        }
        HttpAddress address =
                HttpAddress.parse(ASN1IA5String.getInstance(name.getName()).getOctets());
        if (address.isSecure()) {
            throw new IllegalArgumentException("it begins with https://, and only http:// is used");
        }
        return address;
    }

    /** Parsers meet odd extensions with exceptions of any kind. */
    private static <T> List<T> unreadable(RuntimeException e) {
        LOG.debug("An extension of a certificate cannot be read.", e);
        return List.of();
    }
}

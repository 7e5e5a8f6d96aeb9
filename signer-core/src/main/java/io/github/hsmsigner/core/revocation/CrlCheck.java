package io.github.hsmsigner.core.revocation;

import io.github.hsmsigner.core.internal.fetch.Asn1Answer;
import io.github.hsmsigner.core.internal.fetch.CertificateAddresses;
import io.github.hsmsigner.core.internal.fetch.PeerSignatures;
import java.io.IOException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.ASN1TaggedObject;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x509.CertificateList;
import org.bouncycastle.asn1.x509.DistributionPointName;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.IssuingDistributionPoint;
import org.bouncycastle.cert.X509CRLEntryHolder;
import org.bouncycastle.cert.X509CRLHolder;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateHolder;
import org.bouncycastle.operator.OperatorCreationException;

/** Reads a certificate's status in a CRL, if that is a current, complete CRL of its issuer (RFC 5280, section 6.3.3). */
final class CrlCheck {

    private static final int KEY_USAGE_CRL_SIGN = 6;
    private static final int NOT_A_CA = -1;

    private final UpdateTimes times;
    private final PeerSignatures signatures;

    CrlCheck(UpdateTimes times, PeerSignatures signatures) {
        this.times = times;
        this.signatures = signatures;
    }

    /** Checks a CRL. The message of the exception names its fault. */
    Verdict check(byte[] bytes, X509Certificate certificate, X509Certificate issuer) throws IOException {
        try {
            ASN1Primitive structure = Asn1Answer.der(bytes);
            requireCrl(structure);
            X509CRLHolder crl = new X509CRLHolder(CertificateList.getInstance(structure));
            requireIssuedBy(issuer, crl, ASN1Sequence.getInstance(structure));
            requireScope(crl, certificate);
            if (crl.getNextUpdate() == null) {
                throw new IOException("its CRL does not say when the next one comes");
            }
            return new Verdict(
                    revocationDate(crl, certificate), times.requireCurrent(crl.getThisUpdate(), crl.getNextUpdate()));
        } catch (OperatorCreationException | CertificateEncodingException e) {
            throw new IOException("its CRL is refused: " + e.getMessage(), e);
        } catch (RuntimeException e) {
            // Parsers meet hostile bytes with exceptions of any kind.
            throw new IOException("its CRL cannot be read: " + e.getClass().getSimpleName(), e);
        }
    }

    /** Servers publish what can be mistaken for a CRL under its address. */
    private static void requireCrl(ASN1Primitive structure) throws IOException {
        if (structure instanceof ASN1Sequence sequence && sequence.size() > 0) {
            if (PKCSObjectIdentifiers.signedData.equals(sequence.getObjectAt(0))) {
                throw new IOException("its answer is PKCS#7 SignedData instead of a CRL");
            }
            if (sequence.getObjectAt(0) instanceof ASN1Sequence content
                    && content.size() > 0
                    && content.getObjectAt(0) instanceof ASN1TaggedObject) {
                throw new IOException("its answer is a certificate instead of a CRL");
            }
        }
    }

    private void requireIssuedBy(X509Certificate issuer, X509CRLHolder crl, ASN1Sequence structure)
            throws IOException, OperatorCreationException, CertificateEncodingException {
        X509CertificateHolder holder = new JcaX509CertificateHolder(issuer);
        if (!holder.getSubject().equals(crl.getIssuer())) {
            throw new IOException("its CRL is of another issuer");
        }
        boolean[] usage = issuer.getKeyUsage();
        if (usage != null && !usage[KEY_USAGE_CRL_SIGN]) {
            throw new IOException("its CRL is signed with a key that is not for CRLs");
        }
        PeerSignatures.requireUnbroken(crl.toASN1Structure().getSignatureAlgorithm());
        if (!signatures.isMadeBy(holder.getSubjectPublicKeyInfo(), structure)) {
            throw new IOException("its CRL is not signed by the issuer");
        }
    }

    /** A CRL for some certificates or some reasons, or a delta CRL, does not prove that a certificate is good. */
    private static void requireScope(X509CRLHolder crl, X509Certificate certificate) throws IOException {
        if (crl.getExtension(Extension.deltaCRLIndicator) != null) {
            throw new IOException("its CRL is a delta CRL");
        }
        requireKnown(crl.getCriticalExtensionOIDs(), "its CRL");
        Extension scope = crl.getExtension(Extension.issuingDistributionPoint);
        if (scope == null) {
            return;
        }
        IssuingDistributionPoint point = IssuingDistributionPoint.getInstance(scope.getParsedValue());
        boolean ca = certificate.getBasicConstraints() != NOT_A_CA;
        if (point.isIndirectCRL()) {
            throw new IOException("its CRL is an indirect CRL");
        }
        if (point.onlyContainsAttributeCerts()
                || ca && point.onlyContainsUserCerts()
                || !ca && point.onlyContainsCACerts()
                || point.getOnlySomeReasons() != null) {
            throw new IOException("its CRL does not cover the certificate, or not all reasons");
        }
        DistributionPointName name = point.getDistributionPoint();
        if (name != null && names(name).stream().noneMatch(CertificateAddresses.crlNames(certificate)::contains)) {
            throw new IOException("its CRL is of a distribution point that the certificate does not name");
        }
    }

    private static List<GeneralName> names(DistributionPointName name) {
        return name.getType() == DistributionPointName.FULL_NAME
                ? List.of(GeneralNames.getInstance(name.getName()).getNames())
                : List.of();
    }

    private static Optional<Instant> revocationDate(X509CRLHolder crl, X509Certificate certificate) throws IOException {
        X509CRLEntryHolder entry = crl.getRevokedCertificate(certificate.getSerialNumber());
        if (entry == null) {
            return Optional.empty();
        }
        requireKnown(entry.getCriticalExtensionOIDs(), "the entry in its CRL");
        return Optional.of(entry.getRevocationDate().toInstant());
    }

    private static void requireKnown(Set<?> critical, String what) throws IOException {
        for (Object type : critical) {
            if (!Extension.issuingDistributionPoint.equals(type) && !Extension.reasonCode.equals(type)) {
                throw new IOException(what + " has the critical extension " + ((ASN1ObjectIdentifier) type).getId()
                        + ", which is not known here");
            }
        }
    }
}

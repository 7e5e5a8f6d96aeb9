package io.github.hsmsigner.core.tsp;

import io.github.hsmsigner.core.internal.fetch.Asn1Answer;
import io.github.hsmsigner.core.internal.fetch.PeerSignatures;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1Object;
import org.bouncycastle.asn1.cmp.PKIStatus;
import org.bouncycastle.asn1.tsp.TimeStampResp;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cms.CMSException;
import org.bouncycastle.cms.CMSSignedData;
import org.bouncycastle.cms.SignerInformation;
import org.bouncycastle.cms.SignerInformationStore;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.tsp.TSPException;
import org.bouncycastle.tsp.TSPValidationException;
import org.bouncycastle.tsp.TimeStampRequest;
import org.bouncycastle.tsp.TimeStampResponse;
import org.bouncycastle.tsp.TimeStampToken;

/** Takes the token out of a response, if the response is a good answer to its request. */
final class TimestampResponseCheck {

    /** The maximum difference between an authority's clock and the own clock. */
    private static final Duration CLOCK_TOLERANCE = Duration.ofMinutes(5);

    private final Clock clock;
    private final PeerSignatures signatures = new PeerSignatures();

    TimestampResponseCheck(Clock clock) {
        this.clock = clock;
    }

    /** Returns the token in DER; the message of the exception names the fault of the response. */
    byte[] tokenOf(byte[] response, TimeStampRequest request, TimestampAuthority authority) throws IOException {
        try {
            TimeStampResponse parsed = new TimeStampResponse(TimeStampResp.getInstance(Asn1Answer.ber(response)));
            TimeStampToken token = parsed.getTimeStampToken();
            if (token == null && parsed.getStatus() > PKIStatus.GRANTED_WITH_MODS) {
                throw Refusal.of(parsed);
            }
            // Status, nonce, message imprint and its algorithm, policy: RFC 3161, section 2.4.2.
            parsed.validate(request);
            requireCertificatesKept(token.toCMSSignedData(), response, ASN1Encoding.DL);
            X509CertificateHolder signer = signerOf(token);
            requireSignature(token, signer);
            requireTrusted(signer, token, authority);
            requirePlausibleTime(token);
            return der(token, signer, response);
        } catch (TSPException | OperatorCreationException | GeneralSecurityException e) {
            throw new IOException("its answer is refused: " + e.getMessage(), e);
        } catch (RuntimeException e) {
            // Parsers throw exceptions of any kind on hostile bytes.
            throw new IOException("its answer cannot be read: " + e.getClass().getSimpleName(), e);
        }
    }

    /**
     * Checks signature, signing certificate attribute, validity at the token's time, and key purpose (RFC 3161, section
     * 2.3).
     */
    private void requireSignature(TimeStampToken token, X509CertificateHolder signer)
            throws IOException, TSPException, OperatorCreationException {
        SignerInformation signerInfo = signerInfo(token.toCMSSignedData());
        PeerSignatures.requireUnbroken(signerInfo.getDigestAlgorithmID());
        PeerSignatures.requireUnbroken(signerInfo.toASN1Structure().getDigestEncryptionAlgorithm());
        try {
            token.validate(signatures.signerInfoVerifier(signer));
        } catch (TSPValidationException e) {
            asReceived(token).validate(signatures.signerInfoVerifier(signer));
        }
    }

    private static SignerInformation signerInfo(CMSSignedData signedData) {
        return signedData.getSignerInfos().iterator().next();
    }

    /**
     * Returns the token, whose signature is verified over the signed attributes as they came, in which names may have
     * an RDN out of order.
     */
    private static TimeStampToken asReceived(TimeStampToken token) throws IOException, TSPException {
        CMSSignedData signedData = token.toCMSSignedData();
        return new TimeStampToken(CMSSignedData.replaceSigners(
                signedData, new SignerInformationStore(new SignerAsReceived(signerInfo(signedData)))));
    }

    /** A signer whose signed attributes are not sorted before the signature is verified. */
    private static final class SignerAsReceived extends SignerInformation {

        SignerAsReceived(SignerInformation signer) {
            super(signer);
        }

        @Override
        public byte[] getEncodedSignedAttributes() throws IOException {
            return toASN1Structure().getAuthenticatedAttributes().getEncoded(ASN1Encoding.DL);
        }
    }

    /**
     * Returns the token in DER, as it becomes part of a container in DER. RFC 5652 allows BER for everything that is
     * not signed, so another encoding does not break its signature. It would break certificates and CRLs with a name
     * that has an RDN out of order. In that case sets keep their order.
     */
    private byte[] der(TimeStampToken token, X509CertificateHolder signer, byte[] response)
            throws IOException, TSPException, OperatorCreationException {
        try {
            return encoded(token, signer, response, ASN1Encoding.DER);
        } catch (IOException | TSPException e) {
            try {
                return encoded(token, signer, response, ASN1Encoding.DL);
            } catch (IOException | TSPException other) {
                e.addSuppressed(other);
                throw e;
            }
        }
    }

    private byte[] encoded(TimeStampToken token, X509CertificateHolder signer, byte[] response, String encoding)
            throws IOException, TSPException, OperatorCreationException {
        CMSSignedData signedData = token.toCMSSignedData();
        requireCertificatesKept(signedData, response, encoding);
        byte[] encoded = signedData.toASN1Structure().getEncoded(encoding);
        try {
            requireSignature(new TimeStampToken(new CMSSignedData(encoded)), signer);
        } catch (CMSException e) {
            throw new IOException("its token cannot be put into DER: " + e.getMessage(), e);
        }
        return encoded;
    }

    /** Requires that certificates and CRLs have the same bytes in the encoding as in the response, because others signed them. */
    private static void requireCertificatesKept(CMSSignedData signedData, byte[] response, String encoding)
            throws IOException {
        List<ASN1Object> signedByOthers = new ArrayList<>();
        signedData.getCertificates().getMatches(null).forEach(c -> signedByOthers.add(c.toASN1Structure()));
        signedData.getCRLs().getMatches(null).forEach(c -> signedByOthers.add(c.toASN1Structure()));
        String received = text(response);
        for (ASN1Object structure : signedByOthers) {
            if (!received.contains(text(structure.getEncoded(encoding)))) {
                throw new IOException("its token holds a certificate or a CRL that is not in DER");
            }
        }
    }

    /** Returns one character for each byte, to search bytes within others. */
    private static String text(byte[] octets) {
        return new String(octets, StandardCharsets.ISO_8859_1);
    }

    private static X509CertificateHolder signerOf(TimeStampToken token) throws IOException {
        List<X509CertificateHolder> matches = token.getCertificates().getMatches(null).stream()
                .filter(token.getSID()::match)
                .distinct()
                .toList();
        if (matches.size() != 1) {
            throw new IOException("its token does not hold the certificate that it is signed with");
        }
        return matches.get(0);
    }

    private static void requireTrusted(X509CertificateHolder signer, TimeStampToken token, TimestampAuthority authority)
            throws IOException, GeneralSecurityException {
        List<X509Certificate> trusted = authority.trusted();
        if (trusted.isEmpty()) {
            return;
        }
        JcaX509CertificateConverter converter = new JcaX509CertificateConverter();
        X509Certificate certificate = converter.getCertificate(signer);
        if (trusted.contains(certificate)) {
            return;
        }
        List<X509Certificate> carried = new ArrayList<>();
        for (X509CertificateHolder other : token.getCertificates().getMatches(null)) {
            carried.add(converter.getCertificate(other));
        }
        if (!TrustedPath.exists(
                certificate, carried, trusted, token.getTimeStampInfo().getGenTime())) {
            throw new IOException("its certificate is not issued by a trusted one");
        }
    }

    private void requirePlausibleTime(TimeStampToken token) throws IOException {
        Instant time = token.getTimeStampInfo().getGenTime().toInstant();
        Duration distance = Duration.between(time, clock.instant()).abs();
        if (distance.compareTo(CLOCK_TOLERANCE) > 0) {
            throw new IOException("its clock is off by " + distance.toSeconds() + " s");
        }
    }
}

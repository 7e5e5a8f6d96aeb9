package io.github.hsmsigner.core.revocation;

import io.github.hsmsigner.core.CertificateChain;
import io.github.hsmsigner.core.internal.fetch.Asn1Answer;
import io.github.hsmsigner.core.internal.fetch.PeerSignatures;
import java.io.IOException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.ocsp.OCSPObjectIdentifiers;
import org.bouncycastle.asn1.ocsp.OCSPResponse;
import org.bouncycastle.asn1.ocsp.ResponderID;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509CertificateHolder;
import org.bouncycastle.cert.ocsp.BasicOCSPResp;
import org.bouncycastle.cert.ocsp.CertificateStatus;
import org.bouncycastle.cert.ocsp.OCSPException;
import org.bouncycastle.cert.ocsp.OCSPResp;
import org.bouncycastle.cert.ocsp.RespID;
import org.bouncycastle.cert.ocsp.RevokedStatus;
import org.bouncycastle.cert.ocsp.SingleResp;
import org.bouncycastle.operator.DigestCalculatorProvider;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.bc.BcDigestCalculatorProvider;

/** Reads a certificate's status in an OCSP response, if that is a good answer to its request (RFC 6960, section 3.2). */
final class OcspResponseCheck {

    private static final Map<Integer, String> REFUSALS =
            Map.of(1, "malformedRequest", 2, "internalError", 3, "tryLater", 5, "sigRequired", 6, "unauthorized");
    private static final int DIGITAL_SIGNATURE = 0;
    private static final int NON_REPUDIATION = 1;

    private final Clock clock;
    private final UpdateTimes times;
    private final PeerSignatures signatures;
    private final DigestCalculatorProvider digests = new BcDigestCalculatorProvider();

    OcspResponseCheck(Clock clock, UpdateTimes times, PeerSignatures signatures) {
        this.clock = clock;
        this.times = times;
        this.signatures = signatures;
    }

    /**
     * The content of a response.
     *
     * @param verdict the status of the certificate
     * @param responder the certificate of a delegated responder that needs its own proof of not being revoked
     */
    record Answer(Verdict verdict, Optional<X509Certificate> responder) {}

    /** Checks a response. The message of the exception names its fault. */
    Answer check(byte[] bytes, Extension nonce, X509Certificate certificate, X509Certificate issuer)
            throws IOException {
        try {
            OCSPResponse answer = OCSPResponse.getInstance(Asn1Answer.der(bytes));
            BasicOCSPResp response = basic(answer);
            ASN1Sequence received = ASN1Sequence.getInstance(
                    answer.getResponseBytes().getResponse().getOctets());
            X509CertificateHolder issuerHolder = new JcaX509CertificateHolder(issuer);
            Optional<X509Certificate> responder = signedBy(response, received, issuerHolder)
                    ? Optional.empty()
                    : uncheckedResponder(delegatedResponder(response, received, issuer));
            requireKnown(response.getCriticalExtensionOIDs());
            Extension echo = response.getExtension(OCSPObjectIdentifiers.id_pkix_ocsp_nonce);
            // Responders that sign answers in advance leave it out: RFC 6960, section 4.4.1.
            if (echo != null && !echo.getExtnValue().equals(nonce.getExtnValue())) {
                throw new IOException("its answer has another nonce than the request");
            }
            return new Answer(worst(singleResponses(response, certificate, issuer)), responder);
        } catch (OCSPException | OperatorCreationException | CertificateException e) {
            throw new IOException("its answer is refused: " + e.getMessage(), e);
        } catch (RuntimeException e) {
            // Parsers meet hostile bytes with exceptions of any kind.
            throw new IOException("its answer cannot be read: " + e.getClass().getSimpleName(), e);
        }
    }

    private static BasicOCSPResp basic(OCSPResponse answer) throws IOException, OCSPException {
        OCSPResp response = new OCSPResp(answer);
        if (response.getStatus() != OCSPResp.SUCCESSFUL) {
            throw new IOException("it refuses with status " + response.getStatus() + " ("
                    + REFUSALS.getOrDefault(response.getStatus(), "not known here") + ")");
        }
        if (!(response.getResponseObject() instanceof BasicOCSPResp basic)) {
            throw new IOException("its answer is not of type id-pkix-ocsp-basic");
        }
        PeerSignatures.requireUnbroken(basic.getSignatureAlgorithmID());
        return basic;
    }

    private boolean signedBy(BasicOCSPResp response, ASN1Sequence received, X509CertificateHolder candidate)
            throws IOException, OCSPException, OperatorCreationException {
        ResponderID id = response.getResponderId().toASN1Primitive();
        boolean named = id.getKeyHash() == null
                ? id.getName().equals(candidate.getSubject())
                : new RespID(candidate.getSubjectPublicKeyInfo(), digests.get(RespID.HASH_SHA1))
                        .equals(response.getResponderId());
        return named && signatures.isMadeBy(candidate.getSubjectPublicKeyInfo(), received);
    }

    /** RFC 6960, section 4.2.2.2. */
    private X509Certificate delegatedResponder(BasicOCSPResp response, ASN1Sequence received, X509Certificate issuer)
            throws IOException, OCSPException, OperatorCreationException, CertificateException {
        X509CertificateHolder signer = null;
        for (X509CertificateHolder candidate : response.getCerts()) {
            if (signedBy(response, received, candidate)) {
                signer = candidate;
                break;
            }
        }
        if (signer == null) {
            throw new IOException("its answer is signed neither by the issuer nor by a responder that it holds");
        }
        X509Certificate responder = new JcaX509CertificateConverter().getCertificate(signer);
        if (!CertificateChain.issued(issuer, responder)) {
            throw new IOException("its responder is not certified by the issuer of the certificate");
        }
        List<String> purposes = responder.getExtendedKeyUsage();
        if (purposes == null || !purposes.contains(KeyPurposeId.id_kp_OCSPSigning.getId())) {
            throw new IOException("its responder's certificate is not for OCSP");
        }
        boolean[] usage = responder.getKeyUsage();
        if (usage != null && !usage[DIGITAL_SIGNATURE] && !usage[NON_REPUDIATION]) {
            throw new IOException("its responder's certificate is not for signatures");
        }
        Instant now = clock.instant();
        if (now.isAfter(responder.getNotAfter().toInstant().plus(UpdateTimes.CLOCK_TOLERANCE))
                || now.isBefore(responder.getNotBefore().toInstant().minus(UpdateTimes.CLOCK_TOLERANCE))) {
            throw new IOException("its responder's certificate is not valid now");
        }
        return responder;
    }

    /** With id-pkix-ocsp-nocheck, the issuer declares that the responder is trusted while its certificate is valid. */
    private static Optional<X509Certificate> uncheckedResponder(X509Certificate responder) {
        return Optional.of(responder)
                .filter(r -> r.getExtensionValue(OCSPObjectIdentifiers.id_pkix_ocsp_nocheck.getId()) == null);
    }

    /**
     * Returns the verdict that counts. A response can contain a certificate more than once, with CertIDs by SHA-1 and
     * by SHA-256. If the entries contradict each other, the worst one counts: revoked, then not known, then good.
     */
    private Verdict worst(List<SingleResp> entries) throws IOException {
        Instant goodUntil = Instant.MAX;
        Optional<Instant> revokedAt = Optional.empty();
        boolean known = true;
        for (SingleResp entry : entries) {
            requireKnown(entry.getCriticalExtensionOIDs());
            Instant until = times.requireCurrent(entry.getThisUpdate(), entry.getNextUpdate());
            goodUntil = until.isBefore(goodUntil) ? until : goodUntil;
            if (entry.getCertStatus() instanceof RevokedStatus revoked) {
                Instant date = revoked.getRevocationTime().toInstant();
                revokedAt = revokedAt.filter(date::isAfter).or(() -> Optional.of(date));
            } else if (entry.getCertStatus() != CertificateStatus.GOOD) {
                known = false;
            }
        }
        if (!known && revokedAt.isEmpty()) {
            throw new IOException("it does not know the certificate");
        }
        return new Verdict(revokedAt, goodUntil);
    }

    private static List<SingleResp> singleResponses(
            BasicOCSPResp response, X509Certificate certificate, X509Certificate issuer)
            throws IOException, OperatorCreationException, CertificateException {
        List<SingleResp> matches = new ArrayList<>();
        for (SingleResp single : response.getResponses()) {
            if (OcspCertificateId.matches(single.getCertID(), certificate, issuer)) {
                matches.add(single);
            }
        }
        if (matches.isEmpty()) {
            throw new IOException("its answer does not contain the certificate");
        }
        return matches;
    }

    private static void requireKnown(Set<?> critical) throws IOException {
        for (Object type : critical) {
            if (!OCSPObjectIdentifiers.id_pkix_ocsp_nonce.equals(type)) {
                throw new IOException("its answer has the critical extension " + type + ", which is not known here");
            }
        }
    }
}

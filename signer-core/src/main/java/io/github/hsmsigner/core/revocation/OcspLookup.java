package io.github.hsmsigner.core.revocation;

import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.internal.fetch.Asn1Answer;
import io.github.hsmsigner.core.internal.fetch.HttpFetcher;
import java.io.IOException;
import java.net.URI;
import java.security.SecureRandom;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.ocsp.OCSPObjectIdentifiers;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.cert.ocsp.CertificateID;
import org.bouncycastle.cert.ocsp.OCSPException;
import org.bouncycastle.cert.ocsp.OCSPReqBuilder;
import org.bouncycastle.operator.OperatorCreationException;

/** Asks an OCSP responder (RFC 6960, appendix A) about a certificate. */
final class OcspLookup {

    /** The maximum length of RFC 8954; RFC 9654 requires no less. */
    private static final int NONCE_LENGTH = 32;

    private final HttpFetcher http;
    private final OcspResponseCheck check;
    private final CrlLookup crls;
    private final SecureRandom random = new SecureRandom();

    OcspLookup(HttpFetcher http, OcspResponseCheck check, CrlLookup crls) {
        this.http = http;
        this.check = check;
        this.crls = crls;
    }

    Proof lookup(URI address, X509Certificate certificate, X509Certificate issuer, Deadline deadline)
            throws IOException {
        Extension nonce = nonce();
        byte[] response = Asn1Answer.content(http.post(
                address,
                Map.of("Content-Type", "application/ocsp-request", "Accept", "application/ocsp-response"),
                request(certificate, issuer, nonce),
                deadline));
        OcspResponseCheck.Answer answer = check.check(response, nonce, certificate, issuer);
        if (answer.responder().isEmpty()) {
            answer.verdict().requireGood(certificate, address);
            return new Proof(List.of(response), List.of(), answer.verdict().goodUntil());
        }
        // Verifiers also need proof that the responder's certificate is not revoked.
        Proof ofResponder = crls.proofOfResponder(answer.responder().get(), issuer, deadline);
        answer.verdict().requireGood(certificate, address);
        boolean responderFirst =
                ofResponder.goodUntil().isBefore(answer.verdict().goodUntil());
        return new Proof(
                List.of(response),
                ofResponder.crls(),
                responderFirst ? ofResponder.goodUntil() : answer.verdict().goodUntil());
    }

    private Extension nonce() throws IOException {
        byte[] octets = new byte[NONCE_LENGTH];
        random.nextBytes(octets);
        return new Extension(
                OCSPObjectIdentifiers.id_pkix_ocsp_nonce,
                false,
                new DEROctetString(new DEROctetString(octets).getEncoded()));
    }

    /**
     * Makes the request. It names the certificate with SHA-1, as RFC 5019, section 2.1.1 prescribes. Responders that
     * sign responses in advance look them up by SHA-1, and know no other hash. The security does not depend on it,
     * because the signer of the response counts.
     */
    private static byte[] request(X509Certificate certificate, X509Certificate issuer, Extension nonce)
            throws IOException {
        try {
            OCSPReqBuilder builder = new OCSPReqBuilder();
            builder.addRequest(OcspCertificateId.of(CertificateID.HASH_SHA1, certificate, issuer));
            builder.setRequestExtensions(new Extensions(nonce));
            return builder.build().getEncoded();
        } catch (OCSPException | OperatorCreationException | CertificateEncodingException e) {
            throw new IOException("no request can be made for the certificate: " + e.getMessage(), e);
        }
    }
}

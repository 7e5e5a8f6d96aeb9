package io.github.hsmsigner.core.revocation;

import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.fetch.CertificateAddresses;
import io.github.hsmsigner.core.fetch.HttpFetcher;
import io.github.hsmsigner.core.pem.MalformedPemException;
import io.github.hsmsigner.core.pem.PemBlock;
import io.github.hsmsigner.core.pem.PemText;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;

/** Looks a certificate up in a CRL of its issuer. */
final class CrlLookup {

    private static final int SEQUENCE = 0x30;

    private final HttpFetcher http;
    private final CrlCheck check;

    CrlLookup(HttpFetcher http, CrlCheck check) {
        this.http = http;
        this.check = check;
    }

    Proof lookup(URI address, X509Certificate certificate, X509Certificate issuer, Deadline deadline)
            throws IOException {
        byte[] crl = der(http.get(address, deadline));
        Verdict verdict = check.check(crl, certificate, issuer);
        verdict.requireGood(certificate, address);
        return new Proof(List.of(), List.of(crl), verdict.goodUntil());
    }

    /** RFC 5280, section 4.2.1.13, wants DER; some authorities publish PEM. Other answers are returned as they are. */
    static byte[] der(byte[] answer) throws IOException {
        if (answer.length == 0 || answer[0] == SEQUENCE) {
            return answer;
        }
        try {
            List<PemBlock> crls = PemText.blocks(answer).stream()
                    .filter(block -> block.label().equals("X509 CRL"))
                    .toList();
            return crls.size() == 1 ? crls.get(0).decode() : answer;
        } catch (MalformedPemException e) {
            throw new IOException("its answer is damaged PEM: " + e.getMessage(), e);
        }
    }

    /** A responder that cannot be shown to be good is trouble with that responder, and none with the certificate asked for. */
    Proof proofOfResponder(X509Certificate responder, X509Certificate issuer, Deadline deadline) throws IOException {
        List<URI> addresses = CertificateAddresses.crls(responder);
        List<String> reasons = new ArrayList<>();
        for (int i = 0; i < addresses.size(); i++) {
            try {
                byte[] crl = der(http.get(addresses.get(i), deadline.share(addresses.size() - i)));
                Verdict verdict = check.check(crl, responder, issuer);
                if (verdict.revokedAt().isPresent()) {
                    throw new IOException("its responder's certificate was revoked on "
                            + verdict.revokedAt().get());
                }
                return new Proof(List.of(), List.of(crl), verdict.goodUntil());
            } catch (InterruptedIOException e) {
                throw e;
            } catch (IOException e) {
                reasons.add(addresses.get(i) + ": " + e.getMessage());
            }
        }
        throw new IOException("its responder's certificate lacks id-pkix-ocsp-nocheck, and "
                + (reasons.isEmpty()
                        ? "names no CRL over HTTP" + CertificateAddresses.unusable(responder)
                        : String.join("; ", reasons)));
    }
}

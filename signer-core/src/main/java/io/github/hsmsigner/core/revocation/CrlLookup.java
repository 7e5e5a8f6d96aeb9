package io.github.hsmsigner.core.revocation;

import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.fetch.CertificateAddresses;
import io.github.hsmsigner.core.fetch.HttpFetcher;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;

/** Looks a certificate up in a CRL of its issuer. */
final class CrlLookup {

    private final HttpFetcher http;
    private final CrlCheck check;

    CrlLookup(HttpFetcher http, CrlCheck check) {
        this.http = http;
        this.check = check;
    }

    Proof lookup(URI address, X509Certificate certificate, X509Certificate issuer, Deadline deadline)
            throws IOException {
        byte[] crl = http.get(address, deadline);
        Verdict verdict = check.check(crl, certificate, issuer);
        verdict.requireGood(certificate, address);
        return new Proof(List.of(), List.of(crl), verdict.goodUntil());
    }

    /** A responder that cannot be shown to be good is trouble with that responder, and none with the certificate asked for. */
    Proof proofOfResponder(X509Certificate responder, X509Certificate issuer, Deadline deadline) throws IOException {
        List<URI> addresses = CertificateAddresses.crls(responder);
        List<String> reasons = new ArrayList<>();
        for (int i = 0; i < addresses.size(); i++) {
            try {
                byte[] crl = http.get(addresses.get(i), deadline.share(addresses.size() - i));
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
                + (reasons.isEmpty() ? "names no CRL over HTTP" : String.join("; ", reasons)));
    }
}

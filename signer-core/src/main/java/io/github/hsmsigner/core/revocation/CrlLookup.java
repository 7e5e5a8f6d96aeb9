package io.github.hsmsigner.core.revocation;

import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.internal.fetch.Asn1Answer;
import io.github.hsmsigner.core.internal.fetch.CertificateAddresses;
import io.github.hsmsigner.core.internal.fetch.HttpFetcher;
import io.github.hsmsigner.core.internal.pem.MalformedPemException;
import io.github.hsmsigner.core.internal.pem.PemBlock;
import io.github.hsmsigner.core.internal.pem.PemText;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

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

    /** RFC 5280, section 4.2.1.13, requires DER. Some authorities publish PEM. */
    static byte[] der(byte[] answer) throws IOException {
        byte[] content = Asn1Answer.content(answer);
        if (content[0] == SEQUENCE) {
            return content;
        }
        try {
            List<PemBlock> blocks = PemText.blocks(content);
            List<PemBlock> crls = blocks.stream()
                    .filter(block -> block.label().equals("X509 CRL"))
                    .toList();
            if (crls.size() != 1 && !blocks.isEmpty()) {
                throw new IOException("its answer is PEM with " + crls.size() + " CRLs instead of one. It contains: "
                        + blocks.stream().map(PemBlock::toString).collect(Collectors.joining(", ")));
            }
            return crls.isEmpty() ? content : crls.get(0).decode();
        } catch (MalformedPemException e) {
            throw new IOException("its answer is damaged PEM: " + e.getMessage(), e);
        }
    }

    /**
     * Returns the proof of a responder. If there is none, the fault is in that responder, and not in the requested
     * certificate.
     */
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

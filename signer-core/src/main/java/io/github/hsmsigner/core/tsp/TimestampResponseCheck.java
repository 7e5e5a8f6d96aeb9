package io.github.hsmsigner.core.tsp;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cms.jcajce.JcaSimpleSignerInfoVerifierBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.tsp.TSPException;
import org.bouncycastle.tsp.TimeStampRequest;
import org.bouncycastle.tsp.TimeStampResponse;
import org.bouncycastle.tsp.TimeStampToken;

/** Takes the token out of a response, if the response is a good answer to its request. */
final class TimestampResponseCheck {

    /** How far an authority's clock may be from ours. */
    private static final Duration CLOCK_TOLERANCE = Duration.ofMinutes(5);

    private final Clock clock;

    TimestampResponseCheck(Clock clock) {
        this.clock = clock;
    }

    /** The token in DER; the message of the exception says what is wrong with the response. */
    byte[] tokenOf(byte[] response, TimeStampRequest request, TimestampAuthority authority) throws IOException {
        try {
            TimeStampResponse parsed = new TimeStampResponse(response);
            if (!Arrays.equals(parsed.getEncoded(), response)) {
                throw new IOException("its answer is not one TimeStampResp in DER and nothing else");
            }
            // Status, nonce, message imprint, policy: RFC 3161, section 2.4.2.
            parsed.validate(request);
            TimeStampToken token = parsed.getTimeStampToken();
            if (token == null) {
                throw new IOException("its answer holds no token, but status " + parsed.getStatus());
            }
            X509CertificateHolder signer = signerOf(token);
            // Signature, signing certificate attribute, validity at the token's time, key purpose: RFC 3161, section
            // 2.3.
            token.validate(new JcaSimpleSignerInfoVerifierBuilder().build(signer));
            requireTrusted(signer, token, authority);
            requirePlausibleTime(token);
            return token.toCMSSignedData().toASN1Structure().getEncoded(ASN1Encoding.DER);
        } catch (TSPException | OperatorCreationException | GeneralSecurityException e) {
            throw new IOException("its answer is refused: " + e.getMessage(), e);
        } catch (RuntimeException e) {
            // Parsers meet hostile octets with exceptions of any kind.
            throw new IOException("its answer cannot be read: " + e.getClass().getSimpleName(), e);
        }
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

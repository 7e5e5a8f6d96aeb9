package io.github.hsmsigner.core.tsp;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hsmsigner.core.Digest;
import io.github.hsmsigner.core.DigestAlgorithm;
import io.github.hsmsigner.core.certificate.CertificateFiles;
import java.io.IOException;
import java.math.BigInteger;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.cms.CMSException;
import org.bouncycastle.cms.CMSSignedData;
import org.bouncycastle.tsp.TSPException;
import org.bouncycastle.tsp.TimeStampRequest;
import org.bouncycastle.tsp.TimeStampRequestGenerator;
import org.bouncycastle.tsp.TimeStampToken;

/**
 * Fuzz target: an authority's answer gives a token for what was asked, or an error that says what is wrong with the answer.
 *
 * <p>The request is always the same, so that kept answers stay good ones; {@link #REQUEST} is what they were made for.
 */
public final class TimestampResponseCheckFuzz {

    /** For SHA-256 of "signature", with a nonce, and asking for the certificate. */
    static final TimeStampRequest REQUEST = request();

    private static final TimestampResponseCheck CHECK =
            new TimestampResponseCheck(Clock.fixed(Instant.parse("2026-11-23T14:05:18Z"), ZoneOffset.UTC));

    /** The root of the kept answers; the key of the authority that made them is gone. */
    private static final TimestampAuthority AUTHORITY = TimestampAuthority.builder(URI.create("http://tsa.example/"))
            .trusted(CertificateFiles.parse("root", """
                    -----BEGIN CERTIFICATE-----
                    MIIBdjCCAR2gAwIBAgIULIvQ7qEIZoGxObANoQE30u+PI7wwCgYIKoZIzj0EAwIw
                    ETEPMA0GA1UEAwwGVFNBLUNBMB4XDTI2MTEyMzE0MDQzNFoXDTI2MTIyMzE0MDQz
                    NFowETEPMA0GA1UEAwwGVFNBLUNBMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE
                    Ean7ECeV/AKXi6KXp2K2kRVYFQjFI6DEW9W6G2XYvmlfVmbcFX7HQ7MgX0DXfpDr
                    rePVopfOhelOs4finOAEfaNTMFEwHQYDVR0OBBYEFPIngJ4qutZ4mPQ/bpee62D1
                    XwpbMB8GA1UdIwQYMBaAFPIngJ4qutZ4mPQ/bpee62D1XwpbMA8GA1UdEwEB/wQF
                    MAMBAf8wCgYIKoZIzj0EAwIDRwAwRAIgKhy/L3Qt9W2MmIzY7qPXydhLFcA32xsD
                    JbEJAa+/2k4CIGVUSMZVD+GgLiYfwk9GVQuducZJvK8DGnM7fFgnFdcV
                    -----END CERTIFICATE-----
                    """.getBytes(StandardCharsets.US_ASCII)))
            .build();

    private TimestampResponseCheckFuzz() {}

    public static void fuzzerTestOneInput(byte[] response) throws TSPException, CMSException {
        byte[] token;
        try {
            token = tokenOf(response);
        } catch (IOException e) {
            assertThat(e.getMessage()).startsWith("it");
            return;
        }
        try {
            assertThat(new TimeStampToken(new CMSSignedData(token))
                            .getTimeStampInfo()
                            .getMessageImprintDigest())
                    .isEqualTo(REQUEST.getMessageImprintDigest());
        } catch (IOException e) {
            throw new AssertionError("A token was taken that cannot be read", e);
        }
    }

    static byte[] tokenOf(byte[] response) throws IOException {
        return CHECK.tokenOf(response, REQUEST, AUTHORITY);
    }

    private static TimeStampRequest request() {
        Digest digest = Digest.compute(DigestAlgorithm.SHA256, "signature".getBytes(StandardCharsets.US_ASCII));
        TimeStampRequestGenerator generator = new TimeStampRequestGenerator();
        generator.setCertReq(true);
        return generator.generate(
                NISTObjectIdentifiers.id_sha256, digest.bytes(), new BigInteger("1122334455667788", 16));
    }
}

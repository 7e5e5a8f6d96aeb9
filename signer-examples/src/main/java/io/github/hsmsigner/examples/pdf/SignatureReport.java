package io.github.hsmsigner.examples.pdf;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Calendar;
import java.util.Date;
import java.util.Optional;
import org.apache.pdfbox.pdmodel.interactive.digitalsignature.PDSignature;
import org.bouncycastle.asn1.ASN1InputStream;
import org.bouncycastle.asn1.cms.Attribute;
import org.bouncycastle.asn1.cms.ContentInfo;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cms.CMSException;
import org.bouncycastle.cms.CMSProcessableByteArray;
import org.bouncycastle.cms.CMSSignedData;
import org.bouncycastle.cms.CMSSignerDigestMismatchException;
import org.bouncycastle.cms.SignerId;
import org.bouncycastle.cms.SignerInformation;
import org.bouncycastle.cms.jcajce.JcaSimpleSignerInfoVerifierBuilder;
import org.bouncycastle.operator.DigestCalculator;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;
import org.bouncycastle.tsp.TSPException;
import org.bouncycastle.tsp.TimeStampToken;
import org.bouncycastle.util.Store;

/**
 * The findings about one signature in a PDF. Immutable.
 *
 * @param problem why it is not valid; empty if it is
 * @param signer the subject of the certificate, and its issuer
 * @param time the time of the signature, and the source of that time
 * @param coveredLength the number of signed bytes from the start of the file, including the room for the signature
 * @param fileLength the number of bytes of the file
 */
record SignatureReport(Optional<String> problem, String signer, String time, int coveredLength, int fileLength) {

    boolean valid() {
        return problem.isEmpty();
    }

    /** Returns the report for people, in several lines. */
    String text() {
        String covers = coveredLength == fileLength
                ? "the whole file"
                : "the first " + coveredLength + " of " + fileLength + " bytes; the rest was added afterwards";
        return problem.map(reason -> "NOT VALID: " + reason).orElse("valid") + "\n  who: " + signer + "\n  when: "
                + time + "\n  covers: " + covers;
    }

    static SignatureReport of(PDSignature signature, byte[] file, TrustedRoots roots) {
        String claimed = Optional.ofNullable(signature.getSignDate())
                .map(Calendar::toInstant)
                .map(time -> time + ", claimed by the signer")
                .orElse("unknown");
        int[] range = signature.getByteRange();
        try {
            if (!isAroundContents(range, signature, file)) {
                return new SignatureReport(
                        Optional.of("it does not cover the whole file except its own room"),
                        "unknown",
                        claimed,
                        0,
                        file.length);
            }
            return check(signature, file, roots, claimed);
        } catch (CMSException | TSPException | OperatorCreationException | GeneralSecurityException | IOException e) {
            return new SignatureReport(
                    Optional.of("its container cannot be read: " + e.getMessage()),
                    "unknown",
                    claimed,
                    range[2] + range[3],
                    file.length);
        }
    }

    /** Between the two signed parts, the file must have only the container's hexadecimal digits. */
    private static boolean isAroundContents(int[] range, PDSignature signature, byte[] file) throws IOException {
        return range.length == 4
                && range[0] == 0
                && range[1] > 0
                && range[2] > range[1] + 1
                && range[3] >= 0
                && range[2] <= file.length - range[3]
                && file[range[1]] == '<'
                && file[range[2] - 1] == '>'
                && range[2] - range[1] - 2 == 2 * signature.getContents().length
                && Arrays.equals(signature.getContents(), signature.getContents(file));
    }

    private static SignatureReport check(PDSignature signature, byte[] file, TrustedRoots roots, String claimed)
            throws CMSException, TSPException, OperatorCreationException, GeneralSecurityException, IOException {
        ContentInfo container = firstObject(signature.getContents());
        CMSSignedData signed =
                new CMSSignedData(new CMSProcessableByteArray(signature.getSignedContent(file)), container);
        SignerInformation signer = signed.getSignerInfos().iterator().next();
        X509CertificateHolder certificate = certificateOf(signed.getCertificates(), signer.getSID());
        Optional<TimeStampToken> timestamp = timestamp(signer);

        Optional<String> problem = problem(signer, certificate);
        if (problem.isEmpty() && timestamp.isPresent() && !isOver(timestamp.get(), signer, roots)) {
            problem = Optional.of("its timestamp is not valid");
        }
        // The signer's own word on the time proves nothing: without a timestamp, the certificate must be valid now.
        Date at =
                timestamp.map(token -> token.getTimeStampInfo().getGenTime()).orElseGet(() -> Date.from(Instant.now()));
        if (problem.isEmpty() && !roots.trust(certificate, signed.getCertificates(), at)) {
            problem = Optional.of("its certificate leads to no root that is trusted, or is not valid at the time");
        }
        int[] range = signature.getByteRange();
        return new SignatureReport(
                problem,
                certificate.getSubject() + ", certified by " + certificate.getIssuer(),
                timestamp
                        .map(token -> at.toInstant() + ", attested by the timestamp")
                        .orElse(claimed),
                range[2] + range[3],
                file.length);
    }

    private static Optional<String> problem(SignerInformation signer, X509CertificateHolder certificate)
            throws CMSException, OperatorCreationException, GeneralSecurityException {
        try {
            boolean verified = signer.verify(new JcaSimpleSignerInfoVerifierBuilder().build(certificate));
            return verified ? Optional.empty() : Optional.of("it is not made with the key of its certificate");
        } catch (CMSSignerDigestMismatchException e) {
            return Optional.of("what it covers was changed");
        }
    }

    private static boolean isOver(TimeStampToken timestamp, SignerInformation signer, TrustedRoots roots)
            throws CMSException, TSPException, OperatorCreationException, GeneralSecurityException, IOException {
        DigestCalculator hash = new JcaDigestCalculatorProviderBuilder()
                .build()
                .get(timestamp.getTimeStampInfo().getHashAlgorithm());
        hash.getOutputStream().write(signer.getSignature());
        X509CertificateHolder authority = certificateOf(timestamp.getCertificates(), timestamp.getSID());
        timestamp.validate(new JcaSimpleSignerInfoVerifierBuilder().build(authority));
        return Arrays.equals(hash.getDigest(), timestamp.getTimeStampInfo().getMessageImprintDigest())
                && roots.trust(
                        authority,
                        timestamp.getCertificates(),
                        timestamp.getTimeStampInfo().getGenTime());
    }

    private static Optional<TimeStampToken> timestamp(SignerInformation signer)
            throws CMSException, TSPException, IOException {
        Attribute attribute = signer.getUnsignedAttributes() == null
                ? null
                : signer.getUnsignedAttributes().get(PKCSObjectIdentifiers.id_aa_signatureTimeStampToken);
        return attribute == null
                ? Optional.empty()
                : Optional.of(
                        new TimeStampToken(ContentInfo.getInstance(attribute.getAttributeValues()[0])));
    }

    private static X509CertificateHolder certificateOf(Store<X509CertificateHolder> certificates, SignerId signer)
            throws CMSException {
        return certificates.getMatches(null).stream()
                .filter(signer::match)
                .findFirst()
                .orElseThrow(() -> new CMSException("the certificate of a signer is not in it"));
    }

    /** Zeros follow the container, up to the end of its room. */
    private static ContentInfo firstObject(byte[] contents) throws IOException {
        try (ASN1InputStream in = new ASN1InputStream(contents)) {
            return ContentInfo.getInstance(in.readObject());
        }
    }
}

package io.github.hsmsigner.examples.dss;

import eu.europa.esig.dss.enumerations.DigestAlgorithm;
import eu.europa.esig.dss.enumerations.SignatureLevel;
import eu.europa.esig.dss.model.DSSDocument;
import eu.europa.esig.dss.model.FileDocument;
import eu.europa.esig.dss.model.SignatureValue;
import eu.europa.esig.dss.model.ToBeSigned;
import eu.europa.esig.dss.model.x509.CertificateToken;
import eu.europa.esig.dss.pades.PAdESSignatureParameters;
import eu.europa.esig.dss.pades.signature.PAdESService;
import eu.europa.esig.dss.service.crl.OnlineCRLSource;
import eu.europa.esig.dss.service.ocsp.OnlineOCSPSource;
import eu.europa.esig.dss.service.tsp.OnlineTSPSource;
import eu.europa.esig.dss.spi.validation.CertificateVerifier;
import eu.europa.esig.dss.spi.validation.CommonCertificateVerifier;
import eu.europa.esig.dss.spi.x509.CommonTrustedCertificateSource;
import eu.europa.esig.dss.token.DSSPrivateKeyEntry;
import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.SigningKey;
import io.github.hsmsigner.core.certificate.CertificateFiles;
import io.github.hsmsigner.pkcs11.KeySelector;
import io.github.hsmsigner.pkcs11.PinSource;
import io.github.hsmsigner.pkcs11.Pkcs11Config;
import io.github.hsmsigner.pkcs11.Pkcs11Token;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/**
 * PAdES-B-LT with EU DSS and a key in an HSM: DSS makes the PDF, the timestamp and the revocation data, and signs through
 * {@link SignerTokenConnection}. Revocation data comes from where the certificates say.
 *
 * <pre>{@code
 * HSM_MODULE=/usr/lib/softhsm/libsofthsm2.so HSM_TOKEN_LABEL=demo HSM_PIN=… HSM_KEY_LABEL=contracts \
 *   java -cp signer-examples.jar io.github.hsmsigner.examples.dss.DssExample \
 *   document.pdf signed.pdf http://timestamps.example/ root.pem timestamp-root.pem
 * }</pre>
 */
public final class DssExample {

    private static final Duration TIME_LIMIT = Duration.ofSeconds(10);

    private DssExample() {}

    /**
     * Signs a PDF.
     *
     * @param args the PDF, the signed PDF to make, the address of a timestamp authority, and files with the roots that are trusted:
     *     DSS asks for revocation data below these
     * @throws IOException if a file cannot be read or written
     */
    public static void main(String[] args) throws IOException {
        DSSDocument document = new FileDocument(args[0]);
        Path signed = Path.of(args[1]);
        OnlineTSPSource timestamps = new OnlineTSPSource(args[2]);
        List<Path> roots = Arrays.stream(args).skip(3).map(Path::of).toList();

        Pkcs11Config config = Pkcs11Config.builder(Path.of(System.getenv("HSM_MODULE")))
                .tokenLabel(System.getenv("HSM_TOKEN_LABEL"))
                .pin(PinSource.environment("HSM_PIN"))
                .build();
        try (Pkcs11Token token = Pkcs11Token.open(config)) {
            SigningKey key = SigningKey.open(
                    "example",
                    token.signer(KeySelector.byLabel(System.getenv("HSM_KEY_LABEL"))),
                    token.certificates(List.of()),
                    Deadline.after(TIME_LIMIT));
            SignerTokenConnection connection = new SignerTokenConnection(key.signer(), key.chain(), TIME_LIMIT);
            DSSPrivateKeyEntry entry = connection.getKeys().get(0);

            PAdESSignatureParameters parameters = new PAdESSignatureParameters();
            parameters.setSignatureLevel(SignatureLevel.PAdES_BASELINE_LT);
            parameters.setDigestAlgorithm(DigestAlgorithm.SHA256);
            parameters.setSigningCertificate(entry.getCertificate());
            parameters.setCertificateChain(entry.getCertificateChain());
            // All of the chain goes into the container; DSS would leave out what is trusted, be it the signer itself.
            parameters.bLevel().setTrustAnchorBPPolicy(false);

            PAdESService pades = new PAdESService(verifier(roots));
            pades.setTspSource(timestamps);
            ToBeSigned dataToSign = pades.getDataToSign(document, parameters);
            SignatureValue signature = connection.sign(dataToSign, parameters.getDigestAlgorithm(), entry);
            DSSDocument result = pades.signDocument(document, parameters, signature);
            try (OutputStream out = Files.newOutputStream(signed, StandardOpenOption.CREATE_NEW)) {
                result.writeTo(out);
            }
            System.out.println("Signed by " + key.chain().signer().getSubjectX500Principal() + ": " + signed);
        }
    }

    private static CertificateVerifier verifier(List<Path> roots) {
        CommonTrustedCertificateSource trusted = new CommonTrustedCertificateSource();
        for (Path file : roots) {
            CertificateFiles.read(file).forEach(root -> trusted.addCertificate(new CertificateToken(root)));
        }
        CommonCertificateVerifier verifier = new CommonCertificateVerifier();
        verifier.setTrustedCertSources(trusted);
        verifier.setOcspSource(new OnlineOCSPSource());
        verifier.setCrlSource(new OnlineCRLSource());
        return verifier;
    }
}

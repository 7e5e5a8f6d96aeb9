package io.github.hsmsigner.pdf;

import eu.europa.esig.dss.enumerations.DigestAlgorithm;
import eu.europa.esig.dss.enumerations.SignatureAlgorithm;
import eu.europa.esig.dss.enumerations.SignatureLevel;
import eu.europa.esig.dss.model.DSSDocument;
import eu.europa.esig.dss.model.InMemoryDocument;
import eu.europa.esig.dss.model.SignatureValue;
import eu.europa.esig.dss.model.TimestampBinary;
import eu.europa.esig.dss.model.x509.CertificateToken;
import eu.europa.esig.dss.pades.PAdESSignatureParameters;
import eu.europa.esig.dss.pades.PAdESTimestampParameters;
import eu.europa.esig.dss.pades.signature.PAdESService;
import eu.europa.esig.dss.spi.validation.CommonCertificateVerifier;
import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.Digest;
import io.github.hsmsigner.core.TimestampSource;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/** Signs PDFs with EU DSS and an EC key in a PKCS#12 file. The container has the chain as far as the file has it. */
final class DssSigner {

    private final PrivateKey key;
    private final List<CertificateToken> chain;
    private final TimestampSource timestamps;

    DssSigner(Path pkcs12, char[] password, TimestampSource timestamps) {
        this.timestamps = timestamps;
        try (InputStream in = Files.newInputStream(pkcs12)) {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(in, password);
            String alias = store.aliases().nextElement();
            key = (PrivateKey) store.getKey(alias, password);
            chain = Stream.of(store.getCertificateChain(alias))
                    .map(certificate -> new CertificateToken((X509Certificate) certificate))
                    .toList();
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    byte[] sign(byte[] pdf, SignatureLevel level) throws IOException {
        DSSDocument document = new InMemoryDocument(pdf);
        PAdESSignatureParameters parameters = new PAdESSignatureParameters();
        parameters.setSignatureLevel(level);
        parameters.setDigestAlgorithm(DigestAlgorithm.SHA256);
        PAdESTimestampParameters timestamp = new PAdESTimestampParameters(DigestAlgorithm.SHA256);
        parameters.setSignatureTimestampParameters(timestamp);
        parameters.setSigningCertificate(chain.get(0));
        parameters.setCertificateChain(chain);
        PAdESService service = new PAdESService(new CommonCertificateVerifier(true));
        service.setTspSource((algorithm, digest) -> new TimestampBinary(timestamps.timestamp(
                Digest.of(timestamps.digestAlgorithm(), digest), Deadline.after(Duration.ofSeconds(10)))));
        ByteArrayOutputStream signed = new ByteArrayOutputStream();
        service.signDocument(
                        document,
                        parameters,
                        new SignatureValue(
                                SignatureAlgorithm.ECDSA_SHA256,
                                signature(service.getDataToSign(document, parameters)
                                        .getBytes())))
                .writeTo(signed);
        return signed.toByteArray();
    }

    private byte[] signature(byte[] data) {
        try {
            Signature signature = Signature.getInstance("SHA256withECDSA");
            signature.initSign(key);
            signature.update(data);
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}

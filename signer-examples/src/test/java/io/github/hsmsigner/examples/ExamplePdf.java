package io.github.hsmsigner.examples;

import eu.europa.esig.dss.diagnostic.DiagnosticData;
import eu.europa.esig.dss.model.FileDocument;
import eu.europa.esig.dss.model.x509.CertificateToken;
import eu.europa.esig.dss.pades.validation.PDFDocumentValidator;
import eu.europa.esig.dss.spi.validation.CommonCertificateVerifier;
import eu.europa.esig.dss.spi.x509.CommonTrustedCertificateSource;
import io.github.hsmsigner.testing.ExternalTool;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;

/** What others say of the PDF that an example made. */
public final class ExamplePdf {

    private ExamplePdf() {}

    /** poppler, with a home directory of its own, or it would use a browser's certificates if there are some. */
    public static String pdfsig(Path pdf) {
        return ExternalTool.run(List.of("env", "HOME=" + pdf.getParent(), "pdfsig", "-nocert", pdf.toString()))
                .output();
    }

    /** EU DSS, without the network. */
    public static DiagnosticData dss(Path pdf, X509Certificate... roots) {
        CommonTrustedCertificateSource trusted = new CommonTrustedCertificateSource();
        for (X509Certificate root : roots) {
            trusted.addCertificate(new CertificateToken(root));
        }
        CommonCertificateVerifier verifier = new CommonCertificateVerifier(true);
        verifier.setTrustedCertSources(trusted);
        PDFDocumentValidator validator = new PDFDocumentValidator(new FileDocument(pdf.toFile()));
        validator.setCertificateVerifier(verifier);
        return validator.validateDocument().getDiagnosticData();
    }
}

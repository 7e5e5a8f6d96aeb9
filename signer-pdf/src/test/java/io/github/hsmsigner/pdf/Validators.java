package io.github.hsmsigner.pdf;

import static org.assertj.core.api.Assertions.assertThat;

import eu.europa.esig.dss.diagnostic.DiagnosticData;
import eu.europa.esig.dss.diagnostic.SignatureWrapper;
import eu.europa.esig.dss.enumerations.SignatureLevel;
import eu.europa.esig.dss.model.FileDocument;
import eu.europa.esig.dss.model.x509.CertificateToken;
import eu.europa.esig.dss.pades.validation.PDFDocumentValidator;
import eu.europa.esig.dss.spi.validation.CommonCertificateVerifier;
import eu.europa.esig.dss.spi.x509.CommonTrustedCertificateSource;
import eu.europa.esig.dss.validation.reports.Reports;
import io.github.hsmsigner.testing.ExternalTool;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;

/** What other software says of a signed PDF. */
final class Validators {

    private Validators() {}

    /** EU DSS, without the network. */
    static DiagnosticData dss(Path pdf, String password, X509Certificate... roots) {
        return validate(pdf, password, roots).getDiagnosticData();
    }

    /** The reports of EU DSS, without the network. */
    static Reports validate(Path pdf, String password, X509Certificate... roots) {
        CommonTrustedCertificateSource trusted = new CommonTrustedCertificateSource();
        for (X509Certificate root : roots) {
            trusted.addCertificate(new CertificateToken(root));
        }
        CommonCertificateVerifier verifier = new CommonCertificateVerifier(true);
        verifier.setTrustedCertSources(trusted);
        PDFDocumentValidator validator = new PDFDocumentValidator(new FileDocument(pdf.toFile()));
        validator.setPasswordProtection(password.toCharArray());
        validator.setCertificateVerifier(verifier);
        return validator.validateDocument();
    }

    /** Requires that EU DSS finds intact and trusted signatures of these levels, in any order. */
    static void requireLevels(Path pdf, String password, List<SignatureLevel> levels, X509Certificate... roots) {
        List<SignatureWrapper> signatures = dss(pdf, password, roots).getSignatures();
        assertThat(signatures)
                .extracting(SignatureWrapper::getSignatureFormat)
                .containsExactlyInAnyOrderElementsOf(levels);
        assertThat(signatures).allSatisfy(signature -> {
            assertThat(signature.isSignatureIntact()).isTrue();
            assertThat(signature.isSignatureValid()).isTrue();
            assertThat(signature.isTrustedChain()).isTrue();
        });
    }

    /** Requires that poppler finds valid signatures, and that the last covers the whole document. */
    static void requirePdfsig(Path pdf, String password, int signatures) {
        // A separate home directory: pdfsig would use the certificates of a browser.
        String output = ExternalTool.run(List.of(
                        "env", "HOME=" + pdf.getParent(), "pdfsig", "-nocert", "-upw", password, pdf.toString()))
                .output();
        assertThat(output.split("Signature Validation: Signature is Valid.", -1))
                .as(output)
                .hasSize(signatures + 1);
        assertThat(output).contains("Total document signed");
    }

    /** Requires that qpdf finds no error. */
    static void requireQpdf(Path pdf, String password) {
        ExternalTool.Result result =
                ExternalTool.run(List.of("qpdf", "--password=" + password, "--check", pdf.toString()));
        assertThat(result.exitCode()).as(result.output()).isZero();
    }
}

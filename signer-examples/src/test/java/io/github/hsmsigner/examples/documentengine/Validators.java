package io.github.hsmsigner.examples.documentengine;

import static org.assertj.core.api.Assertions.assertThat;

import eu.europa.esig.dss.enumerations.SignatureLevel;
import io.github.hsmsigner.testing.OpensslCms;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;

/** All validators that are not ours, each of which must find what a test expects. */
final class Validators {

    private static final Pdfsig.Verdict LAST = new Pdfsig.Verdict(true, true);
    private static final Pdfsig.Verdict EARLIER = new Pdfsig.Verdict(true, false);

    private final Path directory;
    private final X509Certificate root;

    Validators(Path directory, X509Certificate root) {
        this.directory = directory;
        this.root = root;
    }

    /** Every signature is valid, has the format of its type, and the last one covers the whole file. */
    void accept(SignedPdf pdf, SignatureType... types) {
        List<SignedPdf.Signature> signatures = pdf.signatures();
        assertThat(signatures).hasSize(types.length);
        assertThat(signatures.get(types.length - 1).end()).isEqualTo(pdf.bytes().length);
        List<Pdfsig.Verdict> pdfsig = Pdfsig.verdicts(directory, pdf);
        List<Dss.Verdict> dss = new Dss(root).verdicts(pdf);
        assertThat(pdfsig).hasSize(types.length);
        assertThat(dss).hasSize(types.length);
        for (int i = 0; i < types.length; i++) {
            SignedPdf.Signature signature = signatures.get(i);
            assertThat(signature.subFilter()).isEqualTo(types[i].subFilter().getName());
            assertThat(signature.dated()).isTrue();
            assertThat(pdfsig.get(i)).isEqualTo(i == types.length - 1 ? LAST : EARLIER);
            assertThat(OpensslCms.verify(directory, signature.container(), signature.contents(), root)
                            .output())
                    .contains("CAdES Verification successful");
            assertThat(dss.get(i)).isEqualTo(new Dss.Verdict(format(types[i]), true, true, true, 0));
        }
    }

    /** Each of them finds that the only signature is not over this file. */
    void reject(SignedPdf pdf) {
        assertThat(Pdfsig.verdicts(directory, pdf)).singleElement().matches(verdict -> !verdict.valid());
        SignedPdf.Signature signature = pdf.onlySignature();
        assertThat(OpensslCms.verify(directory, signature.container(), signature.contents(), root)
                        .exitCode())
                .isNotZero();
        assertThat(new Dss(root).verdicts(pdf))
                .singleElement()
                .matches(verdict -> !verdict.intact() && !verdict.valid());
    }

    private static SignatureLevel format(SignatureType type) {
        return switch (type) {
            case CMS -> SignatureLevel.PKCS7_B;
            case CADES -> SignatureLevel.PAdES_BASELINE_B;
        };
    }
}

package io.github.hsmsigner.examples.documentengine;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.hsmsigner.examples.documentengine.Application.Answer;
import io.github.hsmsigner.examples.documentengine.report.SignatureReport;
import io.github.hsmsigner.examples.documentengine.report.SignatureReports;
import io.github.hsmsigner.testing.TestPki;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import javax.imageio.ImageIO;
import org.apache.pdfbox.Loader;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.common.PDRectangle;
import org.apache.pdfbox.pdmodel.interactive.annotation.PDAnnotationSquare;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The report on signatures, and pages as pictures. */
@ExtendWith(SigningChainProvider.class)
class DocumentViewsTest {

    private static final String CADES = "{\"signatureType\":\"cades\",\"hashAlgorithm\":\"sha384\"}";

    private final SigningChain chain;
    private final Application application;

    DocumentViewsTest(SigningChain chain) {
        this.chain = chain;
        this.application = chain.application();
    }

    private SignatureReport report(byte[] pdf) {
        List<SignatureReport> reports = new SignatureReports(List.of(chain.root())).of(pdf);
        assertThat(reports).hasSize(1);
        return reports.get(0);
    }

    @Test
    void aValidSignatureIsToldInWords() {
        SignatureReport report =
                report(application.signed(SamplePdf.plain(), CADES).bytes());
        assertThat(report.valid()).isTrue();
        assertThat(report.verdict()).isEqualTo("The signature is valid.");
        assertThat(report.signer()).isEqualTo("Jane Signer");
        assertThat(report.issuer()).isEqualTo("Test Issuing CA");
        assertThat(report.claimedTime()).matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ");
        assertThat(report.timestamps()).isEmpty();
        assertThat(report.coverage()).isEqualTo("The whole document.");
        assertThat(report.container()).isEqualTo("CMS, ETSI.CAdES.detached");
        assertThat(report.level()).isEqualTo("PAdES-BASELINE-B");
        assertThat(report.algorithm()).isEqualTo("RSA with SHA384");
        assertThat(report.trust()).isEqualTo("The certificate leads to a trusted one.");
    }

    @Test
    void aChangedDocumentIsNotValid() {
        SignedPdf pdf = application.signed(SamplePdf.plain(), CADES).withOneBitFlipped();
        assertThat(report(pdf.bytes()).valid()).isFalse();
        assertThat(report(pdf.bytes()).verdict()).isEqualTo("The document or the signature was changed after signing.");
    }

    @Test
    void aChangeAfterTheSignatureIsNotAllowed() throws IOException {
        byte[] signed = application.signed(SamplePdf.plain(), CADES).bytes();
        ByteArrayOutputStream changed = new ByteArrayOutputStream();
        try (PDDocument document = Loader.loadPDF(signed)) {
            PDAnnotationSquare square = new PDAnnotationSquare();
            square.setRectangle(new PDRectangle(100, 100, 300, 300));
            document.getPage(0).getAnnotations().add(square);
            document.getPage(0).getCOSObject().setNeedToBeUpdated(true);
            document.saveIncremental(changed);
        }
        SignatureReport report = report(changed.toByteArray());
        assertThat(report.valid()).isFalse();
        assertThat(report.verdict()).isEqualTo("The document was changed after signing.");
        assertThat(report.coverage())
                .startsWith("The document as it was then; ")
                .contains("changed later");
    }

    @Test
    void laterSignaturesAreAllowed() {
        byte[] pdf = application.signed(SamplePdf.plain(), CADES, "{}").bytes();
        List<SignatureReport> reports = new SignatureReports(List.of(chain.root())).of(pdf);
        assertThat(reports).extracting(SignatureReport::valid).containsExactly(true, true);
        assertThat(reports)
                .extracting(SignatureReport::coverage)
                .containsExactly(
                        "The document as it was then; signatures or form entries were added later.",
                        "The whole document.");
        assertThat(reports.get(1).level()).isEqualTo("PKCS7-B");
    }

    @Test
    void trustIsAMatterOfItsOwn() {
        byte[] pdf = application.signed(SamplePdf.plain(), CADES).bytes();
        SignatureReport stranger =
                new SignatureReports(List.of(new TestPki().root())).of(pdf).get(0);
        assertThat(stranger.valid()).isTrue();
        assertThat(stranger.trust()).isEqualTo("The certificate does not lead to a trusted one.");
        SignatureReport unjudged = new SignatureReports(List.of()).of(pdf).get(0);
        assertThat(unjudged.trust()).isEqualTo("Not judged: no trusted certificates are set.");
    }

    @Test
    void theApiGivesTheReport() throws IOException {
        String id = application.upload(SamplePdf.plain()).documentId();
        JsonNode before = new ObjectMapper()
                .readTree(application.get("/api/documents/" + id + "/report").body());
        assertThat(before.path("signatures")).isEmpty();
        application.sign(id, "{}");
        JsonNode after = new ObjectMapper()
                .readTree(application.get("/api/documents/" + id + "/report").body());
        assertThat(after.at("/signatures/0/valid").asBoolean()).isTrue();
        assertThat(after.at("/signatures/0/signer").asText()).isEqualTo("Jane Signer");
    }

    @Test
    void aPageIsGivenAsAPicture() throws IOException {
        String id = application.upload(SamplePdf.blank(90, 2)).documentId();
        Answer answer = application.get("/api/documents/" + id + "/pages/1/image?width=421");
        assertThat(answer.contentType()).isEqualTo("image/png");
        BufferedImage image = ImageIO.read(new ByteArrayInputStream(answer.body()));
        assertThat(image.getWidth()).isBetween(420, 422);
        assertThat(image.getHeight()).isBetween(296, 299);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"1/image", "-1/image", "x/image", "0/image?width=0", "0/image?width=99999", "0/image?width=x"})
    void aPageOrWidthThatCannotBeIsRefused(String path) {
        String id = application.upload(SamplePdf.plain()).documentId();
        Answer answer = application.get("/api/documents/" + id + "/pages/" + path);
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.error()).matches("(pageIndex|width) must be a number between \\d and \\d+\\.");
    }

    @Test
    void theUnsignedSignatureFieldsAreListed() {
        String id = application.upload(SamplePdf.withSignatureFields()).documentId();
        String path = "/api/documents/" + id + "/signature-fields";
        assertThat(application.get(path).text())
                .isEqualTo("{\"signatureFields\":[{\"name\":\"seller\",\"pageIndex\":1,\"visible\":true},"
                        + "{\"name\":\"buyer\",\"pageIndex\":0,\"visible\":false}]}");
        assertThat(application.sign(id, "{\"formFieldName\":\"seller\"}").status())
                .isEqualTo(200);
        assertThat(application.get(path).text()).doesNotContain("seller").contains("buyer");
    }

    @Test
    void aDocumentMayHaveNoSignatureFields() {
        for (byte[] pdf : List.of(SamplePdf.plain(), SamplePdf.withForm(), SamplePdf.encrypted(256))) {
            String id = application.upload(pdf).documentId();
            assertThat(application
                            .get("/api/documents/" + id + "/signature-fields")
                            .text())
                    .isEqualTo("{\"signatureFields\":[]}");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"events", "report", "signature-fields", "pages/0/image"})
    void theyAreForWhoHasTheToken(String view) {
        String path = "/api/documents/" + application.upload(SamplePdf.plain()).documentId() + "/" + view;
        assertThat(new Application(chain.enginePort(), "Token token=\"wrong\"")
                        .get(path)
                        .status())
                .isEqualTo(401);
        assertThat(application.get("/api/documents/none/" + view).status()).isEqualTo(404);
    }
}

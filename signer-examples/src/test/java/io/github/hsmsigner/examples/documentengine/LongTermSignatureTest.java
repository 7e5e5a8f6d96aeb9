package io.github.hsmsigner.examples.documentengine;

import static org.assertj.core.api.Assertions.assertThat;

import eu.europa.esig.dss.enumerations.SignatureLevel;
import io.github.hsmsigner.examples.documentengine.Application.Answer;
import io.github.hsmsigner.testing.OpensslCms;
import java.io.IOException;
import java.nio.file.Path;
import org.apache.pdfbox.Loader;
import org.apache.pdfbox.cos.COSArray;
import org.apache.pdfbox.cos.COSDictionary;
import org.apache.pdfbox.cos.COSName;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The option {@code cadesLevel}: timestamps and validation data, from servers of OpenSSL. */
@TestInstance(Lifecycle.PER_CLASS)
class LongTermSignatureTest {

    private Path directory;
    private LongTermChain chain;
    private Application application;
    private Dss dss;

    @BeforeAll
    void start(@TempDir Path temporary) {
        directory = temporary;
        chain = new LongTermChain(temporary);
        application = chain.application();
        dss = new Dss(chain.trusted());
    }

    @AfterAll
    void stop() {
        chain.close();
    }

    @BeforeEach
    void behave() {
        chain.timestampAuthority.reset();
        chain.authorities.reset();
    }

    private static String options(String container, String level) {
        return """
                {"signatureContainer":"%s","signatureType":"cades","cadesLevel":"%s"}""".formatted(container, level);
    }

    @ParameterizedTest
    @CsvSource({
        "raw,b-b,PAdES-BASELINE-B", "pkcs7,b-b,PAdES-BASELINE-B",
        "raw,b-t,PAdES-BASELINE-T", "pkcs7,b-t,PAdES-BASELINE-T",
        "raw,b-lt,PAdES-BASELINE-LT", "pkcs7,b-lt,PAdES-BASELINE-LT"
    })
    void theLevelThatWasAskedForIsMade(String container, String level, String expected) {
        SignedPdf pdf = application.signed(SamplePdf.plain(), options(container, level));
        int timestamps = level.equals("b-b") ? 0 : 1;
        assertThat(dss.verdicts(pdf))
                .containsExactly(new Dss.Verdict(SignatureLevel.valueByName(expected), true, true, true, timestamps));
        assertThat(Pdfsig.verdicts(directory, pdf)).singleElement().matches(Pdfsig.Verdict::valid);
        SignedPdf.Signature signature = pdf.onlySignature();
        assertThat(OpensslCms.verify(
                                directory,
                                signature.container(),
                                signature.contents(),
                                chain.authorities.root.certificate())
                        .output())
                .contains("CAdES Verification successful");
        assertThat(chain.timestampAuthority.requests()).isEqualTo(timestamps);
    }

    @Test
    void validationDataStandInTheDocument() throws IOException {
        SignedPdf pdf = application.signed(SamplePdf.plain(), options("raw", "b-lt"));
        try (PDDocument document = Loader.loadPDF(pdf.bytes())) {
            COSDictionary store =
                    document.getDocumentCatalog().getCOSObject().getCOSDictionary(COSName.getPDFName("DSS"));
            COSArray certificates = store.getCOSArray(COSName.getPDFName("Certs"));
            assertThat(certificates.size()).isGreaterThanOrEqualTo(3);
            assertThat(store.getCOSArray(COSName.getPDFName("OCSPs")).size()).isEqualTo(2);
        }
        assertThat(chain.authorities.issuer.ocsp.requests()).isEqualTo(1);
        assertThat(chain.authorities.root.ocsp.requests()).isEqualTo(1);
    }

    @Test
    void aListOfRevokedCertificatesDoesWhereTheResponderFails() throws IOException {
        chain.authorities.issuer.ocsp.status = 500;
        SignedPdf pdf = application.signed(SamplePdf.plain(), options("raw", "b-lt"));
        assertThat(dss.verdicts(pdf))
                .singleElement()
                .matches(verdict -> verdict.format() == SignatureLevel.PAdES_BASELINE_LT && verdict.valid());
        assertThat(chain.authorities.issuer.crl.requests()).isEqualTo(1);
    }

    @Test
    void laterSignaturesOfEachLevelLeaveEarlierOnesValid() {
        SignedPdf pdf = application.signed(
                SamplePdf.plain(), options("raw", "b-lt"), options("pkcs7", "b-t"), options("raw", "b-lt"));
        assertThat(dss.verdicts(pdf)).hasSize(3).allMatch(verdict -> verdict.intact() && verdict.valid());
        assertThat(Pdfsig.verdicts(directory, pdf)).hasSize(3).allMatch(Pdfsig.Verdict::valid);
    }

    @ParameterizedTest
    @ValueSource(strings = {"b-t", "b-lt"})
    void withoutATimestampAuthorityTheLevelsAreRefused(String level) {
        DocumentEngineSettings settings =
                DocumentEngineSettings.builder(chain.serviceAddress()).build();
        try (DocumentEngine engine = DocumentEngine.start(settings)) {
            assertRefused(
                    new Application(engine.port()),
                    options("raw", level),
                    400,
                    "cadesLevel " + level + " needs a timestamp authority, and the stand-in was started without "
                            + "TIMESTAMP_AUTHORITY_URL. cadesLevel must be b-b here.");
        }
    }

    @Test
    void aTimestampAuthorityThatFailsIsABadGateway() {
        chain.timestampAuthority.answerStatus(500);
        assertRefused(
                application,
                options("raw", "b-t"),
                502,
                "The timestamp authority at " + chain.timestampAuthority.uri() + " gave no timestamp.");
    }

    @Test
    void aTimestampOverSomethingElseIsNotTaken() {
        SignedPdf other = application.signed(SamplePdf.plain(), options("raw", "b-t"));
        assertThat(other.signatures()).hasSize(1);
        chain.timestampAuthority.changeRequest(request -> {
            byte[] changed = request.clone();
            changed[changed.length / 2] ^= 1;
            return changed;
        });
        assertRefused(
                application,
                options("raw", "b-t"),
                502,
                "The timestamp authority at " + chain.timestampAuthority.uri() + " gave no timestamp.");
    }

    @Test
    void withoutRevocationDataThereIsNoLongTermSignature() {
        chain.authorities.issuer.ocsp.status = 500;
        chain.authorities.issuer.crl.status = 500;
        assertRefused(
                application,
                options("raw", "b-lt"),
                502,
                "The data that cadesLevel b-lt wants cannot be had: each certificate below a trusted one must be known as "
                        + "good by an OCSP responder or a list that it names.");
    }

    @Test
    void aTimestampNeedsItsRoom() {
        Application.Answer answer =
                application.sign(application.upload(SamplePdf.plain()).documentId(), """
                {"signatureContainer":"raw","signatureType":"cades","cadesLevel":"b-t","estimatedSize":2000}""");
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.error()).matches("The signature needs \\d{4} bytes, but estimatedSize reserves 2000\\.");
    }

    private static void assertRefused(Application application, String options, int status, String message) {
        String id = application.upload(SamplePdf.plain()).documentId();
        Answer answer = application.sign(id, options);
        assertThat(answer.error()).isEqualTo(message);
        assertThat(answer.status()).isEqualTo(status);
        assertThat(new SignedPdf(application.download(id).body()).signatures()).isEmpty();
    }
}

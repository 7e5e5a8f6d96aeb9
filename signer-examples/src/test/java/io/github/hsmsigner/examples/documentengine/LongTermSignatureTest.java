package io.github.hsmsigner.examples.documentengine;

import static org.assertj.core.api.Assertions.assertThat;

import eu.europa.esig.dss.enumerations.SignatureLevel;
import io.github.hsmsigner.examples.documentengine.Application.Answer;
import io.github.hsmsigner.testing.OpensslCms;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
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
    @ValueSource(
            strings = {
                "{\"signatureType\":\"cms\"}",
                "{\"signatureType\":\"cades\",\"cadesLevel\":\"b-b\"}",
                "{\"signatureType\":\"cades\",\"cadesLevel\":\"b-t\"}"
            })
    void earlierSignaturesMayBeOfAnyKind(String earlier) {
        String id = application.upload(SamplePdf.plain()).documentId();
        assertThat(application.sign(id, earlier).status()).isEqualTo(200);
        Answer answer = application.sign(id, options("raw", "b-lt"));
        assertThat(answer.levelReason()).isEmpty();
        assertThat(answer.level()).isEqualTo("b-lt");
        List<Dss.Verdict> verdicts =
                dss.verdicts(new SignedPdf(application.download(id).body()));
        assertThat(verdicts).hasSize(2).allMatch(verdict -> verdict.intact() && verdict.valid());
        assertThat(verdicts.get(1).format()).isEqualTo(SignatureLevel.PAdES_BASELINE_LT);
    }

    /**
     * The level is a hint, as in the vendor's API reference: "you should be aware that the API can return b-b even when you ask for b-lt.
     * This can happen when the timestamp authority server is down, etc."
     */
    @ParameterizedTest
    @CsvSource({"raw,b-t", "raw,b-lt", "pkcs7,b-t", "pkcs7,b-lt"})
    void theLevelIsLowerIfThereIsNoTimestampAuthority(String container, String level) {
        DocumentEngineSettings settings =
                DocumentEngineSettings.builder(chain.serviceAddress()).build();
        try (DocumentEngine engine = DocumentEngine.start(settings)) {
            assertLevel(
                    new Application(engine.port()),
                    options(container, level),
                    SignatureLevel.PAdES_BASELINE_B,
                    "The signature has the level b-b instead of " + level + ": TIMESTAMP_AUTHORITY_URL is not set.");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"b-t", "b-lt"})
    void theLevelIsLowerIfTheTimestampAuthorityFails(String level) {
        chain.timestampAuthority.answerStatus(500);
        assertLevel(
                application,
                options("raw", level),
                SignatureLevel.PAdES_BASELINE_B,
                "The signature has the level b-b instead of " + level + ": the timestamp authority at "
                        + chain.timestampAuthority.uri() + " returned no timestamp: it returned the HTTP status 500.");
    }

    @Test
    void aTimestampOverSomethingElseIsNotTaken() {
        chain.timestampAuthority.changeRequest(request -> {
            byte[] changed = request.clone();
            changed[changed.length / 2] ^= 1;
            return changed;
        });
        assertThat(assertLevel(application, options("raw", "b-t"), SignatureLevel.PAdES_BASELINE_B))
                .contains("returned no timestamp: its response does not fit the request: ");
    }

    @Test
    void theLevelIsLowerIfRevocationDataIsNotAvailable() {
        chain.authorities.issuer.ocsp.status = 500;
        chain.authorities.issuer.crl.status = 500;
        assertThat(assertLevel(application, options("raw", "b-lt"), SignatureLevel.PAdES_BASELINE_T))
                .startsWith("The signature has the level b-t instead of b-lt: revocation data is not available.");
    }

    @Test
    void theDefaultLevelIsLongTerm() {
        assertLevel(application, "{\"signatureType\":\"cades\"}", SignatureLevel.PAdES_BASELINE_LT, "");
    }

    @ParameterizedTest
    @CsvSource({"user, pass, dXNlcjpwYXNz", "user, '', dXNlcjo=", "jürgen, pässe:, asO8cmdlbjpww6Rzc2U6"})
    void theTimestampAuthorityGetsItsCredentials(String username, String password, String base64) {
        chain.timestampAuthority.require("Basic " + base64);
        DocumentEngineSettings settings = chain.settings(chain.serviceAddress())
                .timestampCredentials(new BasicCredentials(username, password))
                .build();
        try (DocumentEngine engine = DocumentEngine.start(settings)) {
            assertLevel(new Application(engine.port()), options("raw", "b-t"), SignatureLevel.PAdES_BASELINE_T, "");
        }
        assertThat(assertLevel(application, options("raw", "b-t"), SignatureLevel.PAdES_BASELINE_B))
                .contains("it returned the HTTP status 401");
    }

    @Test
    void aTimestampNeedsItsRoom() {
        Application.Answer answer =
                application.sign(application.upload(SamplePdf.plain()).documentId(), """
                {"signatureContainer":"raw","signatureType":"cades","cadesLevel":"b-t","estimatedSize":2000}""");
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.error()).matches("The signature needs \\d{4} bytes, but estimatedSize reserves 2000\\.");
    }

    private void assertLevel(Application application, String options, SignatureLevel expected, String reason) {
        assertThat(assertLevel(application, options, expected)).isEqualTo(reason);
    }

    /** The answer and EU DSS agree on the level; returns the reason of the answer. */
    private String assertLevel(Application application, String options, SignatureLevel expected) {
        String id = application.upload(SamplePdf.plain()).documentId();
        Answer answer = application.sign(id, options);
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        assertThat(dss.verdicts(new SignedPdf(application.download(id).body())))
                .singleElement()
                .matches(verdict -> verdict.format() == expected && verdict.valid());
        assertThat(answer.level())
                .isEqualTo(
                        switch (expected) {
                            case PAdES_BASELINE_B -> "b-b";
                            case PAdES_BASELINE_T -> "b-t";
                            default -> "b-lt";
                        });
        return answer.levelReason();
    }
}

package io.github.hsmsigner.examples.documentengine;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hsmsigner.testing.ExternalTool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.pdfbox.Loader;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.interactive.digitalsignature.PDSignature;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Documents that are harder to sign than a fresh one with a cross-reference table. */
@ExtendWith(SigningChainProvider.class)
class SpecialDocumentsTest {

    private static final String CMS = "{}";
    private static final String CADES = "{\"signatureType\":\"cades\",\"signatureContainer\":\"raw\"}";

    private final SigningChain chain;
    private final Application application;
    private final Path directory;
    private final Validators validators;

    SpecialDocumentsTest(SigningChain chain, @TempDir Path directory) {
        this.chain = chain;
        this.application = chain.application();
        this.directory = directory;
        this.validators = new Validators(directory, chain.root());
    }

    @Test
    void laterSignaturesLeaveEarlierOnesValid() {
        SignedPdf pdf = application.signed(SamplePdf.plain(), CMS, CADES, CMS);
        validators.accept(pdf, SignatureType.CMS, SignatureType.CADES, SignatureType.CMS);
    }

    @Test
    void signaturesAskedForAtTheSameTimeAreAllMade() {
        int signatures = 6;
        String id = application.upload(SamplePdf.plain()).documentId();
        ExecutorService threads = Executors.newFixedThreadPool(signatures);
        try {
            List<Future<Application.Answer>> answers =
                    threads.invokeAll(Collections.nCopies(signatures, () -> application.sign(id, CMS)));
            for (Future<Application.Answer> answer : answers) {
                assertThat(answer.get().status()).isEqualTo(200);
            }
        } catch (InterruptedException | ExecutionException e) {
            throw new AssertionError(e);
        } finally {
            threads.shutdownNow();
        }
        SignatureType[] types =
                Collections.nCopies(signatures, SignatureType.CMS).toArray(SignatureType[]::new);
        validators.accept(new SignedPdf(application.download(id).body()), types);
    }

    @Test
    void aLargeDocumentIsSigned() {
        SignedPdf pdf = application.signed(SamplePdf.large(12_000_000), CADES, CMS);
        validators.accept(pdf, SignatureType.CADES, SignatureType.CMS);
    }

    @Test
    void everyByteOfTheDocumentStaysAsItWas() {
        byte[] original = SamplePdf.plain();
        byte[] once = application.signed(original, CMS).bytes();
        byte[] twice = application.signed(once, CADES).bytes();
        assertThat(Arrays.copyOf(once, original.length)).isEqualTo(original);
        assertThat(Arrays.copyOf(twice, once.length)).isEqualTo(once);
    }

    @Test
    void aFormKeepsItsFields() throws IOException {
        SignedPdf pdf = application.signed(SamplePdf.withForm(), CADES, CMS);
        validators.accept(pdf, SignatureType.CADES, SignatureType.CMS);
        try (PDDocument document = Loader.loadPDF(pdf.bytes())) {
            assertThat(document.getDocumentCatalog()
                            .getAcroForm()
                            .getField("name")
                            .getValueAsString())
                    .isEqualTo("Jane");
        }
    }

    @Test
    void aCrossReferenceStreamIsContinued() {
        SignedPdf pdf = application.signed(SamplePdf.withCrossReferenceStream(), CADES, CMS);
        validators.accept(pdf, SignatureType.CADES, SignatureType.CMS);
    }

    @Test
    void objectStreamsOfAnotherProgramAreRead() throws IOException {
        Path plain = Files.write(directory.resolve("plain.pdf"), SamplePdf.withForm());
        Path packed = directory.resolve("packed.pdf");
        ExternalTool.runOrFail("qpdf", "--object-streams=generate", plain.toString(), packed.toString());
        SignedPdf pdf = application.signed(Files.readAllBytes(packed), CADES, CMS);
        validators.accept(pdf, SignatureType.CADES, SignatureType.CMS);
    }

    /** RC4 and AES. */
    @ParameterizedTest
    @ValueSource(ints = {40, 128, 256})
    void anEncryptedDocumentThatOpensWithoutAPasswordIsSigned(int keyLength) {
        SignedPdf pdf = application.signed(SamplePdf.encrypted(keyLength), CADES, CMS);
        validators.accept(pdf, SignatureType.CADES, SignatureType.CMS);
        validators.reject(
                application.signed(SamplePdf.encrypted(keyLength), CADES).withOneBitFlipped());
    }

    @Test
    void aDocumentThatOpensWithAPasswordOnlyIsRefused() {
        Application.Answer answer = application.upload(SamplePdf.withPassword());
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.error())
                .isEqualTo("The PDF is encrypted with a password. The stand-in opens only PDFs that need none.");
    }

    @Test
    void aCertificationThatAllowsSignaturesStaysValid() throws IOException {
        byte[] certified = CertifiedPdf.make(chain.serviceAddress(), 2);
        validators.accept(application.signed(certified, CADES), SignatureType.CADES, SignatureType.CADES);
    }

    @Test
    void aCertificationThatAllowsNoChangesIsRespected() throws IOException {
        byte[] certified = CertifiedPdf.make(chain.serviceAddress(), 1);
        validators.accept(new SignedPdf(certified), SignatureType.CADES);
        String id = application.upload(certified).documentId();
        Application.Answer answer = application.sign(id, CADES);
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.error()).contains("certification signature that permits no changes");
        assertThat(application.download(id).body()).isEqualTo(certified);
    }

    @Test
    void nameReasonAndPlaceStandInTheSignature() throws IOException {
        SignedPdf pdf = application.signed(SamplePdf.plain(), """
                {"signatureMetadata":{"signerName":"John Appleseed","signatureReason":"accepted","signatureLocation":"Wien"},
                 "appearance":{"mode":"signatureOnly"},"position":{"pageIndex":0,"rect":[0,0,100,100]},"flatten":false}
                """);
        validators.accept(pdf, SignatureType.CMS);
        try (PDDocument document = Loader.loadPDF(pdf.bytes())) {
            PDSignature signature = document.getLastSignatureDictionary();
            assertThat(signature.getName()).isEqualTo("John Appleseed");
            assertThat(signature.getReason()).isEqualTo("accepted");
            assertThat(signature.getLocation()).isEqualTo("Wien");
        }
    }
}

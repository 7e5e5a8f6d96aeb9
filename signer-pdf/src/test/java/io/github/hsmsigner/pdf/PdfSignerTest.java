package io.github.hsmsigner.pdf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import eu.europa.esig.dss.diagnostic.SignatureWrapper;
import eu.europa.esig.dss.enumerations.SignatureLevel;
import io.github.hsmsigner.core.RequestContext;
import io.github.hsmsigner.core.SignatureAlgorithm;
import io.github.hsmsigner.core.SigningKey;
import io.github.hsmsigner.core.SigningKeys;
import io.github.hsmsigner.core.SigningService;
import io.github.hsmsigner.core.TestKey;
import io.github.hsmsigner.core.TestKeys;
import io.github.hsmsigner.core.cms.CmsContainerBuilder;
import io.github.hsmsigner.core.error.UnknownKeyException;
import io.github.hsmsigner.core.error.UnsupportedRequestException;
import io.github.hsmsigner.core.tsp.Rfc3161TimestampSource;
import io.github.hsmsigner.core.tsp.TimestampAuthority;
import io.github.hsmsigner.testing.OpenSslTimestampAuthority;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.pdfbox.cos.COSName;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.common.PDRectangle;
import org.apache.pdfbox.pdmodel.interactive.digitalsignature.PDSignature;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Signed PDFs before EU DSS, pdfsig and qpdf. */
@TestInstance(Lifecycle.PER_CLASS)
class PdfSignerTest {

    private static final Map<String, SignatureAlgorithm> KEYS = Map.of(
            "RSA", SignatureAlgorithm.RSA_PKCS1_SHA256,
            "PSS", SignatureAlgorithm.RSA_PSS_SHA256,
            "P-256", SignatureAlgorithm.ECDSA_SHA256,
            "P-384", SignatureAlgorithm.ECDSA_SHA384,
            "Ed25519", SignatureAlgorithm.ED25519);

    private OpenSslTimestampAuthority authority;
    private PdfSigner signer;
    private Path directory;
    private int files;

    @BeforeAll
    void start(@TempDir Path temporary) {
        directory = temporary;
        authority = new OpenSslTimestampAuthority(temporary.resolve("tsa"));
        TimestampAuthority here = TimestampAuthority.builder(authority.uri()).build();
        signer = PdfSigner.of(SigningService.builder(
                        SigningKeys.of(KEYS.entrySet().stream()
                                .map(key -> key(key.getKey(), key.getValue()))
                                .toList()),
                        CmsContainerBuilder.builder()
                                .timestamps(Rfc3161TimestampSource.builder(List.of(here))
                                        .build())
                                .build())
                .build());
    }

    private static SigningKey key(String name, SignatureAlgorithm algorithm) {
        TestKey key = switch (name) {
            case "P-256" -> TestKey.P_256;
            case "P-384" -> TestKey.P_384;
            case "Ed25519" -> TestKey.ED25519;
            default -> TestKey.RSA_2048;
        };
        return SigningKey.open(name, key.signer(), algorithm.scheme(), key.signer(), TestKeys.soon());
    }

    @AfterAll
    void stop() {
        authority.close();
    }

    private static RequestContext context(String keyName) {
        return RequestContext.builder("test").keyName(keyName).build();
    }

    private Path file(byte[] pdf) throws IOException {
        return Files.write(directory.resolve("document" + files++ + ".pdf"), pdf);
    }

    private Path signed(Path document, PdfSignatureOptions options) throws IOException {
        Path signed = directory.resolve("signed" + files++ + ".pdf");
        signer.sign(context("P-256"), document, signed, options);
        assertThat(Files.readAllBytes(signed)).startsWith(Files.readAllBytes(document));
        return signed;
    }

    private static PdfSignatureOptions.Builder options() {
        return PdfSignatureOptions.builder();
    }

    static Stream<String> keys() {
        return KEYS.keySet().stream().sorted();
    }

    /** Each level one after the other, in one file: so that every signature is followed by others. */
    @ParameterizedTest
    @MethodSource("keys")
    void othersFindValidSignaturesOfEveryLevel(String key) throws IOException {
        Path file = file(Pdfs.plain());
        for (PdfLevel level : List.of(PdfLevel.CMS, PdfLevel.B_B, PdfLevel.B_T)) {
            signer.sign(context(key), file, file, options().level(level).build());
        }
        Validators.requireLevels(
                file,
                "",
                List.of(SignatureLevel.PKCS7_B, SignatureLevel.PAdES_BASELINE_B, SignatureLevel.PAdES_BASELINE_T),
                TestKeys.PKI.root(),
                authority.caCertificate());
        Validators.requireQpdf(file, "");
        if (!key.equals("Ed25519")) {
            // NSS 3.87, which poppler verifies with, has no Ed25519 signatures.
            Validators.requirePdfsig(file, "", 3);
        }
    }

    @Test
    void theSignatureHasItsTexts() throws IOException {
        Path signed = signed(
                file(Pdfs.compressed()),
                options()
                        .name("Jane Signer")
                        .reason("Approved – geprüft")
                        .location("Wien")
                        .contactInfo("+43 1 234")
                        .build());
        SignatureWrapper signature =
                Validators.dss(signed, "", TestKeys.PKI.root()).getSignatures().get(0);
        assertThat(signature.getReason()).isEqualTo("Approved – geprüft");
        try (PDDocument document = Pdfs.open(signed, "")) {
            PDSignature dictionary = document.getLastSignatureDictionary();
            assertThat(dictionary.getName()).isEqualTo("Jane Signer");
            assertThat(dictionary.getLocation()).isEqualTo("Wien");
            assertThat(dictionary.getContactInfo()).isEqualTo("+43 1 234");
            assertThat(dictionary.getSignDate()).isNotNull();
        }
        Validators.requireQpdf(signed, "");
        Validators.requirePdfsig(signed, "", 1);
    }

    @ParameterizedTest
    @CsvSource({"'',128", "'',256", "secret,40", "secret,128", "secret,256", "owner,256"})
    void signsEncryptedDocuments(String password, int keyBits) throws IOException {
        String userPassword = password.equals("owner") ? "user" : password;
        Path file = file(Pdfs.encrypted(userPassword, keyBits));
        Path signed = signed(
                file,
                options().password(password.toCharArray()).reason("Approved").build());
        Validators.requireQpdf(signed, userPassword);
        Validators.requirePdfsig(signed, userPassword, 1);
        try (PDDocument document = Pdfs.open(signed, password)) {
            assertThat(document.getLastSignatureDictionary().getReason()).isEqualTo("Approved");
        }
    }

    /** The key of AES-256 does not depend on the ID. */
    @Test
    void signsAes256WithoutId() throws IOException {
        Path signed = signed(file(Pdfs.encryptedWithoutId(256)), options().build());
        Validators.requireQpdf(signed, "");
        Validators.requirePdfsig(signed, "", 1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "wrong"})
    void refusesEncryptedDocumentsWithoutTheirPassword(String password) throws IOException {
        Path file = file(Pdfs.encrypted("secret", 256));
        requireRefused(
                file,
                options().password(password.toCharArray()).build(),
                PdfException.Reason.PASSWORD_REQUIRED,
                password.isEmpty() ? "Set its password" : "the password is wrong");
    }

    private void requireRefused(Path file, PdfSignatureOptions options, PdfException.Reason reason, String message)
            throws IOException {
        Path target = Files.writeString(directory.resolve("target" + files++ + ".pdf"), "as it was");
        assertThatThrownBy(() -> signer.sign(context("P-256"), file, target, options))
                .isInstanceOfSatisfying(
                        PdfException.class, e -> assertThat(e.reason()).isEqualTo(reason))
                .hasMessageContaining(message);
        assertThat(target).hasContent("as it was");
        try (Stream<Path> all = Files.list(directory)) {
            assertThat(all).noneMatch(path -> path.toString().endsWith(".tmp"));
        }
    }

    @Test
    void refusesDocumentsThatAreEncryptedForCertificates() throws IOException {
        requireRefused(
                file(Pdfs.encryptedFor(TestKey.RSA_2048.chain().signer())),
                options().build(),
                PdfException.Reason.UNSUPPORTED_ENCRYPTION,
                "certificates");
    }

    @Test
    void signsAnExistingFieldAndKeepsItsPlace() throws IOException {
        Path signed = signed(
                file(Pdfs.withFields("")), options().existingField("visible").build());
        signed = signed(signed, options().existingField("invisible").build());
        Validators.requirePdfsig(signed, "", 2);
        Validators.requireQpdf(signed, "");
        try (PDDocument document = Pdfs.open(signed, "")) {
            assertThat(document.getSignatureFields()).hasSize(2).allMatch(field -> field.getSignature() != null);
            PDRectangle place =
                    document.getSignatureFields().get(0).getWidgets().get(0).getRectangle();
            assertThat(place.getWidth()).isEqualTo(200);
            assertThat(document.getPage(0).getAnnotations()).isEmpty();
        }
        requireRefused(
                signed,
                options().existingField("visible").build(),
                PdfException.Reason.OPTIONS_DO_NOT_FIT,
                "no unsigned signature field \"visible\"; there are []");
    }

    @Test
    void namesTheUnsignedFieldsIfTheFieldDoesNotExist() throws IOException {
        requireRefused(
                file(Pdfs.withFields("")),
                options().existingField("other").build(),
                PdfException.Reason.OPTIONS_DO_NOT_FIT,
                "there are [visible, invisible]");
    }

    @ParameterizedTest
    @CsvSource({"All,true", "Include,true", "Exclude,false"})
    void theLockOfAFieldIsKept(String action, boolean locked) throws IOException {
        Path signed = signed(
                file(Pdfs.withFields(action)),
                options().existingField("visible").build());
        Validators.requirePdfsig(signed, "", 1);
        PdfSignatureOptions other = options().existingField("invisible").build();
        if (locked) {
            requireRefused(signed, other, PdfException.Reason.CHANGES_FORBIDDEN, "locks the field \"invisible\"");
        } else {
            Validators.requirePdfsig(signed(signed, other), "", 2);
        }
    }

    @ParameterizedTest
    @CsvSource({"NO_CHANGES,false", "FORM_FILLING,true", "ANNOTATIONS,true"})
    void keepsToAnEarlierCertification(PdfCertification certification, boolean more) throws IOException {
        Path certified = signed(
                file(Pdfs.plain()), options().certification(certification).build());
        Validators.requirePdfsig(certified, "", 1);
        assertThat(Validators.dss(certified, "", TestKeys.PKI.root())
                        .getSignatures()
                        .get(0)
                        .getPDFRevision()
                        .getDocMDPPermissions())
                .isNotNull();
        if (more) {
            Path signed = signed(certified, options().build());
            Validators.requirePdfsig(signed, "", 2);
            Validators.requireLevels(
                    signed,
                    "",
                    List.of(SignatureLevel.PAdES_BASELINE_B, SignatureLevel.PAdES_BASELINE_B),
                    TestKeys.PKI.root());
        } else {
            requireRefused(certified, options().build(), PdfException.Reason.CHANGES_FORBIDDEN, "permits no changes");
        }
    }

    @Test
    void certifiesOnlyDocumentsWithoutSignature() throws IOException {
        Path signed = signed(file(Pdfs.plain()), options().build());
        requireRefused(
                signed,
                options().certification(PdfCertification.FORM_FILLING).build(),
                PdfException.Reason.OPTIONS_DO_NOT_FIT,
                "signed already");
    }

    /** Objects that are free or missing keep their numbers, as in {@code ZapfDingbats.pdf} of mozilla/pdf.js. */
    @Test
    void newObjectsHaveNumbersThatNothingRefersTo() throws IOException {
        Path signed = signed(
                file(Pdfs.replace(Pdfs.plain(), "/Size \\d+", "/Size 90")),
                options().build());
        try (PDDocument document = Pdfs.open(signed, "")) {
            assertThat(document.getDocument().getXrefTable().keySet())
                    .filteredOn(key -> key.getNumber() > 10)
                    .isNotEmpty()
                    .allMatch(key -> key.getNumber() >= 90);
            assertThat(document.getDocument().getTrailer().getLong(COSName.SIZE))
                    .isGreaterThan(90);
        }
        Validators.requirePdfsig(signed, "", 1);
    }

    @Test
    void signsHybridFilesThatHaveAnUpdate() throws IOException {
        Path file = file(Pdfs.hybridWithUpdate());
        Validators.requireQpdf(file, "");
        Path signed = signed(file, options().build());
        Validators.requireQpdf(signed, "");
        Validators.requirePdfsig(signed, "", 1);
        try (PDDocument document = Pdfs.open(signed, "")) {
            assertThat(document.getPage(0).getMediaBox().getWidth()).isEqualTo(300);
        }
        byte[] update = Arrays.copyOfRange(
                Files.readAllBytes(signed), Math.toIntExact(Files.size(file)), Math.toIntExact(Files.size(signed)));
        assertThat(new String(update, StandardCharsets.ISO_8859_1))
                .contains("trailer")
                .doesNotContain("/XRefStm", "/W ", "/Index", "/Type /XRef");
    }

    static Stream<byte[]> damaged() throws IOException {
        byte[] plain = Pdfs.plain();
        byte[] encrypted = Pdfs.encrypted("", 128);
        Map<Long, String> noPage = Pdfs.onePage();
        noPage.put(2L, "<</Type/Pages/Kids[]/Count 1>>");
        Map<Long, String> loop = Pdfs.onePage();
        loop.put(2L, "<</Type/Pages/Kids[2 0 R]/Count 1>>");
        Map<Long, String> large = Pdfs.onePage();
        large.put(2_147_483_647L, "<<>>");
        return Stream.of(
                // The key depends on the ID.
                Pdfs.encryptedWithoutId(40),
                Pdfs.encryptedWithoutId(128),
                Pdfs.replace(encrypted, "/ID \\[<\\w+>", "/ID ["),
                // No table, or not in its place: scan-bad.pdf of mozilla/pdf.js.
                Pdfs.replace(plain, "startxref\\s+\\d+", "startxref\n0"),
                Pdfs.replace(plain, "startxref\\s+\\d+", "startxref\n20"),
                Pdfs.replace(plain, "startxref\\s+\\d+", ""),
                // Offsets count from the header: "PDF 2.0 with offset start.pdf" of pdf-association/pdf20examples.
                Pdfs.replace(plain, "%PDF-", "leading bytes\n%PDF-"),
                Pdfs.withSpacesForLeadingBytes("leading bytes\n"),
                // PDFBox throws IllegalStateException: PagesDocument08.pdf of itext/itext-java, deep-pages.pdf of qpdf.
                Pdfs.of(noPage),
                Pdfs.of(loop),
                // bug1980958.pdf of mozilla/pdf.js.
                Pdfs.of(large),
                Pdfs.bytes("%PDF-1.7\n"));
    }

    @ParameterizedTest
    @MethodSource("damaged")
    void refusesDamagedDocuments(byte[] pdf) throws IOException {
        requireRefused(file(pdf), options().build(), PdfException.Reason.DAMAGED, "The PDF is damaged: ");
    }

    @Test
    void refusesDocumentsWithoutPages() throws IOException {
        Map<Long, String> objects = Pdfs.onePage();
        objects.put(2L, "<</Type/Pages/Kids[]/Count 0>>");
        requireRefused(
                file(Pdfs.of(objects)), options().build(), PdfException.Reason.DAMAGED, "The PDF has no page. A");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "plain text", "<html></html>"})
    void refusesOtherFiles(String content) throws IOException {
        requireRefused(
                file(Pdfs.bytes(content)), options().build(), PdfException.Reason.NOT_A_PDF, "it has no header %PDF-");
    }

    @Test
    void errorsOfTheServiceAndOfFilesPassUnchanged() throws IOException {
        Path file = file(Pdfs.plain());
        PdfSigner withoutTimestamps = PdfSigner.of(SigningService.of(TestKey.P_256.signer(), TestKey.P_256.signer()));
        Path target = directory.resolve("none.pdf");
        assertThatThrownBy(() -> withoutTimestamps.sign(
                        file, target, options().level(PdfLevel.B_T).build()))
                .isInstanceOf(UnsupportedRequestException.class);
        assertThatThrownBy(() ->
                        signer.sign(context("other"), file, target, options().build()))
                .isInstanceOf(UnknownKeyException.class);
        assertThatThrownBy(() -> signer.sign(
                        context("RSA"),
                        directory.resolve("absent"),
                        target,
                        options().build()))
                .isInstanceOf(NoSuchFileException.class);
        assertThat(target).doesNotExist();
        withoutTimestamps.sign(file, target, options().build());
        Validators.requirePdfsig(target, "", 1);
    }
}

package io.github.hsmsigner.pdf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import eu.europa.esig.dss.diagnostic.SignatureWrapper;
import eu.europa.esig.dss.enumerations.Indication;
import eu.europa.esig.dss.enumerations.SignatureLevel;
import eu.europa.esig.dss.validation.reports.Reports;
import io.github.hsmsigner.core.RequestContext;
import io.github.hsmsigner.core.SignatureAlgorithm;
import io.github.hsmsigner.core.SigningKey;
import io.github.hsmsigner.core.SigningKeys;
import io.github.hsmsigner.core.SigningService;
import io.github.hsmsigner.core.TestKey;
import io.github.hsmsigner.core.TestKeys;
import io.github.hsmsigner.core.TimestampSource;
import io.github.hsmsigner.core.certificate.AiaChainCompleter;
import io.github.hsmsigner.core.cms.CmsContainerBuilder;
import io.github.hsmsigner.core.error.SigningUnavailableException;
import io.github.hsmsigner.core.error.UnsupportedRequestException;
import io.github.hsmsigner.core.keystore.KeyStoreSigner;
import io.github.hsmsigner.core.revocation.OnlineRevocationSource;
import io.github.hsmsigner.core.tsp.Rfc3161TimestampSource;
import io.github.hsmsigner.core.tsp.TimestampAuthority;
import io.github.hsmsigner.testing.ExternalTool;
import io.github.hsmsigner.testing.LoopbackServer;
import io.github.hsmsigner.testing.OpenSslRevocationServer;
import io.github.hsmsigner.testing.OpenSslTimestampAuthority;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.pdfbox.Loader;
import org.apache.pdfbox.cos.COSArray;
import org.apache.pdfbox.cos.COSDictionary;
import org.apache.pdfbox.cos.COSName;
import org.apache.pdfbox.cos.COSStream;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** PAdES B-LT and B-LTA before EU DSS without a network, pdfsig and qpdf; and what is missing for them. */
@TestInstance(Lifecycle.PER_CLASS)
class LongTermTest {

    private static final String PASSWORD = "of-the-test";
    private static final Map<String, String> KEYS = Map.of(
            "RSA", " -newkey rsa:2048 -noenc",
            "P-256", " -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc",
            "P-384", " -newkey ec -pkeyopt ec_paramgen_curve:P-384 -noenc",
            "Ed25519", " -newkey ed25519 -noenc");

    private OpenSslRevocationServer authorities;
    private OpenSslTimestampAuthority timestampAuthority;
    private TimestampSource timestamps;
    private SigningService service;
    private PdfSigner signer;
    private Path stamped;
    private Path directory;
    private int files;

    @BeforeAll
    void start(@TempDir Path temporary) throws IOException {
        directory = temporary;
        authorities = new OpenSslRevocationServer(temporary.resolve("ca"));
        timestampAuthority = new OpenSslTimestampAuthority(temporary.resolve("tsa"), authorities.issuer);
        timestamps = source(timestampAuthority);
        KEYS.forEach((name, key) -> authorities.issuer.certify(
                name, key, "keyUsage=critical,digitalSignature\n" + authorities.issuer.addresses()));
        authorities.keepIndex();
        service = SigningService.builder(
                        SigningKeys.of(Stream.of(
                                        key("RSA", "RSA", SignatureAlgorithm.RSA_PKCS1_SHA256),
                                        key("PSS", "RSA", SignatureAlgorithm.RSA_PSS_SHA256),
                                        key("P-256", "P-256", SignatureAlgorithm.ECDSA_SHA256),
                                        key("P-384", "P-384", SignatureAlgorithm.ECDSA_SHA384),
                                        key("Ed25519", "Ed25519", SignatureAlgorithm.ED25519))
                                .toList()),
                        CmsContainerBuilder.builder().timestamps(timestamps).build())
                .build();
        signer = signer().build();
        stamped = signed(PdfLevel.B_T);
    }

    private static TimestampSource source(OpenSslTimestampAuthority authority) {
        return Rfc3161TimestampSource.builder(
                        List.of(TimestampAuthority.builder(authority.uri()).build()))
                .build();
    }

    private SigningKey key(String name, String certificate, SignatureAlgorithm algorithm) {
        KeyStoreSigner key = KeyStoreSigner.open(authorities.pkcs12(certificate, PASSWORD), PASSWORD.toCharArray());
        return SigningKey.open(name, key, algorithm.scheme(), key, TestKeys.soon());
    }

    /** A signer that knows no revocation information yet. */
    private PdfSigner.Builder signer() {
        return signer(service);
    }

    private PdfSigner.Builder signer(SigningService service) {
        return PdfSigner.builder(service)
                .timestamps(timestamps)
                .revocation(OnlineRevocationSource.builder().build())
                .trusted(List.of(authorities.root.certificate()));
    }

    @AfterAll
    void stop() {
        timestampAuthority.close();
        authorities.close();
    }

    @BeforeEach
    void behave() {
        timestampAuthority.reset();
        authorities.reset();
    }

    private Path file() {
        return directory.resolve("document" + files++ + ".pdf");
    }

    private Path signed(String key, PdfSignatureOptions.Builder options, PdfLevel level, byte[] document)
            throws IOException {
        Path signed = file();
        signer.sign(
                RequestContext.builder("test").keyName(key).build(),
                Files.write(file(), document),
                signed,
                options.level(level).build());
        assertThat(Files.readAllBytes(signed)).startsWith(document);
        return signed;
    }

    private Path signed(PdfLevel level) throws IOException {
        return signed("P-256", PdfSignatureOptions.builder(), level, Pdfs.plain());
    }

    private Path extended(Path document, PdfLevel level) throws IOException {
        Path extended = file();
        signer.extend(document, extended, level);
        assertThat(Files.readAllBytes(extended)).startsWith(Files.readAllBytes(document));
        return extended;
    }

    /** Requires that EU DSS, without a network, trusts the only signature, and finds only permitted changes after it. */
    private void requireLevel(Path pdf, SignatureLevel level, int timestamps) {
        requireLevel(pdf, "", level, timestamps);
    }

    private void requireLevel(Path pdf, String password, SignatureLevel level, int timestamps) {
        Reports reports = Validators.validate(pdf, password, authorities.root.certificate());
        SignatureWrapper signature = reports.getDiagnosticData().getSignatures().get(0);
        assertThat(signature.getSignatureFormat()).isEqualTo(level);
        assertThat(reports.getSimpleReport().getIndication(signature.getId())).isEqualTo(Indication.TOTAL_PASSED);
        assertThat(signature.getPDFRevision().getPdfUndefinedChanges()).isEmpty();
        assertThat(signature.getPDFRevision().getPdfAnnotationChanges()).isEmpty();
        assertThat(reports.getDiagnosticData().getTimestampList())
                .hasSize(timestamps)
                .allMatch(timestamp -> timestamp.isSignatureValid() && timestamp.isMessageImprintDataIntact());
        Validators.requireQpdf(pdf, password);
    }

    static Stream<String> keys() {
        return Stream.concat(KEYS.keySet().stream(), Stream.of("PSS")).sorted();
    }

    @ParameterizedTest
    @MethodSource("keys")
    void signsForTheLongTermWithKeysOfEachType(String key) throws IOException {
        Path signed = signed(key, PdfSignatureOptions.builder(), PdfLevel.B_LTA, Pdfs.compressed());
        if (key.equals("Ed25519")) {
            // The default policy of EU DSS authorises no EdDSA, and NSS 3.87, which poppler verifies with, has none.
            Validators.requireLevels(
                    signed, "", List.of(SignatureLevel.PAdES_BASELINE_LTA), authorities.root.certificate());
        } else {
            requireLevel(signed, SignatureLevel.PAdES_BASELINE_LTA, 2);
            Validators.requirePdfsig(signed, "", 1);
        }
    }

    @Test
    void extendsLevelByLevelAndRenews() throws IOException {
        Path pdf = stamped;
        Validators.requireLevels(pdf, "", List.of(SignatureLevel.PAdES_BASELINE_T), authorities.root.certificate());
        pdf = extended(pdf, PdfLevel.B_LT);
        requireLevel(pdf, SignatureLevel.PAdES_BASELINE_LT, 1);
        pdf = extended(pdf, PdfLevel.B_LTA);
        requireLevel(pdf, SignatureLevel.PAdES_BASELINE_LTA, 2);
        pdf = extended(pdf, PdfLevel.B_LTA);
        requireLevel(pdf, SignatureLevel.PAdES_BASELINE_LTA, 3);
    }

    @Test
    void theStoreHasEachObjectOnceAndAnEntryForEachSignature() throws IOException {
        Path pdf = extended(signed(PdfLevel.B_LTA), PdfLevel.B_LTA);
        try (PDDocument document = Pdfs.open(pdf, "")) {
            COSDictionary catalog = document.getDocumentCatalog().getCOSObject();
            COSDictionary store = catalog.getCOSDictionary(COSName.getPDFName("DSS"));
            // Signer, timestamp authority, issuer and root; and a response about each but the root.
            assertThat(store.getCOSArray(COSName.getPDFName("Certs"))).hasSize(4);
            assertThat(store.getCOSArray(COSName.getPDFName("OCSPs"))).hasSize(3);
            assertThat(store.containsKey("CRLs")).isFalse();
            List<String> signatures = document.getSignatureDictionaries().stream()
                    .map(signature ->
                            SecurityStore.entryName(signature.getContents()).getName())
                    .toList();
            COSDictionary entries = store.getCOSDictionary(COSName.getPDFName("VRI"));
            assertThat(entries.keySet())
                    .extracting(COSName::getName)
                    .containsExactlyElementsOf(signatures.subList(0, 2));
            assertThat(signatures).hasSize(3).allMatch(name -> name.matches("[0-9A-F]{40}"));
            assertThat(entries.getCOSDictionary(COSName.getPDFName(signatures.get(0)))
                            .getCOSArray(COSName.getPDFName("Cert")))
                    .hasSize(4);
            assertThat(catalog.getCOSDictionary(COSName.getPDFName("Extensions"))
                            .containsKey("ESIC"))
                    .isTrue();
        }
    }

    @Test
    void revocationListsReplaceResponsesThatAreMissing() throws IOException {
        authorities.issuer.ocsp.status = 500;
        Path pdf = file();
        signer().build().extend(stamped, pdf, PdfLevel.B_LT);
        requireLevel(pdf, SignatureLevel.PAdES_BASELINE_LT, 1);
        assertThat(authorities.issuer.crl.requests()).isPositive();
    }

    /** ISO 32000-2, table 257: validation data and document timestamps are no changes. */
    @Test
    void aCertificationThatPermitsNoChangesPermitsTheLongTerm() throws IOException {
        Path pdf = signed(
                "P-256",
                PdfSignatureOptions.builder().certification(PdfCertification.NO_CHANGES),
                PdfLevel.B_LT,
                Pdfs.plain());
        pdf = extended(pdf, PdfLevel.B_LTA);
        requireLevel(pdf, SignatureLevel.PAdES_BASELINE_LTA, 2);
        Validators.requirePdfsig(pdf, "", 1);
    }

    @Test
    void encryptedDocumentsStayEncrypted() throws IOException {
        char[] password = "secret".toCharArray();
        Path pdf = signed(
                "P-256",
                PdfSignatureOptions.builder().password(password),
                PdfLevel.B_LTA,
                Pdfs.encrypted("secret", 256));
        requireLevel(pdf, "secret", SignatureLevel.PAdES_BASELINE_LTA, 2);
        requireRefused(signer, pdf, PdfLevel.B_LTA, PdfException.class, "The PDF is encrypted. Set its password.");
        Path renewed = file();
        signer.extend(pdf, renewed, PdfLevel.B_LTA, password, TestKeys.soon());
        requireLevel(renewed, "secret", SignatureLevel.PAdES_BASELINE_LTA, 3);
    }

    /** No one answers about the keys of {@link TestKey}. */
    @Test
    void signingAsksOnlyAboutTheNewSignature() throws IOException {
        Path earlier = file();
        PdfSigner.of(SigningService.of(TestKey.P_256.signer(), TestKey.P_256.signer()))
                .sign(
                        Files.write(file(), Pdfs.plain()),
                        earlier,
                        PdfSignatureOptions.builder().build());
        Path pdf = signed("P-256", PdfSignatureOptions.builder(), PdfLevel.B_LT, Files.readAllBytes(earlier));
        Validators.requireLevels(
                pdf,
                "",
                List.of(SignatureLevel.PAdES_BASELINE_B, SignatureLevel.PAdES_BASELINE_LT),
                authorities.root.certificate(),
                TestKeys.PKI.root());
    }

    @ParameterizedTest
    @EnumSource(names = {"PAdES_BASELINE_B", "PAdES_BASELINE_T"})
    void extendsPdfsThatEuDssSigned(SignatureLevel level) throws IOException {
        DssSigner dss = new DssSigner(authorities.pkcs12("P-256", PASSWORD), PASSWORD.toCharArray(), timestamps);
        Path pdf = Files.write(file(), dss.sign(Pdfs.compressed(), level));
        pdf = extended(pdf, PdfLevel.B_LT);
        requireLevel(pdf, SignatureLevel.PAdES_BASELINE_LT, 1);
        signer.extend(pdf, pdf, PdfLevel.B_LTA);
        requireLevel(pdf, SignatureLevel.PAdES_BASELINE_LTA, 2);
    }

    /** The signer's certificate is revoked after the first document timestamp, which proves that the proof is older. */
    @Test
    void renewalDoesNotAskAboutSettledSignatures() throws IOException {
        Path pdf = signed(PdfLevel.B_LTA);
        authorities.issuer.revoke("P-256");
        Path renewed = file();
        signer().build().extend(pdf, renewed, PdfLevel.B_LTA);
        requireLevel(renewed, SignatureLevel.PAdES_BASELINE_LTA, 3);
    }

    /** Authorities forget expired certificates. Here, the certificate is revoked after it has expired. */
    @Test
    void signaturesOfExpiredCertificatesKeepTheirValidationData() throws IOException {
        authorities.issuer.certifyExpired("expired", authorities.issuer.addresses());
        SigningService expired = SigningService.builder(
                        SigningKeys.of(key("expired", "expired", SignatureAlgorithm.ECDSA_SHA256)),
                        CmsContainerBuilder.builder().timestamps(timestamps).build())
                .validCertificateRequired(false)
                .build();
        Path pdf = file();
        signer(expired)
                .build()
                .sign(
                        Files.write(file(), Pdfs.plain()),
                        pdf,
                        PdfSignatureOptions.builder().level(PdfLevel.B_LT).build());
        authorities.issuer.revoke("expired");
        Path archived = file();
        signer().build().extend(pdf, archived, PdfLevel.B_LTA);
        assertThat(Validators.dss(archived, "", authorities.root.certificate())
                        .getSignatures()
                        .get(0)
                        .getSignatureFormat())
                .isEqualTo(SignatureLevel.PAdES_BASELINE_LTA);
    }

    @Test
    void missingIssuersAreFetched() throws Exception {
        byte[] issuer = authorities.issuer.certificate().getEncoded();
        try (LoopbackServer server = new LoopbackServer((exchange, request) -> LoopbackServer.Reply.of(issuer))) {
            authorities.issuer.certify(
                    "alone",
                    "authorityInfoAccess=OCSP;URI:" + authorities.issuer.ocsp.uri + ",caIssuers;URI:"
                            + server.uri("/issuer"));
            ExternalTool.runOrFail(
                    "sh",
                    "-c",
                    "cd '" + directory + "/ca' && exec openssl pkcs12 -export -inkey alone.key -in alone.pem"
                            + " -out alone.p12 -passout pass:" + PASSWORD);
            KeyStoreSigner key = KeyStoreSigner.open(directory.resolve("ca/alone.p12"), PASSWORD.toCharArray());
            Path pdf = file();
            PdfSigner.of(SigningService.of(key, key))
                    .sign(
                            Files.write(file(), Pdfs.plain()),
                            pdf,
                            PdfSignatureOptions.builder().build());
            requireRefused(
                    signer, pdf, PdfLevel.B_LT, PdfException.class, "whose chain does not end with a trusted root");
            signer().chainCompleter(AiaChainCompleter.builder().build()).build().extend(pdf, pdf, PdfLevel.B_LT);
            requireLevel(pdf, SignatureLevel.PAdES_BASELINE_LT, 1);
        }
    }

    private void requireRefused(
            PdfSigner refusing, Path pdf, PdfLevel level, Class<? extends Exception> type, String message)
            throws IOException {
        Path target = Files.writeString(file(), "as it was");
        assertThatThrownBy(() -> refusing.extend(pdf, target, level))
                .isInstanceOf(type)
                .hasMessageContaining(message);
        requireUnchanged(target);
    }

    private void requireUnchanged(Path target) throws IOException {
        assertThat(target).hasContent("as it was");
        try (Stream<Path> all = Files.list(directory)) {
            assertThat(all).noneMatch(path -> path.toString().endsWith(".tmp"));
        }
    }

    private static void requireReason(Throwable error, PdfException.Reason reason) {
        assertThat(error)
                .isInstanceOfSatisfying(
                        PdfException.class, e -> assertThat(e.reason()).isEqualTo(reason));
    }

    /** What servers do wrong, and what the error says. */
    private enum Fault {
        RESPONDERS_DOWN(PdfLevel.B_LT, "No revocation information could be had for the certificate of \"CN=P-256\".") {
            @Override
            void cause(LongTermTest test) {
                test.authorities.issuer.ocsp.status = 500;
                test.authorities.issuer.crl.status = 500;
            }
        },
        ROOT_DOWN(PdfLevel.B_LT, "No revocation information could be had for the certificate of \"CN=issuer\".") {
            @Override
            void cause(LongTermTest test) {
                test.authorities.root.ocsp.status = 500;
                test.authorities.root.crl.status = 500;
            }
        },
        SIGNER_REVOKED(PdfLevel.B_LT, "The certificate of \"CN=P-256\"") {
            @Override
            void cause(LongTermTest test) {
                test.authorities.issuer.revoke("P-256");
            }
        },
        TIMESTAMP_AUTHORITY_REVOKED(PdfLevel.B_LTA, "The certificate of \"CN=tsa\"") {
            @Override
            void cause(LongTermTest test) {
                test.authorities.issuer.revoke("tsa");
            }
        },
        TIMESTAMP_AUTHORITY_DOWN(PdfLevel.B_LTA, "No timestamp authority gave a timestamp.") {
            @Override
            void cause(LongTermTest test) {
                test.timestampAuthority.answerStatus(500);
            }
        },
        /** The last bytes of a request are certReq; before it stands the nonce. */
        OTHER_NONCE(PdfLevel.B_LTA, "No timestamp authority gave a timestamp.") {
            @Override
            void cause(LongTermTest test) {
                test.timestampAuthority.changeRequest(request -> {
                    byte[] changed = request.clone();
                    changed[changed.length - 4] ^= 1;
                    return changed;
                });
            }
        },
        OTHER_DIGEST(PdfLevel.B_LTA, "No timestamp authority gave a timestamp.") {
            @Override
            void cause(LongTermTest test) {
                test.timestampAuthority.changeRequest(request -> {
                    byte[] changed = request.clone();
                    changed[changed.length / 2] ^= 1;
                    return changed;
                });
            }
        };

        private final PdfLevel level;
        private final String message;

        Fault(PdfLevel level, String message) {
            this.level = level;
            this.message = message;
        }

        abstract void cause(LongTermTest test);
    }

    @ParameterizedTest
    @EnumSource
    void faultsOfServersLeaveTheTargetAsItWas(Fault fault) throws IOException {
        Path pdf = stamped;
        fault.cause(this);
        PdfSigner fresh = signer().build();
        requireRefused(fresh, pdf, fault.level, SigningUnavailableException.class, fault.message);
        Path target = Files.writeString(file(), "as it was");
        assertThatThrownBy(() -> fresh.sign(
                        RequestContext.builder("test").keyName("P-256").build(),
                        pdf,
                        target,
                        PdfSignatureOptions.builder().level(fault.level).build()))
                .isInstanceOf(SigningUnavailableException.class)
                .hasMessageContaining(fault.message);
        requireUnchanged(target);
    }

    @Test
    void aTimestampAuthorityNeedsRevocationInformation() throws IOException {
        try (OpenSslTimestampAuthority other = new OpenSslTimestampAuthority(directory.resolve("other"))) {
            PdfSigner refusing = signer().timestamps(source(other))
                    .trusted(List.of(authorities.root.certificate(), other.caCertificate()))
                    .build();
            Path pdf = file();
            refusing.extend(signed(PdfLevel.B_B), pdf, PdfLevel.B_T);
            requireRefused(
                    refusing,
                    pdf,
                    PdfLevel.B_LT,
                    SigningUnavailableException.class,
                    "There is no revocation information for the certificate of \"CN=TSA\", because it names neither");
        }
    }

    @Test
    void levelsNeedTheirSources() throws IOException {
        Path pdf = signed(PdfLevel.B_B);
        PdfSigner none = PdfSigner.of(service);
        requireRefused(none, pdf, PdfLevel.B_T, UnsupportedRequestException.class, "PdfSigner.Builder.timestamps");
        requireRefused(none, pdf, PdfLevel.B_LT, UnsupportedRequestException.class, "PdfSigner.Builder.revocation");
        requireRefused(none, pdf, PdfLevel.B_B, IllegalArgumentException.class, "not to B_B");
        assertThatThrownBy(() -> none.sign(
                        RequestContext.builder("test").keyName("P-256").build(),
                        pdf,
                        file(),
                        PdfSignatureOptions.builder().level(PdfLevel.B_LT).build()))
                .isInstanceOf(UnsupportedRequestException.class);
    }

    @Test
    void refusesWhatCannotBeExtended() throws IOException {
        Path unsigned = Files.write(file(), Pdfs.plain());
        assertThatThrownBy(() -> signer.extend(unsigned, file(), PdfLevel.B_LTA))
                .satisfies(e -> requireReason(e, PdfException.Reason.NOT_SIGNED));
        assertThatThrownBy(() -> signer.extend(stamped, file(), PdfLevel.B_T))
                .satisfies(e -> requireReason(e, PdfException.Reason.LEVEL_REACHED));
        Path broken = Files.write(
                file(), Pdfs.replace(Files.readAllBytes(stamped), "/Contents <3080|/Contents <308", "/Contents <0000"));
        assertThatThrownBy(() -> signer.extend(broken, file(), PdfLevel.B_LT))
                .satisfies(e -> requireReason(e, PdfException.Reason.UNREADABLE_SIGNATURE))
                .hasMessageContaining("Signature1");
        PdfSigner other = signer().trusted(List.of(TestKeys.PKI.root())).build();
        assertThatThrownBy(() -> other.extend(stamped, file(), PdfLevel.B_LT))
                .satisfies(e -> requireReason(e, PdfException.Reason.UNTRUSTED_CERTIFICATE))
                .hasMessageContaining("\"CN=P-256\"");
    }

    /** A compression bomb: 200 KB in the file are 200 MB. PDFBox alone would need them as memory. */
    @Test
    void validationDataHasALimit() throws IOException {
        Path large = file();
        try (PDDocument pdf = Loader.loadPDF(stamped.toFile());
                OutputStream out = Files.newOutputStream(large)) {
            COSArray crls = new COSArray();
            byte[] megabytes = new byte[50 << 20];
            for (int i = 0; i < 4; i++) {
                COSStream crl = pdf.getDocument().createCOSStream();
                try (OutputStream content = crl.createOutputStream(COSName.FLATE_DECODE)) {
                    content.write(megabytes);
                }
                crls.add(crl);
            }
            COSDictionary store = new COSDictionary();
            store.setItem("CRLs", crls);
            COSDictionary catalog = pdf.getDocumentCatalog().getCOSObject();
            catalog.setItem("DSS", store);
            catalog.setNeedToBeUpdated(true);
            pdf.saveIncremental(out);
        }
        assertThatThrownBy(() -> signer.extend(large, file(), PdfLevel.B_LT))
                .satisfies(e -> requireReason(e, PdfException.Reason.DAMAGED))
                .hasMessage("The validation data of the PDF has more than 134217728 bytes.");
    }
}

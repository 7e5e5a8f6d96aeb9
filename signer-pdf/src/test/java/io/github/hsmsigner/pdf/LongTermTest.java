package io.github.hsmsigner.pdf;

import static org.assertj.core.api.Assertions.assertThat;

import eu.europa.esig.dss.enumerations.SignatureLevel;
import io.github.hsmsigner.core.RequestContext;
import io.github.hsmsigner.core.SignatureAlgorithm;
import io.github.hsmsigner.core.SigningKey;
import io.github.hsmsigner.core.SigningKeys;
import io.github.hsmsigner.core.SigningService;
import io.github.hsmsigner.core.TestKeys;
import io.github.hsmsigner.core.TimestampSource;
import io.github.hsmsigner.core.cms.CmsContainerBuilder;
import io.github.hsmsigner.core.keystore.KeyStoreSigner;
import io.github.hsmsigner.core.revocation.OnlineRevocationSource;
import io.github.hsmsigner.core.tsp.Rfc3161TimestampSource;
import io.github.hsmsigner.core.tsp.TimestampAuthority;
import io.github.hsmsigner.testing.OpenSslRevocationServer;
import io.github.hsmsigner.testing.OpenSslTimestampAuthority;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
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
    private Path directory;
    private int files;

    @BeforeAll
    void start(@TempDir Path temporary) {
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

    private void requireLevel(Path pdf, SignatureLevel level, int timestamps) {
        Validators.requireLevels(pdf, "", List.of(level), authorities.root.certificate());
        assertThat(Validators.dss(pdf, "", authorities.root.certificate()).getTimestampList())
                .hasSize(timestamps)
                .allMatch(timestamp -> timestamp.isSignatureValid() && timestamp.isMessageImprintDataIntact());
        Validators.requireQpdf(pdf, "");
    }

    static Stream<String> keys() {
        return Stream.concat(KEYS.keySet().stream(), Stream.of("PSS")).sorted();
    }

    @ParameterizedTest
    @MethodSource("keys")
    void signsForTheLongTermWithKeysOfEachType(String key) throws IOException {
        Path signed = signed(key, PdfSignatureOptions.builder(), PdfLevel.B_LTA, Pdfs.compressed());
        requireLevel(signed, SignatureLevel.PAdES_BASELINE_LTA, 2);
        if (!key.equals("Ed25519")) {
            // NSS 3.87, which poppler verifies with, has no Ed25519 signatures.
            Validators.requirePdfsig(signed, "", 1);
        }
    }

    @Test
    void extendsLevelByLevelAndRenews() throws IOException {
        Path pdf = signed(PdfLevel.B_T);
        requireLevel(pdf, SignatureLevel.PAdES_BASELINE_T, 1);
        pdf = extended(pdf, PdfLevel.B_LT);
        requireLevel(pdf, SignatureLevel.PAdES_BASELINE_LT, 1);
        pdf = extended(pdf, PdfLevel.B_LTA);
        requireLevel(pdf, SignatureLevel.PAdES_BASELINE_LTA, 2);
        pdf = extended(pdf, PdfLevel.B_LTA);
        requireLevel(pdf, SignatureLevel.PAdES_BASELINE_LTA, 3);
    }
}

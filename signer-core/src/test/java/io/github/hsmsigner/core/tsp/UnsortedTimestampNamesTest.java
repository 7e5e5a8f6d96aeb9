package io.github.hsmsigner.core.tsp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hsmsigner.core.ContainerFormat;
import io.github.hsmsigner.core.ContainerRequest;
import io.github.hsmsigner.core.Digest;
import io.github.hsmsigner.core.DigestAlgorithm;
import io.github.hsmsigner.core.RequestContext;
import io.github.hsmsigner.core.SigningKeys;
import io.github.hsmsigner.core.SigningService;
import io.github.hsmsigner.core.TestKeys;
import io.github.hsmsigner.core.cms.CmsContainerBuilder;
import io.github.hsmsigner.testing.ExternalTool;
import io.github.hsmsigner.testing.OpenSslTimestampAuthority;
import io.github.hsmsigner.testing.TestPki;
import io.github.hsmsigner.testing.UnsortedName;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Timestamps of authorities in whose names an RDN of several values is out of order. OpenSSL keeps the bytes of such names. */
@Timeout(60)
class UnsortedTimestampNamesTest {

    private static final byte[] SIGNATURE = "bytes of a signature".getBytes(StandardCharsets.US_ASCII);
    private static final Digest DIGEST = Digest.compute(DigestAlgorithm.SHA256, SIGNATURE);
    private static final KeyPair CA_KEY = TestPki.rsaKeyPair(2048);
    private static final KeyPair TSA_KEY = TestPki.rsaKeyPair(2048);

    @TempDir
    private static Path directory;

    private static OpenSslTimestampAuthority server;

    @BeforeAll
    static void start() {
        server = new OpenSslTimestampAuthority(directory);
        TestPki.writePem(directory.resolve("tsa.key"), TestPki.pkcs8(TSA_KEY));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @BeforeEach
    void behave() {
        server.reset();
    }

    private static X500Name name(String commonName, boolean odd) {
        return odd ? UnsortedName.of(commonName) : new X500Name("CN=" + commonName);
    }

    /** Has the authority sign with a certificate of these names; gives its issuer. */
    private static X509Certificate issuer(boolean oddIssuer, boolean oddSubject) throws IOException {
        X500Name caName = name("CA", oddIssuer);
        X509Certificate ca = UnsortedName.certify(
                caName,
                CA_KEY.getPublic(),
                caName,
                CA_KEY,
                new Extension(Extension.basicConstraints, true, new BasicConstraints(true).getEncoded()),
                new Extension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign).getEncoded()));
        X509Certificate tsa = UnsortedName.certify(
                name("TSA", oddSubject),
                TSA_KEY.getPublic(),
                caName,
                CA_KEY,
                new Extension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature).getEncoded()),
                new Extension(
                        Extension.extendedKeyUsage,
                        true,
                        new ExtendedKeyUsage(KeyPurposeId.id_kp_timeStamping).getEncoded()));
        TestPki.writePem(directory.resolve("tsa.pem"), tsa, ca);
        TestPki.writePem(directory.resolve("odd-ca.pem"), ca);
        return ca;
    }

    private static Rfc3161TimestampSource source(X509Certificate trusted) {
        return Rfc3161TimestampSource.builder(List.of(TimestampAuthority.builder(server.uri())
                        .trusted(List.of(trusted))
                        .build()))
                .build();
    }

    /** In the second and third, names stand in the TSTInfo and in the signed attributes as well. */
    @ParameterizedTest
    @CsvSource({
        "true, false, ''",
        "false, true, tsa_name = yes",
        "true, true, 'tsa_name = yes;ess_cert_id_chain = yes;certs = odd-ca.pem'"
    })
    void theTokenKeepsItsBytesAndOpensslVerifiesIt(boolean oddIssuer, boolean oddSubject, String settings)
            throws IOException {
        X509Certificate ca = issuer(oddIssuer, oddSubject);
        server.configure(settings.replace(';', '\n') + "\n");
        byte[] token = source(ca).timestamp(DIGEST, TestKeys.soon());
        assertThat(new String(Files.readAllBytes(directory.resolve("1.tsr")), StandardCharsets.ISO_8859_1))
                .contains(new String(token, StandardCharsets.ISO_8859_1));
        assertThat(UnsortedName.count(token)).isPositive();
        assertThat(ExternalTool.runOrFail(
                        "openssl",
                        "ts",
                        "-verify",
                        "-token_in",
                        "-in",
                        Files.write(directory.resolve("token"), token).toString(),
                        "-data",
                        Files.write(directory.resolve("data"), SIGNATURE).toString(),
                        "-CAfile",
                        directory.resolve("odd-ca.pem").toString()))
                .contains("Verification: OK");
    }

    @Test
    void anotherAuthorityIsStillRefused() throws IOException {
        issuer(true, true);
        assertThatThrownBy(() -> source(TestKeys.PKI.root()).timestamp(DIGEST, TestKeys.soon()))
                .hasMessageContaining("its certificate is not issued by a trusted one");
    }

    @Test
    void aDamagedTokenIsStillRefused() throws IOException {
        X509Certificate ca = issuer(true, true);
        server.configure("ess_cert_id_chain = yes\n");
        server.changeResponse(response -> {
            response[response.length - 1] ^= 1;
            return response;
        });
        assertThatThrownBy(() -> source(ca).timestamp(DIGEST, TestKeys.soon()))
                .hasMessageContaining("its answer is refused");
    }

    @Test
    void theContainerHasTheBytesOfTheToken() throws IOException {
        Rfc3161TimestampSource source = source(issuer(true, true));
        byte[] container = SigningService.builder(
                        SigningKeys.of(TestKeys.key("main")),
                        CmsContainerBuilder.builder().timestamps(source).build())
                .build()
                .signContainer(
                        RequestContext.builder("request").build(),
                        ContainerRequest.forDigest(ContainerFormat.PADES_B_T, DIGEST));
        // The certificates of the authority and of its issuer, and the issuer in the SignerInfo of the token.
        assertThat(UnsortedName.count(container)).isGreaterThanOrEqualTo(5);
    }
}

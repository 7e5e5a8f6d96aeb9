package io.github.hsmsigner.core.cms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hsmsigner.core.CertificateChain;
import io.github.hsmsigner.core.ContainerFormat;
import io.github.hsmsigner.core.ContainerParameters;
import io.github.hsmsigner.core.Digest;
import io.github.hsmsigner.core.DigestAlgorithm;
import io.github.hsmsigner.core.PreparedContainer;
import io.github.hsmsigner.core.SignatureAlgorithm;
import io.github.hsmsigner.core.TestKeys;
import io.github.hsmsigner.core.error.SigningUnavailableException;
import io.github.hsmsigner.core.keystore.KeyStoreSigner;
import io.github.hsmsigner.core.revocation.OnlineRevocationSource;
import io.github.hsmsigner.testing.ExternalTool;
import io.github.hsmsigner.testing.OpenSslRevocationServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.ASN1TaggedObject;
import org.bouncycastle.cms.CMSSignedData;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What OpenSSL answers about certificates, as it stands in containers. */
class RevocationInContainerTest {

    private static final String PASSWORD = "password";
    private static final Digest CONTENT = Digest.compute(DigestAlgorithm.SHA256, new byte[] {1});
    private static final ASN1ObjectIdentifier REVOCATION_INFO_ARCHIVAL =
            new ASN1ObjectIdentifier("1.2.840.113583.1.1.8");

    @TempDir
    private static Path directory;

    private static OpenSslRevocationServer server;
    private static KeyStoreSigner signer;
    private static CertificateChain chain;

    /** Asks anew each time, so that answers may differ between a size and its container. */
    private final CmsContainerBuilder containers = CmsContainerBuilder.builder()
            .revocationInfo(
                    OnlineRevocationSource.builder().maxAge(Duration.ZERO).build())
            .build();

    private final ContainerParameters parameters =
            new ContainerParameters(ContainerFormat.CMS, SignatureAlgorithm.ECDSA_SHA256, chain, Instant.now());

    @BeforeAll
    static void start() {
        server = new OpenSslRevocationServer(directory.resolve("pki"));
        signer = KeyStoreSigner.open(server.pkcs12(PASSWORD), PASSWORD.toCharArray());
        chain = server.chain();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @BeforeEach
    void behave() {
        server.reset();
    }

    private byte[] container() {
        PreparedContainer prepared = containers.prepare(parameters, CONTENT, TestKeys.soon());
        byte[] signature =
                signer.signMessage(SignatureAlgorithm.ECDSA_SHA256, prepared.dataToBeSigned(), TestKeys.soon());
        return prepared.complete(signature, TestKeys.soon()).octets();
    }

    /** The files of what is archived in a container under a tag: 0 for CRLs, 1 for OCSP responses. */
    private static List<Path> archived(byte[] container, int tag) throws Exception {
        assertThat(ASN1Primitive.fromByteArray(container).getEncoded(ASN1Encoding.DER))
                .isEqualTo(container);
        ASN1Sequence archival = ASN1Sequence.getInstance(new CMSSignedData(container)
                .getSignerInfos()
                .iterator()
                .next()
                .getSignedAttributes()
                .get(REVOCATION_INFO_ARCHIVAL)
                .getAttributeValues()[0]);
        List<Path> files = new ArrayList<>();
        for (Object element : archival) {
            ASN1TaggedObject tagged = ASN1TaggedObject.getInstance(element);
            if (tagged.getTagNo() == tag) {
                for (Object item : ASN1Sequence.getInstance(tagged, true)) {
                    files.add(Files.write(
                            directory.resolve(tag + "-" + files.size()), ((ASN1Primitive) item).getEncoded()));
                }
            }
        }
        return files;
    }

    @Test
    void opensslFindsTheChainGoodByIt() throws Exception {
        List<Path> responses = archived(container(), 1);
        assertThat(responses).hasSize(2);
        assertGood(responses.get(0), "signer", "issuer");
        assertGood(responses.get(1), "issuer", "root");
    }

    private static void assertGood(Path response, String subject, String issuer) {
        String file = server.certificateFile(subject).toString();
        String issuerFile = server.certificateFile(issuer).toString();
        assertThat(ExternalTool.runOrFail(
                        "openssl",
                        "ocsp",
                        "-respin",
                        response.toString(),
                        "-VAfile",
                        issuerFile,
                        "-issuer",
                        issuerFile,
                        "-cert",
                        file,
                        "-no_nonce"))
                .contains("Response verify OK", file + ": good");
    }

    @Test
    void opensslFindsTheCrlInIt() throws Exception {
        server.issuer.ocsp.status = 500;
        byte[] container = container();
        assertThat(archived(container, 1)).hasSize(1);
        List<Path> crls = archived(container, 0);
        assertThat(crls).hasSize(1);
        assertThat(ExternalTool.runOrFail(
                        "openssl",
                        "crl",
                        "-inform",
                        "DER",
                        "-in",
                        crls.get(0).toString(),
                        "-CAfile",
                        server.certificateFile("issuer").toString(),
                        "-noout"))
                .contains("verify OK");
    }

    @Test
    void theSizeIsKnownBefore() {
        for (String nextUpdate : List.of("", " -nmin 60")) {
            server.issuer.ocsp.arguments =
                    server.issuer.ocsp.arguments.replace(" -nmin 60", "").concat(nextUpdate);
            int size = container().length;
            assertThat(containers.maxSize(parameters, TestKeys.soon())).isBetween(size, size + size / 4);
        }
    }

    @Test
    void andHasRoomForAnAnswerThatCameToBeLarger() {
        server.issuer.ocsp.arguments = server.issuer.ocsp.arguments.replace(" -nmin 60", "");
        int maxSize = containers.maxSize(parameters, TestKeys.soon());
        server.reset();
        assertThat(container().length).isLessThanOrEqualTo(maxSize);

        server.issuer.ocsp.status = 500;
        server.root.ocsp.status = 500;
        maxSize = containers.maxSize(parameters, TestKeys.soon());
        server.issuer.certify("another", "keyUsage=digitalSignature\n");
        server.issuer.revoke("another");
        assertThat(container().length).isBetween(maxSize * 4 / 5, maxSize);
    }

    @Test
    void aRevokedCertificateMakesNoContainer() {
        server.issuer.revoke("signer");
        assertThatThrownBy(this::container)
                .isInstanceOf(SigningUnavailableException.class)
                .hasMessageContaining("was revoked on");
    }
}

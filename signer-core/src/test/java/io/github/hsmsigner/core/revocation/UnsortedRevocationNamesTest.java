package io.github.hsmsigner.core.revocation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hsmsigner.core.RevocationInfo;
import io.github.hsmsigner.core.TestKeys;
import io.github.hsmsigner.core.error.SigningUnavailableException;
import io.github.hsmsigner.testing.ExternalTool;
import io.github.hsmsigner.testing.OpenSslRevocationServer;
import io.github.hsmsigner.testing.TestPki;
import io.github.hsmsigner.testing.UnsortedName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** OCSP responses and CRLs of authorities in whose names an RDN of several values is out of order. OpenSSL keeps the bytes. */
@Timeout(60)
class UnsortedRevocationNamesTest {

    private static final String NO_CHECK =
            "extendedKeyUsage=OCSPSigning\nkeyUsage=critical,digitalSignature\nnoCheck=ignored\n";

    @TempDir
    private static Path directory;

    private static OpenSslRevocationServer server;

    /** Puts the names of the root and of the responder out of order. */
    @BeforeAll
    static void start() throws IOException {
        server = new OpenSslRevocationServer(directory);
        String serial = server.issuer.certificate().getSerialNumber().toString(16);
        openssl("req -x509 -key root.key -days 30 -multivalue-rdn -subj '" + UnsortedName.SUBJECT
                + "Root' -addext keyUsage=critical,keyCertSign,cRLSign -out root.pem");
        unsort("root", "root");
        openssl("x509 -req -in issuer.csr -CA root.pem -CAkey root.key -set_serial 0x" + serial
                + " -days 20 -extfile issuer.ext -out issuer.pem");
        server.issuer.certify("responder", NO_CHECK);
        openssl("req -new -key responder.key -multivalue-rdn -subj '" + UnsortedName.SUBJECT
                + "Responder' -out responder.csr");
        openssl("x509 -req -in responder.csr -CA issuer.pem -CAkey issuer.key -days 20 -extfile responder.ext"
                + " -out responder.pem");
        unsort("responder", "issuer");
    }

    private static void openssl(String arguments) {
        ExternalTool.runOrFail("sh", "-c", "cd '" + directory + "' && openssl " + arguments);
    }

    private static void unsort(String certificate, String authority) throws IOException {
        try (PEMParser key = new PEMParser(Files.newBufferedReader(directory.resolve(authority + ".key")))) {
            TestPki.writePem(
                    directory.resolve(certificate + ".pem"),
                    UnsortedName.unsorted(
                            server.certificate(certificate),
                            new JcaPEMKeyConverter().getPrivateKey((PrivateKeyInfo) key.readObject())));
        }
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @BeforeEach
    void behave() {
        server.reset();
    }

    private static RevocationInfo info() {
        return OnlineRevocationSource.builder().build().revocationInfo(server.chain(), TestKeys.soon());
    }

    /** The root answers about the issuer under its own name. */
    @ParameterizedTest
    @CsvSource({"issuer, ''", "responder, ''", "responder, -resp_key_id"})
    void ocspResponsesAreTakenAsTheyAre(String responder, String arguments) {
        server.issuer.respondWith(responder);
        server.issuer.ocsp.arguments += " " + arguments;
        server.issuer.crl.status = 404;
        server.root.crl.status = 404;
        RevocationInfo info = info();
        assertThat(info.crls()).isEmpty();
        assertThat(info.ocspResponses())
                .hasSize(2)
                .anySatisfy(response -> assertThat(UnsortedName.count(response)).isPositive());
    }

    @Test
    void crlsAreTakenAsTheyAre() {
        server.issuer.ocsp.status = 404;
        server.root.ocsp.status = 404;
        assertThat(info().crls())
                .hasSize(2)
                .anySatisfy(crl -> assertThat(UnsortedName.count(crl)).isEqualTo(1));
    }

    @Test
    void aRevokedCertificateIsNoticed() {
        server.issuer.respondWith("responder");
        server.issuer.revoke("signer");
        assertThatThrownBy(UnsortedRevocationNamesTest::info)
                .isInstanceOf(SigningUnavailableException.class)
                .hasMessageContaining("was revoked on");
    }

    @ParameterizedTest
    @CsvSource({"ocsp, is signed neither by the issuer", "crl, its CRL is not signed by the issuer"})
    void aDamagedSignatureIsStillRefused(String kind, String reason) {
        (kind.equals("ocsp") ? server.root.crl : server.root.ocsp).status = 404;
        if (kind.equals("ocsp")) {
            server.root.ocsp.arguments += " -badsig";
        } else {
            server.root.crl.change = crl -> {
                crl[crl.length - 1] ^= 1;
                return crl;
            };
        }
        assertThatThrownBy(UnsortedRevocationNamesTest::info).hasMessageContaining(reason);
    }
}

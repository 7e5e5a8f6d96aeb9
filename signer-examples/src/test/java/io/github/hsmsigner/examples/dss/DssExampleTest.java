package io.github.hsmsigner.examples.dss;

import static org.assertj.core.api.Assertions.assertThat;

import eu.europa.esig.dss.diagnostic.DiagnosticData;
import eu.europa.esig.dss.diagnostic.SignatureWrapper;
import eu.europa.esig.dss.enumerations.RevocationType;
import eu.europa.esig.dss.enumerations.SignatureLevel;
import io.github.hsmsigner.core.certificate.CertificateFiles;
import io.github.hsmsigner.examples.ExamplePdf;
import io.github.hsmsigner.examples.ExampleProgram;
import io.github.hsmsigner.examples.pdf.SampleDocument;
import io.github.hsmsigner.examples.pdf.VerifyPdfExample;
import io.github.hsmsigner.pkcs11.softhsm.SoftHsm;
import io.github.hsmsigner.testing.ExternalTool;
import io.github.hsmsigner.testing.OpenSslRevocationServer;
import io.github.hsmsigner.testing.OpenSslTimestampAuthority;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.PrivateKey;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DssExampleTest {

    private static final String PASSWORD = "password-of-the-test";

    @TempDir
    private Path directory;

    @Test
    void othersFindTheTimestampAndTheRevocationData() throws Exception {
        Path document = directory.resolve("document.pdf");
        Path signed = directory.resolve("signed.pdf");
        SampleDocument.write(document);
        try (OpenSslRevocationServer authorities = new OpenSslRevocationServer(directory.resolve("authorities"));
                OpenSslTimestampAuthority timestamps = new OpenSslTimestampAuthority(directory.resolve("timestamps"))) {
            SoftHsm.Token token = tokenWithSignerOf(authorities);
            // Trusted as it is, like the authorities in the lists of the EU, so that nobody is asked about it.
            Path timestampCertificate = directory.resolve("timestamps").resolve("tsa.pem");

            ExampleProgram.of(DssExample.class)
                    .with(token)
                    .with("HSM_KEY_LABEL", "signer")
                    .runOrFail(
                            document,
                            signed,
                            timestamps.uri(),
                            authorities.certificateFile("root"),
                            timestampCertificate);

            assertThat(timestamps.requests()).isEqualTo(1);
            DiagnosticData data = ExamplePdf.dss(
                    signed,
                    authorities.root.certificate(),
                    CertificateFiles.read(timestampCertificate).get(0));
            SignatureWrapper signature = data.getSignatures().get(0);
            assertThat(signature.getSignatureFormat()).isEqualTo(SignatureLevel.PAdES_BASELINE_LT);
            assertThat(signature.isSignatureValid()).isTrue();
            assertThat(signature.isTrustedChain()).isTrue();
            assertThat(signature.getTimestampList())
                    .singleElement()
                    .matches(timestamp -> timestamp.isSignatureValid()
                            && timestamp.isMessageImprintDataIntact()
                            && timestamp.isTrustedChain());
            assertThat(data.getAllRevocationData())
                    .isNotEmpty()
                    .anyMatch(revocation ->
                            revocation.getRevocationType() == RevocationType.OCSP && revocation.isSignatureValid());
            assertThat(ExamplePdf.pdfsig(signed)).contains("Signature is Valid.");

            Path roots = directory.resolve("roots.pem");
            Files.writeString(
                    roots,
                    Files.readString(authorities.certificateFile("root"))
                            + Files.readString(directory.resolve("timestamps").resolve("ca.pem")));
            ExternalTool.Result ours = ExampleProgram.of(VerifyPdfExample.class).run(signed, roots);
            assertThat(ours.output())
                    .startsWith("Signature 1 of 1: valid\n  who: CN=signer, certified by CN=issuer\n")
                    .contains("Z, attested by the timestamp\n", "the rest was added afterwards");
        }
    }

    @Test
    void nothingIsWrittenForACertificateThatIsRevoked() throws Exception {
        Path document = directory.resolve("document.pdf");
        Path signed = directory.resolve("signed.pdf");
        SampleDocument.write(document);
        try (OpenSslRevocationServer authorities = new OpenSslRevocationServer(directory.resolve("authorities"));
                OpenSslTimestampAuthority timestamps = new OpenSslTimestampAuthority(directory.resolve("timestamps"))) {
            SoftHsm.Token token = tokenWithSignerOf(authorities);
            authorities.issuer.revoke("signer");
            ExternalTool.Result result = ExampleProgram.of(DssExample.class)
                    .with(token)
                    .with("HSM_KEY_LABEL", "signer")
                    .run(
                            document,
                            signed,
                            timestamps.uri(),
                            authorities.certificateFile("root"),
                            directory.resolve("timestamps").resolve("tsa.pem"));
            assertThat(result.exitCode()).isNotZero();
            assertThat(result.output()).containsIgnoringCase("revoked");
            assertThat(signed).doesNotExist();
        }
    }

    private static SoftHsm.Token tokenWithSignerOf(OpenSslRevocationServer authorities) throws Exception {
        KeyStore keyStore = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(authorities.pkcs12(PASSWORD))) {
            keyStore.load(in, PASSWORD.toCharArray());
        }
        PrivateKey key = (PrivateKey) keyStore.getKey(keyStore.aliases().nextElement(), PASSWORD.toCharArray());
        SoftHsm.Token token = SoftHsm.newToken();
        token.importKey(new KeyPair(authorities.certificate("signer").getPublicKey(), key), "signer", "01");
        token.importCertificate(authorities.certificate("signer"), "signer", "01");
        token.importCertificate(authorities.issuer.certificate(), "issuer", "02");
        token.importCertificate(authorities.root.certificate(), "root", "03");
        return token;
    }
}

package io.github.hsmsigner.examples.guide;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hsmsigner.pkcs11.softhsm.SoftHsm;
import io.github.hsmsigner.testing.ExternalTool;
import io.github.hsmsigner.testing.TestPki;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The Java program of README.md signs a file with a SoftHSM key, and OpenSSL verifies the signature. */
class ReadmeTest {

    private final Guide readme = Guide.read("../README.md");

    @Test
    void theProgramSigns(@TempDir Path directory) throws IOException {
        SoftHsm.Token token = SoftHsm.newToken();
        KeyPair key = TestPki.rsaKeyPair(2048);
        token.importKey(key, "contracts", "01");
        TestPki pki = new TestPki();
        TestPki.writePem(directory.resolve("signer.pem"), pki.certifySigner("HSM Signer", key.getPublic()));
        TestPki.writePem(directory.resolve("ca.pem"), pki.intermediate(), pki.root());
        Files.writeString(directory.resolve("pin"), token.pin());
        Files.writeString(directory.resolve("letter"), "content");
        String program = readme.files().get("src/main/java/SignFile.java");
        // The README has the module of CloudHSM, whose token needs no label.
        Path source = Files.writeString(
                directory.resolve("SignFile.java"),
                program.replace(
                                "/opt/cloudhsm/lib/libcloudhsm_pkcs11.so",
                                SoftHsm.module().toString())
                        .replace(
                                "                .pin(",
                                "                .tokenLabel(\"" + token.label() + "\").pin("));
        Path classes = directory.resolve("classes");
        GuideCompiler.compile(classes, List.of(source));
        String output = ExternalTool.runOrFail(
                "env",
                "-C",
                directory.toString(),
                "sh",
                "-ec",
                "'" + Path.of(System.getProperty("java.home"), "bin", "java") + "' -XX:TieredStopAtLevel=1 -cp '"
                        + classes + File.pathSeparator
                        + GuideCompiler.classPath() + "' SignFile letter\n"
                        + "openssl cms -verify -binary -inform DER -in letter.p7s -content letter -CAfile ca.pem"
                        + " -purpose any -out verified");
        assertThat(output).contains("CMS Verification successful");
    }

    @Test
    void theDependencyHasTheVersionOfThisBuild() throws IOException {
        String version = Files.readString(Path.of("..", "pom.xml")).split("<version>|</version>")[1];
        assertThat(readme.blocks("xml")).singleElement().asString().contains("<version>" + version + "</version>");
    }
}

package io.github.hsmsigner.examples.keys;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hsmsigner.examples.ExampleProgram;
import io.github.hsmsigner.pkcs11.softhsm.SoftHsm;
import io.github.hsmsigner.testing.ExternalTool;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeyManagementExampleTest {

    @TempDir
    private Path directory;

    @Test
    void makesAKeyARequestAndACertificate() {
        SoftHsm.Token token = SoftHsm.newToken();
        Path request = directory.resolve("contracts.csr");

        String output = ExampleProgram.of(KeyManagementExample.class)
                .with(token)
                .runOrFail("contracts", "01", "CN=Contracts", request);

        assertThat(output)
                .contains(
                        "label \"contracts\" id 01 (RSA, 3072 bits); certificate on the token: \"CN=Contracts\"; signs: ",
                        "Problems: none")
                .doesNotContain(token.pin());
        assertThat(ExternalTool.runOrFail(
                        "openssl", "req", "-inform", "DER", "-in", request.toString(), "-verify", "-noout", "-subject"))
                .contains("CN = Contracts");
        assertThat(token.tool("--list-objects"))
                .contains("Private Key Object; RSA", "never extractable", "Certificate Object");
    }

    @Test
    void makesKeysOfOtherTypes() {
        SoftHsm.Token token = SoftHsm.newToken();
        Path request = directory.resolve("invoices.csr");
        assertThat(ExampleProgram.of(KeyManagementExample.class)
                        .with(token)
                        .runOrFail("invoices", "02", "CN=Invoices", request, "P_256"))
                .contains("label \"invoices\" id 02 (EC, P-256)", "Problems: none");
        ExternalTool.runOrFail("openssl", "req", "-inform", "DER", "-in", request.toString(), "-verify", "-noout");
    }
}

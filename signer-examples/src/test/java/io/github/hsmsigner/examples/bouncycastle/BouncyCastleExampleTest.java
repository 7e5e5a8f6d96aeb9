package io.github.hsmsigner.examples.bouncycastle;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hsmsigner.examples.ExampleProgram;
import io.github.hsmsigner.pkcs11.softhsm.SoftHsm;
import io.github.hsmsigner.testing.ExternalTool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BouncyCastleExampleTest {

    @TempDir
    private Path directory;

    @Test
    void opensslVerifiesTheRequestTheCertificatesAndTheTimestamp() throws IOException {
        SoftHsm.Token token = SoftHsm.newToken();
        token.tool("--keypairgen", "--key-type", "EC:prime256v1", "--label", "authority", "--id", "01");
        token.tool("--keypairgen", "--key-type", "rsa:2048", "--label", "timestamps", "--id", "02");
        Path file = Files.writeString(directory.resolve("letter.txt"), "Dear reader");
        openssl("ts -query -data letter.txt -sha256 -cert -out letter.tsq");

        ExampleProgram.of(BouncyCastleExample.class)
                .with(token)
                .runOrFail("authority", "timestamps", directory.resolve("letter.tsq"), directory);

        assertThat(openssl("req -verify -noout -subject -in timestamps.csr")).contains("CN = Example Timestamps");
        openssl("verify -x509_strict -purpose timestampsign -CAfile authority.pem timestamps.pem");
        assertThat(openssl("ts -verify -queryfile letter.tsq -in timestamp.tsr -CAfile authority.pem"))
                .contains("Verification: OK");
        assertThat(openssl("ts -reply -in timestamp.tsr -text")).contains("Policy OID: 1.3.6.1.4.1.32473.1");

        Files.writeString(file, "Dear Reader");
        assertThat(ExternalTool.run(
                                List.of(
                                        "sh",
                                        "-c",
                                        "cd '" + directory
                                                + "' && openssl ts -verify -data letter.txt -in timestamp.tsr -CAfile authority.pem"))
                        .exitCode())
                .isNotZero();
    }

    private String openssl(String arguments) {
        return ExternalTool.runOrFail("sh", "-c", "cd '" + directory + "' && exec openssl " + arguments);
    }
}

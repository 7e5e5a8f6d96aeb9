package io.github.hsmsigner.core.x509;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hsmsigner.core.SignatureAlgorithm;
import io.github.hsmsigner.core.Signer;
import io.github.hsmsigner.core.TestKeys;
import io.github.hsmsigner.core.error.UnsupportedRequestException;
import io.github.hsmsigner.testing.ExternalTool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SignerContentSignerTest {

    private static final Duration TIME_LIMIT = Duration.ofSeconds(10);

    @TempDir
    private Path directory;

    @ParameterizedTest
    @MethodSource("io.github.hsmsigner.core.SignatureAlgorithm#values")
    void opensslVerifiesACertificationRequest(SignatureAlgorithm algorithm) throws IOException {
        Signer signer = TestKeys.signerFor(algorithm);
        PKCS10CertificationRequest request = new JcaPKCS10CertificationRequestBuilder(
                        new X500Name("CN=Somebody"), signer.publicKey())
                .build(SignerContentSigner.of(signer, algorithm, TIME_LIMIT));
        Path file = Files.write(directory.resolve("request.der"), request.getEncoded());
        String verdict =
                ExternalTool.runOrFail("openssl", "req", "-verify", "-noout", "-inform", "DER", "-in", file.toString());
        assertThat(verdict).contains("verify OK");
    }

    @Test
    void refusesAnAlgorithmThatTheKeyDoesNotDo() {
        Signer rsa = TestKeys.SIGNER;
        assertThatThrownBy(() -> SignerContentSigner.of(rsa, SignatureAlgorithm.ED25519, TIME_LIMIT))
                .isInstanceOf(UnsupportedRequestException.class)
                .hasMessageContaining("ED25519");
    }
}

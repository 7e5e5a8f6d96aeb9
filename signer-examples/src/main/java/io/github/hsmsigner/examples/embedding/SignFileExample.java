package io.github.hsmsigner.examples.embedding;

import io.github.hsmsigner.core.ContainerFormat;
import io.github.hsmsigner.core.ContainerRequest;
import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.DigestAlgorithm;
import io.github.hsmsigner.core.RequestContext;
import io.github.hsmsigner.core.SigningKey;
import io.github.hsmsigner.core.SigningKeys;
import io.github.hsmsigner.core.SigningService;
import io.github.hsmsigner.core.cms.CmsContainerBuilder;
import io.github.hsmsigner.pkcs11.KeySelector;
import io.github.hsmsigner.pkcs11.PinSource;
import io.github.hsmsigner.pkcs11.Pkcs11Config;
import io.github.hsmsigner.pkcs11.Pkcs11Token;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.UUID;

/**
 * The smallest complete program. It signs a file of any kind and length with a key in an HSM, and writes the signature
 * to a separate CAdES container.
 *
 * <pre>{@code
 * HSM_MODULE=/usr/lib/softhsm/libsofthsm2.so HSM_TOKEN_LABEL=demo HSM_PIN=… HSM_KEY_LABEL=contracts \
 *   java -cp signer-examples.jar io.github.hsmsigner.examples.embedding.SignFileExample letter.txt letter.txt.p7s
 * }</pre>
 */
public final class SignFileExample {

    private SignFileExample() {}

    /**
     * Signs a file.
     *
     * @param args the file, and the file to make for the container
     * @throws IOException if a file cannot be read or written
     */
    public static void main(String[] args) throws IOException {
        Path file = Path.of(args[0]);
        Path containerFile = Path.of(args[1]);

        Pkcs11Config config = Pkcs11Config.builder(Path.of(System.getenv("HSM_MODULE")))
                .tokenLabel(System.getenv("HSM_TOKEN_LABEL"))
                .pin(PinSource.environment("HSM_PIN"))
                .build();
        // A program that signs more than once keeps the token open, and the service.
        try (Pkcs11Token token = Pkcs11Token.open(config)) {
            SigningKey key = SigningKey.open(
                    "example",
                    token.signer(KeySelector.byLabel(System.getenv("HSM_KEY_LABEL"))),
                    // The certificates on the token. If it lacks issuers, give them here.
                    token.certificates(List.of()),
                    Deadline.after(Duration.ofSeconds(10)));
            SigningService service = SigningService.builder(SigningKeys.of(key), new CmsContainerBuilder())
                    .build();

            RequestContext request = RequestContext.builder(UUID.randomUUID().toString())
                    .deadline(Deadline.after(Duration.ofSeconds(30)))
                    .build();
            try (InputStream content = Files.newInputStream(file)) {
                byte[] container = service.signContainer(
                        request,
                        ContainerRequest.forContent(ContainerFormat.CADES_B_B, DigestAlgorithm.SHA256, content));
                Files.write(containerFile, container, StandardOpenOption.CREATE_NEW);
            }
            System.out.println("Signed by " + key.chain().signer().getSubjectX500Principal() + ": " + containerFile);
        }
    }
}

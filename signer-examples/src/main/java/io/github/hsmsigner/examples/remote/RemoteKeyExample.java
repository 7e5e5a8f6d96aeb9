package io.github.hsmsigner.examples.remote;

import io.github.hsmsigner.core.ContainerFormat;
import io.github.hsmsigner.core.ContainerRequest;
import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.DigestAlgorithm;
import io.github.hsmsigner.core.RequestContext;
import io.github.hsmsigner.core.SigningKey;
import io.github.hsmsigner.core.SigningKeys;
import io.github.hsmsigner.core.SigningService;
import io.github.hsmsigner.core.certificate.CertificateFiles;
import io.github.hsmsigner.core.certificate.FixedCertificateProvider;
import io.github.hsmsigner.core.cms.CmsContainerBuilder;
import io.github.hsmsigner.core.error.SigningException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.UUID;

/**
 * A {@code Signer} of one's own: the key is in a {@link KeyService} that is reached over HTTP, and {@link RemoteSigner} is all that
 * it takes to sign with it. Containers, chains, deadlines and the check of each signature are the core's as with any other key.
 *
 * <pre>{@code
 * KEY_SERVICE_CREDENTIALS=… java -cp signer-examples.jar io.github.hsmsigner.examples.remote.RemoteKeyExample \
 *   http://localhost:7000/ letter.txt letter.txt.p7s chain.pem
 * }</pre>
 */
public final class RemoteKeyExample {

    private RemoteKeyExample() {}

    /**
     * Signs a file.
     *
     * @param args the key service's address with a slash at its end, the file, the container to write, and a file with
     *     the certificates of the key, signer first
     * @throws IOException if a file cannot be read or written
     */
    public static void main(String[] args) throws IOException {
        URI service = URI.create(args[0]);
        Path file = Path.of(args[1]);
        Path containerFile = Path.of(args[2]);
        List<X509Certificate> certificates = CertificateFiles.read(Path.of(args[3]));
        try {
            byte[] container = sign(service, file, certificates);
            Files.write(containerFile, container, StandardOpenOption.CREATE_NEW);
            System.out.println("Signed by the key service: " + containerFile);
        } catch (SigningException e) {
            // The code and the time are for programs that call again, the message is for people.
            String retry = e.retryAfter()
                    .map(time -> "; try again in " + time.toSeconds() + " s")
                    .orElse(e.retryable() ? "; try again later" : "");
            System.err.println(e.code().text() + retry + ": " + e.getMessage());
            System.exit(1);
        }
    }

    private static byte[] sign(URI service, Path file, List<X509Certificate> certificates) throws IOException {
        RemoteSigner signer = new RemoteSigner(
                service,
                System.getenv("KEY_SERVICE_CREDENTIALS"),
                certificates.get(0).getPublicKey(),
                Duration.ofSeconds(3));
        // Fails unless the key service signs with the key of the certificate.
        SigningKey key = SigningKey.open(
                "remote",
                signer,
                FixedCertificateProvider.of("the example", certificates, List.of()),
                Deadline.after(Duration.ofSeconds(10)));
        SigningService signing = SigningService.builder(SigningKeys.of(key), new CmsContainerBuilder())
                .build();
        RequestContext request = RequestContext.builder(UUID.randomUUID().toString())
                .deadline(Deadline.after(Duration.ofSeconds(10)))
                .build();
        try (InputStream content = Files.newInputStream(file)) {
            return signing.signContainer(
                    request, ContainerRequest.forContent(ContainerFormat.CADES_B_B, DigestAlgorithm.SHA384, content));
        }
    }
}

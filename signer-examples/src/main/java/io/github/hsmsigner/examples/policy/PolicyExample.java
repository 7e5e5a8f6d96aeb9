package io.github.hsmsigner.examples.policy;

import io.github.hsmsigner.core.ContainerFormat;
import io.github.hsmsigner.core.ContainerRequest;
import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.DigestAlgorithm;
import io.github.hsmsigner.core.RequestContext;
import io.github.hsmsigner.core.SigningKey;
import io.github.hsmsigner.core.SigningKeys;
import io.github.hsmsigner.core.SigningService;
import io.github.hsmsigner.core.cms.CmsContainerBuilder;
import io.github.hsmsigner.core.error.RateLimitedException;
import io.github.hsmsigner.core.error.SigningDeniedException;
import io.github.hsmsigner.pkcs11.KeySelector;
import io.github.hsmsigner.pkcs11.PinSource;
import io.github.hsmsigner.pkcs11.Pkcs11Config;
import io.github.hsmsigner.pkcs11.Pkcs11Token;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * A policy of one's own: two departments with a key each on one token, and {@link OfficeHoursPolicy} between them. The same file is
 * asked to be signed in several ways, and what comes of it is printed, as the client and as the audit log see it.
 *
 * <pre>{@code
 * HSM_MODULE=/usr/lib/softhsm/libsofthsm2.so HSM_TOKEN_LABEL=demo HSM_PIN=… \
 *   java -cp signer-examples.jar io.github.hsmsigner.examples.policy.PolicyExample letter.txt letter.txt.p7s 2026-03-02T09:00:00Z
 * }</pre>
 */
public final class PolicyExample {

    private final SigningService service;

    private PolicyExample(SigningService service) {
        this.service = service;
    }

    /**
     * Signs a file for a permitted department, and shows the refusal for the others. The keys are labelled
     * {@code contracts} and {@code invoices}.
     *
     * @param args the file, the file to make for the container, and the time to use instead of the current one
     * @throws IOException if a file cannot be read or written
     */
    public static void main(String[] args) throws IOException {
        byte[] content = Files.readAllBytes(Path.of(args[0]));
        Path containerFile = Path.of(args[1]);
        // A program for more than trying takes Clock.system(zone).
        Clock clock = Clock.fixed(Instant.parse(args[2]), ZoneId.of("UTC"));

        Pkcs11Config config = Pkcs11Config.builder(Path.of(System.getenv("HSM_MODULE")))
                .tokenLabel(System.getenv("HSM_TOKEN_LABEL"))
                .pin(PinSource.environment("HSM_PIN"))
                .build();
        try (Pkcs11Token token = Pkcs11Token.open(config)) {
            SigningKeys keys = SigningKeys.of(List.of(key(token, "contracts"), key(token, "invoices")));
            SigningService service = SigningService.builder(keys, new CmsContainerBuilder())
                    .policy(new OfficeHoursPolicy(Map.of("legal", "contracts", "billing", "invoices"), clock))
                    .audit(event -> System.out.println("  audit log: " + event.callers() + ", key "
                            + event.keyName().orElse("none") + ": "
                            + event.error().map(error -> error.text()).orElse("done")))
                    .build();
            PolicyExample example = new PolicyExample(service);
            Optional<byte[]> container = example.attempt("legal", null, DigestAlgorithm.SHA384, content);
            if (container.isPresent()) {
                Files.write(containerFile, container.get(), StandardOpenOption.CREATE_NEW);
            }
            example.attempt("legal", "invoices", DigestAlgorithm.SHA384, content);
            example.attempt("billing", null, DigestAlgorithm.SHA256, content);
            example.attempt("sales", "contracts", DigestAlgorithm.SHA384, content);
        }
    }

    private static SigningKey key(Pkcs11Token token, String label) {
        return SigningKey.open(
                label,
                token.signer(KeySelector.byLabel(label)),
                token.certificates(List.of()),
                Deadline.after(Duration.ofSeconds(10)));
    }

    /** Returns the container, or nothing where it is refused. */
    private Optional<byte[]> attempt(String department, String keyName, DigestAlgorithm hash, byte[] content) {
        System.out.println(department + " asks for "
                + (keyName == null ? "a signature" : "a signature with the key of " + keyName) + " over a digest with "
                + hash.text());
        RequestContext request = RequestContext.builder(UUID.randomUUID().toString())
                .transportFacts(Map.of(OfficeHoursPolicy.DEPARTMENT, department))
                .keyName(keyName)
                .build();
        try {
            byte[] container = service.signContainer(
                    request, ContainerRequest.forContent(ContainerFormat.CADES_B_B, hash, content));
            System.out.println("  client: a container of " + container.length + " bytes");
            return Optional.of(container);
        } catch (SigningDeniedException e) {
            System.out.println("  client: " + e.clientMessage());
        } catch (RateLimitedException e) {
            System.out.println("  client: " + e.clientMessage() + " Again in "
                    + e.retryAfter().orElseThrow().toMinutes() + " minutes.");
        }
        return Optional.empty();
    }
}

package io.github.hsmsigner.audit;

import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.Digest;
import io.github.hsmsigner.core.DigestAlgorithm;
import io.github.hsmsigner.core.RequestContext;
import io.github.hsmsigner.core.SigningKey;
import io.github.hsmsigner.core.SigningKeys;
import io.github.hsmsigner.core.SigningService;
import io.github.hsmsigner.core.cms.CmsContainerBuilder;
import io.github.hsmsigner.core.error.SigningException;
import io.github.hsmsigner.core.keystore.KeyStoreSigner;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.UUID;

/**
 * Signs with several threads, and says on standard output what it hands out, until it is killed or the audit log cannot be written.
 * Arguments: the key store, the audit log, the number of threads.
 */
final class SigningProgram {

    static final String PASSWORD = "PassWord-4f1c-of-the-key-store";

    private static final FileOutputStream OUT = new FileOutputStream(FileDescriptor.out);

    private SigningProgram() {}

    public static void main(String[] arguments) throws InterruptedException {
        KeyStoreSigner signer = KeyStoreSigner.open(Path.of(arguments[0]), PASSWORD.toCharArray());
        SigningKey key = SigningKey.open("test", signer, signer, Deadline.after(Duration.ofSeconds(30)));
        try (AuditFile audit = AuditFile.open(TestAuditSettings.rotatingAt(Path.of(arguments[1]), 65_536))) {
            SigningService service = SigningService.builder(SigningKeys.of(key), new CmsContainerBuilder())
                    .audit(audit)
                    .verifyAfterSign(false)
                    .build();
            Thread[] threads = new Thread[Integer.parseInt(arguments[2])];
            for (int i = 0; i < threads.length; i++) {
                threads[i] = new Thread(() -> sign(service));
                threads[i].start();
            }
            for (Thread thread : threads) {
                thread.join();
            }
        }
    }

    private static void sign(SigningService service) {
        while (true) {
            String requestId = UUID.randomUUID().toString();
            Digest digest = Digest.compute(DigestAlgorithm.SHA256, requestId.getBytes(StandardCharsets.US_ASCII));
            try {
                service.signRaw(RequestContext.builder(requestId).build(), digest);
            } catch (SigningException e) {
                print("refused " + e.getCause().getMessage());
                return;
            }
            print("signed " + requestId + " " + HexFormat.of().formatHex(digest.bytes()));
        }
    }

    /** In one write, so that a line is never seen in part. */
    private static void print(String line) {
        try {
            OUT.write((line + "\n").getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

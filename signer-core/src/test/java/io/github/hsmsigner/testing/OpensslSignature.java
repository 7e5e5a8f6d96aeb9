package io.github.hsmsigner.testing;

import io.github.hsmsigner.core.SignatureAlgorithm;
import io.github.hsmsigner.core.SignatureScheme;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.List;

/** OpenSSL's verdict on bare signatures. */
public final class OpensslSignature {

    private OpensslSignature() {}

    /** Fails unless OpenSSL says that a signature verifies; the files that it needs go into a directory. */
    public static void assertVerifies(
            Path directory, PublicKey key, SignatureAlgorithm algorithm, byte[] message, byte[] signature) {
        String publicKey = TestPki.writePem(directory.resolve("key.pem"), key).toString();
        String signatureFile = write(directory.resolve("signature"), signature);
        String messageFile = write(directory.resolve("message"), message);
        List<String> command = new ArrayList<>(List.of("openssl"));
        if (algorithm.scheme() == SignatureScheme.ED25519) {
            command.addAll(List.of("pkeyutl", "-verify", "-pubin", "-inkey", publicKey, "-rawin"));
            command.addAll(List.of("-in", messageFile, "-sigfile", signatureFile));
        } else {
            command.addAll(List.of("dgst", "-" + algorithm.digestAlgorithm().text(), "-verify", publicKey));
            command.addAll(List.of("-signature", signatureFile));
            if (algorithm.scheme() == SignatureScheme.RSA_PSS) {
                command.addAll(List.of("-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:digest"));
            }
            command.add(messageFile);
        }
        ExternalTool.runOrFail(command.toArray(String[]::new));
    }

    private static String write(Path file, byte[] content) {
        try {
            return Files.write(file, content).toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

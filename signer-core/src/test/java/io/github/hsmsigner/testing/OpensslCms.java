package io.github.hsmsigner.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;

/** {@code openssl cms -verify} on detached containers. */
public final class OpensslCms {

    private OpensslCms() {}

    /** Verifies signature, chain, and the attribute signing-certificate-v2; the files that it needs go into a directory. */
    public static ExternalTool.Result verify(Path directory, byte[] container, byte[] content, X509Certificate root) {
        try {
            return ExternalTool.run(List.of(
                    "openssl",
                    "cms",
                    "-verify",
                    "-binary",
                    "-cades",
                    "-inform",
                    "DER",
                    "-in",
                    Files.write(Files.createTempFile(directory, "container", ".der"), container)
                            .toString(),
                    "-content",
                    Files.write(Files.createTempFile(directory, "content", ".bin"), content)
                            .toString(),
                    "-CAfile",
                    TestPki.writePem(Files.createTempFile(directory, "root", ".pem"), root)
                            .toString(),
                    "-purpose",
                    "any",
                    "-out",
                    "/dev/null"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

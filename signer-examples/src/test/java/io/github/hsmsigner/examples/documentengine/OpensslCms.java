package io.github.hsmsigner.examples.documentengine;

import io.github.hsmsigner.testing.ExternalTool;
import io.github.hsmsigner.testing.TestPki;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;

/** {@code openssl cms -verify} on containers taken out of PDFs. */
final class OpensslCms {

    private OpensslCms() {}

    static ExternalTool.Result verify(Path directory, SignedPdf.Signature signature, X509Certificate root) {
        try {
            Path container = Files.write(Files.createTempFile(directory, "container", ".der"), signature.container());
            Path contents = Files.write(Files.createTempFile(directory, "contents", ".bin"), signature.contents());
            Path trusted = TestPki.writePem(Files.createTempFile(directory, "root", ".pem"), root);
            return ExternalTool.run(List.of(
                    "openssl",
                    "cms",
                    "-verify",
                    "-binary",
                    "-inform",
                    "DER",
                    "-in",
                    container.toString(),
                    "-content",
                    contents.toString(),
                    "-CAfile",
                    trusted.toString(),
                    "-purpose",
                    "any",
                    "-out",
                    "/dev/null"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

package io.github.hsmsigner.examples.documentengine;

import io.github.hsmsigner.testing.ExternalTool;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** poppler's {@code pdfsig}. */
final class Pdfsig {

    private Pdfsig() {}

    /** What it says of a signature. */
    record Verdict(boolean valid, boolean wholeDocument) {}

    /** Its verdicts, in the order of the signatures. */
    static List<Verdict> verdicts(Path directory, SignedPdf pdf) {
        try {
            Path file = Files.write(Files.createTempFile(directory, "signed", ".pdf"), pdf.bytes());
            // A home directory of its own, or pdfsig would use a browser's certificate database if there is one.
            String home = "HOME=" + Files.createTempDirectory(directory, "home");
            String output = ExternalTool.run(List.of("env", home, "pdfsig", "-nocert", file.toString()))
                    .output();
            List<Verdict> verdicts = new ArrayList<>();
            for (String signature : Arrays.asList(output.split("Signature #")).subList(1, count(output) + 1)) {
                verdicts.add(new Verdict(
                        signature.contains("Signature Validation: Signature is Valid."),
                        signature.contains("Total document signed")));
            }
            return verdicts;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int count(String output) {
        return output.split("Signature #").length - 1;
    }
}

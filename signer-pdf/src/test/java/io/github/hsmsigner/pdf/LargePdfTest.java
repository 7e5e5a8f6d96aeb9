package io.github.hsmsigner.pdf;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hsmsigner.core.SigningService;
import io.github.hsmsigner.core.TestKey;
import io.github.hsmsigner.testing.ExternalTool;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A PDF of 500 MB, signed by a process with a heap of 48 MB. */
class LargePdfTest {

    private static final long STREAM = 500_000_000;

    @TempDir
    private Path directory;

    /** What the process runs. */
    public static void main(String[] args) throws IOException {
        SigningService service = SigningService.of(TestKey.P_256.signer(), TestKey.P_256.signer());
        PdfSigner.of(service)
                .sign(
                        Path.of(args[0]),
                        Path.of(args[1]),
                        PdfSignatureOptions.builder().build());
    }

    @Test
    void onlyTheUpdateIsInMemory() throws IOException {
        Path document = write(directory.resolve("large.pdf"));
        Path signed = directory.resolve("signed.pdf");
        ExternalTool.Result result = ExternalTool.run(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx48m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                LargePdfTest.class.getName(),
                document.toString(),
                signed.toString()));
        assertThat(result.exitCode()).as(result.output()).isZero();
        assertThat(Files.size(signed)).isBetween(Files.size(document) + 1000, Files.size(document) + 20_000);
    }

    /** One page and a stream of zeros, which take no room on the disk. */
    private static Path write(Path file) throws IOException {
        String begin = "%PDF-1.7\n4 0 obj\n<</Length " + STREAM + ">>\nstream\n";
        StringBuilder end = new StringBuilder("\nendstream\nendobj\n");
        StringBuilder table = new StringBuilder("xref\n0 5\n0000000000 65535 f \n");
        Pdfs.onePage().forEach((number, content) -> {
            table.append("%010d 00000 n \n".formatted(begin.length() + STREAM + end.length()));
            end.append("%d 0 obj\n%s\nendobj\n".formatted(number, content));
        });
        table.append("%010d 00000 n \n".formatted("%PDF-1.7\n".length()));
        long start = begin.length() + STREAM + end.length();
        end.append(table)
                .append("trailer\n<</Root 1 0 R/Size 5>>\nstartxref\n")
                .append(start)
                .append("\n%%EOF\n");
        try (SeekableByteChannel out =
                Files.newByteChannel(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            out.write(ByteBuffer.wrap(Pdfs.bytes(begin)));
            out.position(begin.length() + STREAM);
            out.write(ByteBuffer.wrap(Pdfs.bytes(end.toString())));
        }
        return file;
    }
}

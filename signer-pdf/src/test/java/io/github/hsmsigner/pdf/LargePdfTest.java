package io.github.hsmsigner.pdf;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hsmsigner.core.SigningKey;
import io.github.hsmsigner.core.SigningKeys;
import io.github.hsmsigner.core.SigningService;
import io.github.hsmsigner.core.TestKeys;
import io.github.hsmsigner.core.TimestampSource;
import io.github.hsmsigner.core.certificate.CertificateFiles;
import io.github.hsmsigner.core.cms.CmsContainerBuilder;
import io.github.hsmsigner.core.keystore.KeyStoreSigner;
import io.github.hsmsigner.core.revocation.OnlineRevocationSource;
import io.github.hsmsigner.core.tsp.Rfc3161TimestampSource;
import io.github.hsmsigner.core.tsp.TimestampAuthority;
import io.github.hsmsigner.testing.ExternalTool;
import io.github.hsmsigner.testing.OpenSslRevocationServer;
import io.github.hsmsigner.testing.OpenSslTimestampAuthority;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A PDF of 150 MB, signed for the long term by a process with a heap of 40 MB. Signing needs memory for the update, so larger
 * files need no more.
 */
class LargePdfTest {

    private static final long STREAM = 150_000_000;
    private static final String PASSWORD = "of-the-test";

    @TempDir
    private Path directory;

    /** The process. Its arguments are the key, the timestamp authority, the root, the document and the signed document. */
    public static void main(String[] args) throws IOException {
        KeyStoreSigner key = KeyStoreSigner.open(Path.of(args[0]), PASSWORD.toCharArray());
        TimestampSource timestamps = Rfc3161TimestampSource.builder(
                        List.of(TimestampAuthority.builder(URI.create(args[1])).build()))
                .build();
        SigningService service = SigningService.builder(
                        SigningKeys.of(SigningKey.open("key", key, key, TestKeys.soon())),
                        CmsContainerBuilder.builder().timestamps(timestamps).build())
                .build();
        PdfSigner.builder(service)
                .timestamps(timestamps)
                .revocation(OnlineRevocationSource.builder().build())
                .trusted(CertificateFiles.read(Path.of(args[2])))
                .build()
                .sign(
                        Path.of(args[3]),
                        Path.of(args[4]),
                        PdfSignatureOptions.builder()
                                .level(PdfLevel.B_LTA)
                                .appearance(PdfAppearance.builder()
                                        .rectangle(20, 20, 150, 50)
                                        .build())
                                .build());
    }

    @Test
    void onlyTheUpdatesAreInMemory() throws IOException {
        Path document = write(directory.resolve("large.pdf"));
        Path signed = directory.resolve("signed.pdf");
        try (OpenSslRevocationServer authorities = new OpenSslRevocationServer(directory.resolve("ca"));
                OpenSslTimestampAuthority timestamps =
                        new OpenSslTimestampAuthority(directory.resolve("tsa"), authorities.issuer)) {
            ExternalTool.Result result = ExternalTool.run(List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-Xmx40m",
                    "-XX:+UseSerialGC",
                    "-cp",
                    System.getProperty("java.class.path"),
                    LargePdfTest.class.getName(),
                    authorities.pkcs12(PASSWORD).toString(),
                    timestamps.uri().toString(),
                    authorities.certificateFile("root").toString(),
                    document.toString(),
                    signed.toString()));
            assertThat(result.exitCode()).as(result.output()).isZero();
        }
        assertThat(Files.size(signed)).isBetween(Files.size(document) + 50_000, Files.size(document) + 200_000);
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

package io.github.hsmsigner.core.internal.pem;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.util.io.pem.PemReader;

/**
 * Fuzz target: a text is read as PEM, or refused with the typed exception. Each block is written as a text that gives the same block,
 * and BouncyCastle reads as the same bytes if it can.
 */
public final class PemTextFuzz {

    private PemTextFuzz() {}

    public static void fuzzerTestOneInput(byte[] text) throws MalformedPemException {
        List<PemBlock> blocks;
        try {
            blocks = PemText.blocks(text);
        } catch (MalformedPemException e) {
            assertThat(e.getMessage()).matches("(?:the|line) \\p{Print}+");
            return;
        }
        int line = 0;
        for (PemBlock block : blocks) {
            assertThat(block.line()).isGreaterThan(line);
            line = block.line();
            assertThat(block.toString()).matches("\\p{Print}+ block of line " + line);
            check(block);
        }
    }

    private static void check(PemBlock block) throws MalformedPemException {
        // UTF-16, because the text of the block can have any character of the input.
        List<PemBlock> again = PemText.blocks(('\ufeff' + block.text()).getBytes(StandardCharsets.UTF_16LE));
        assertThat(again).hasSize(1);
        assertThat(again.get(0).label()).isEqualTo(block.label());
        assertThat(again.get(0).text()).isEqualTo(block.text());
        byte[] content;
        try {
            content = block.decode();
        } catch (MalformedPemException e) {
            assertThat(e).hasMessageStartingWith("the " + block + " is not Base64");
            return;
        }
        assertThat(again.get(0).decode()).isEqualTo(content);
        readByBouncyCastle(block.text())
                .ifPresent(expected -> assertThat(content).isEqualTo(expected));
    }

    /** Empty if the Base64 is not padded. */
    private static Optional<byte[]> readByBouncyCastle(String text) {
        try {
            return Optional.of(
                    new PemReader(new StringReader(text)).readPemObject().getContent());
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}

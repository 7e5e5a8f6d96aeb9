package io.github.hsmsigner.pkcs11.internal.cryptoki;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.pkcs11.softhsm.SoftHsm;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ElfFileTest {

    private static final Path FILE = Path.of("module.so");
    private static final byte[] NAME = "C_GetFunctionList".getBytes(StandardCharsets.US_ASCII);
    private static final int HEADER = 20;
    private static final int LARGE = 30_000_000;

    /** A library for this machine, with the name of the entry point somewhere. */
    private static byte[] library(int size, int nameAt) throws IOException {
        byte[] library = Arrays.copyOf(Arrays.copyOf(Files.readAllBytes(SoftHsm.module()), HEADER), size);
        if (nameAt >= 0) {
            System.arraycopy(NAME, 0, library, nameAt, NAME.length);
        }
        return library;
    }

    private static long allocatedBytes() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        return threads.getThreadAllocatedBytes(Thread.currentThread().getId());
    }

    private static CountingStream require(byte[] content) throws IOException {
        CountingStream stream = new CountingStream(content);
        ElfFile.requireModule(FILE, stream);
        return stream;
    }

    @Test
    void readsALargeLibraryOnceAndInBlocks() throws IOException {
        byte[] library = library(LARGE, LARGE - NAME.length);
        long before = allocatedBytes();
        CountingStream all = require(library);
        assertThat(allocatedBytes() - before).as("bytes on the heap").isLessThan(LARGE / 10);
        assertThat(all.bytes).isEqualTo(LARGE);
    }

    @Test
    void readsALibraryWithoutTheEntryPointOnceToo() throws IOException {
        CountingStream all = new CountingStream(library(LARGE, -1));
        assertThatThrownBy(() -> ElfFile.requireModule(FILE, all))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("has no C_GetFunctionList");
        assertThat(all.bytes).isEqualTo(LARGE);
    }

    @Test
    void readsNoFurtherThanTheEntryPoint() throws IOException {
        assertThat(require(library(LARGE, 1000)).bytes).isEqualTo(HEADER + ElfFile.BLOCK);
    }

    @Test
    void readsOnlyTheBeginningOfWhatIsNotALibrary() throws IOException {
        assertThat(require(new byte[LARGE]).bytes).isEqualTo(HEADER);
    }

    @ParameterizedTest
    @ValueSource(ints = {-17, -16, -9, -1, 0, 1})
    void findsTheEntryPointAcrossBlocks(int distance) throws IOException {
        for (int blocks = 1; blocks <= 3; blocks++) {
            int end = HEADER + ElfFile.BLOCK + (blocks - 1) * (ElfFile.BLOCK - NAME.length + 1);
            byte[] library = library(4 * ElfFile.BLOCK, end + distance);
            assertThatCode(() -> require(library)).doesNotThrowAnyException();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 19, 20, 21, 37})
    void shortFilesAreRefusedOrLeftToTheLoader(int size) throws IOException {
        byte[] library = library(size, size == HEADER + NAME.length ? HEADER : -1);
        if (size < HEADER || size == HEADER + NAME.length) {
            assertThatCode(() -> require(library)).doesNotThrowAnyException();
        } else {
            assertThatThrownBy(() -> require(library)).isInstanceOf(InvalidConfigurationException.class);
        }
    }

    private static final class CountingStream extends InputStream {

        private final InputStream content;
        private long bytes;

        CountingStream(byte[] content) {
            this.content = new ByteArrayInputStream(content);
        }

        @Override
        public int read() throws IOException {
            int read = content.read();
            bytes += read < 0 ? 0 : 1;
            return read;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            int read = content.read(buffer, offset, length);
            bytes += Math.max(0, read);
            return read;
        }
    }
}

package io.github.hsmsigner.pkcs11.internal.cryptoki;

import io.github.hsmsigner.core.error.InvalidConfigurationException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;

/**
 * A shared library in the format ELF, read once and in blocks: libraries of HSMs have tens of megabytes, and a small heap is
 * enough for a service.
 */
final class ElfFile {

    static final int BLOCK = 64 * 1024;

    private static final byte[] ENTRY_POINT = "C_GetFunctionList".getBytes(StandardCharsets.US_ASCII);
    private static final int HEADER_LENGTH = 20;
    private static final int MAGIC = 0x7F454C46;
    private static final int DATA_ENCODING = 5;
    private static final int MACHINE = 18;
    private static final Map<Integer, String> MACHINES =
            Map.of(3, "i386", 40, "arm", 62, "amd64", 183, "aarch64", 21, "ppc64", 22, "s390x", 243, "riscv64");

    private ElfFile() {}

    /**
     * Refuses a library that is made for another machine, or is no PKCS#11 module. A file that is not in ELF is left to the loader.
     *
     * @param file the file, for messages
     * @param content its content; not closed
     * @throws InvalidConfigurationException if the library is refused
     * @throws IOException if the file cannot be read
     */
    static void requireModule(Path file, InputStream content) throws IOException {
        byte[] header = content.readNBytes(HEADER_LENGTH);
        if (header.length < HEADER_LENGTH || ByteBuffer.wrap(header).getInt() != MAGIC) {
            return;
        }
        requireThisMachine(file, header);
        requireEntryPoint(file, content);
    }

    /** The loader's own words for this are hard to tell from those for a file that is missing. */
    private static void requireThisMachine(Path file, byte[] header) {
        ByteOrder order = header[DATA_ENCODING] == 1 ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN;
        int machine = Short.toUnsignedInt(ByteBuffer.wrap(header).order(order).getShort(MACHINE));
        String ours = System.getProperty("os.arch");
        String theirs = MACHINES.getOrDefault(machine, "ELF machine type " + machine);
        if (MACHINES.containsValue(ours) && !ours.equals(theirs)) {
            throw new InvalidConfigurationException("The PKCS#11 module " + file + " is made for machines of type "
                    + theirs + ", but Java runs as " + ours + "; install the module for " + ours + ".");
        }
    }

    /**
     * The wrapper's native part can crash the whole process on a library without this function. A library that has a function has
     * its name in the table of symbols.
     */
    private static void requireEntryPoint(Path file, InputStream content) throws IOException {
        byte[] block = new byte[BLOCK];
        int kept = 0;
        int read = content.readNBytes(block, 0, BLOCK);
        while (read > 0) {
            int length = kept + read;
            if (contains(block, length)) {
                return;
            }
            // The name can begin in this block and end in the next one.
            kept = Math.min(length, ENTRY_POINT.length - 1);
            System.arraycopy(block, length - kept, block, 0, kept);
            read = content.readNBytes(block, kept, BLOCK - kept);
        }
        throw new InvalidConfigurationException("The file " + file
                + " is a shared library, but not a PKCS#11 module: it has no "
                + new String(ENTRY_POINT, StandardCharsets.US_ASCII) + ".");
    }

    private static boolean contains(byte[] block, int length) {
        for (int i = 0; i + ENTRY_POINT.length <= length; i++) {
            if (block[i] == ENTRY_POINT[0]
                    && Arrays.equals(block, i, i + ENTRY_POINT.length, ENTRY_POINT, 0, ENTRY_POINT.length)) {
                return true;
            }
        }
        return false;
    }
}

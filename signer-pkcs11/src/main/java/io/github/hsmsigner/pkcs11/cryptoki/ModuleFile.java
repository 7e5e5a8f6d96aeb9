package io.github.hsmsigner.pkcs11.cryptoki;

import io.github.hsmsigner.core.error.InvalidConfigurationException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.xipki.pkcs11.wrapper.PKCS11Module;

/** Loads the shared library of a module, and says in one sentence why that is not possible. */
final class ModuleFile {

    private static final String ENTRY_POINT = "C_GetFunctionList";
    private static final int ELF_HEADER_LENGTH = 20;
    private static final int ELF_MAGIC = 0x7F454C46;
    private static final int DATA_ENCODING = 5;
    private static final int MACHINE = 18;
    private static final Map<Integer, String> MACHINES =
            Map.of(3, "i386", 40, "arm", 62, "amd64", 183, "aarch64", 21, "ppc64", 22, "s390x", 243, "riscv64");

    private ModuleFile() {}

    static Path realPath(Path file) {
        try {
            return file.toRealPath();
        } catch (IOException e) {
            throw new InvalidConfigurationException(
                    "The PKCS#11 module " + file + " does not exist or cannot be read.", e);
        }
    }

    static WrapperCryptoki load(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new InvalidConfigurationException("The PKCS#11 module " + file + " is not a file.");
        }
        requireElfModule(file);
        WrapperLog.install();
        try {
            return new WrapperCryptoki(PKCS11Module.getInstance(file.toString()));
        } catch (IOException e) {
            throw refused(file, e);
        } catch (UnsatisfiedLinkError e) {
            throw new InvalidConfigurationException(
                    "The native part of the PKCS#11 wrapper cannot be loaded. It is copied to the directory "
                            + System.getProperty("PKCS11_TEMP_DIR", System.getProperty("java.io.tmpdir"))
                            + ", which must be writable and not mounted noexec; another can be named with"
                            + " -DPKCS11_TEMP_DIR=DIRECTORY.",
                    e);
        }
    }

    /** The loader's own words for this are hard to tell from those for a file that is missing. */
    private static void requireThisMachine(Path file, byte[] elf) {
        ByteOrder order = elf[DATA_ENCODING] == 1 ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN;
        int machine = Short.toUnsignedInt(ByteBuffer.wrap(elf).order(order).getShort(MACHINE));
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
    private static void requireEntryPoint(Path file, byte[] elf) {
        if (!new String(elf, StandardCharsets.ISO_8859_1).contains(ENTRY_POINT)) {
            throw new InvalidConfigurationException("The file " + file
                    + " is a shared library, but not a PKCS#11 module: it has no " + ENTRY_POINT + ".");
        }
    }

    private static void requireElfModule(Path file) {
        byte[] content;
        try {
            content = Files.readAllBytes(file);
        } catch (IOException e) {
            throw new InvalidConfigurationException("The PKCS#11 module " + file + " cannot be read.", e);
        }
        if (content.length > ELF_HEADER_LENGTH && ByteBuffer.wrap(content).getInt() == ELF_MAGIC) {
            requireThisMachine(file, content);
            requireEntryPoint(file, content);
        }
    }

    private static InvalidConfigurationException refused(Path file, IOException e) {
        String reason = String.valueOf(e.getMessage()).replaceAll("\\s+", " ").trim();
        return new InvalidConfigurationException(
                "The file " + file + " cannot be loaded as a PKCS#11 module for this machine: " + reason, e);
    }
}

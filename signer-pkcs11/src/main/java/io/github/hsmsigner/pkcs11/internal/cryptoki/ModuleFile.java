package io.github.hsmsigner.pkcs11.internal.cryptoki;

import io.github.hsmsigner.core.error.InvalidConfigurationException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.xipki.pkcs11.wrapper.PKCS11Module;

/** Loads the shared library of a module, or reports in one sentence why that is not possible. */
final class ModuleFile {

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
        requireModule(file);
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

    private static void requireModule(Path file) {
        try (InputStream content = Files.newInputStream(file)) {
            ElfFile.requireModule(file, content);
        } catch (IOException e) {
            throw new InvalidConfigurationException("The PKCS#11 module " + file + " cannot be read.", e);
        }
    }

    private static InvalidConfigurationException refused(Path file, IOException e) {
        String reason = String.valueOf(e.getMessage()).replaceAll("\\s+", " ").trim();
        return new InvalidConfigurationException(
                "The file " + file + " cannot be loaded as a PKCS#11 module for this machine: " + reason, e);
    }
}

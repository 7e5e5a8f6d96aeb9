package io.github.hsmsigner.pkcs11.cryptoki;

import io.github.hsmsigner.core.error.InvalidConfigurationException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.xipki.pkcs11.wrapper.PKCS11Module;

/**
 * A share in a PKCS#11 module that is loaded and initialised.
 *
 * <p>C_Initialize and C_Finalize are for the whole process, so all users of one file share one module: the first share
 * initialises it, the last one that is closed finalises it. Whoever opens a share closes it. Safe for use by any number of threads
 * at once.
 */
public final class CryptokiModule implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(CryptokiModule.class);

    /** By real path; a module stays loaded once it was, as unloading a library while threads may be in it is not safe. */
    private static final Map<Path, Loaded> LOADED = new HashMap<>();

    private final Loaded loaded;
    private final AtomicBoolean closed = new AtomicBoolean();

    private CryptokiModule(Loaded loaded) {
        this.loaded = loaded;
    }

    /**
     * Loads and initialises a module, or takes a further share in it.
     *
     * @param file the module's shared library
     * @return the share
     * @throws InvalidConfigurationException if the file cannot be loaded as a PKCS#11 module
     * @throws CryptokiException if C_Initialize fails
     */
    public static CryptokiModule open(Path file) throws CryptokiException {
        synchronized (LOADED) {
            Path real = realPath(file);
            Loaded loaded = LOADED.get(real);
            if (loaded == null) {
                loaded = new Loaded(load(real));
                LOADED.put(real, loaded);
            }
            if (loaded.shares == 0) {
                loaded.cryptoki.initialize();
            }
            loaded.shares++;
            return new CryptokiModule(loaded);
        }
    }

    private static Path realPath(Path file) {
        try {
            return file.toRealPath();
        } catch (IOException e) {
            throw new InvalidConfigurationException(
                    "The PKCS#11 module " + file + " does not exist or cannot be read.", e);
        }
    }

    private static WrapperCryptoki load(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new InvalidConfigurationException("The PKCS#11 module " + file + " is not a file.");
        }
        WrapperLog.install();
        try {
            return new WrapperCryptoki(PKCS11Module.getInstance(file.toString()));
        } catch (IOException e) {
            throw new InvalidConfigurationException(
                    "The file " + file + " cannot be loaded as a PKCS#11 module for this machine: " + oneLine(e), e);
        } catch (UnsatisfiedLinkError e) {
            throw new InvalidConfigurationException(
                    "The native part of the PKCS#11 wrapper cannot be loaded. It is copied to the directory "
                            + System.getProperty("PKCS11_TEMP_DIR", System.getProperty("java.io.tmpdir"))
                            + ", which must be writable and not mounted noexec; another can be named with"
                            + " -DPKCS11_TEMP_DIR=DIRECTORY.",
                    e);
        }
    }

    private static String oneLine(IOException e) {
        return String.valueOf(e.getMessage()).replaceAll("\\s+", " ").trim();
    }

    /**
     * The module's functions.
     *
     * @return the functions, usable until this share is closed
     */
    public Cryptoki cryptoki() {
        return loaded.cryptoki;
    }

    /** Gives the share back; the last one finalises the module. Further calls do nothing. */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        synchronized (LOADED) {
            loaded.shares--;
            if (loaded.shares == 0) {
                try {
                    loaded.cryptoki.finalizeModule();
                } catch (CryptokiException e) {
                    LOG.warn("The PKCS#11 module could not be finalised: {}.", e.getMessage());
                }
            }
        }
    }

    private static final class Loaded {

        private final WrapperCryptoki cryptoki;
        private int shares;

        Loaded(WrapperCryptoki cryptoki) {
            this.cryptoki = cryptoki;
        }
    }
}

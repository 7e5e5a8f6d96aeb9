package io.github.hsmsigner.service.lifecycle;

import io.github.hsmsigner.core.error.SigningException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Detects changed files and reloads them: all of them, or none.
 *
 * <p>The watch compares the content of the files. File system events do not work on network file systems, nor for the
 * symbolic links that Kubernetes swaps. A modification time may stay the same. A failed reload is reported once for
 * each reason and tried again at each check. A file may be half written, or the file that belongs to it may still be
 * old. Not thread-safe.
 */
final class FileWatch {

    private static final Logger LOG = LoggerFactory.getLogger(FileWatch.class);

    /** Larger than any watched file. */
    private static final long MAX_OCTETS = 16L * 1024 * 1024;

    private static final String UNREADABLE = "unreadable";
    private static final String NO_FILE = "no regular file";

    private final String what;
    private final Supplier<List<Path>> files;
    private final TakingUp takingUp;
    private final Consumer<Boolean> outcome;

    /** PINs are short: a bare hash of one would be as good as the PIN. */
    private final byte[] salt = new byte[32];

    private Map<Path, String> inForce;
    private String lastFailure;
    private volatile String problem;

    /** Reloads changed files. */
    @FunctionalInterface
    interface TakingUp {

        /**
         * Reloads the files as they are now, or changes nothing.
         *
         * @return the result, as a sentence for the log
         * @throws SigningException if the files cannot be reloaded
         */
        String run();
    }

    /**
     * Takes the current content of the files as the content in use. Make the watch before the files are read.
     *
     * @param what the name of the files, as the beginning of a sentence in the log
     * @param files the current files
     * @param takingUp reloads them
     * @param outcome receives for each change whether it was reloaded; a failure is reported once for each reason
     */
    FileWatch(String what, Supplier<List<Path>> files, TakingUp takingUp, Consumer<Boolean> outcome) {
        this.what = what;
        this.files = files;
        this.takingUp = takingUp;
        this.outcome = outcome;
        new SecureRandom().nextBytes(salt);
        this.inForce = fingerprints();
    }

    /**
     * Checks the files, and reloads them if one changed. Throws nothing.
     *
     * @return whether the check worked; a change that is refused because of its content is no failure of the check
     */
    boolean look() {
        try {
            reloadIfChanged();
            return true;
        } catch (SigningException e) {
            tell(e.getMessage(), null);
            return true;
        } catch (Throwable e) {
            // Also an Error, such as a StackOverflowError of a parser: the next check must take place.
            tell(e.toString(), e);
            return false;
        }
    }

    private void reloadIfChanged() {
        // Taken before the files are read: what changes after that is seen the next time.
        Map<Path, String> now = fingerprints();
        if (now.equals(inForce)) {
            if (lastFailure != null) {
                LOG.info("{}: the previous content is back.", what);
                lastFailure = null;
                problem = null;
            }
            return;
        }
        String result = takingUp.run();
        inForce = now;
        lastFailure = null;
        problem = null;
        LOG.info("{} reloaded: {}", what, result);
        outcome.accept(true);
    }

    private void tell(String reason, Throwable unexpected) {
        if (!reason.equals(lastFailure)) {
            lastFailure = reason;
            // Health goes out to strangers, and an unexpected error may repeat anything.
            problem = what + " could not be reloaded; the previous version stays in use: "
                    + (unexpected == null ? reason : "an unexpected error. The log has the reason.");
            LOG.warn("{} could not be reloaded; the previous version stays in use: {}", what, reason, unexpected);
            outcome.accept(false);
        }
    }

    /**
     * Returns a sentence about a change that could not be reloaded, until a later one is, or the files are as before.
     * Thread-safe.
     *
     * @return what could not be reloaded, and why; empty if nothing is wrong
     */
    Optional<String> problem() {
        return Optional.ofNullable(problem);
    }

    private Map<Path, String> fingerprints() {
        Map<Path, String> all = new LinkedHashMap<>();
        files.get().forEach(file -> all.put(file, fingerprint(file)));
        return all;
    }

    private String fingerprint(Path file) {
        if (!Files.isRegularFile(file)) {
            // A pipe can be read once only, and the service has done that.
            return Files.exists(file) ? NO_FILE : UNREADABLE;
        }
        byte[] buffer = new byte[8192];
        try (InputStream in = Files.newInputStream(file)) {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(salt);
            long length = 0;
            for (int count = in.read(buffer); count >= 0 && length < MAX_OCTETS; count = in.read(buffer)) {
                digest.update(buffer, 0, count);
                length += count;
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (IOException e) {
            return UNREADABLE;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every Java platform has SHA-256", e);
        } finally {
            Arrays.fill(buffer, (byte) 0);
        }
    }
}

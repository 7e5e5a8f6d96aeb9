package io.github.hsmsigner.pkcs11;

import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.core.error.SigningUnavailableException;
import io.github.hsmsigner.core.internal.secret.LocaleCharset;
import io.github.hsmsigner.core.internal.secret.MalformedSecretException;
import io.github.hsmsigner.core.internal.secret.SecretText;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A PIN that a program prints. The standard error of the program is not read, because it could hold anything. */
final class CommandPin implements PinSource {

    private final List<String> command;
    private final Duration timeout;

    CommandPin(List<String> command, Duration timeout) {
        this.command = List.copyOf(command);
        this.timeout = timeout;
        if (command.isEmpty()) {
            throw new IllegalArgumentException("A command has at least one word");
        }
        for (int i = 0; i < command.size(); i++) {
            if (!LocaleCharset.canEncode(command.get(i))) {
                throw new InvalidConfigurationException(
                        "Part " + (i + 1) + " of the PIN command " + LocaleCharset.cannotEncode() + ".");
            }
        }
    }

    /** The arguments may hold secrets. */
    @Override
    public String description() {
        return "the command " + command.get(0);
    }

    private String output() {
        return "the output of " + description();
    }

    @Override
    public char[] pin() {
        Process process = start();
        try {
            long end = System.nanoTime() + timeout.toNanos();
            CompletableFuture<byte[]> output = read(process);
            byte[] octets = output.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
            if (!process.waitFor(end - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                Arrays.fill(octets, (byte) 0);
                throw late(null);
            }
            if (process.exitValue() != 0) {
                Arrays.fill(octets, (byte) 0);
                throw PinText.missing(description() + " ended with exit code " + process.exitValue(), null);
            }
            return PinText.require(SecretText.decode(octets), output());
        } catch (MalformedSecretException e) {
            throw PinText.malformed(output(), e);
        } catch (TimeoutException e) {
            throw late(e);
        } catch (ExecutionException e) {
            throw PinText.missing(
                    output()
                            + (e.getCause() instanceof MalformedSecretException malformed
                                    ? " " + malformed.getMessage()
                                    : " cannot be read"),
                    e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw PinText.missing("waiting for " + description() + " was interrupted", e);
        } finally {
            process.destroyForcibly();
        }
    }

    private Process start() {
        try {
            return new ProcessBuilder(command)
                    .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException e) {
            throw PinText.missing(description() + " cannot be run", e);
        }
    }

    private static CompletableFuture<byte[]> read(Process process) {
        return CompletableFuture.supplyAsync(() -> {
            try (InputStream in = process.getInputStream()) {
                return SecretText.bytes(in);
            } catch (IOException | MalformedSecretException e) {
                throw new CompletionException(e);
            }
        });
    }

    private SigningUnavailableException late(Throwable cause) {
        return PinText.missing(description() + " did not end in " + timeout.toMillis() + " ms", cause);
    }

    @Override
    public String toString() {
        return "PinSource[command " + command.get(0) + "]";
    }
}

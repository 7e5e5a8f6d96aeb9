package io.github.hsmsigner.benchmarks.setup;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The figures of Linux about a process, from {@code /proc}. */
public final class ProcessNumbers {

    /** USER_HZ, which has been 100 on every architecture that a JDK runs on. */
    private static final double TICKS_A_SECOND = 100;

    private static final int UTIME = 11;
    private static final int STIME = 12;

    private final Path directory;

    /**
     * Looks at a process.
     *
     * @param pid its id
     */
    public ProcessNumbers(long pid) {
        directory = Path.of("/proc", Long.toString(pid));
    }

    /**
     * Returns the processor time that it took, in itself and in the kernel.
     *
     * @return seconds
     */
    public double cpuSeconds() {
        String stat = read("stat");
        // The second field is a name in parentheses, which may hold spaces.
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return (Long.parseLong(fields[UTIME]) + Long.parseLong(fields[STIME])) / TICKS_A_SECOND;
    }

    /**
     * Returns its current resident memory.
     *
     * @return mebibytes
     */
    public double residentMebibytes() {
        return status("VmRSS") / 1024.0;
    }

    /**
     * Returns the most memory that was resident, since its start or the last {@link #forgetPeak}.
     *
     * @return mebibytes
     */
    public double peakMebibytes() {
        return status("VmHWM") / 1024.0;
    }

    /** Resets the peak of resident memory. */
    public void forgetPeak() {
        try {
            Files.writeString(directory.resolve("clear_refs"), "5");
        } catch (IOException e) {
            throw new UncheckedIOException("The peak of the resident memory cannot be reset", e);
        }
    }

    /**
     * Returns the number of its threads.
     *
     * @return the number
     */
    public long threads() {
        return status("Threads");
    }

    /**
     * Returns the number of its open files and connections.
     *
     * @return how many
     */
    public long fileDescriptors() {
        try (var files = Files.list(directory.resolve("fd"))) {
            return files.count();
        } catch (IOException e) {
            throw new UncheckedIOException("The open files of the process cannot be counted", e);
        }
    }

    private long status(String name) {
        return read("status")
                .lines()
                .filter(line -> line.startsWith(name + ":"))
                .map(line -> line.replaceAll("\\D", ""))
                .mapToLong(Long::parseLong)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("There is no " + name + " in " + directory));
    }

    private String read(String name) {
        try {
            return Files.readString(directory.resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException("The process is gone", e);
        }
    }
}

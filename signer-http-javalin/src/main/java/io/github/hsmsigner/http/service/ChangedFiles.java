package io.github.hsmsigner.http.service;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Looks at the files that the service was started with every now and then, in the background. */
final class ChangedFiles implements AutoCloseable {

    /** They are a few small files; that they are looked at costs nothing that could be measured. */
    static final Duration PAUSE = Duration.ofSeconds(2);

    private final List<FileWatch> watches;
    private final ScheduledExecutorService looks = Executors.newSingleThreadScheduledExecutor(ChangedFiles::thread);

    ChangedFiles(List<FileWatch> watches) {
        this.watches = List.copyOf(watches);
    }

    private static Thread thread(Runnable work) {
        Thread thread = new Thread(work, "changed-files");
        thread.setDaemon(true);
        return thread;
    }

    void start() {
        looks.scheduleWithFixedDelay(
                () -> watches.forEach(FileWatch::look), PAUSE.toMillis(), PAUSE.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() {
        looks.shutdownNow();
    }
}

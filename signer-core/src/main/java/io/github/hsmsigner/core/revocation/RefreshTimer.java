package io.github.hsmsigner.core.revocation;

import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Runs work later, in the background. Thread-safe. */
interface RefreshTimer extends AutoCloseable {

    /** Runs the work once; never, if the timer is closed before. */
    void after(Duration delay, Runnable work);

    @Override
    void close();

    /** One daemon thread for all work, which ends while there is none. */
    static RefreshTimer ofOneThread() {
        ScheduledThreadPoolExecutor thread = new ScheduledThreadPoolExecutor(1, work -> {
            Thread created = new Thread(work, "revocation-refresh");
            created.setDaemon(true);
            return created;
        });
        thread.setKeepAliveTime(10, TimeUnit.SECONDS);
        thread.allowCoreThreadTimeOut(true);
        return new RefreshTimer() {
            @Override
            public void after(Duration delay, Runnable work) {
                try {
                    thread.schedule(work, delay.toMillis(), TimeUnit.MILLISECONDS);
                } catch (RejectedExecutionException | OutOfMemoryError e) {
                    // Closed, or no thread can be started: then the next request asks.
                }
            }

            @Override
            public void close() {
                thread.shutdownNow();
            }
        };
    }
}

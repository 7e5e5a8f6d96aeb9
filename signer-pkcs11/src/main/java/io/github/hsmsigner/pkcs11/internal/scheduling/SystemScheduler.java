package io.github.hsmsigner.pkcs11.internal.scheduling;

import java.time.Duration;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The clock and the threads of the Java platform. */
final class SystemScheduler implements Scheduler {

    static final SystemScheduler INSTANCE = new SystemScheduler();

    private static final Logger LOG = LoggerFactory.getLogger(SystemScheduler.class);
    private static final long IDLE_THREAD_SECONDS = 30;

    private SystemScheduler() {}

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }

    @Override
    public void parkNanos(Object blocker, long nanos) {
        LockSupport.parkNanos(blocker, nanos);
    }

    @Override
    public void unpark(Thread thread) {
        LockSupport.unpark(thread);
    }

    @Override
    public RandomGenerator random() {
        return ThreadLocalRandom.current();
    }

    @Override
    public TaskThreads threads(String name) {
        return new PlatformThreads(name);
    }

    private static final class PlatformThreads implements TaskThreads {

        private final ThreadPoolExecutor workers;
        private final ScheduledThreadPoolExecutor timer;

        PlatformThreads(String name) {
            AtomicInteger number = new AtomicInteger();
            workers = new ThreadPoolExecutor(
                    0,
                    Integer.MAX_VALUE,
                    IDLE_THREAD_SECONDS,
                    TimeUnit.SECONDS,
                    new SynchronousQueue<>(),
                    daemons(() -> "pkcs11-" + name + "-" + number.incrementAndGet()));
            timer = new ScheduledThreadPoolExecutor(1, daemons(() -> "pkcs11-timer-" + name));
            timer.setRemoveOnCancelPolicy(true);
        }

        private static ThreadFactory daemons(Supplier<String> names) {
            return task -> {
                Thread thread = new Thread(task, names.get());
                thread.setDaemon(true);
                return thread;
            };
        }

        @Override
        public void execute(Runnable task) {
            workers.execute(task);
        }

        @Override
        public void schedule(Duration delay, Runnable task) {
            timer.schedule(() -> run(task), delay.toNanos(), TimeUnit.NANOSECONDS);
        }

        private static void run(Runnable task) {
            try {
                task.run();
            } catch (Throwable e) {
                // The executor would keep it in a future that no code reads.
                LOG.error("A task of the timer failed.", e);
            }
        }

        @Override
        public void closeTimer() {
            timer.shutdownNow();
        }

        @Override
        public boolean isTimerClosed() {
            return timer.isShutdown();
        }

        @Override
        public void close() {
            timer.shutdownNow();
            workers.shutdown();
        }
    }
}

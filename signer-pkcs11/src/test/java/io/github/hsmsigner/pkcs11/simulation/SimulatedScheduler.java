package io.github.hsmsigner.pkcs11.simulation;

import io.github.hsmsigner.pkcs11.internal.scheduling.Scheduler;
import io.github.hsmsigner.pkcs11.internal.scheduling.TaskThreads;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/**
 * Runs tasks on real threads, one at a time, in virtual time. A task gives up its turn when it waits, and sometimes
 * when it wakes another; chance decides which task continues, so that the seed decides everything. If no task can
 * continue, the time jumps to the next event.
 *
 * <p>No task may hold a Java lock or monitor that another one needs when it parks, unparks or calls the model. The
 * watchdog reports a task that blocks elsewhere.
 */
final class SimulatedScheduler implements Scheduler {

    private static final int SWITCHES_WITHOUT_TIME = 100_000;
    private static final Duration COMPUTING_LIMIT = Duration.ofSeconds(60);
    /** Simulations take about a minute of virtual time. */
    private static final Duration LONGEST = Duration.ofMinutes(10);

    /** Long, because the machine can have other work. */
    private volatile Duration blockedLimit = Duration.ofSeconds(10);

    private static final double SWITCH_AT_UNPARK = 0.25;
    private static final double SPURIOUS_WAKE_UP = 0.01;
    private static final int SHOWN_FRAMES = 14;
    private static final long POLL_NANOS = 20_000;

    /** Threads that no simulation uses now. */
    private static final Deque<Worker> SPARE = new ConcurrentLinkedDeque<>();

    private final Random random;
    private final Trace trace;
    private final CountDownLatch ended = new CountDownLatch(1);
    private final List<Task> runnable = new ArrayList<>();
    private final Set<Task> alive = new LinkedHashSet<>();
    private final Deque<Worker> idleWorkers = new ArrayDeque<>();
    private final List<Worker> workers = new ArrayList<>();
    private final PriorityQueue<Wake> wakes =
            new PriorityQueue<>(Comparator.comparingLong(Wake::time).thenComparingLong(Wake::number));
    private final List<String> uncaught = new ArrayList<>();

    /** The clock shows this at the beginning: any number, as that of {@link System#nanoTime}. */
    private final long origin;

    private long elapsed;
    private long wakeNumber;
    private int switchesWithoutTime;
    private int mostAlive;
    private BooleanSupplier threadStartFails = () -> false;
    private volatile Task current;
    private volatile long switches;
    private volatile boolean stopped;
    private volatile String failure;

    SimulatedScheduler(long seed, Trace trace) {
        this.trace = trace;
        this.random = new Random(seed);
        this.origin = random.nextLong();
    }

    /** Unwinds the tasks that are left when a simulation ends. */
    private static final class SimulationEndedError extends Error {
        private static final long serialVersionUID = 1L;

        SimulationEndedError() {
            super("The simulation has ended", null, false, false);
        }
    }

    private enum State {
        RUNNABLE,
        /** Until it is unparked or interrupted, or the time has passed. */
        PARKED,
        /** Until the time has passed, as in native code. */
        SLEEPING
    }

    private static final class Task {
        private final String name;
        private final Runnable work;
        private final Worker worker;
        private State state = State.RUNNABLE;
        private boolean permit;
        /** The wake that ends its wait; others are void. */
        private long wake;

        Task(String name, Runnable work, Worker worker) {
            this.name = name;
            this.work = work;
            this.worker = worker;
        }
    }

    /** An event in virtual time: the end of a wait, or something to do. */
    private record Wake(long time, long number, Task task, Runnable action) {}

    /** A real thread. It serves one task after the other, and one simulation after the other. */
    static final class Worker extends Thread {
        private final Semaphore turn = new Semaphore(0);
        private volatile SimulatedScheduler owner;
        private volatile Task task;

        Worker() {
            super("simulated");
            setDaemon(true);
        }

        @Override
        public void run() {
            while (true) {
                turn.acquireUninterruptibly();
                Thread.interrupted();
                Task mine = task;
                if (mine != null && owner.hasTurn(mine)) {
                    owner.serve(mine);
                }
            }
        }
    }

    // ------------------------------------------------------------------------------------------------------- Running

    /**
     * Runs a simulation until its first task ends.
     *
     * @return why it could not be run to its end: deadlock, livelock, or a task that blocks; empty if it could
     */
    Optional<String> run(Runnable first) {
        Task task = start("main", first);
        runnable.remove(task);
        current = task;
        task.worker.turn.release();
        try {
            watch();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            fail("The simulation was interrupted");
        }
        stopped = true;
        releaseWorkers();
        return Optional.ofNullable(failure);
    }

    private void watch() throws InterruptedException {
        long seen = -1;
        long since = System.nanoTime();
        while (!ended.await(100, TimeUnit.MILLISECONDS)) {
            long now = System.nanoTime();
            if (switches != seen) {
                seen = switches;
                since = now;
                continue;
            }
            Task blocked = current;
            boolean computes = blocked.worker.getState() == Thread.State.RUNNABLE;
            if (now - since > (computes ? COMPUTING_LIMIT : blockedLimit).toNanos()) {
                fail("Task " + blocked.name
                        + (computes ? " computes without end" : " blocks outside of the scheduler"));
            }
        }
    }

    private void releaseWorkers() {
        workers.forEach(worker -> worker.turn.release());
        // Tasks that do not unwind are left alone. They are daemons.
        long end = System.nanoTime() + blockedLimit.toNanos();
        for (Worker worker : workers) {
            while (worker.task != null && System.nanoTime() < end) {
                LockSupport.parkNanos(POLL_NANOS);
            }
            if (worker.task == null) {
                SPARE.push(worker);
            }
        }
    }

    private void serve(Task task) {
        try {
            if (!stopped) {
                task.work.run();
            }
        } catch (SimulationEndedError e) {
            // As intended.
        } catch (Throwable e) {
            if (!stopped) {
                event("ended by " + e);
                uncaught.add("Task " + task.name + " was ended by " + e + frames(e.getStackTrace()));
            }
        }
        task.worker.task = null;
        if (stopped) {
            return;
        }
        alive.remove(task);
        idleWorkers.push(task.worker);
        if (task.name.equals("main")) {
            ended.countDown();
        } else {
            handOver();
        }
    }

    private void handOver() {
        Task next = next();
        if (next != null) {
            current = next;
            next.worker.turn.release();
        }
    }

    /** Lets others run, and returns when this task is to continue. */
    private void giveUpTurn(Task task) {
        Task next = next();
        if (next != task) {
            if (next != null) {
                current = next;
                next.worker.turn.release();
            }
            do {
                task.worker.turn.acquireUninterruptibly();
            } while (!hasTurn(task));
        }
        if (stopped) {
            throw new SimulationEndedError();
        }
    }

    /** A permit of the semaphore alone says nothing: the end of an earlier simulation can leave one. */
    private boolean hasTurn(Task task) {
        return current == task || stopped;
    }

    /**
     * Chooses the task that continues, and lets the time continue if there is none; {@code null} if there is never one.
     */
    private Task next() {
        countSwitch();
        while (!wakes.isEmpty() && (runnable.isEmpty() || wakes.peek().time() <= elapsed)) {
            Wake wake = wakes.poll();
            if (wake.task() == null || wake.task().wake == wake.number()) {
                if (wake.time() > elapsed) {
                    elapsed = wake.time();
                    switchesWithoutTime = 0;
                    if (elapsed > LONGEST.toNanos()) {
                        fail("The simulation does not end");
                        return null;
                    }
                }
                if (wake.task() == null) {
                    wake.action().run();
                } else {
                    wakeUp(wake.task());
                }
            }
        }
        if (runnable.isEmpty()) {
            fail("Deadlock: no task can continue, and there is no event");
            return null;
        }
        int chosen = random.nextInt(runnable.size());
        Task next = runnable.get(chosen);
        runnable.set(chosen, runnable.get(runnable.size() - 1));
        runnable.remove(runnable.size() - 1);
        trace.mix(next.name.hashCode());
        return next;
    }

    private void countSwitch() {
        switches++;
        switchesWithoutTime++;
        if (switchesWithoutTime > SWITCHES_WITHOUT_TIME) {
            switchesWithoutTime = 0;
            fail("Livelock: " + SWITCHES_WITHOUT_TIME
                    + " switches and readings of the clock while the time stands still");
            throw new SimulationEndedError();
        }
    }

    /** Ends the simulation. */
    private void fail(String reason) {
        if (failure == null) {
            failure = reason + ".\n" + describeTasks();
        }
        stopped = true;
        ended.countDown();
    }

    private String describeTasks() {
        return List.copyOf(alive).stream()
                .map(task -> "  " + task.name + " (" + (task == current ? "current" : task.state) + ")"
                        + frames(task.worker.getStackTrace()))
                .collect(Collectors.joining("\n"));
    }

    private static String frames(StackTraceElement[] stack) {
        String self = SimulatedScheduler.class.getName();
        return Arrays.stream(stack)
                .filter(frame -> frame.getClassName().startsWith("io.github.hsmsigner")
                        && !frame.getClassName().equals(self)
                        && !frame.getClassName().startsWith(self + "$"))
                .limit(SHOWN_FRAMES)
                .map(frame -> "\n      at " + frame.getClassName().replace("io.github.hsmsigner.", "") + "."
                        + frame.getMethodName() + ":" + frame.getLineNumber())
                .collect(Collectors.joining());
    }

    // --------------------------------------------------------------------------------------- For the simulation itself

    /** Starts a task. */
    Thread spawn(String name, Runnable work) {
        return start(name, work).worker;
    }

    private Task start(String name, Runnable work) {
        Worker worker = idleWorkers.isEmpty() ? newWorker() : idleWorkers.pop();
        Task task = new Task(name, work, worker);
        worker.task = task;
        alive.add(task);
        mostAlive = Math.max(mostAlive, alive.size());
        runnable.add(task);
        return task;
    }

    private Worker newWorker() {
        Worker spare = SPARE.poll();
        Worker worker = spare == null ? new Worker() : spare;
        worker.owner = this;
        workers.add(worker);
        if (spare == null) {
            worker.start();
        }
        return worker;
    }

    /** Does something at a time; it must not wait. */
    void at(Duration time, Runnable action) {
        at(time.toNanos(), action);
    }

    private void at(long time, Runnable action) {
        wakes.add(new Wake(time, ++wakeNumber, null, action));
    }

    /** The time since the beginning. */
    Duration elapsed() {
        return Duration.ofNanos(elapsed);
    }

    /** Waits as native code does: neither an unpark nor an interrupt ends it. */
    void sleep(Duration time) {
        if (!time.isZero()) {
            suspend(currentTask(), State.SLEEPING, time.toNanos());
        }
    }

    /** Lets another task run, by chance. */
    void switchByChance() {
        Task task = currentTask();
        if (!runnable.isEmpty() && random.nextBoolean()) {
            runnable.add(task);
            giveUpTurn(task);
        }
    }

    /** Interrupts the thread of a task. */
    void interrupt(Thread thread) {
        thread.interrupt();
        Task task = ((Worker) thread).task;
        if (task != null && task.state == State.PARKED) {
            wakeUp(task);
        }
    }

    /** Decides whether the process can start no thread now. */
    void threadStartFails(BooleanSupplier source) {
        this.threadStartFails = source;
    }

    void event(String text) {
        Task task = current;
        trace.add(elapsed, task == null ? "" : task.name, text);
    }

    Trace trace() {
        return trace;
    }

    /** The most tasks that were alive at the same time. */
    int mostAlive() {
        return mostAlive;
    }

    /** The tasks that an exception ended. */
    List<String> uncaught() {
        return List.copyOf(uncaught);
    }

    boolean isStopped() {
        return stopped;
    }

    // --------------------------------------------------------------------------------------------- For the production
    // code

    private Task currentTask() {
        if (stopped) {
            throw new SimulationEndedError();
        }
        if (Thread.currentThread() instanceof Worker worker && worker.owner == this && worker.task == current) {
            return worker.task;
        }
        throw new IllegalStateException("Thread " + Thread.currentThread() + " is not the current task");
    }

    /** Sets the time in which the watchdog expects a task that blocks elsewhere to continue. */
    void blockedLimit(Duration limit) {
        blockedLimit = limit;
    }

    @Override
    public long nanoTime() {
        currentTask();
        countSwitch();
        return origin + elapsed;
    }

    @Override
    public void parkNanos(Object blocker, long nanos) {
        Task task = currentTask();
        countSwitch();
        if (task.permit) {
            task.permit = false;
        } else if (nanos > 0 && !task.worker.isInterrupted()) {
            suspend(task, State.PARKED, random.nextDouble() < SPURIOUS_WAKE_UP ? 0 : nanos);
        }
    }

    private void suspend(Task task, State state, long nanos) {
        task.state = state;
        task.wake = ++wakeNumber;
        long time = elapsed + nanos;
        wakes.add(new Wake(time < 0 ? Long.MAX_VALUE : time, wakeNumber, task, null));
        giveUpTurn(task);
    }

    private void wakeUp(Task task) {
        task.wake = 0;
        task.state = State.RUNNABLE;
        runnable.add(task);
    }

    @Override
    public void unpark(Thread thread) {
        Task self = currentTask();
        Task task = thread instanceof Worker worker && worker.owner == this ? worker.task : null;
        if (task == null) {
            return;
        }
        if (task.state == State.PARKED) {
            wakeUp(task);
        } else {
            task.permit = true;
        }
        if (random.nextDouble() < SWITCH_AT_UNPARK) {
            runnable.add(self);
            giveUpTurn(self);
        }
    }

    @Override
    public RandomGenerator random() {
        currentTask();
        return random;
    }

    @Override
    public TaskThreads threads(String name) {
        return new SimulatedThreads(name);
    }

    private final class SimulatedThreads implements TaskThreads {

        private final String name;
        private final Queue<Runnable> due = new ArrayDeque<>();
        private int number;
        private boolean timerBusy;
        private boolean timerClosed;
        private boolean closed;

        SimulatedThreads(String name) {
            this.name = name;
        }

        @Override
        public void execute(Runnable task) {
            currentTask();
            if (closed) {
                throw new RejectedExecutionException("The threads are closed");
            }
            if (threadStartFails.getAsBoolean()) {
                event("no thread can be started");
                throw new OutOfMemoryError(
                        "unable to create native thread: possibly out of memory or process/resource limits reached");
            }
            number++;
            start(name + "-" + number, task);
        }

        @Override
        public void schedule(Duration delay, Runnable task) {
            currentTask();
            if (timerClosed) {
                throw new RejectedExecutionException("The timer is closed");
            }
            at(elapsed + delay.toNanos(), () -> {
                if (!timerClosed) {
                    due.add(task);
                    startTimer();
                }
            });
        }

        /** One task serves all that are due, as one thread does. */
        private void startTimer() {
            if (timerBusy) {
                return;
            }
            timerBusy = true;
            start(name + "-timer", () -> {
                try {
                    for (Runnable task = due.poll(); task != null; task = due.poll()) {
                        task.run();
                    }
                } finally {
                    timerBusy = false;
                    if (!due.isEmpty() && !stopped) {
                        startTimer();
                    }
                }
            });
        }

        @Override
        public void closeTimer() {
            timerClosed = true;
            due.clear();
        }

        @Override
        public boolean isTimerClosed() {
            return timerClosed;
        }

        @Override
        public void close() {
            closeTimer();
            closed = true;
        }
    }
}

package io.github.hsmsigner.pkcs11.simulation;

import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.Digest;
import io.github.hsmsigner.core.SignatureAlgorithm;
import io.github.hsmsigner.core.error.SigningException;
import io.github.hsmsigner.core.error.SigningUnavailableException;
import io.github.hsmsigner.pkcs11.CallingThread;
import io.github.hsmsigner.pkcs11.KeySelector;
import io.github.hsmsigner.pkcs11.Pkcs11Config;
import io.github.hsmsigner.pkcs11.Pkcs11Signer;
import io.github.hsmsigner.pkcs11.Pkcs11Token;
import io.github.hsmsigner.pkcs11.SimulatedTokens;
import io.github.hsmsigner.pkcs11.health.Pkcs11Listener;
import io.github.hsmsigner.pkcs11.health.RecoverySettings;
import io.github.hsmsigner.pkcs11.health.SessionStatistics;
import io.github.hsmsigner.pkcs11.health.TokenHealth;
import io.github.hsmsigner.pkcs11.internal.cryptoki.CryptokiException;
import io.github.hsmsigner.pkcs11.internal.cryptoki.CryptokiModule;
import io.github.hsmsigner.pkcs11.internal.cryptoki.NativeModule;
import io.github.hsmsigner.pkcs11.internal.cryptoki.ReturnValue;
import io.github.hsmsigner.pkcs11.simulation.Scenario.Kind;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * One simulation: callers sign with the keys of a token while the script runs, then the script ends, and everything
 * must be well again. The invariants are checked all the time.
 */
final class Simulation {

    private static final SignatureAlgorithm ALGORITHM = SignatureAlgorithm.RSA_PKCS1_SHA256;
    private static final Duration SAMPLING = Duration.ofMillis(250);

    // Bounds of time.
    /** After the faults end. A probe pauses 750 ms at most, and logs in and signs in less than 250 ms. */
    private static final Duration RECOVERY = Duration.ofSeconds(1);
    /** A rejected PIN's source is asked again every 2 s. */
    private static final Duration PIN_CHECK = Duration.ofSeconds(2);
    /**
     * Where only a new login or C_Initialize helps: 10 s without a success open the circuit breaker, and the probe
     * climbs.
     */
    private static final Duration ESCALATION = Duration.ofSeconds(15);
    /** Sessions that the token had no room for are opened again, more each second. */
    private static final Duration SETTLING = Duration.ofSeconds(10);

    /** A program that cannot open the token tries again. */
    private static final Duration OPENING_PAUSE = Duration.ofMillis(300);

    private static final Duration TOLERANCE = Duration.ofMillis(10);
    /** Calls on the caller's thread end when the module returns: signing, or login and look-up in between. */
    private static final Duration TOLERANCE_ON_CALLERS_THREAD = Duration.ofSeconds(1);

    /** 5 s for calls under way, 5 s to close sessions, 10 s for C_Finalize. */
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(21);

    private static final Duration PATIENT = Duration.ofSeconds(1);
    /** A token that is slow works for callers that wait; half the time limit that Document Engine has by default. */
    private static final Duration PATIENT_WITH_SLOW_TOKEN = Duration.ofSeconds(5);

    // Bounds of numbers.
    private static final int WRONG_PINS = 3;
    /** The first login, and some that one-time events need. */
    private static final int LOGINS = 10;
    /** While something is wrong, one login in two seconds. */
    private static final int SECONDS_FOR_A_LOGIN = 2;
    /**
     * A login that fails for another reason than the PIN is tried by each probe, and by requests before the circuit breaker opens.
     */
    private static final int TRIED_LOGINS_A_SECOND = 3;
    /** While something is wrong: up to four at once, then a pause that grows to 250 ms; and the sessions of probes. */
    private static final int OPENINGS_A_SECOND = 30;
    /** The login session, the one of the next login, and one that is being closed. */
    private static final int OTHER_SESSIONS = 3;
    /** A probe that does not return is followed by another one, but not by ever more. */
    private static final int HANGING_PROBES = 4;
    /** Login, probe, opener, slots, timers, and housekeeping twice. */
    private static final int OTHER_TASKS = 10;

    private final Scenario scenario;
    private final SimulatedScheduler scheduler;
    private final Violations violations;
    private final ModelToken model;
    private final List<Thread> callers = new ArrayList<>();
    private final Map<String, Pkcs11Signer> signers = new HashMap<>();
    private boolean closing;
    private int failedFinalizationsBefore;
    private final Optional<OtherToken> other;
    private Pkcs11Token token;
    private boolean callersStop;
    private int callersAlive;
    private long messages;
    private int pinCalls;
    private int signatures;

    private final HealthWatch tokenWatch = new HealthWatch();
    private final Map<String, HealthWatch> keyWatches = new HashMap<>();
    private final Set<String> reportedMissing = new HashSet<>();
    private Duration unusableSince = Fault.NEVER;

    private Simulation(long seed, Scenario scenario, int keptEvents) {
        this.scenario = scenario;
        this.scheduler = new SimulatedScheduler(seed, new Trace(keptEvents));
        this.violations = new Violations(scheduler);
        this.model = new ModelToken(scheduler, scenario, violations);
        this.other = scenario.secondToken ? Optional.of(new OtherToken(seed, scheduler, violations)) : Optional.empty();
    }

    /**
     * How a simulation went.
     *
     * @param seed its seed
     * @param scenario its script
     * @param violations the first violation of each invariant
     * @param hash a hash of all its events
     * @param calls how often each function of the module was called
     * @param summary what happened, in numbers
     */
    record Result(
            long seed,
            Scenario scenario,
            Map<Invariant, Violations.Violation> violations,
            long hash,
            Map<String, Integer> calls,
            String summary) {

        /** The script, the violations, and the events before the first violation of an invariant. */
        String report(Invariant invariant) {
            StringBuilder text = new StringBuilder();
            violations.forEach((violated, violation) -> text.append(violated)
                    .append("\n  ")
                    .append(violation.message())
                    .append("\n"));
            return text.append(scenario)
                    .append("  ")
                    .append(summary)
                    .append("\nThe last events before the violation of ")
                    .append(invariant.name())
                    .append(":\n")
                    .append(violations.get(invariant).events())
                    .append("\nRun it again: scripts/simulate 1 ")
                    .append(seed)
                    .append("\n")
                    .toString();
        }
    }

    static Result run(long seed) {
        return run(seed, Trace.USUALLY_KEPT);
    }

    /** Runs a simulation and keeps so many of the events before each violation. */
    static Result run(long seed, int keptEvents) {
        return run(seed, new Scenario(seed), keptEvents);
    }

    /** Runs a simulation of a script; the seed decides the order of threads, and what the script leaves to chance. */
    static Result run(long seed, Scenario scenario, int keptEvents) {
        Simulations.silenceSimulatedThreads();
        Simulation simulation = new Simulation(seed, scenario, keptEvents);
        simulation.scheduler.run(simulation::live).ifPresent(simulation.violations::noProgress);
        return new Result(
                seed,
                simulation.scenario,
                simulation.violations.all(),
                simulation.scheduler.trace().hash(),
                simulation.model.counts(),
                simulation.summary());
    }

    private String summary() {
        return signatures + " signatures, calls " + model.counts() + ", at most " + model.mostSessions()
                + " sessions and "
                + scheduler.mostAlive() + " tasks, " + model.rejectedPins() + " rejected PINs, end at "
                + Scenario.seconds(scheduler.elapsed());
    }

    // ---------------------------------------------------------------------------------------------------- The course

    private void live() {
        scheduler.threadStartFails(() -> isActive(Kind.NO_THREADS));
        scenario.keys.forEach(key -> keyWatches.put(key, new HealthWatch()));
        token = open();
        scenario.events.forEach(event -> scheduler.at(event.at(), () -> {
            scheduler.event("SCRIPT: " + event.words());
            event.what().accept(model);
        }));
        scenario.faults.forEach(fault -> {
            scheduler.at(fault.begin(), () -> scheduler.event("FAULT BEGINS: " + fault));
            if (fault.endsByTime()) {
                scheduler.at(fault.end(), () -> scheduler.event("FAULT ENDS: " + fault));
            }
        });
        startCallers();
        if (scenario.has(Kind.CALLERS_INTERRUPTED)) {
            scheduler.spawn("interrupter", this::interruptCallers);
        }
        Duration due = scenario.end().plus(grace());
        if (scenario.closedEarly.isPresent()) {
            watchUntil(scenario.closedEarly.get(), token);
            close(token);
            stopCallers();
            scheduler.sleep(due.plus(SETTLING));
        } else {
            watchUntil(due, token);
            everyKeySigns();
            watchUntil(due.plus(SETTLING), token);
            stopCallers();
            checkRest(token);
            close(token);
            scheduler.sleep(SAMPLING);
        }
        other.ifPresent(token -> {
            checkSessionsClosed();
            token.close();
        });
        checkClosed();
        checkNumbers();
    }

    /** Opens the token and finds its keys, again if the script makes that fail. */
    private Pkcs11Token open() {
        while (true) {
            Optional<Pkcs11Token> opened = Optional.empty();
            try {
                opened = Optional.of(openShare());
                for (String key : scenario.keys) {
                    signers.put(key, opened.get().signer(KeySelector.byLabel(key)));
                }
                return opened.get();
            } catch (RuntimeException e) {
                scheduler.event("the token cannot be opened: " + e.getMessage());
                opened.ifPresent(Pkcs11Token::close);
                Duration now = scheduler.elapsed();
                // Another fault can begin before the token is open.
                boolean expected = scenario.has(Kind.OPENING_FAILS)
                        && scenario.faults.stream()
                                .anyMatch(fault -> fault.begin().compareTo(now) <= 0
                                        && !fault.end().equals(Fault.NEVER)
                                        && now.minus(RECOVERY).compareTo(fault.end()) <= 0);
                violations.require(
                        expected && e instanceof SigningUnavailableException unavailable && unavailable.retryable(),
                        Invariant.OPENING,
                        "the token cannot be opened: " + e);
                violations.require(
                        model.openSessions() == 0 && !model.isInitialized(),
                        Invariant.OPENING,
                        "the token was not opened, but there are " + model.openSessions()
                                + " sessions, and the module is "
                                + (model.isInitialized() ? "initialised" : "finalised"));
                scheduler.sleep(OPENING_PAUSE);
            }
        }
    }

    private Pkcs11Token openShare() {
        if (other.isEmpty()) {
            return SimulatedTokens.open(config(), model, scheduler);
        }
        NativeModule both = new TwoTokens(model, other.get().model());
        try (CryptokiModule module = CryptokiModule.open(Path.of("model"), both, scheduler)) {
            other.get().open(module);
            return SimulatedTokens.open(config(), module::share, scheduler);
        } catch (CryptokiException e) {
            throw new IllegalStateException("The script has no faults of the module", e);
        }
    }

    private void stopCallers() {
        callersStop = true;
        while (callersAlive > 0) {
            scheduler.sleep(SAMPLING);
        }
        scheduler.sleep(SAMPLING);
    }

    private Duration grace() {
        if (scenario.needsEscalation()) {
            return ESCALATION;
        }
        return scenario.kinds.stream().anyMatch(Kind::isOfPins) ? RECOVERY.plus(PIN_CHECK) : RECOVERY;
    }

    private Pkcs11Config config() {
        return Pkcs11Config.builder(Path.of("model"))
                .pin(this::pin)
                .tokenLabel(ModelToken.LABEL)
                .maximumPoolSize(scenario.maxSessions)
                .sessionsOpenedAtOnce(scenario.openingsAtOnce)
                .idleTimeout(scenario.sessionKeepAlive)
                .callingThread(scenario.callingThread)
                .recovery(RecoverySettings.builder()
                        .regrowPause(Duration.ofSeconds(1))
                        .build())
                .listener(listener())
                .build();
    }

    private boolean isActive(Kind kind) {
        return scenario.faults.stream()
                .anyMatch(fault -> fault.kind() == kind
                        && fault.isActive(scheduler.elapsed())
                        && scheduler.random().nextDouble() < fault.probability());
    }

    private char[] pin() {
        pinCalls++;
        if (isActive(Kind.SLOW_PIN_SOURCE)) {
            Duration time = scenario.slowPinSource(scheduler.elapsed());
            scheduler.event("the PIN source takes " + Scenario.seconds(time));
            scheduler.sleep(time);
        }
        if (isActive(Kind.ALTERNATING_PINS)) {
            return (pinCalls % 2 == 0 ? "user:wrong-a" : "user:wrong-b").toCharArray();
        }
        boolean changed = scenario.has(Kind.CHANGED_PIN)
                && !isActive(Kind.CHANGED_PIN)
                && scheduler
                                .elapsed()
                                .compareTo(scenario.firstOf(Kind.CHANGED_PIN).begin())
                        > 0;
        return (changed ? "user:changed" : ModelToken.FIRST_PIN).toCharArray();
    }

    private Pkcs11Listener listener() {
        return (Pkcs11Listener) Proxy.newProxyInstance(
                Pkcs11Listener.class.getClassLoader(),
                new Class<?>[] {Pkcs11Listener.class},
                (proxy, method, arguments) -> {
                    if (!method.getName().equals("moduleUsed")) {
                        scheduler.event(
                                "EVENT " + method.getName() + (arguments == null ? "" : Arrays.toString(arguments)));
                    }
                    violations.require(
                            !method.getName().equals("callHung") || scenario.hasSlowCalls(),
                            Invariant.PIN_WAIT,
                            "no call of the module is slow, but one counts as hanging");
                    if (isActive(Kind.LISTENER_THROWS)) {
                        throw new IllegalStateException("The listener throws in " + method.getName());
                    }
                    return null;
                });
    }

    // ---------------------------------------------------------------------------------------------------- Callers

    private void startCallers() {
        for (Scenario.Caller caller : scenario.callers) {
            callersAlive++;
            boolean canBeImpatient = callers.size() % 2 == 1;
            callers.add(scheduler.spawn("caller-" + (callers.size() + 1), () -> {
                scheduler.sleep(caller.begin());
                while (!callersStop) {
                    String key = scenario.keys.get(scheduler.random().nextInt(scenario.keys.size()));
                    boolean impatient = canBeImpatient && isActive(Kind.IMPATIENT_CALLERS);
                    sign(
                            key,
                            impatient ? Duration.ofMillis(1 + scheduler.random().nextInt(50)) : caller.deadline());
                    scheduler.sleep(caller.pause()
                            .dividedBy(2)
                            .plusNanos(
                                    scheduler.random().nextLong(caller.pause().toNanos())));
                }
                callersAlive--;
            }));
        }
    }

    private void interruptCallers() {
        while (!callersStop) {
            scheduler.sleep(Duration.ofMillis(1 + scheduler.random().nextInt(200)));
            // One of them, or all, as when an executor is shut down.
            boolean all = scheduler.random().nextInt(4) == 0;
            int one = scheduler.random().nextInt(callers.size());
            if (isActive(Kind.CALLERS_INTERRUPTED)) {
                for (Thread caller : all ? callers : callers.subList(one, one + 1)) {
                    scheduler.interrupt(caller);
                }
            }
        }
    }

    /** Signs, and checks how that ends; whether there is a signature. */
    private boolean sign(String key, Duration limit) {
        byte[] message = ByteBuffer.allocate(Long.BYTES).putLong(messages++).array();
        Digest digest = Digest.compute(ALGORITHM.digestAlgorithm(), message);
        Deadline deadline = scheduler.deadline(limit);
        Duration begin = scheduler.elapsed();
        boolean keyThere = model.hasKey(key);
        boolean sessionThere = model.openSessions() > 1;
        boolean wasSlow = scenario.isSlow(begin);
        Optional<Throwable> failure = Optional.empty();
        try {
            byte[] signature = signers.get(key).sign(ALGORITHM, digest, deadline);
            violations.require(
                    Arrays.equals(signature, ModelToken.signature(key, digest.toDigestInfo())),
                    Invariant.SIGNATURE,
                    "a wrong signature with " + key);
            signatures++;
            tokenWatch.succeeded();
            keyWatches.get(key).succeeded();
        } catch (RuntimeException | OutOfMemoryError | StackOverflowError | AssertionError e) {
            failure = Optional.of(e);
        }
        boolean interrupted = Thread.interrupted();
        boolean slow = wasSlow || scenario.isSlow(scheduler.elapsed());
        boolean patient = limit.compareTo(slow ? PATIENT_WITH_SLOW_TOKEN : PATIENT) >= 0 && !interrupted;
        // A key that is there again is found by a probe.
        keyThere &= model.hasKey(key) && model.keysUnchangedFor(RECOVERY.plus(limit));
        Duration took = scheduler.elapsed().minus(begin);
        failure.ifPresent(
                e -> scheduler.event("request fails after " + Scenario.seconds(took) + ": " + e.getMessage()));
        checkTimes(key, limit, took, sessionThere && patient, begin);
        if (failure.isPresent()) {
            checkFailure(key, failure.get(), patient && keyThere);
        }
        return failure.isEmpty();
    }

    private void checkTimes(String key, Duration limit, Duration took, boolean servable, Duration begin) {
        Duration tolerance = scenario.callingThread == CallingThread.CALLER ? TOLERANCE_ON_CALLERS_THREAD : TOLERANCE;
        violations.require(
                took.compareTo(limit.plus(tolerance)) <= 0,
                Invariant.DEADLINES,
                "a request with " + key + " and a deadline of " + Scenario.seconds(limit) + " took "
                        + Scenario.seconds(took));
        // One session serves all in this time.
        Duration fair = Duration.ofMillis(500 + 100L * scenario.callers.size());
        if (servable && scenario.kinds.equals(Set.of(Kind.SLOW_OPENING))) {
            violations.require(
                    took.compareTo(fair) <= 0,
                    Invariant.FREE_SESSION,
                    "a request took " + Scenario.seconds(took)
                            + " while C_OpenSession was slow, though other sessions worked");
        }
    }

    private void checkFailure(String key, Throwable failure, boolean shouldSucceed) {
        violations.require(
                failure instanceof SigningException,
                Invariant.EXCEPTIONS,
                "a request with " + key + " fails with " + failure);
        if (!model.hasKey(key)) {
            reportedMissing.add(key);
        }
        if (!shouldSucceed || closing) {
            return;
        }
        String lastFailure = String.valueOf(failure.getMessage());
        // A key that is known not to work says nothing about the token.
        if (isUsable(key) || !token.health().usable()) {
            tokenWatch.failed(scheduler.elapsed(), lastFailure, token.health().usable());
        }
        if (!isLate(failure) && !isWithoutThread(failure)) {
            keyWatches.get(key).failed(scheduler.elapsed(), lastFailure, isUsable(key));
        }
        violations.require(
                !scenario.tokenWorks() || isBusy(failure),
                Invariant.OTHERS_SERVED,
                "a patient request with " + key + " fails though the token works: " + lastFailure);
    }

    /** A token that is slow, or busy, says nothing about one of its keys. */
    private static boolean isLate(Throwable failure) {
        return failure instanceof SigningUnavailableException e
                && (e.reason() == SigningUnavailableException.Reason.LATE
                        || e.reason() == SigningUnavailableException.Reason.BUSY);
    }

    /**
     * A process that can start no thread did not call the token, so such a request says nothing about its key. Where it
     * happens only now and then, chance can hit one key while others sign. The health of the token must still show it.
     */
    private static boolean isWithoutThread(Throwable failure) {
        return failure instanceof SigningUnavailableException && failure.getCause() instanceof OutOfMemoryError;
    }

    /** Overload is no fault of the token. */
    private static boolean isBusy(Throwable failure) {
        return failure instanceof SigningUnavailableException e && e.reason() == SigningUnavailableException.Reason.BUSY
                || String.valueOf(failure.getMessage()).contains("stayed busy");
    }

    // ---------------------------------------------------------------------------------------------------- Checks

    private void watchUntil(Duration end, Pkcs11Token token) {
        while (scheduler.elapsed().compareTo(end) < 0) {
            Duration left = end.minus(scheduler.elapsed());
            scheduler.sleep(left.compareTo(SAMPLING) < 0 ? left : SAMPLING);
            Duration now = scheduler.elapsed();
            TokenHealth health = token.health();
            tokenWatch.see(now, health.usable());
            if (health.usable()) {
                tokenWatch
                        .untruth(now)
                        .ifPresent(why ->
                                violations.add(Invariant.TRUTHFUL_HEALTH, "the token is " + health + ", but " + why));
            }
            keyWatches.forEach((key, watch) -> {
                watch.see(now, isUsable(key));
                if (isUsable(key)) {
                    watch.untruth(now)
                            .ifPresent(why -> violations.add(Invariant.KEY_HEALTH, key + " is healthy, but " + why));
                }
            });
            checkOtherKeys(now, health);
            if (scenario.tokenWorks()) {
                violations.require(health.usable(), Invariant.NO_FALSE_ALARM, "the token works, but is " + health);
            }
        }
    }

    private boolean isUsable(String key) {
        return signers.get(key).health().usable();
    }

    private void checkOtherKeys(Duration now, TokenHealth health) {
        if (health.usable()) {
            unusableSince = Fault.NEVER;
        } else if (unusableSince.equals(Fault.NEVER)) {
            unusableSince = now;
        }
        violations.require(
                !scenario.onlyKeyFails() || now.minus(unusableSince).compareTo(RECOVERY) <= 0,
                Invariant.OTHER_KEYS,
                "only a key fails, but the token is " + health + " since " + Scenario.seconds(unusableSince));
    }

    /** Too many rejected PINs since the last login stop all logins for good. */
    private boolean mayLogIn() {
        return model.rejectedInARow() < WRONG_PINS;
    }

    private void everyKeySigns() {
        for (String key : scenario.keys) {
            if (model.hasKey(key) && mayLogIn()) {
                violations.require(
                        sign(key, PATIENT),
                        Invariant.RECOVERY,
                        key + " does not sign " + Scenario.seconds(grace()) + " after the end of the faults: "
                                + tokenWatch.lastFailure());
            }
        }
    }

    /** Such as a token without room for further sessions until the next C_Initialize, which need not come while it signs. */
    private boolean faultLeft() {
        return scenario.faults.stream().anyMatch(fault -> fault.isActive(scheduler.elapsed()));
    }

    private void checkRest(Pkcs11Token token) {
        for (int i = 0; i < 20 && token.sessions().inUse() > 0; i++) {
            // The probe of a key that is missing.
            scheduler.sleep(Duration.ofMillis(50));
        }
        int hanging = model.callsInside();
        TokenHealth health = token.health();
        violations.require(
                mayLogIn()
                        ? health.equals(TokenHealth.healthy()) || (hanging > 0 || faultLeft()) && health.usable()
                        : !health.usable(),
                Invariant.HEALTHY_AGAIN,
                "the token is " + health + " " + Scenario.seconds(grace().plus(SETTLING))
                        + " after the end of the faults");
        for (String key : scenario.keys) {
            boolean works = mayLogIn() && model.hasKey(key);
            violations.require(
                    works
                            ? isUsable(key) || hanging > 0 || faultLeft()
                            : !isUsable(key) || !reportedMissing.contains(key),
                    Invariant.KEY_HEALTH,
                    key + (works ? " works" : " does not work") + ", but is "
                            + signers.get(key).health());
        }
        SessionStatistics sessions = token.sessions();
        violations.require(
                (sessions.capacity() == scenario.maxSessions || faultLeft())
                        && sessions.inUse() == 0
                        && sessions.waiting() == 0
                        && sessions.hungCalls() <= hanging,
                Invariant.CAPACITY,
                "nothing is under way, but the pool is " + sessions);
        int known = sessions.idle() + 1 + model.failedCloses();
        violations.require(
                model.openSessions() <= known,
                Invariant.CAPACITY,
                "the token has " + model.openSessions() + " sessions, but only " + known + " are known: "
                        + sessions.idle() + " in the pool, one for the login, " + model.failedCloses()
                        + " that could not be closed");
    }

    private void close(Pkcs11Token token) {
        closing = true;
        failedFinalizationsBefore = model.failedFinalizations();
        if (scenario.closedWhileInterrupted) {
            Thread.currentThread().interrupt();
        }
        Duration begin = scheduler.elapsed();
        try {
            token.close();
        } catch (RuntimeException e) {
            violations.add(Invariant.CLOSED, "close() fails with " + e);
        }
        Thread.interrupted();
        Duration took = scheduler.elapsed().minus(begin);
        violations.require(
                took.compareTo(CLOSE_LIMIT) <= 0, Invariant.CLOSED, "close() took " + Scenario.seconds(took));
    }

    /** A token whose module is used by another token closes its sessions, because C_Finalize does not. */
    private void checkSessionsClosed() {
        violations.require(
                model.callsInside() > 0 || scenario.canHang() || model.openSessions() <= model.failedCloses(),
                Invariant.CLOSED,
                "after close() there are " + model.openSessions() + " sessions, and another token uses the module");
    }

    /**
     * A token that is closed while a call hangs leaves its sessions and its module as they are. A module whose
     * C_Finalize returns an error stays initialised, but has no sessions.
     */
    private void checkClosed() {
        boolean abandoned = model.callsInside() > 0 || scenario.closedEarly.isPresent() && scenario.canHang();
        boolean refused = model.failedFinalizations() > failedFinalizationsBefore;
        violations.require(
                abandoned
                        || (!model.isInitialized() || refused)
                                && model.openSessions() <= (refused ? model.failedCloses() : 0),
                Invariant.CLOSED,
                "after close() there are " + model.openSessions() + " sessions, and the module is "
                        + (model.isInitialized() ? "initialised" : "finalised"));
    }

    private void checkNumbers() {
        long faultSeconds =
                scenario.faultTime().toSeconds() + 1 + (scenario.needsEscalation() ? ESCALATION.toSeconds() : 0);
        int capacity = scenario.maxSessions;
        bound(
                Invariant.PIN_SOURCE,
                pinCalls,
                LOGINS + model.count("C_Login") + faultSeconds * TRIED_LOGINS_A_SECOND + contextLogins(),
                "calls of the PIN source");
        bound(Invariant.PIN_TRIES, model.mostRejectedInARow(), WRONG_PINS, "different wrong PINs in a row");
        bound(Invariant.LOGINS, model.logins(), LOGINS + loginsInTrouble(faultSeconds), "logins");
        bound(
                Invariant.LOGINS,
                model.count("C_Login"),
                LOGINS + faultSeconds * TRIED_LOGINS_A_SECOND,
                "logins that were tried");
        bound(
                Invariant.OPENINGS,
                model.count("C_OpenSession"),
                sessionsNeeded() + OPENINGS_A_SECOND * faultSeconds,
                "sessions opened");
        bound(
                Invariant.SESSIONS,
                model.mostSessions(),
                capacity + OTHER_SESSIONS + model.failedCloses() + sessionsBeingClosed(),
                "sessions at the same time");
        bound(Invariant.TASKS, scheduler.mostAlive(), scenario.callers.size() + 2L * capacity + OTHER_TASKS, "threads");
        scheduler.uncaught().forEach(message -> violations.add(Invariant.EXCEPTIONS, message));
    }

    /**
     * A session for each login, as many as the pool can have for each generation, and one in place of each that failed
     * or was idle.
     */
    private long sessionsNeeded() {
        int capacity = scenario.maxSessions;
        long generations = 1L + model.logins() + scenario.events.size();
        long idleClosed = capacity * scheduler.elapsed().dividedBy(scenario.sessionKeepAlive);
        return model.count("C_Login") + capacity * generations + model.failedUses() + idleClosed;
    }

    /** A module that says that it is not initialised, though it is, is initialised again by each probe. */
    private long loginsInTrouble(long seconds) {
        String code = ReturnValue.name(ReturnValue.CRYPTOKI_NOT_INITIALIZED.code());
        boolean initialised =
                scenario.faults.stream().anyMatch(fault -> fault.words().contains(code));
        return initialised ? seconds * TRIED_LOGINS_A_SECOND : seconds / SECONDS_FOR_A_LOGIN;
    }

    /**
     * The token still has sessions whose closing takes long, but never more than the pool is allowed to have. Each
     * probe that hangs has one, too.
     */
    private int sessionsBeingClosed() {
        boolean slow = scenario.has(Kind.HANGING_CALLS) || scenario.has(Kind.SLOW_CALLS);
        return (slow || scenario.has(Kind.NO_THREADS) ? scenario.maxSessions : 0) + (slow ? HANGING_PROBES : 0);
    }

    /** The PIN for logins for single signatures is kept for 5 s; then one call of its source serves all requests. */
    private long contextLogins() {
        return scenario.loginForEach.isEmpty() ? 0 : 1 + scheduler.elapsed().toSeconds() / 5;
    }

    private void bound(Invariant invariant, long number, long most, String what) {
        violations.require(number <= most, invariant, number + " " + what + "; at most " + most + " are expected");
    }
}

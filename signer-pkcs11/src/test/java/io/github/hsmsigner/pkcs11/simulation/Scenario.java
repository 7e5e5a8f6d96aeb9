package io.github.hsmsigner.pkcs11.simulation;

import io.github.hsmsigner.pkcs11.CallingThread;
import io.github.hsmsigner.pkcs11.internal.cryptoki.ReturnValue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The script of a simulation. The seed decides everything: the settings of the token, the callers, the speed of the
 * module, and what goes wrong: one kind of fault, or two at the same time.
 */
final class Scenario {

    private static final Set<String> SIGNING = Set.of("C_SignInit", "C_Sign");
    private static final Set<String> SETTING_UP =
            Set.of("C_OpenSession", "C_Login", "C_FindObjects", "C_GetAttributeValue");
    private static final Set<String> EVERYTHING = Set.of(
            "C_GetSlotList",
            "C_GetTokenInfo",
            "C_OpenSession",
            "C_Login",
            "C_FindObjects",
            "C_GetAttributeValue",
            "C_SignInit",
            "C_Sign");
    private static final Set<String> OF_THE_MODULE = Set.of("C_Initialize", "C_Finalize", "C_GetInfo");
    private static final List<Set<String>> FUNCTIONS = List.of(
            Set.of("C_Sign"),
            Set.of("C_SignInit"),
            SIGNING,
            SIGNING,
            EVERYTHING,
            EVERYTHING,
            SETTING_UP,
            Set.of("C_OpenSession"),
            Set.of("C_Login"),
            Set.of("C_FindObjects"),
            Set.of("C_GetTokenInfo"),
            Set.of("C_CloseSession"),
            Set.of("C_Initialize"),
            Set.of("C_Finalize"));
    /** Not C_GetAttributeValue: some tokens answer such errors for attributes that they do not have. */
    private static final List<Set<String>> OPENING = List.of(
            Set.of("C_Initialize"),
            Set.of("C_GetInfo"),
            Set.of("C_GetSlotList"),
            Set.of("C_GetTokenInfo"),
            Set.of("C_OpenSession"),
            Set.of("C_Login"),
            Set.of("C_FindObjects"),
            Set.of(
                    "C_Initialize",
                    "C_GetInfo",
                    "C_GetSlotList",
                    "C_GetTokenInfo",
                    "C_OpenSession",
                    "C_Login",
                    "C_FindObjects"));

    private static final List<ReturnValue> ERRORS_OF_KEYS = List.of(
            ReturnValue.DEVICE_ERROR,
            ReturnValue.GENERAL_ERROR,
            ReturnValue.FUNCTION_FAILED,
            ReturnValue.KEY_HANDLE_INVALID,
            ReturnValue.KEY_FUNCTION_NOT_PERMITTED);
    /** When the burst comes. */
    private static final Duration BURST = Duration.ofSeconds(3);

    private static final long VENDOR_CODE = 0x8000_0001L;

    /** Codes of each class that recovery knows, except codes for a wrong request or a wrong PIN. */
    private static final List<Long> CODES = List.of(
                    ReturnValue.DEVICE_ERROR,
                    ReturnValue.GENERAL_ERROR,
                    ReturnValue.TOKEN_NOT_PRESENT,
                    ReturnValue.FUNCTION_FAILED,
                    ReturnValue.FUNCTION_CANCELED,
                    ReturnValue.SESSION_COUNT,
                    ReturnValue.DEVICE_MEMORY,
                    ReturnValue.SESSION_HANDLE_INVALID,
                    ReturnValue.SESSION_CLOSED,
                    ReturnValue.OPERATION_NOT_INITIALIZED,
                    ReturnValue.OPERATION_ACTIVE,
                    ReturnValue.KEY_HANDLE_INVALID,
                    ReturnValue.USER_NOT_LOGGED_IN,
                    ReturnValue.CRYPTOKI_NOT_INITIALIZED)
            .stream()
            .map(ReturnValue::code)
            .collect(Collectors.collectingAndThen(Collectors.toList(), codes -> {
                codes.add(VENDOR_CODE);
                return List.copyOf(codes);
            }));

    /** What goes wrong. The weights give each kind that has one at least 5 % of the seeds. */
    enum Kind {
        ERRORS(3),
        ERRORS_UNTIL_C_INITIALIZE(2),
        ERRORS_UNTIL_C_LOGIN(1),
        SLOW_CALLS(1),
        SLOW_OPENING(1),
        HANGING_CALLS(2),
        LOST_SESSIONS(1),
        LOST_MODULE(1),
        KEY_DELETED(1),
        KEY_DELETED_IN_AN_OUTAGE(1),
        UNREADABLE_SLOT(1),
        SLOW_PIN_SOURCE(1),
        CHANGED_PIN(1),
        ALTERNATING_PINS(1),
        NO_THREADS(1),
        LISTENER_THROWS(1),
        CALLERS_INTERRUPTED(1),
        IMPATIENT_CALLERS(1),

        // These come in addition to others, or alone.
        KEY_FAILS(0),
        CLOSED_DURING_LOGIN(0),
        OPENING_FAILS(0);

        private static final Set<Kind> OF_CALLERS = EnumSet.of(CALLERS_INTERRUPTED, IMPATIENT_CALLERS);
        private static final Set<Kind> OF_THE_PROCESS =
                EnumSet.of(ERRORS_UNTIL_C_INITIALIZE, LOST_MODULE, NO_THREADS, OPENING_FAILS);
        private static final Set<Kind> OF_SLOW_CALLS =
                EnumSet.of(SLOW_CALLS, SLOW_OPENING, HANGING_CALLS, UNREADABLE_SLOT, CLOSED_DURING_LOGIN);
        private static final Set<Kind> OF_PINS = EnumSet.of(SLOW_PIN_SOURCE, CHANGED_PIN, ALTERNATING_PINS);

        private final int weight;

        Kind(int weight) {
            this.weight = weight;
        }

        private static Kind choose(Random random) {
            int left = random.nextInt(
                    List.of(values()).stream().mapToInt(kind -> kind.weight).sum());
            for (Kind kind : values()) {
                left -= kind.weight;
                if (left < 0) {
                    return kind;
                }
            }
            throw new IllegalStateException("The weights have no sum");
        }

        boolean isOfCallers() {
            return OF_CALLERS.contains(this);
        }

        boolean isOfTheProcess() {
            return OF_THE_PROCESS.contains(this);
        }

        boolean isOfPins() {
            return OF_PINS.contains(this);
        }
    }

    /** Something that happens at once. */
    record Event(Duration at, String words, Consumer<ModelToken> what) {}

    /** A caller: it signs again and again. */
    record Caller(Duration begin, Duration pause, Duration deadline) {}

    private final long seed;
    final Set<Kind> kinds = EnumSet.noneOf(Kind.class);
    final List<Fault> faults = new ArrayList<>();
    final List<Event> events = new ArrayList<>();
    final List<Caller> callers = new ArrayList<>();
    private final Map<String, Duration> latencies = new TreeMap<>();
    final List<String> keys;
    final int maxSessions;
    final int openingsAtOnce;
    final CallingThread callingThread;
    final Duration sessionKeepAlive;
    final boolean closedWhileInterrupted;
    /** The key with CKA_ALWAYS_AUTHENTICATE; empty if no key has it. */
    final Optional<String> loginForEach;
    /** Whether the module has another token, which works. */
    final boolean secondToken;
    /** When the token is closed although faults are active; empty if it is closed at the end. */
    final Optional<Duration> closedEarly;

    Scenario(long seed) {
        this.seed = seed;
        Random random = new Random(seed);
        kinds.add(Kind.choose(random));
        if (random.nextDouble() < 0.4) {
            kinds.add(Kind.choose(random));
        }
        keys = random.nextBoolean() ? List.of("key-1", "key-2") : List.of("key-1", "key-2", "key-3");
        maxSessions = between(random, 2, 8);
        openingsAtOnce = between(random, 1, 4);
        callingThread = !canHang() && random.nextDouble() < 0.2 ? CallingThread.CALLER : CallingThread.MODULE;
        sessionKeepAlive = random.nextBoolean() ? Duration.ofMinutes(10) : millis(random, 1_000, 5_000);
        closedWhileInterrupted = random.nextDouble() < 0.1;
        latencies.put("C_Initialize", millis(random, 10, 200));
        latencies.put("C_Finalize", millis(random, 1, 50));
        latencies.put("C_OpenSession", millis(random, 1, 30));
        latencies.put("C_Login", millis(random, 5, 50));
        latencies.put(
                "C_Sign", kinds.stream().anyMatch(Kind::isOfCallers) ? millis(random, 20, 60) : millis(random, 2, 40));
        latencies.put("C_FindObjects", millis(random, 0, 3));
        addCallers(random);
        for (Kind kind : kinds) {
            add(kind, random);
        }
        Optional<Duration> close = random.nextDouble() < 0.1 ? Optional.of(closeTime(random)) : Optional.empty();
        // A separate chance, so that it does not change what comes before.
        Random additions = new Random(~seed);
        additions.nextLong();
        loginForEach = additions.nextDouble() < 0.15 ? Optional.of(keys.get(0)) : Optional.empty();
        double addition = additions.nextDouble();
        if (addition < 0.06) {
            addKeyFails(additions);
        } else if (addition < 0.12 && !canHang()) {
            close = Optional.of(addClosedDuringLogin(additions));
        } else if (addition < 0.18) {
            addOpeningFails(additions);
        }
        closedEarly = close;
        secondToken = additions.nextDouble() < 0.25 && concernsOneToken();
        events.sort(Comparator.comparing(Event::at));
    }

    /**
     * Whether a token of the same module that works need not be disturbed. C_Initialize would disturb it, so what only
     * C_Initialize ends stays as it is, such as a token that opens no session before a login.
     */
    private boolean concernsOneToken() {
        String uninitialized = ReturnValue.name(ReturnValue.CRYPTOKI_NOT_INITIALIZED.code());
        return kinds.stream().noneMatch(Kind::isOfTheProcess)
                && faults.stream()
                        .noneMatch(fault -> fault.words().contains(uninitialized)
                                || fault.functions().stream().anyMatch(OF_THE_MODULE::contains)
                                || (!fault.endsByTime() && fault.functions().contains("C_OpenSession")))
                && events.stream().noneMatch(event -> event.words().contains("initialisation"));
    }

    /** One key fails; in half of the cases nothing else does. */
    private void addKeyFails(Random random) {
        if (random.nextBoolean()) {
            kinds.clear();
            faults.clear();
            events.clear();
        }
        kinds.add(Kind.KEY_FAILS);
        Duration begin = millis(random, 2_000, 10_000);
        Duration end = begin.plus(millis(random, 500, 20_000));
        String key = keys.get(random.nextInt(keys.size()));
        ReturnValue error = ERRORS_OF_KEYS.get(random.nextInt(ERRORS_OF_KEYS.size()));
        answer(Kind.KEY_FAILS, begin, end, Fault.Until.TIME, Set.of("C_SignInit of " + key), 1, error.code());
    }

    /** The token is closed while a slow login may be in progress; sometimes C_Finalize does not end its session. */
    private Duration addClosedDuringLogin(Random random) {
        kinds.add(Kind.CLOSED_DURING_LOGIN);
        Duration begin = millis(random, 2_000, 8_000);
        Duration close = begin.plus(millis(random, 0, 4_000));
        Duration time = millis(random, 500, 4_000);
        Set<String> functions = random.nextBoolean() ? Set.of("C_Login") : Set.of("C_GetTokenInfo", "C_Login");
        calls(
                Kind.CLOSED_DURING_LOGIN,
                begin,
                begin.plusSeconds(10),
                functions,
                1,
                Fault.slow(time),
                seconds(time) + " slower");
        if (random.nextBoolean()) {
            answer(
                    Kind.CLOSED_DURING_LOGIN,
                    close,
                    close.plusSeconds(12),
                    Fault.Until.TIME,
                    Set.of("C_Finalize"),
                    1,
                    ReturnValue.FUNCTION_FAILED.code());
        }
        events.add(
                random.nextBoolean()
                        ? event(begin, "all sessions are closed", ModelToken::loseSessions)
                        : event(begin, "the login is lost", ModelToken::loseLogin));
        return close;
    }

    /** The token cannot be opened at first. */
    private void addOpeningFails(Random random) {
        kinds.add(Kind.OPENING_FAILS);
        answer(
                Kind.OPENING_FAILS,
                Duration.ZERO,
                millis(random, 200, 1_800),
                Fault.Until.TIME,
                OPENING.get(random.nextInt(OPENING.size())),
                random.nextBoolean() ? 1 : 0.5,
                code(random));
    }

    /** A script that is written by hand, for four sessions and four callers. */
    Scenario(long seed, List<String> keys, List<Fault> script, List<Event> happenings) {
        this(seed, keys, Optional.empty(), script, happenings);
    }

    /** The same, with a key that requires a login for each signature. */
    Scenario(long seed, List<String> keys, Optional<String> loginForEach, List<Fault> script, List<Event> happenings) {
        this.seed = seed;
        Random random = new Random(seed);
        script.forEach(fault -> kinds.add(fault.kind()));
        faults.addAll(script);
        events.addAll(happenings);
        this.keys = keys;
        maxSessions = 4;
        openingsAtOnce = 2;
        callingThread = CallingThread.MODULE;
        sessionKeepAlive = Duration.ofMinutes(10);
        closedWhileInterrupted = false;
        this.loginForEach = loginForEach;
        secondToken = false;
        latencies.put("C_Initialize", Duration.ofMillis(200));
        latencies.put("C_OpenSession", Duration.ofMillis(10));
        latencies.put("C_Login", Duration.ofMillis(50));
        latencies.put("C_Sign", Duration.ofMillis(10));
        for (int i = 0; i < maxSessions; i++) {
            callers.add(new Caller(millis(random, 0, 100), Duration.ofMillis(300), Duration.ofSeconds(5)));
        }
        closedEarly = Optional.empty();
    }

    private Duration closeTime(Random random) {
        long begin = Stream.concat(
                        faults.stream().map(Fault::begin), events.stream().map(Event::at))
                .mapToLong(Duration::toMillis)
                .min()
                .orElse(0);
        return millis(random, (int) begin, (int) Math.max(begin, end().toMillis()) + 100);
    }

    /** Whether a call can take so long that a closed token waits for it no longer. */
    boolean canHang() {
        return has(Kind.HANGING_CALLS)
                || has(Kind.SLOW_CALLS)
                || has(Kind.SLOW_OPENING)
                || has(Kind.UNREADABLE_SLOT)
                || has(Kind.SLOW_PIN_SOURCE);
    }

    /** Whether calls of the module can take seconds. */
    boolean hasSlowCalls() {
        return kinds.stream().anyMatch(Kind.OF_SLOW_CALLS::contains);
    }

    /** Usually about ten requests a second; more sessions than callers are busy only in a burst. */
    private void addCallers(Random random) {
        int number = isBurst() ? 2 * maxSessions : between(random, 2, 2 * maxSessions);
        for (int i = 0; i < number; i++) {
            Duration begin = i < 2 ? Duration.ofMillis(i) : millis(random, 0, 15_000);
            Duration pause = millis(random, 50 * number, 200 * number);
            if (isBurst() && i >= 2) {
                begin = BURST.plus(millis(random, 0, 500));
                pause = millis(random, 20, 200);
            }
            callers.add(new Caller(
                    begin, pause, Duration.ofSeconds(List.of(1, 5, 5, 10).get(random.nextInt(4)))));
        }
    }

    private boolean isBurst() {
        return has(Kind.SLOW_OPENING) || kinds.stream().anyMatch(Kind::isOfCallers);
    }

    private void add(Kind kind, Random random) {
        boolean burst = kind == Kind.SLOW_OPENING || kind.isOfCallers();
        Duration begin = burst ? BURST : millis(random, 2_000, 10_000);
        Duration end = begin.plus(millis(random, 500, burst || random.nextBoolean() ? 5_000 : 25_000));
        String key = keys.get(random.nextInt(keys.size()));
        switch (kind) {
            case ERRORS -> {
                Set<String> functions = FUNCTIONS.get(random.nextInt(FUNCTIONS.size()));
                double probability = random.nextDouble() < 0.6 ? 1 : 0.1 + 0.8 * random.nextDouble();
                answer(kind, begin, end, Fault.Until.TIME, functions, probability, code(random));
                if (!functions.contains("C_Sign")) {
                    events.add(
                            random.nextBoolean()
                                    ? event(begin, "all sessions are closed", ModelToken::loseSessions)
                                    : event(begin, "the module forgets its initialisation", ModelToken::forget));
                }
            }
            case ERRORS_UNTIL_C_INITIALIZE, ERRORS_UNTIL_C_LOGIN -> {
                Set<String> functions = random.nextInt(4) == 0 ? Set.of("C_OpenSession") : SIGNING;
                Fault.Until until =
                        kind == Kind.ERRORS_UNTIL_C_LOGIN ? Fault.Until.NEXT_C_LOGIN : Fault.Until.NEXT_C_INITIALIZE;
                answer(kind, begin, Fault.NEVER, until, functions, 1, code(random));
                if (!functions.contains("C_Sign")) {
                    events.add(event(begin, "all sessions are closed", ModelToken::loseSessions));
                }
            }
            case SLOW_CALLS -> {
                Duration time = millis(random, 200, 6_000);
                calls(
                        kind,
                        begin,
                        end,
                        FUNCTIONS.get(random.nextInt(FUNCTIONS.size())),
                        0.5,
                        Fault.slow(time),
                        seconds(time) + " slower");
            }
            case SLOW_OPENING ->
                calls(kind, begin, end, Set.of("C_OpenSession"), 1, Fault.slow(Duration.ofSeconds(20)), "20 s slower");
            case HANGING_CALLS -> {
                double probability = random.nextBoolean() ? 1 : 0.2;
                calls(
                        kind,
                        begin,
                        end,
                        FUNCTIONS.get(random.nextInt(FUNCTIONS.size())),
                        probability,
                        Fault.hang(),
                        "does not return before the end");
            }
            case LOST_SESSIONS -> {
                events.add(event(begin, "all sessions are closed", ModelToken::loseSessions));
                events.add(event(end, "the login is lost", ModelToken::loseLogin));
            }
            case LOST_MODULE ->
                events.add(event(
                        begin,
                        "the module forgets its initialisation; then slots have other numbers",
                        ModelToken::forget));
            case KEY_DELETED -> {
                events.add(event(begin, key + " is deleted", model -> model.deleteKey(key)));
                if (random.nextBoolean()) {
                    events.add(event(end, key + " is restored", model -> model.restoreKey(key)));
                }
            }
            case KEY_DELETED_IN_AN_OUTAGE -> {
                answer(kind, begin, end, Fault.Until.TIME, EVERYTHING, 1, ReturnValue.DEVICE_ERROR.code());
                events.add(event(end.minusMillis(100), key + " is deleted", model -> model.deleteKey(key)));
            }
            case UNREADABLE_SLOT -> {
                Duration shortEnd = begin.plus(millis(random, 500, 3_000));
                answer(kind, begin, shortEnd, Fault.Until.TIME, EVERYTHING, 1, ReturnValue.DEVICE_ERROR.code());
                Set<String> other = Set.of("C_GetTokenInfo of the other slot");
                // A call that hangs for ever makes C_Finalize impossible, which other faults need.
                if (kinds.size() == 1 && random.nextDouble() < 0.7) {
                    calls(kind, begin, Fault.NEVER, other, 1, Fault.hang(), "does not return");
                } else {
                    answer(kind, begin, Fault.NEVER, Fault.Until.TIME, other, 1, ReturnValue.DEVICE_ERROR.code());
                }
            }
            case SLOW_PIN_SOURCE -> {
                faults.add(Fault.of(kind, begin, begin.plusSeconds(20), "the PIN source takes 12 s"));
                events.add(event(begin, "all sessions are closed", ModelToken::loseSessions));
            }
            case CHANGED_PIN -> {
                faults.add(Fault.of(kind, begin, end, "the PIN source has the old PIN"));
                events.add(event(begin, "the PIN is changed", model -> model.changePin("user:changed")));
            }
            case ALTERNATING_PINS -> {
                faults.add(Fault.of(kind, begin, end, "the PIN source alternates between two wrong PINs"));
                events.add(event(begin, "all sessions are closed", ModelToken::loseSessions));
            }
            case NO_THREADS -> {
                boolean always = random.nextBoolean();
                faults.add(new Fault(
                        kind,
                        begin,
                        end,
                        Fault.Until.TIME,
                        Set.of(),
                        always ? 1 : 0.3,
                        Fault.hang(),
                        (always ? "no" : "often no") + " thread can be started"));
                events.add(event(begin.plusMillis(100), "the login is lost", ModelToken::loseLogin));
            }
            case LISTENER_THROWS -> {
                faults.add(new Fault(
                        kind,
                        begin,
                        end,
                        Fault.Until.TIME,
                        Set.of(),
                        random.nextBoolean() ? 1 : 0.1,
                        Fault.hang(),
                        "the listener throws"));
                events.add(event(begin.plusMillis(100), "all sessions are closed", ModelToken::loseSessions));
            }
            case CALLERS_INTERRUPTED -> faults.add(Fault.of(kind, begin, end, "callers are interrupted"));
            case IMPATIENT_CALLERS ->
                faults.add(Fault.of(kind, begin, end, "every other caller has deadlines of 1 ms to 50 ms"));
        }
    }

    private static long code(Random random) {
        return CODES.get(random.nextInt(CODES.size()));
    }

    private void answer(
            Kind kind,
            Duration begin,
            Duration end,
            Fault.Until until,
            Set<String> functions,
            double probability,
            long code) {
        faults.add(
                new Fault(kind, begin, end, until, functions, probability, Fault.answer(code), ReturnValue.name(code)));
    }

    static Fault answering(Duration begin, Duration end, Set<String> functions, double probability, ReturnValue value) {
        return new Fault(
                Kind.ERRORS,
                begin,
                end,
                Fault.Until.TIME,
                functions,
                probability,
                Fault.answer(value),
                value.toString());
    }

    private void calls(
            Kind kind,
            Duration begin,
            Duration end,
            Set<String> functions,
            double probability,
            Fault.Effect effect,
            String words) {
        faults.add(new Fault(kind, begin, end, Fault.Until.TIME, functions, probability, effect, words));
    }

    static Event event(Duration at, String words, Consumer<ModelToken> what) {
        return new Event(at, words, what);
    }

    private static int between(Random random, int least, int most) {
        return least + random.nextInt(most - least + 1);
    }

    private static Duration millis(Random random, int least, int most) {
        return Duration.ofMillis(between(random, least, most));
    }

    static String seconds(Duration time) {
        return String.format(Locale.ROOT, "%.3f s", time.toNanos() / 1e9);
    }

    boolean has(Kind kind) {
        return kinds.contains(kind);
    }

    /** Whether all faults come from callers and missing keys, so that the token itself works all the time. */
    boolean tokenWorks() {
        return kinds.stream().allMatch(kind -> kind.isOfCallers() || kind == Kind.KEY_DELETED);
    }

    /** Whether nothing is wrong but one key. */
    boolean onlyKeyFails() {
        return kinds.equals(EnumSet.of(Kind.KEY_FAILS));
    }

    /** How long a call takes: half to one and a half of the time of its function. */
    Duration latency(String function, RandomGenerator random) {
        Duration usual = latencies.getOrDefault(function, Duration.ZERO);
        return usual.isZero() ? usual : usual.dividedBy(2).plusNanos(random.nextLong(usual.toNanos()));
    }

    /** How long the PIN source takes: 12 s, but not beyond the end of the fault. */
    Duration slowPinSource(Duration now) {
        Duration left = firstOf(Kind.SLOW_PIN_SOURCE).end().minus(now);
        Duration slow = Duration.ofSeconds(12);
        return slow.compareTo(left) < 0 ? slow : left;
    }

    /** Whether calls of the module take longer at that time, but return. */
    boolean isSlow(Duration now) {
        return faults.stream().anyMatch(fault -> fault.kind() == Kind.SLOW_CALLS && fault.isActive(now));
    }

    Fault firstOf(Kind kind) {
        return faults.stream().filter(fault -> fault.kind() == kind).findFirst().orElseThrow();
    }

    /** When the last fault that ends by time, and the last event, is over. */
    Duration end() {
        Duration end = Duration.ZERO;
        for (Fault fault : faults) {
            Duration over = fault.end().equals(Fault.NEVER) ? fault.begin() : fault.end();
            end = over.compareTo(end) > 0 ? over : end;
        }
        for (Event event : events) {
            end = event.at().compareTo(end) > 0 ? event.at() : end;
        }
        return end;
    }

    /** Whether a fault ends only when the library does the right thing. */
    boolean needsEscalation() {
        return faults.stream().anyMatch(fault -> !fault.endsByTime());
    }

    /** The time in which something of the token, the PIN source or the process is wrong. */
    Duration faultTime() {
        Duration begin = faults.stream()
                .filter(fault -> !fault.kind().isOfCallers())
                .map(Fault::begin)
                .min(Comparator.naturalOrder())
                .orElse(end());
        return end().minus(begin);
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("Seed " + seed + ": " + kinds + "\n");
        text.append("  ")
                .append(keys.size())
                .append(" keys, ")
                .append(maxSessions)
                .append(" sessions, ")
                .append(openingsAtOnce)
                .append(" opened at once, keep-alive ")
                .append(seconds(sessionKeepAlive))
                .append(", called on the thread of ")
                .append(callingThread)
                .append(closedWhileInterrupted ? ", closed by an interrupted thread" : "")
                .append(secondToken ? ", with another token on the same module" : "")
                .append(loginForEach
                        .map(key -> ", a login for each signature of " + key)
                        .orElse(""))
                .append(closedEarly.map(time -> ", closed at " + seconds(time)).orElse(""))
                .append("\n");
        text.append("  Latency ")
                .append(latencies.entrySet().stream()
                        .map(latency ->
                                latency.getKey() + " " + latency.getValue().toMillis() + " ms")
                        .collect(Collectors.joining(", ")))
                .append("\n");
        text.append("  Callers ")
                .append(callers.stream()
                        .map(caller -> "(from " + seconds(caller.begin()) + ", pause "
                                + caller.pause().toMillis() + " ms, deadline "
                                + caller.deadline().toSeconds() + " s)")
                        .collect(Collectors.joining(" ")))
                .append("\n");
        faults.forEach(fault -> text.append("  ").append(fault).append("\n"));
        events.forEach(event -> text.append("  at ")
                .append(seconds(event.at()))
                .append(": ")
                .append(event.words())
                .append("\n"));
        return text.toString();
    }
}

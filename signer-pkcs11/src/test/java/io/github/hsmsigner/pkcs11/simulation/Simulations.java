package io.github.hsmsigner.pkcs11.simulation;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.turbo.TurboFilter;
import ch.qos.logback.core.spi.FilterReply;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.slf4j.LoggerFactory;
import org.slf4j.Marker;

/** Runs many simulations and reports violations of invariants. */
final class Simulations {

    private static final int SHOWN_SEEDS = Integer.getInteger("simulation.shown", 12);

    private final long first;
    private final long count;
    private final List<Simulation.Result> failed = new ArrayList<>();
    private final Map<Scenario.Kind, Integer> kinds = new EnumMap<>(Scenario.Kind.class);

    private Simulations(long first, long count) {
        this.first = first;
        this.count = count;
    }

    /** Runs simulations with consecutive seeds. */
    static Simulations run(long first, long count) throws Exception {
        Simulations all = new Simulations(first, count);
        ExecutorService threads =
                Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors());
        try {
            List<Future<Simulation.Result>> results = new ArrayList<>();
            for (long seed = first; seed < first + count; seed++) {
                long next = seed;
                results.add(threads.submit(() -> Simulation.run(next)));
            }
            for (Future<Simulation.Result> result : results) {
                all.add(result.get());
            }
        } finally {
            threads.shutdownNow();
        }
        return all;
    }

    private void add(Simulation.Result result) {
        result.scenario().kinds.forEach(kind -> kinds.merge(kind, 1, Integer::sum));
        if (!result.violations().isEmpty()) {
            failed.add(result);
        }
    }

    boolean allHold() {
        return failed.isEmpty();
    }

    /** How often each kind of fault came. */
    Map<Scenario.Kind, Integer> kinds() {
        return kinds;
    }

    /** Which seeds violate which invariants, and all about the first seed of each invariant. */
    String report() {
        StringBuilder text = new StringBuilder(
                failed.size() + " of " + count + " seeds from " + first + " on violate an invariant.\n");
        Map<Invariant, List<Simulation.Result>> groups = new EnumMap<>(Invariant.class);
        failed.forEach(result -> result.violations()
                .keySet()
                .forEach(invariant -> groups.computeIfAbsent(invariant, i -> new ArrayList<>())
                        .add(result)));
        groups.forEach((invariant, results) -> {
            text.append("\n")
                    .append(invariant)
                    .append(": ")
                    .append(results.size())
                    .append(" seeds\n");
            results.stream()
                    // Those with one kind of fault first: they are easier to understand.
                    .sorted(Comparator.comparing(
                            result -> result.scenario().kinds.size()))
                    .limit(SHOWN_SEEDS)
                    .forEach(result -> text.append("  ")
                            .append(result.seed())
                            .append(" ")
                            .append(result.scenario().kinds)
                            .append(" ")
                            .append(result.violations()
                                    .get(invariant)
                                    .message()
                                    .lines()
                                    .findFirst()
                                    .orElse(""))
                            .append("\n"));
        });
        Set<Long> shown = new HashSet<>();
        groups.forEach((invariant, results) -> results.stream()
                .min(Comparator.comparing(result -> result.scenario().kinds.size()))
                .filter(result -> shown.add(result.seed()))
                .ifPresent(result -> text.append("\n" + "=".repeat(100) + "\n").append(result.report(invariant))));
        return text.toString();
    }

    /** A simulated outage logs what a real one does; the trace has what matters. Other threads log as before. */
    static synchronized void silenceSimulatedThreads() {
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        if (context.getTurboFilterList().stream().noneMatch(Silence.class::isInstance)) {
            context.addTurboFilter(new Silence());
        }
    }

    private static final class Silence extends TurboFilter {

        @Override
        public FilterReply decide(
                Marker marker, Logger logger, Level level, String format, Object[] parameters, Throwable thrown) {
            return Thread.currentThread() instanceof SimulatedScheduler.Worker ? FilterReply.DENY : FilterReply.NEUTRAL;
        }
    }

    /**
     * Runs simulations from the command line. A single one is reported with all its events.
     *
     * @param arguments the number of seeds, and the first one
     */
    public static void main(String[] arguments) throws Exception {
        long count = Long.parseLong(arguments[0]);
        long first = arguments.length > 1 ? Long.parseLong(arguments[1]) : 1;
        if (count == 1) {
            Simulation.Result result = Simulation.run(first, Integer.MAX_VALUE);
            result.violations().keySet().forEach(invariant -> System.out.println(result.report(invariant)));
            System.out.println(result.violations().isEmpty() ? result.scenario() + "  " + result.summary() : "");
            System.exit(result.violations().isEmpty() ? 0 : 1);
        }
        long begin = System.nanoTime();
        Simulations all = run(first, count);
        System.out.println(all.report());
        System.out.printf(
                "%d seeds in %.1f s; kinds of faults: %s%n", count, (System.nanoTime() - begin) / 1e9, all.kinds());
        System.exit(all.allHold() ? 0 : 1);
    }
}

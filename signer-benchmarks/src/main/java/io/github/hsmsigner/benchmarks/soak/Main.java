package io.github.hsmsigner.benchmarks.soak;

import io.github.hsmsigner.benchmarks.setup.Command;
import io.github.hsmsigner.benchmarks.setup.KeyKind;
import io.github.hsmsigner.benchmarks.setup.Launcher;
import io.github.hsmsigner.benchmarks.setup.NativePrograms;
import io.github.hsmsigner.benchmarks.setup.ServiceProcess;
import io.github.hsmsigner.benchmarks.setup.SoftToken;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;

/** Runs the endurance test of the service; {@code scripts/soak} starts it. Its exit code is 1 if a check failed. */
public final class Main {

    private static final int CLIENTS = 24;
    private static final int BAD_CLIENTS = 4;
    private static final int SHOWN_FAILURES = 20;
    private static final double SHORT_MINUTES = 10;
    private static final long SAMPLE_NANOS = 1_000_000_000L;
    private static final long RETURN_LIMIT_NANOS = 20_000_000_000L;
    private static final long RETURN_POLL_NANOS = 100_000_000L;

    private final List<Samples> samples;

    private Main(double minutes) {
        // In a short run the virtual machine still grows to what it needs.
        double tolerance = minutes < SHORT_MINUTES ? 2 : 1;
        // Threads that an outage needs stay idle for a minute, as long as the shortest run.
        double threads = minutes < SHORT_MINUTES ? 24 : 6;
        // An outage empties the pool. Afterwards it grows to one session for each client, whether the outage was early
        // or late.
        double sessions = minutes < SHORT_MINUTES ? CLIENTS + BAD_CLIENTS : 8;
        samples = List.of(
                new Samples("threads", threads),
                new Samples("file descriptors", 12 * tolerance),
                new Samples("sessions", sessions),
                new Samples("resident memory, MiB", 24 * tolerance));
    }

    /**
     * Loads, troubles and watches a service.
     *
     * @param args an empty directory, {@code signer-service.jar}, the minutes, the pause of a client after each answer in
     *     milliseconds, and a seed if a run is to be repeated
     * @throws IOException if a file cannot be read or written
     */
    public static void main(String[] args) throws IOException {
        Path directory = Path.of(args[0]).toAbsolutePath();
        long seed = args.length > 4 ? Long.parseLong(args[4]) : new Random().nextInt(1_000_000);
        System.out.println("Seed: " + seed);
        double minutes = Double.parseDouble(args[2]);
        Duration pause = Duration.ofMillis(Long.parseLong(args[3]));
        boolean good = new Main(minutes).run(directory, Path.of(args[1]).toAbsolutePath(), minutes, pause, seed);
        System.out.println(good ? "Endured." : "FAILED");
        System.exit(good ? 0 : 1);
    }

    private boolean run(Path directory, Path jar, double minutes, Duration pause, long seed) throws IOException {
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        Path audit = directory.resolve("audit.jsonl");
        SoftToken token = SoftToken.make(directory);
        Outages outages = new Outages();
        List<String> problems = new ArrayList<>();
        Path module = NativePrograms.compile(directory).troubleModule();
        try (TroubledToken troubled = new TroubledToken(token.module(), directory.resolve("trouble"))) {
            Map<String, String> settings = new HashMap<>(Launcher.variables(Path.of("")));
            settings.putAll(token.settings(KeyKind.RSA));
            settings.put("HSM_MODULE", module.toString());
            settings.putAll(troubled.settings());
            settings.put("SIGNING_AUDIT_FILE", audit.toString());
            settings.put("SIGNING_AUDIT_ROTATE_AT", "2MiB");
            try (ServiceProcess service = ServiceProcess.start(
                    java, List.of("@" + Launcher.OPTIONS), jar, settings, directory.resolve("service.log"))) {
                List<Request> requests =
                        Request.all(token.readCertificate(KeyKind.RSA).getPublicKey());
                Clients clients = new Clients(service.port(), requests, outages, pause);
                BadClients bad = new BadClients(
                        service.port(), requests.get(requests.size() - 2).octets());
                Trouble trouble = new Trouble(service, token, troubled, outages, seed);
                clients.start(CLIENTS, seed);
                bad.start(BAD_CLIENTS, seed);
                try {
                    endure(service, trouble, minutes, seed);
                } catch (IllegalStateException e) {
                    problems.add(e.getMessage());
                } finally {
                    clients.end();
                    bad.end();
                }
                tell(clients, bad, trouble, outages);
                problems.addAll(clients.failures());
                if (service.isAlive() && !everySessionReturns(service)) {
                    problems.add("Sessions are in use although no client is left");
                }
            }
        }
        samples.stream()
                .filter(one -> !one.isFlat())
                .map(one -> "Not flat: " + one)
                .forEach(problems::add);
        System.out.print(Command.run(java.toString(), "-jar", jar.toString(), "audit", "verify", audit.toString()));
        write(directory.resolve("samples.csv"));
        problems.stream().limit(SHOWN_FAILURES).forEach(System.out::println);
        return problems.isEmpty();
    }

    private void endure(ServiceProcess service, Trouble trouble, double minutes, long seed) throws IOException {
        Random pauses = new Random(seed);
        long start = System.nanoTime();
        long end = start + (long) (minutes * 60e9);
        long next = start + pause(pauses);
        while (System.nanoTime() < end) {
            LockSupport.parkNanos(SAMPLE_NANOS);
            long now = System.nanoTime();
            if (!service.isAlive()) {
                throw new IllegalStateException("The service has ended; its log: " + service.log());
            }
            sample(service, (now - start) / 1e9);
            if (now > next) {
                trouble.once();
                next = System.nanoTime() + pause(pauses);
            }
        }
    }

    /** Returns whether all sessions return. A session that the pool lost stays in use for ever. */
    private static boolean everySessionReturns(ServiceProcess service) throws IOException {
        long end = System.nanoTime() + RETURN_LIMIT_NANOS;
        while (service.metric("signer_sessions_in_use") > 0) {
            if (System.nanoTime() > end) {
                return false;
            }
            LockSupport.parkNanos(RETURN_POLL_NANOS);
        }
        return true;
    }

    /** Returns three to ten seconds. */
    private static long pause(Random random) {
        return (3_000 + random.nextInt(7_000)) * 1_000_000L;
    }

    private void sample(ServiceProcess service, double seconds) throws IOException {
        samples.get(0).add(seconds, service.numbers().threads());
        samples.get(1).add(seconds, service.numbers().fileDescriptors());
        samples.get(2).add(seconds, service.metric("signer_sessions_in_use", "signer_sessions_idle"));
        samples.get(3).add(seconds, service.numbers().residentMebibytes());
    }

    private void tell(Clients clients, BadClients bad, Trouble trouble, Outages outages) {
        System.out.printf(
                Locale.ROOT,
                "Right answers: %d. Refused in outages: %d. Failures: %d. Bad clients: %d.%n",
                clients.right(),
                clients.refused(),
                clients.failures().size(),
                bad.count());
        System.out.printf(Locale.ROOT, "Outages: %d, %.1f s together.%n", outages.count(), outages.seconds());
        trouble.counts().forEach((what, count) -> System.out.println(what + ": " + count));
        samples.forEach(System.out::println);
    }

    private void write(Path file) throws IOException {
        List<String> lines = new ArrayList<>();
        lines.add("seconds,threads,file_descriptors,sessions,resident_MiB");
        for (int i = 0; i < samples.get(0).all().size(); i++) {
            int row = i;
            StringBuilder line = new StringBuilder();
            line.append(String.format(Locale.ROOT, "%.1f", samples.get(0).all().get(row)[0]));
            samples.forEach(one ->
                    line.append(String.format(Locale.ROOT, ",%.1f", one.all().get(row)[1])));
            lines.add(line.toString());
        }
        Files.write(file, lines);
    }
}

package io.github.hsmsigner.benchmarks.load;

import io.github.hsmsigner.benchmarks.load.VariantScenario.Variant;
import io.github.hsmsigner.benchmarks.setup.Command;
import io.github.hsmsigner.benchmarks.setup.KeyKind;
import io.github.hsmsigner.benchmarks.setup.Launcher;
import io.github.hsmsigner.benchmarks.setup.NativePrograms;
import io.github.hsmsigner.benchmarks.setup.ServiceProcess;
import io.github.hsmsigner.benchmarks.setup.SoftToken;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Measures the service end to end; {@code scripts/bench} starts it. */
public final class Main {

    /** They start differently; once warm, there is no difference that could be measured. */
    private static final Set<String> AS_FAST = Set.of("g1-gc", "cds");

    private static final String MAKE_ARCHIVE = "deploy/make-archive";

    private static final String JAR = "signer-service/target/signer-service.jar";

    private static final String OTHER_LAUNCHER = "other-jdk-launcher";

    private final Bench bench;
    private final Profile profile;

    private Main(Bench bench, Profile profile) {
        this.bench = bench;
        this.profile = profile;
    }

    /**
     * Measures.
     *
     * @param args an empty directory, {@code signer-service.jar}, a profile, and the names of scenarios; default: those
     *     of the profile
     * @throws IOException if a file cannot be written
     */
    public static void main(String[] args) throws IOException {
        Path directory = Path.of(args[0]).toAbsolutePath();
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        Profile profile = switch (args[2]) {
            case "goals" -> Profile.goals();
            case "quick" -> Profile.quick();
            case "trial" -> Profile.quick().trial();
            case "full" -> Profile.full();
            default -> throw new IllegalArgumentException("There is no profile " + args[2]);
        };
        Results results = new Results(directory.resolve("figures.csv"));
        List<String> machine = Report.machine(java);
        machine.forEach(System.out::println);
        Bench bench = new Bench(
                directory,
                Path.of(args[1]).toAbsolutePath(),
                java,
                NativePrograms.compile(directory),
                SoftToken.make(directory),
                results,
                profile.rounds(),
                profile.seconds());
        Map<String, Runnable> scenarios = new Main(bench, profile).scenarios();
        List<String> named = args.length > 3 ? List.of(args).subList(3, args.length) : profile.scenarios();
        if (!scenarios.keySet().containsAll(named)) {
            throw new IllegalArgumentException("The scenarios are " + scenarios.keySet());
        }
        Collection<String> wanted = named.isEmpty() ? scenarios.keySet() : named;
        scenarios.forEach((name, scenario) -> {
            if (wanted.contains(name)) {
                System.out.println("Measuring: " + name);
                scenario.run();
                results.write();
            }
        });
        new Report(results, directory).write(machine).forEach(System.out::println);
    }

    private Map<String, Runnable> scenarios() {
        VariantScenario variants = new VariantScenario(bench);
        Map<String, Runnable> scenarios = new LinkedHashMap<>();
        scenarios.put("signer", () -> new SignerScenario(bench, profile.threads()).run());
        scenarios.put("http", () -> {
            for (KeyKind kind : profile.kinds()) {
                new HttpScenario(bench, deployed(), kind, profile.loads()).run();
            }
        });
        scenarios.put("bare", () -> new BareScenario(bench, deployed()).run());
        scenarios.put("latency", () -> {
            for (KeyKind kind : profile.kinds()) {
                new LatencyScenario(bench, deployed(), kind).run();
            }
        });
        scenarios.put("token", () -> {
            TokenScenario tokens = new TokenScenario(bench, deployed());
            profile.tokens().forEach(token -> tokens.latency(token[0], token[1]));
        });
        scenarios.put("calls", () -> new TokenScenario(bench, deployed()).calls());
        scenarios.put("network", () -> {
            for (KeyKind kind : KeyKind.values()) {
                new TokenScenario(bench, deployed()).network(kind, earlier());
            }
        });
        scenarios.put("cold", () -> {
            for (KeyKind kind : profile.kinds()) {
                ColdScenario cold = new ColdScenario(bench, kind);
                cold.run("cold", deployed());
                other().ifPresent(java -> cold.run("cold.other-jdk", launcher(OTHER_LAUNCHER, java)));
            }
        });
        scenarios.put("certificates", () -> new CertificatesScenario(bench, deployed()).run());
        scenarios.put("heap", () -> {
            for (KeyKind kind : KeyKind.values()) {
                variants.heap(kind);
            }
        });
        scenarios.put("large", () -> LargeDocument.run(bench));
        scenarios.put("startup", () -> variants.startup(launchers()));
        scenarios.put(
                "launchers",
                () -> variants.load(
                        launchers().stream()
                                .filter(variant -> !AS_FAST.contains(variant.name()))
                                .toList(),
                        KeyKind.RSA));
        scenarios.put("settings", () -> {
            for (KeyKind kind : KeyKind.values()) {
                variants.load(List.of(unverified(), audited()), kind);
            }
        });
        return scenarios;
    }

    private Variant variant(String name, List<String> options) {
        return new Variant(name, bench.java(), options, Map.of());
    }

    private List<Variant> launchers() {
        List<Variant> variants = new ArrayList<>();
        variants.add(variant("no-options", List.of()));
        variants.add(variant("serial-gc", List.of("-XX:+UseSerialGC")));
        variants.add(variant("g1-gc", List.of("-XX:+UseG1GC")));
        variants.add(variant("cds", List.of("-XX:SharedArchiveFile=" + archive())));
        variants.add(deployed());
        other().ifPresent(java -> {
            variants.add(new Variant("other-jdk", java, List.of(), Map.of()));
            variants.add(launcher(OTHER_LAUNCHER, java));
        });
        return variants;
    }

    /** Makes a CDS archive with the classes that the service loads until it is ready and has signed with this token. */
    private Path archive() {
        Path archive = bench.directory().resolve("service.jsa");
        if (!Files.exists(archive)) {
            try (ServiceProcess service = bench.service(
                    "archive",
                    bench.java(),
                    List.of("-XX:ArchiveClassesAtExit=" + archive),
                    bench.token().settings(KeyKind.RSA))) {
                bench.load(service, Payload.RAW, 1);
                bench.load(service, Payload.PKCS7_35KB, 1);
            }
            if (!Files.exists(archive)) {
                throw new IllegalStateException("No class-data sharing archive was written");
            }
        }
        return archive;
    }

    private Variant deployed() {
        return launcher("launcher", bench.java());
    }

    private Variant launcher(String name, Path java) {
        return launcher(name, java, Path.of(""), bench.jar());
    }

    /** As an operator starts it, with the archive as it is made for that. */
    private Variant launcher(String name, Path java, Path project, Path jar) {
        Path options = project.resolve(Launcher.OPTIONS);
        Path option = bench.directory().resolve(name + ".option");
        try {
            if (!Files.exists(option)) {
                Files.writeString(
                        option,
                        Command.run(
                                Map.of("PATH", java.getParent() + File.pathSeparator + System.getenv("PATH")),
                                project.resolve(MAKE_ARCHIVE).toString(),
                                jar.toString(),
                                options.toString(),
                                bench.directory().resolve(name + ".archive").toString()));
            }
            return new Variant(
                    name, java, List.of("@" + options, Files.readString(option).strip()), Launcher.variables(project));
        } catch (IOException e) {
            throw new UncheckedIOException("The option for the archive cannot be kept", e);
        }
    }

    /** An earlier version, built in the clone that {@code EARLIER_CLONE} names. */
    private Optional<TokenScenario> earlier() {
        return Optional.ofNullable(System.getenv("EARLIER_CLONE")).map(Path::of).map(clone -> {
            Path jar = clone.resolve(JAR);
            return new TokenScenario(bench.with(jar), launcher("earlier", bench.java(), clone, jar));
        });
    }

    /** Another JDK on this machine, that {@code OTHER_JAVA_HOME} names. */
    private static Optional<Path> other() {
        return Optional.ofNullable(System.getenv("OTHER_JAVA_HOME")).map(home -> Path.of(home, "bin", "java"));
    }

    private Variant unverified() {
        return configured("unverified", "signatures:\n  verify-after-sign: false\n");
    }

    private Variant configured(String name, String settings) {
        Path file = bench.directory().resolve(name + ".yaml");
        try {
            Files.writeString(file, settings);
        } catch (IOException e) {
            throw new UncheckedIOException("The settings cannot be written", e);
        }
        return new Variant(name, bench.java(), List.of(), Map.of("SIGNING_SERVICE_CONFIG", file.toString()));
    }

    private Variant audited() {
        return new Variant(
                "audited",
                bench.java(),
                List.of(),
                Map.of(
                        "SIGNING_AUDIT_FILE",
                        bench.directory().resolve("audit.jsonl").toString()));
    }
}

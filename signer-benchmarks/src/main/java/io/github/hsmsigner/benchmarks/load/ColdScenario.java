package io.github.hsmsigner.benchmarks.load;

import io.github.hsmsigner.benchmarks.load.VariantScenario.Variant;
import io.github.hsmsigner.benchmarks.setup.KeyKind;
import io.github.hsmsigner.benchmarks.setup.ServiceProcess;
import java.util.HashMap;
import java.util.Map;

/**
 * Full load on a service that has just become ready, compared with the same load on the same process when it is warm.
 * Each round starts a process.
 */
final class ColdScenario {

    private static final double SECONDS = 10;
    private static final int CONNECTIONS = 32;

    private final Bench bench;
    private final KeyKind kind;

    ColdScenario(Bench bench, KeyKind kind) {
        this.bench = bench;
        this.kind = kind;
    }

    /** Measures a service as deployed, and without the warm-up before it is ready. Their figures begin with a name. */
    void run(String name, Variant deployed) {
        String figure = name + "." + kind.label();
        String figureWithoutWarmUp = name + ".no-warm-up." + kind.label();
        for (int round = 0; round < bench.rounds(); round++) {
            Wrk.Measured warm;
            try (ServiceProcess service = start(deployed)) {
                Wrk.Measured cold = cold(figure, service);
                bench.warmUp(service, Payload.RAW, CONNECTIONS);
                warm = measure(figure + ".warm", service);
                compare(figure, cold, warm);
            }
            try (ServiceProcess service = start(withoutWarmUp(deployed))) {
                compare(figureWithoutWarmUp, cold(figureWithoutWarmUp, service), warm);
            }
        }
    }

    private static Variant withoutWarmUp(Variant deployed) {
        Map<String, String> settings = new HashMap<>(deployed.settings());
        settings.put("SIGNING_SERVICE_WARM_UP_REQUESTS", "0");
        return new Variant("no-warm-up", deployed.java(), deployed.options(), settings);
    }

    private Wrk.Measured cold(String figure, ServiceProcess service) {
        bench.results().add(figure + ".startup-s", service.startup().toMillis() / 1000.0);
        bench.results().add(figure + ".ready-s", service.untilReady().toMillis() / 1000.0);
        return measure(figure, service);
    }

    private void compare(String figure, Wrk.Measured cold, Wrk.Measured warm) {
        bench.results().add(figure + ".rate-ratio", cold.rate() / warm.rate());
        bench.results().add(figure + ".p99-ratio", cold.p99() / warm.p99());
    }

    private Wrk.Measured measure(String figure, ServiceProcess service) {
        ServiceLoad load = ServiceLoad.of(service, () -> bench.load(service, Payload.RAW, CONNECTIONS, SECONDS));
        load.addTo(bench.results(), figure);
        return load.answers();
    }

    private ServiceProcess start(Variant variant) {
        return bench.service("cold", variant, bench.token().settings(kind));
    }
}

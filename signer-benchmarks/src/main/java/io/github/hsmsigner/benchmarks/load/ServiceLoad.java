package io.github.hsmsigner.benchmarks.load;

import io.github.hsmsigner.benchmarks.setup.ProcessNumbers;
import io.github.hsmsigner.benchmarks.setup.ServiceProcess;
import java.util.function.Supplier;

/**
 * A load, and the resources that the service used for it.
 *
 * @param answers the result of wrk
 * @param cores the mean number of busy cores
 * @param cpuMillis the CPU time of a request, in milliseconds
 * @param peakMebibytes the maximum of the resident memory
 */
record ServiceLoad(Wrk.Measured answers, double cores, double cpuMillis, double peakMebibytes) {

    static ServiceLoad of(ServiceProcess service, Supplier<Wrk.Measured> load) {
        ProcessNumbers numbers = service.numbers();
        numbers.forgetPeak();
        double cpu = numbers.cpuSeconds();
        long start = System.nanoTime();
        Wrk.Measured answers = load.get();
        double elapsed = (System.nanoTime() - start) / 1e9;
        double used = numbers.cpuSeconds() - cpu;
        return new ServiceLoad(answers, used / elapsed, 1000 * used / answers.requests(), numbers.peakMebibytes());
    }

    void addTo(Results results, String figure) {
        results.add(figure + ".per-s", answers.rate());
        results.add(figure + ".p50-ms", answers.p50());
        results.add(figure + ".p90-ms", answers.p90());
        results.add(figure + ".p99-ms", answers.p99());
        results.add(figure + ".cores", cores);
        results.add(figure + ".cpu-ms", cpuMillis);
        results.add(figure + ".peak-MiB", peakMebibytes);
    }
}

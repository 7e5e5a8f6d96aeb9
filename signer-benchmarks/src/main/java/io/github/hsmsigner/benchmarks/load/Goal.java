package io.github.hsmsigner.benchmarks.load;

import java.util.List;
import java.util.Optional;

/**
 * A goal for a figure.
 *
 * @param what its description
 * @param figure the name of the figure
 * @param atLeast whether the bound is a minimum; otherwise it is a maximum
 * @param bound the bound
 */
record Goal(String what, String figure, boolean atLeast, double bound) {

    static final List<Goal> ALL = List.of(
            atLeast("Signer RSA-2048, a thread a core, to the C limit", "signer.rsa.cores.ratio", 0.97),
            atLeast("Signer P-256, a thread a core, to the C limit", "signer.ec.cores.ratio", 0.80),
            atLeast("HTTP raw RSA-2048, 32 connections, to the C limit", "http.raw.rsa.32.ratio", 0.80),
            atLeast(
                    "HTTP sign_pkcs7 35 KB RSA-2048, 32 connections, to the C limit",
                    "http.pkcs7-35KB.rsa.32.ratio",
                    0.70),
            atMost(
                    "CPU time of a raw RSA-2048 request besides the token's calls, ms",
                    "bare.raw.service.cpu-ms-besides-token",
                    0.12),
            atLeast("HTTP sign_pkcs7 10 MB to Base64 and SHA-512 alone", "http.pkcs7-10MB.rsa.8.ratio", 0.8),
            atLeast(
                    "HTTP sign_pkcs7 10 MB, contents first, to Base64 and SHA-512 alone",
                    "http.pkcs7-10MB-contents-first.rsa.8.ratio",
                    0.45),
            atLeast(
                    "HTTP sign_pkcs7 10 MB, digest before contents, to Base64 and SHA-512 alone",
                    "http.pkcs7-10MB-digest-first.rsa.8.ratio",
                    0.45),
            atLeast("get_certificates, 32 connections, to an empty Javalin handler", "certificates.ratio", 0.8),
            atLeast("first 10 s as deployed, RSA-2048, to the warm rate", "cold.rsa.rate-ratio", 0.75),
            atMost("first 10 s as deployed, RSA-2048, p99 to the warm p99", "cold.rsa.p99-ratio", 2),
            atLeast("first 10 s as deployed, P-256, to the warm rate", "cold.ec.rate-ratio", 0.75),
            atMost("first 10 s as deployed, P-256, p99 to the warm p99", "cold.ec.p99-ratio", 2),
            atLeast(
                    "first 10 s as deployed, other JDK, RSA-2048, to the warm rate",
                    "cold.other-jdk.rsa.rate-ratio",
                    0.75),
            atMost(
                    "first 10 s as deployed, other JDK, RSA-2048, p99 to the warm p99",
                    "cold.other-jdk.rsa.p99-ratio",
                    2),
            atLeast("network HSM, 2 ms, 64 sessions, RSA-2048, signatures a second", "network.rsa.per-s", 11_000),
            atLeast("network HSM, 2 ms, 64 sessions, P-256, signatures a second", "network.ec.per-s", 9_000),
            atLeast("network HSM, RSA-2048, to the version in EARLIER_CLONE", "network.rsa.to-earlier", 1),
            atLeast("network HSM, P-256, to the version in EARLIER_CLONE", "network.ec.to-earlier", 1),
            atMost("latency added to a raw signature, one connection, ms", "latency.raw.rsa.added-ms", 0.5),
            atMost(
                    "the same compared with the time in the module in those requests, ms",
                    "latency.raw.rsa.added-to-that-ms",
                    0.5),
            atMost("p99 to p50 at 80 % of saturation, raw RSA-2048", "tail.raw.rsa.p99-to-p50", 4),
            atLeast("P-256 with 20 ms and 32 sessions, to the C loop", "token.20ms.32.ratio", 0.97),
            atLeast("P-256 with 20 ms and 64 sessions, to the C loop", "token.20ms.64.ratio", 0.95),
            atMost("C_SignInit a signature", "calls.C_SignInit", 1),
            atMost("heap allocated a raw signature over HTTP, KiB", "heap.http.raw.rsa.KiB", 32),
            atMost("heap allocated a signature in Signer, KiB", "heap.signer.rsa.KiB", 1),
            atMost("resident memory at full load, as deployed, MiB", "http.raw.rsa.32.peak-MiB", 170),
            atMost("resident memory at full load, as deployed, new process, MiB", "cold.rsa.warm.peak-MiB", 170),
            atMost(
                    "resident memory at full load, as deployed, other JDK, MiB",
                    "variant.other-jdk-launcher.rsa.peak-MiB",
                    170),
            atMost(
                    "resident memory at full load, as deployed, new process, other JDK, MiB",
                    "cold.other-jdk.rsa.warm.peak-MiB",
                    170),
            atMost("resident memory with a document of 1 GiB and -Xmx64m, MiB", "large.peak-MiB", 150),
            atMost("start to first answer, no options, s", "variant.no-options.startup-s", 1.2),
            atMost("start to first answer with a CDS archive, s", "variant.cds.startup-s", 1.2),
            atMost("start to first answer, as deployed, s", "variant.launcher.startup-s", 1.0),
            atMost("start to first answer, as deployed, other JDK, s", "variant.other-jdk-launcher.startup-s", 1.0),
            atMost("start to first answer, as deployed, with the warm-up, s", "cold.rsa.startup-s", 1.0),
            atMost(
                    "start to first answer, as deployed, with the warm-up, other JDK, s",
                    "cold.other-jdk.rsa.startup-s",
                    1.0));

    private static Goal atLeast(String what, String figure, double bound) {
        return new Goal(what, figure, true, bound);
    }

    private static Goal atMost(String what, String figure, double bound) {
        return new Goal(what, figure, false, bound);
    }

    /** Returns a row of a table in Markdown; empty where this run did not measure it. */
    Optional<String> row(Results results) {
        return results.series(figure).map(series -> {
            double median = series.median();
            boolean reached = atLeast ? median >= bound : median <= bound;
            return "| %s | %s %s | %s | %s to %s | %s |"
                    .formatted(
                            what,
                            atLeast ? "≥" : "≤",
                            bound,
                            Results.text(median),
                            Results.text(series.low()),
                            Results.text(series.high()),
                            reached ? "reached" : "**missed**");
        });
    }
}

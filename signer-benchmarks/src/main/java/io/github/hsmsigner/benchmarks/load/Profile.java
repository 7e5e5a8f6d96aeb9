package io.github.hsmsigner.benchmarks.load;

import io.github.hsmsigner.benchmarks.load.HttpScenario.Load;
import io.github.hsmsigner.benchmarks.setup.KeyKind;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;

/**
 * How much is measured.
 *
 * @param scenarios the names of the scenarios; all if empty
 * @param kinds the keys of the scenarios that have figures for both
 * @param rounds how many rounds
 * @param seconds how long each measurement takes
 * @param loads loads of the service, for each key
 * @param threads threads of {@code Signer}
 * @param tokens tokens with latency: milliseconds and sessions
 */
record Profile(
        List<String> scenarios,
        List<KeyKind> kinds,
        int rounds,
        double seconds,
        List<Load> loads,
        List<Integer> threads,
        List<int[]> tokens) {

    private static final List<KeyKind> BOTH = List.of(KeyKind.values());

    /** Returns the profile with the goals of the service that change with its performance. */
    static Profile goals() {
        return new Profile(
                List.of("http", "bare", "latency", "token", "network", "cold", "certificates"),
                List.of(KeyKind.RSA),
                5,
                2,
                List.of(
                        new Load(Payload.RAW, 32),
                        new Load(Payload.PKCS7_10MB, 8),
                        new Load(Payload.PKCS7_10MB_CONTENTS_FIRST, 8),
                        new Load(Payload.PKCS7_10MB_DIGEST_FIRST, 8)),
                List.of(Bench.CORES),
                List.of(new int[] {20, 64}));
    }

    /** Returns the profile with all figures that have goals. */
    static Profile quick() {
        return new Profile(
                List.of(),
                BOTH,
                5,
                1,
                List.of(
                        new Load(Payload.RAW, 1),
                        new Load(Payload.RAW, 32),
                        // More than the queue of the service lets in at once.
                        new Load(Payload.RAW, 128),
                        new Load(Payload.PKCS7_35KB, 32),
                        new Load(Payload.PKCS7_10MB, 8),
                        new Load(Payload.PKCS7_10MB_CONTENTS_FIRST, 8),
                        new Load(Payload.PKCS7_10MB_DIGEST_FIRST, 8)),
                List.of(Bench.CORES),
                List.of(new int[] {20, 32}, new int[] {20, 64}, new int[] {5, 8}));
    }

    /** Returns the profile with all figures. */
    static Profile full() {
        List<Load> loads = new ArrayList<>();
        for (Payload payload : EnumSet.complementOf(EnumSet.of(Payload.CERTIFICATES))) {
            // 128 bodies of 100 MB would measure the memory of the load generator.
            List<Integer> connections = payload == Payload.PKCS7_100MB ? List.of(1, 8) : List.of(1, 8, 32, 128);
            connections.forEach(count -> loads.add(new Load(payload, count)));
        }
        List<int[]> tokens = new ArrayList<>();
        for (int millis : new int[] {2, 5, 20}) {
            for (int sessions : new int[] {8, 32, 64}) {
                tokens.add(new int[] {millis, sessions});
            }
        }
        return new Profile(List.of(), BOTH, 5, 1, loads, List.of(1, 2, 4, 8), tokens);
    }

    /** Returns this profile with each measurement once and short, to check that everything works. */
    Profile trial() {
        return new Profile(scenarios, kinds, 1, 1, loads, threads, tokens);
    }
}

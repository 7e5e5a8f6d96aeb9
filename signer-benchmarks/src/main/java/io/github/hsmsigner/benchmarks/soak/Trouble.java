package io.github.hsmsigner.benchmarks.soak;

import io.github.hsmsigner.benchmarks.setup.KeyKind;
import io.github.hsmsigner.benchmarks.setup.ServiceProcess;
import io.github.hsmsigner.benchmarks.setup.SoftToken;
import java.io.IOException;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;

/**
 * Breaks the token and replaces PIN and certificates, one after the other at random. Before the token is broken an outage is declared; it ends two
 * seconds after the service is ready again with a token that works.
 */
final class Trouble {

    private static final long GRACE_NANOS = 2_000_000_000L;
    private static final long READY_LIMIT_NANOS = 60_000_000_000L;
    private static final long POLL_NANOS = 50_000_000;

    private final ServiceProcess service;
    private final SoftToken token;
    private final TroubledToken troubled;
    private final Outages outages;
    private final Random random;
    private final Map<String, Integer> counts = new TreeMap<>();

    Trouble(ServiceProcess service, SoftToken token, TroubledToken troubled, Outages outages, long seed) {
        this.service = service;
        this.token = token;
        this.troubled = troubled;
        this.outages = outages;
        random = new Random(seed);
    }

    /** Makes trouble once. */
    void once() throws IOException {
        switch (random.nextInt(6)) {
            case 0 -> {
                count("PIN replaced");
                token.changePin();
            }
            case 1, 2 -> {
                count("certificate replaced");
                token.certify(KeyKind.RSA);
            }
            case 3 -> broken("connections to the token broken", troubled::breakConnections);
            case 4 ->
                broken("token hangs", () -> {
                    troubled.hang();
                    LockSupport.parkNanos(pause(3_000));
                    troubled.work();
                });
            default ->
                broken("token away", () -> {
                    troubled.goAway();
                    LockSupport.parkNanos(pause(3_000));
                    troubled.work();
                });
        }
    }

    private long pause(int mostMillis) {
        return (100 + random.nextInt(mostMillis)) * 1_000_000L;
    }

    private void broken(String what, Fault fault) throws IOException {
        count(what);
        outages.begin();
        fault.happen();
        long end = System.nanoTime() + READY_LIMIT_NANOS;
        for (long readySince = Long.MAX_VALUE;
                System.nanoTime() - GRACE_NANOS < readySince;
                LockSupport.parkNanos(POLL_NANOS)) {
            if (!service.ready()) {
                readySince = Long.MAX_VALUE;
            } else if (readySince == Long.MAX_VALUE) {
                readySince = System.nanoTime();
            }
            if (System.nanoTime() > end) {
                throw new IllegalStateException("The service is not ready a minute after: " + what);
            }
        }
        outages.end();
    }

    /** A fault of the token. */
    private interface Fault {

        void happen() throws IOException;
    }

    private void count(String what) {
        counts.merge(what, 1, Integer::sum);
    }

    /** Returns how often each fault happened. */
    Map<String, Integer> counts() {
        return counts;
    }
}

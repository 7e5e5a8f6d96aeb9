package io.github.hsmsigner.service.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hsmsigner.http.protocol.CallbackLimits;
import io.github.hsmsigner.http.protocol.CertificateEncoding;
import io.github.hsmsigner.testing.CapturedLog;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HeapDemandTest {

    private static final long MIB = 1024 * 1024;

    /** What a virtual machine with -Xmx64m and the serial collector says that it has. */
    private static final long HEAP_OF_SYSTEMD = 62 * MIB;

    private static final ClientLimits DEFAULTS = TestLimits.DEFAULTS;

    @Test
    void theDefaultLimitsFitTheHeapOfSystemd() {
        HeapDemand demand = HeapDemand.of(TestServer.settings(DEFAULTS), 0, HEAP_OF_SYSTEMD);
        assertThat(demand.fits()).as(demand.toString()).isTrue();
    }

    @Test
    void eachLimitThatIsRaisedNeedsMore() {
        assertDoesNotFit(TestLimits.with().maxConnections(1_300).build(), CallbackLimits.defaults());
        assertDoesNotFit(TestLimits.with().maxRequests(320).build(), CallbackLimits.defaults());
        assertDoesNotFit(TestLimits.with().maxRequestMemory(8 * MIB).build(), CallbackLimits.defaults());
        assertDoesNotFit(DEFAULTS, limits(1_000, 128));
        assertDoesNotFit(DEFAULTS, limits(128, 1_000));
    }

    private static CallbackLimits limits(int tokens, int nameLength) {
        CallbackLimits defaults = CallbackLimits.defaults();
        CallbackLimits.Json json = new CallbackLimits.Json(32, tokens, nameLength, 256, 16_384, 256);
        return new CallbackLimits(defaults.maxBodyBytes(), json, defaults.minimumDataRate(), defaults.timeLimit());
    }

    private static void assertDoesNotFit(ClientLimits clients, CallbackLimits json) {
        ServerSettings settings = new ServerSettings(
                TestServer.ANY_PORT,
                "/sign",
                Optional.empty(),
                Optional.empty(),
                json,
                CertificateEncoding.PEM,
                clients,
                Duration.ofSeconds(1),
                Set.of(),
                0);
        assertThat(HeapDemand.of(settings, 0, HEAP_OF_SYSTEMD).fits()).isFalse();
    }

    /** Each request may hold a container with a CRL of that size. */
    @ParameterizedTest
    @CsvSource({"0, 0", "65536, 16", "1048576, 256", "67108864, 16384"})
    void revocationInformationNeedsItsSizeForEachRequest(long largest, long mebibytes) {
        ServerSettings settings = TestServer.settings(DEFAULTS);
        HeapDemand without = HeapDemand.of(settings, 0, HEAP_OF_SYSTEMD);
        HeapDemand with = HeapDemand.of(settings, largest, HEAP_OF_SYSTEMD);
        assertThat(with.bytes() - without.bytes()).isEqualTo(mebibytes * MIB);
        assertThat(with.fits()).isEqualTo(largest == 0);
    }

    @Test
    void theWarningNamesTheLimitOfRevocationInformation() {
        ServerSettings settings = TestServer.settings(DEFAULTS);
        assertThat(HeapDemand.of(settings, 1L << 40).warning().orElseThrow())
                .endsWith(
                        "Lower max-connections, max-requests, max-request-memory or revocation-max-size, or raise -Xmx.");
        assertThat(HeapDemand.of(
                                TestServer.settings(TestLimits.with()
                                        .maxRequestMemory(1L << 40)
                                        .build()),
                                0)
                        .warning()
                        .orElseThrow())
                .endsWith("Lower max-connections, max-requests or max-request-memory, or raise -Xmx.");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void theStartSaysWhetherItFits(boolean fits) {
        ServerSettings settings = TestServer.settings(
                fits ? DEFAULTS : TestLimits.with().maxRequestMemory(1L << 40).build());
        try (CapturedLog log = new CapturedLog()) {
            HeapDemand.of(settings, 0).log();
            assertThat(log.lines())
                    .filteredOn(line -> line.contains("Clients can make the service use "))
                    .singleElement()
                    .asString()
                    .startsWith(fits ? "INFO " : "WARN ");
        }
        assertThat(HeapDemand.of(settings, 0).warning().isEmpty()).isEqualTo(fits);
    }
}

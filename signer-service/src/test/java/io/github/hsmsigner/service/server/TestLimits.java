package io.github.hsmsigner.service.server;

import io.github.hsmsigner.service.config.DefaultSettings;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/** Changes single limits. */
final class TestLimits {

    static final ClientLimits DEFAULTS = DefaultSettings.clientLimits();

    private final Map<String, Object> values = new LinkedHashMap<>();

    private TestLimits() {}

    /** Starts with the default limits. */
    static TestLimits with() {
        TestLimits limits = new TestLimits();
        try {
            for (RecordComponent component : ClientLimits.class.getRecordComponents()) {
                limits.values.put(component.getName(), component.getAccessor().invoke(DEFAULTS));
            }
            return limits;
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    TestLimits idleTimeout(Duration timeout) {
        return set("idleTimeout", timeout);
    }

    TestLimits bodyRate(int bytesPerSecond, Duration grace) {
        return set("minBytesPerSecond", bytesPerSecond).set("slowGrace", grace);
    }

    TestLimits averageRate(int bytesPerSecond, Duration grace) {
        return set("minAverageRate", bytesPerSecond).set("averageGrace", grace);
    }

    TestLimits maxConnections(int connections) {
        return set("maxConnections", connections);
    }

    TestLimits maxRequests(int requests) {
        return set("maxRequests", requests);
    }

    TestLimits maxRequestMemory(long bytes) {
        return set("maxRequestMemory", bytes);
    }

    TestLimits responseTimeout(Duration timeout) {
        return set("responseTimeout", timeout);
    }

    TestLimits shareByAddress(boolean share) {
        return set("shareByAddress", share);
    }

    private TestLimits set(String name, Object value) {
        if (values.put(name, value) == null) {
            throw new IllegalArgumentException("There is no limit " + name + ".");
        }
        return this;
    }

    ClientLimits build() {
        RecordComponent[] components = ClientLimits.class.getRecordComponents();
        Class<?>[] types =
                Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
        try {
            return ClientLimits.class
                    .getDeclaredConstructor(types)
                    .newInstance(values.values().toArray());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }
}

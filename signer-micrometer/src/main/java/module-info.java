/**
 * Micrometer metrics of a signing service, its keys, queues and tokens.
 * {@link io.github.hsmsigner.micrometer.MicrometerSignerMetrics} is the entry point.
 */
@SuppressWarnings({"module", "requires-automatic", "requires-transitive-automatic"})
module io.github.hsmsigner.micrometer {
    requires static io.github.hsmsigner.audit;
    requires transitive io.github.hsmsigner.core;
    requires transitive io.github.hsmsigner.pkcs11;
    requires transitive micrometer.core;
    requires static org.jspecify;

    exports io.github.hsmsigner.micrometer;
    // The service declares its own metrics in the same way. The package is not part of the public API.
    exports io.github.hsmsigner.micrometer.internal to
            io.github.hsmsigner.service;
}

/**
 * Prometheus metrics of the service, through Micrometer.
 *
 * <p>{@link io.github.hsmsigner.service.metrics.ServiceMetrics} is the way in. The package knows neither a web server nor how a service is
 * put together; whoever does that binds what is to be seen. {@code docs/metrics.md} lists every metric.
 */
package io.github.hsmsigner.service.metrics;

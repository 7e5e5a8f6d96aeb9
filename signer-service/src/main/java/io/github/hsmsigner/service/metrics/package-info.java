/**
 * Prometheus metrics of the service, through Micrometer.
 *
 * <p>{@link io.github.hsmsigner.service.metrics.ServiceMetrics} is the entry point. The package depends neither on a
 * web server nor on the assembly of a service. The assembly binds the measured objects. {@code docs/metrics.md} lists
 * every metric.
 */
package io.github.hsmsigner.service.metrics;

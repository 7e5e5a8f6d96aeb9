/**
 * Prometheus metrics of the service, through Micrometer. {@link io.github.hsmsigner.service.metrics.ServiceMetrics} is
 * the entry point. The package depends neither on the web server nor on the lifecycle, which binds the measured
 * objects.
 */
package io.github.hsmsigner.service.metrics;

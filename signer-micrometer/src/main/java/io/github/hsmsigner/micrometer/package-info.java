/**
 * Micrometer metrics with the names of the service.
 *
 * <p>{@link io.github.hsmsigner.micrometer.MicrometerSignerMetrics} measures the requests of a signing service, and
 * {@link io.github.hsmsigner.micrometer.MicrometerPkcs11Listener} a token. The binders of
 * {@link io.github.hsmsigner.micrometer.SignerMeterBinders} read the numbers of keys, queues, revocation information and
 * audit logs. Labels are fixed words and the names of keys, queues and tokens. They hold no text of a request, so that
 * the number of time series does not depend on requests.
 */
@NullMarked
package io.github.hsmsigner.micrometer;

import org.jspecify.annotations.NullMarked;

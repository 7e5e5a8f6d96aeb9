/**
 * Looks at everything that the service needs before it has to work:
 * {@link io.github.hsmsigner.service.check.ServiceCheck}. For the service; no part of the public API.
 */
package io.github.hsmsigner.service.check;

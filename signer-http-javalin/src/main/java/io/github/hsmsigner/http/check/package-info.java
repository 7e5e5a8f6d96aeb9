/**
 * Looks at everything that the service needs before it has to work: {@link io.github.hsmsigner.http.check.ServiceCheck}. For the service;
 * no part of the public API.
 */
package io.github.hsmsigner.http.check;

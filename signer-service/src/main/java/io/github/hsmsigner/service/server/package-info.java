/**
 * The HTTP server of the runnable service: listeners, TLS, limits on clients, health, errors of one shape. For the
 * service; no part of the public API.
 */
package io.github.hsmsigner.service.server;

/**
 * Startup and shutdown of the service, its keys and tokens, readiness, and reload of changed files.
 * {@link io.github.hsmsigner.service.lifecycle.ServiceProcess} starts the service.
 */
package io.github.hsmsigner.service.lifecycle;

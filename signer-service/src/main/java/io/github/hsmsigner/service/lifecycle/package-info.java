/**
 * The service that runs on its own: settings from the environment, one signing key, the Document Engine endpoint and
 * health checks. {@link io.github.hsmsigner.service.lifecycle.ServiceProcess} starts it.
 */
package io.github.hsmsigner.service.lifecycle;

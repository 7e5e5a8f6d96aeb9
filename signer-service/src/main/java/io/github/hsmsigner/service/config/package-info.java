/**
 * The settings of the runnable service, as values, and what reads them from the environment and from a YAML file. For
 * the service; no part of the public API.
 */
package io.github.hsmsigner.service.config;

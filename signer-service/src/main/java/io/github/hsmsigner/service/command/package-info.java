/**
 * The command line of the service: {@link io.github.hsmsigner.service.command.Main}. Each command is a class. For the
 * service; no part of the public API.
 */
package io.github.hsmsigner.service.command;

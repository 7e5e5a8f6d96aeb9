/**
 * The command line of the service: {@link io.github.hsmsigner.http.command.Main}. Each command is a class. For the service; no part of the
 * public API.
 */
package io.github.hsmsigner.http.command;

/**
 * The Document Engine endpoint for any Javalin application:
 * {@link io.github.hsmsigner.http.javalin.DocumentEnginePlugin}.
 */
package io.github.hsmsigner.http.javalin;

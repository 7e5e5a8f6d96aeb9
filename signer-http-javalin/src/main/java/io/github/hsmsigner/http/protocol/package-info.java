/**
 * The signing-service callback of Document Engine: a JSON body comes in as a stream, an answer goes out.
 *
 * <p>{@link io.github.hsmsigner.http.protocol.CallbackHandler} is the entry point. The package does not depend on any
 * HTTP server. A server passes the metadata of the HTTP request as {@link io.github.hsmsigner.http.protocol.CallFacts}.
 * The result is a {@link io.github.hsmsigner.http.protocol.CallbackAnswer}, which any server can send.
 */
package io.github.hsmsigner.http.protocol;

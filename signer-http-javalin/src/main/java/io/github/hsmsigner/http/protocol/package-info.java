/**
 * The signing-service callback of Document Engine: a JSON body arrives as a stream, and a response leaves.
 *
 * <p>{@link io.github.hsmsigner.http.protocol.CallbackHandler} is the entry point. The package does not depend on any
 * HTTP server. A server passes the metadata as {@link io.github.hsmsigner.http.protocol.RequestMetadata}. It sends the
 * {@link io.github.hsmsigner.http.protocol.CallbackResponse}.
 */
package io.github.hsmsigner.http.protocol;

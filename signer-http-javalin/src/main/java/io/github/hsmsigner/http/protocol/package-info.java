/**
 * The signing-service callback of Document Engine: a JSON body comes in as a stream, an answer goes out.
 *
 * <p>{@link io.github.hsmsigner.http.protocol.CallbackHandler} is the entry. The package knows nothing of any HTTP server: what it
 * needs of the HTTP request is handed over as {@link io.github.hsmsigner.http.protocol.CallFacts}, and what it gives back is a
 * {@link io.github.hsmsigner.http.protocol.CallbackAnswer} that any server can send.
 */
package io.github.hsmsigner.http.protocol;

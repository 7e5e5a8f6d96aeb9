/**
 * The common parts of timestamps, revocation information and fetched certificates: addresses in certificates, HTTP
 * requests with a deadline and a size limit, and checks of the servers' signatures. Not part of the public API.
 */
package io.github.hsmsigner.core.internal.fetch;

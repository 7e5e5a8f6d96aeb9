/** Bounded HTTP requests for timestamps, revocation information and certificates. Not part of the public API. */
package io.github.hsmsigner.core.fetch;

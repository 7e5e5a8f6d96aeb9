/**
 * What timestamps, revocation information and fetched certificates have in common: addresses in certificates, HTTP requests with a
 * deadline and a size limit, and how the signatures of those who answer are checked. Not part of the public API.
 */
package io.github.hsmsigner.core.internal.fetch;

/**
 * How a key on a token signs: for each algorithm the mechanism, what is hashed here, and how the token's answer becomes a signature,
 * settled once. Not part of the public API.
 */
package io.github.hsmsigner.pkcs11.plan;

/** Text files in PEM (RFC 7468): the one reader for certificates, private keys and public keys. */
package io.github.hsmsigner.core.pem;

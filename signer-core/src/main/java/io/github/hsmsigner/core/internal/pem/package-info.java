/** Text files in PEM (RFC 7468): the one reader for certificates, private keys, public keys and CRLs. */
package io.github.hsmsigner.core.internal.pem;

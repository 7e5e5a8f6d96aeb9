/** Text files in PEM (RFC 7468): the one reader for certificates, private keys, public keys and CRLs. */
@NullMarked
package io.github.hsmsigner.core.internal.pem;

import org.jspecify.annotations.NullMarked;

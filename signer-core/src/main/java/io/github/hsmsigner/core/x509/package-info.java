/** The bridge to BouncyCastle's builders of X.509 structures. */
@NullMarked
package io.github.hsmsigner.core.x509;

import org.jspecify.annotations.NullMarked;

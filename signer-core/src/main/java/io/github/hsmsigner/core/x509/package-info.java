/** The bridge to BouncyCastle's builders of X.509 structures. */
package io.github.hsmsigner.core.x509;

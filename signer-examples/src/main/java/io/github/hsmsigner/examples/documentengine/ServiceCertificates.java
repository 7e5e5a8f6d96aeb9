package io.github.hsmsigner.examples.documentengine;

import java.security.cert.X509Certificate;
import java.util.List;

/** The certificates of a signing service. */
record ServiceCertificates(X509Certificate signer, List<X509Certificate> all) {}

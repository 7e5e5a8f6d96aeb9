package io.github.hsmsigner.http.service;

import java.security.cert.X509Certificate;
import java.util.List;

/**
 * What is set about certificates.
 *
 * @param signer certificates among which the key's must be; empty if it is to come from where the key is
 * @param issuers certificates to complete the chain from
 * @param validRequired whether a key signs only while its certificate is valid
 */
record CertificateSettings(List<X509Certificate> signer, List<X509Certificate> issuers, boolean validRequired) {

    CertificateSettings {
        signer = List.copyOf(signer);
        issuers = List.copyOf(issuers);
    }
}

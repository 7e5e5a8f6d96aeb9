package io.github.hsmsigner.core.certificate;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hsmsigner.core.error.InvalidConfigurationException;
import java.security.cert.X509Certificate;
import java.util.List;

/** Fuzz target: a certificate file of any form is read whole, or refused with the typed exception that names it. */
public final class CertificateFilesFuzz {

    private CertificateFilesFuzz() {}

    public static void fuzzerTestOneInput(byte[] document) {
        List<X509Certificate> certificates;
        try {
            certificates = CertificateFiles.parse("file x.pem", document);
        } catch (InvalidConfigurationException e) {
            assertThat(e).hasMessageStartingWith("The file x.pem ").hasMessageEndingWith(".");
            return;
        }
        assertThat(certificates).isNotEmpty();
    }
}

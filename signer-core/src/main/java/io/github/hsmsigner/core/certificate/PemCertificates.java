package io.github.hsmsigner.core.certificate;

import io.github.hsmsigner.core.error.InvalidConfigurationException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * The former name of {@link CertificateFiles}, which reads more than PEM.
 */
public final class PemCertificates {

    private PemCertificates() {}

    /**
     * Reads all certificates of a file; the same as {@link CertificateFiles#read(Path)}.
     *
     * @param file the file
     * @return the certificates in the file's order; at least one
     * @throws InvalidConfigurationException if the file cannot be read, is damaged, or holds no certificate
     */
    public static List<X509Certificate> read(Path file) {
        return CertificateFiles.read(file);
    }
}

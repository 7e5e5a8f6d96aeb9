package io.github.hsmsigner.core.certificate;

import io.github.hsmsigner.core.error.InvalidConfigurationException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Reads certificates from files, whatever the usual form: PEM with any number of blocks in any order and text around them
 * (RFC 7468), one certificate in DER, or a certs-only CMS or PKCS#7 bundle (RFC 5652), in DER or as a PEM block.
 *
 * <p>The reading is strict: octets that are missing, left over or damaged are an error, never passed over. PEM blocks of other kinds,
 * such as private keys, are left alone. Safe for use by any number of threads at once.
 */
public final class CertificateFiles {

    /** The largest file to read, in bytes; some hundred certificates. */
    public static final int MAX_BYTES = 1024 * 1024;

    private static final Set<String> LABELS =
            Set.of("CERTIFICATE", "X509 CERTIFICATE", "X.509 CERTIFICATE", "PKCS7", "CMS", "PKCS #7 SIGNED DATA");

    private CertificateFiles() {}

    /**
     * Reads all certificates of a file.
     *
     * @param file the file
     * @return the certificates in the file's order; at least one
     * @throws InvalidConfigurationException if the file cannot be read, is larger than {@value #MAX_BYTES} bytes, is damaged, or
     *     holds no certificate
     */
    public static List<X509Certificate> read(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            // A limit on what is read and not on what the file system says: a device or a pipe has no size.
            return parse("file " + file, in.readNBytes(MAX_BYTES + 1));
        } catch (NoSuchFileException e) {
            throw new InvalidConfigurationException("The certificate file " + file + " does not exist.", e);
        } catch (IOException e) {
            throw new InvalidConfigurationException(
                    "The certificate file " + file + " cannot be read: " + e.getMessage() + ".", e);
        }
    }

    /**
     * Reads all certificates of a document in memory.
     *
     * @param origin where it comes from, for error messages: {@code file signer.pem}
     * @param document the document
     * @return the certificates in the document's order; at least one
     * @throws InvalidConfigurationException if it is larger than {@value #MAX_BYTES} bytes, damaged, or holds no certificate
     */
    public static List<X509Certificate> parse(String origin, byte[] document) {
        if (document.length > MAX_BYTES) {
            throw new InvalidConfigurationException(
                    "The " + origin + " is larger than " + MAX_BYTES + " bytes; certificates are expected.");
        }
        List<X509Certificate> certificates;
        try {
            certificates = DerCertificates.looksLike(document) ? DerCertificates.read(document) : pem(document);
        } catch (MalformedCertificatesException e) {
            throw new InvalidConfigurationException(
                    "The " + origin + " cannot be read as certificates: " + e.getMessage() + ".", e);
        }
        if (certificates.isEmpty()) {
            throw new InvalidConfigurationException(
                    "The " + origin
                            + " holds no certificate; expected are PEM with lines \"-----BEGIN CERTIFICATE-----\", DER, or PKCS#7.");
        }
        return List.copyOf(certificates);
    }

    private static List<X509Certificate> pem(byte[] document) throws MalformedCertificatesException {
        List<X509Certificate> certificates = new ArrayList<>();
        for (PemBlock block : PemBlock.parse(document)) {
            if (!LABELS.contains(block.label())) {
                continue;
            }
            byte[] der = block.decode();
            try {
                certificates.addAll(DerCertificates.read(der));
            } catch (MalformedCertificatesException e) {
                throw new MalformedCertificatesException(
                        "in the " + block.label() + " block of line " + block.line() + ", " + e.getMessage(), e);
            }
        }
        return certificates;
    }
}

package io.github.hsmsigner.core.certificate;

import io.github.hsmsigner.core.error.InvalidConfigurationException;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.openssl.PEMParser;

/**
 * Reads the certificates of a PEM file (RFC 7468): any number, in any order, with text around the blocks.
 */
public final class PemCertificates {

    private PemCertificates() {}

    /**
     * Reads all certificates of a file.
     *
     * @param file the file
     * @return the certificates in the file's order; at least one
     * @throws InvalidConfigurationException if the file cannot be read, holds a damaged block, or holds no certificate
     */
    public static List<X509Certificate> read(Path file) {
        List<X509Certificate> certificates = new ArrayList<>();
        // Latin-1 takes every byte, so that text around the blocks never makes the file unreadable.
        try (BufferedReader reader = Files.newBufferedReader(file, StandardCharsets.ISO_8859_1);
                PEMParser parser = new PEMParser(reader)) {
            JcaX509CertificateConverter converter = new JcaX509CertificateConverter();
            for (Object block = parser.readObject(); block != null; block = parser.readObject()) {
                if (block instanceof X509CertificateHolder certificate) {
                    certificates.add(converter.getCertificate(certificate));
                }
            }
        } catch (NoSuchFileException e) {
            throw new InvalidConfigurationException("The certificate file " + file + " does not exist.", e);
        } catch (IOException | CertificateException | RuntimeException e) {
            throw new InvalidConfigurationException(
                    "The certificate file " + file + " cannot be read as PEM certificates.", e);
        }
        if (certificates.isEmpty()) {
            throw new InvalidConfigurationException("The file " + file
                    + " holds no certificate; PEM is expected, with lines \"-----BEGIN CERTIFICATE-----\".");
        }
        return List.copyOf(certificates);
    }
}

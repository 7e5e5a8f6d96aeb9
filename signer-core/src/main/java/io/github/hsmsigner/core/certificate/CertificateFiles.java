package io.github.hsmsigner.core.certificate;

import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.core.internal.fetch.PeerText;
import io.github.hsmsigner.core.internal.pem.MalformedPemException;
import io.github.hsmsigner.core.internal.pem.PemBlock;
import io.github.hsmsigner.core.internal.pem.PemText;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.openssl.X509TrustedCertificateBlock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads certificates from files in each usual form. A file is PEM (RFC 7468), one certificate in DER, or a certs-only
 * CMS or PKCS#7 bundle (RFC 5652) in BER, in DER or as a PEM block.
 *
 * <p>The reader is strict: missing, surplus or damaged bytes are an error. PEM blocks with keys, parameters, CRLs and
 * requests are skipped; a block with another label is skipped with a warning that names it. Thread-safe.
 */
public final class CertificateFiles {

    /** The largest file to read, in bytes; some hundred certificates. */
    public static final int MAX_BYTES = 1024 * 1024;

    private static final Logger LOG = LoggerFactory.getLogger(CertificateFiles.class);

    private static final Set<String> LABELS =
            Set.of("CERTIFICATE", "X509 CERTIFICATE", "X.509 CERTIFICATE", "PKCS7", "CMS", "PKCS #7 SIGNED DATA");

    /** OpenSSL's label of a certificate that lists the uses it is trusted for. */
    private static final String TRUSTED = "TRUSTED CERTIFICATE";

    private static final Set<String> NO_CERTIFICATES =
            Set.of("X509 CRL", "CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST", "ATTRIBUTE CERTIFICATE");

    private static final int MAX_LISTED_LENGTH = 400;

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
        return read(file, ASN1Encoding.DER);
    }

    /**
     * Reads certificates of authorities. In contrast to {@link #read(Path)}, a name in them may have an RDN with values
     * out of order. Certificates of authorities are copied and compared byte for byte, so nothing depends on the order.
     *
     * @param file the file
     * @return the certificates in the file's order; at least one
     * @throws InvalidConfigurationException as {@link #read(Path)} throws it
     */
    public static List<X509Certificate> readIssuers(Path file) {
        return read(file, ASN1Encoding.DL);
    }

    private static List<X509Certificate> read(Path file, String encoding) {
        try (InputStream in = Files.newInputStream(file)) {
            // A limit on what is read and not on what the file system says: a device or a pipe has no size.
            return parse("file " + file, in.readNBytes(MAX_BYTES + 1), encoding);
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
        return parse(origin, document, ASN1Encoding.DER);
    }

    /** Reads certificates as {@link #readIssuers} does, from a document in memory. */
    static List<X509Certificate> parseIssuers(String origin, byte[] document) {
        return parse(origin, document, ASN1Encoding.DL);
    }

    private static List<X509Certificate> parse(String origin, byte[] document, String encoding) {
        if (document.length > MAX_BYTES) {
            throw new InvalidConfigurationException(
                    "The " + origin + " is larger than " + MAX_BYTES + " bytes; certificates are expected.");
        }
        List<X509Certificate> certificates = new ArrayList<>();
        List<PemBlock> others = new ArrayList<>();
        try {
            if (DerCertificates.looksLike(document)) {
                certificates.addAll(DerCertificates.read(document, encoding));
            } else {
                for (PemBlock block : PemText.blocks(document)) {
                    if (LABELS.contains(block.label()) || block.label().equals(TRUSTED)) {
                        certificates.addAll(read(block, encoding));
                    } else {
                        others.add(block);
                    }
                }
            }
        } catch (MalformedPemException | MalformedCertificatesException e) {
            throw new InvalidConfigurationException(
                    "The " + origin + " cannot be read as certificates: " + e.getMessage() + ".", e);
        }
        if (certificates.isEmpty()) {
            throw new InvalidConfigurationException("The " + origin
                    + " holds no certificate; expected are PEM with lines \"-----BEGIN CERTIFICATE-----\", DER, or PKCS#7."
                    + (others.isEmpty() ? "" : " It holds: " + printable(others) + "."));
        }
        others.removeIf(CertificateFiles::holdsNoCertificate);
        if (!others.isEmpty()) {
            LOG.warn("The {} has blocks that are not known and were skipped: {}.", origin, printable(others));
        }
        return List.copyOf(certificates);
    }

    private static boolean holdsNoCertificate(PemBlock block) {
        return NO_CERTIFICATES.contains(block.label())
                || block.label().endsWith("PRIVATE KEY")
                || block.label().endsWith("PUBLIC KEY")
                || block.label().endsWith("PARAMETERS");
    }

    private static String printable(List<PemBlock> blocks) {
        return PeerText.printable(
                blocks.stream().map(PemBlock::toString).collect(Collectors.joining(", ")), MAX_LISTED_LENGTH);
    }

    private static List<X509Certificate> read(PemBlock block, String encoding)
            throws MalformedPemException, MalformedCertificatesException {
        byte[] content = block.decode();
        try {
            return DerCertificates.read(block.label().equals(TRUSTED) ? withoutTrust(content) : content, encoding);
        } catch (MalformedCertificatesException e) {
            throw new MalformedCertificatesException("in the " + block + ", " + e.getMessage(), e);
        }
    }

    private static byte[] withoutTrust(byte[] content) throws MalformedCertificatesException {
        try {
            return new X509TrustedCertificateBlock(content)
                    .getCertificateHolder()
                    .getEncoded();
        } catch (IOException | RuntimeException e) {
            throw new MalformedCertificatesException("its DER is damaged: " + e.getMessage(), e);
        }
    }
}

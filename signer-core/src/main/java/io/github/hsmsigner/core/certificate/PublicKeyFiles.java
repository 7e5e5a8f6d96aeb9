package io.github.hsmsigner.core.certificate;

import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.core.internal.fetch.PeerText;
import io.github.hsmsigner.core.internal.key.SubjectPublicKeys;
import io.github.hsmsigner.core.internal.pem.MalformedPemException;
import io.github.hsmsigner.core.internal.pem.PemBlock;
import io.github.hsmsigner.core.internal.pem.PemText;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.PublicKey;
import java.util.List;
import java.util.Set;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.RSAPublicKey;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;

/**
 * Reads a public key from PEM: {@code PUBLIC KEY} (RFC 7468), {@code RSA PUBLIC KEY} (RFC 8017, appendix A.1.1), or that of a
 * certificate. Parameters of curves in the same file are skipped; another block is an error that names it. Stateless and thread-safe.
 */
public final class PublicKeyFiles {

    private static final int MAX_LABEL_LENGTH = 100;
    private static final String PKCS1 = "RSA PUBLIC KEY";
    private static final Set<String> LABELS = Set.of("PUBLIC KEY", PKCS1, "CERTIFICATE", "X509 CERTIFICATE");
    private static final AlgorithmIdentifier RSA =
            new AlgorithmIdentifier(PKCSObjectIdentifiers.rsaEncryption, DERNull.INSTANCE);

    private PublicKeyFiles() {}

    /**
     * A key from a file.
     *
     * @param key the key
     * @param forPssAlone whether the identifier of the key allows RSASSA-PSS alone (RFC 4055, section 1.2)
     */
    public record Found(PublicKey key, boolean forPssAlone) {}

    /**
     * Reads the only key of a document.
     *
     * @param where where the document is, for error messages: {@code in key.pem}
     * @param document the document
     * @return the key
     * @throws InvalidConfigurationException if the document does not hold just one public key or certificate, or it is damaged
     */
    public static Found parse(String where, byte[] document) {
        try {
            PemBlock block = onlyKey(PemText.blocks(document), where);
            SubjectPublicKeyInfo info = SubjectPublicKeyInfo.getInstance(encoded(block, where));
            return new Found(
                    SubjectPublicKeys.decode(info.getEncoded()),
                    info.getAlgorithm().getAlgorithm().equals(PKCSObjectIdentifiers.id_RSASSA_PSS));
        } catch (MalformedPemException e) {
            throw new InvalidConfigurationException("The PEM " + where + " is damaged: " + e.getMessage() + ".", e);
        } catch (IOException | IllegalArgumentException e) {
            throw new InvalidConfigurationException(
                    "The key " + where + " is neither an RSA key nor one on P-256; it cannot be used.", e);
        }
    }

    private static PemBlock onlyKey(List<PemBlock> blocks, String where) {
        List<PemBlock> keys = blocks.stream()
                .filter(block -> !block.label().endsWith("PARAMETERS"))
                .toList();
        if (keys.isEmpty()) {
            throw new InvalidConfigurationException(
                    "There is no PEM " + where + " with a key; a public key or a certificate is expected.");
        }
        for (PemBlock block : keys) {
            if (!LABELS.contains(block.label())) {
                throw new InvalidConfigurationException("The PEM " + where + " holds a "
                        + PeerText.printable(block.toString(), MAX_LABEL_LENGTH)
                        + "; expected is a PUBLIC KEY or a CERTIFICATE.");
            }
        }
        if (keys.size() > 1) {
            throw new InvalidConfigurationException("There is more than one key " + where + "; name a file for each.");
        }
        return keys.get(0);
    }

    private static byte[] encoded(PemBlock block, String where) throws MalformedPemException, IOException {
        if (block.label().contains("CERTIFICATE")) {
            byte[] text = block.text().getBytes(StandardCharsets.ISO_8859_1);
            return CertificateFiles.parse("certificate " + where, text)
                    .get(0)
                    .getPublicKey()
                    .getEncoded();
        }
        byte[] der = block.decode();
        return block.label().equals(PKCS1)
                ? new SubjectPublicKeyInfo(RSA, RSAPublicKey.getInstance(der)).getEncoded()
                : der;
    }
}

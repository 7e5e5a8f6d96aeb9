package io.github.hsmsigner.core.internal.key;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.edec.EdECObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x509.X509ObjectIdentifiers;
import org.bouncycastle.asn1.x9.ECNamedCurveTable;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.crypto.params.AsymmetricKeyParameter;
import org.bouncycastle.crypto.params.ECPublicKeyParameters;
import org.bouncycastle.crypto.util.PublicKeyFactory;

/**
 * Compares and decodes public keys as they come from certificates, tokens and files. Stateless and thread-safe.
 *
 * <p>The same key can have several encodings: an RSA key with the identifier rsaEncryption or id-RSASSA-PSS (RFC 4055), an EC key with
 * a compressed or an uncompressed point (RFC 5480).
 */
public final class SubjectPublicKeys {

    private static final Set<ASN1ObjectIdentifier> NIST_CURVES =
            Set.of(SECObjectIdentifiers.secp256r1, SECObjectIdentifiers.secp384r1, SECObjectIdentifiers.secp521r1);

    private SubjectPublicKeys() {}

    /**
     * Compares two keys by their numbers: modulus and exponent, or curve and point.
     *
     * @param one a key
     * @param other another key
     * @return {@code true} if both are the same key, whatever their encodings
     */
    public static boolean same(PublicKey one, PublicKey other) {
        if (one instanceof RSAPublicKey rsa && other instanceof RSAPublicKey otherRsa) {
            return rsa.getModulus().equals(otherRsa.getModulus())
                    && rsa.getPublicExponent().equals(otherRsa.getPublicExponent());
        }
        return Arrays.equals(one.getEncoded(), other.getEncoded()) || equivalent(one, other);
    }

    /** Java before 21 adds NULL to a type of key that it does not know, such as ML-DSA, if the parameters are absent. */
    private static SubjectPublicKeyInfo withNull(PublicKey key) {
        SubjectPublicKeyInfo info = SubjectPublicKeyInfo.getInstance(key.getEncoded());
        return info.getAlgorithm().getParameters() != null
                ? info
                : new SubjectPublicKeyInfo(
                        new AlgorithmIdentifier(info.getAlgorithm().getAlgorithm(), DERNull.INSTANCE),
                        info.getPublicKeyData().getBytes());
    }

    private static boolean equivalent(PublicKey one, PublicKey other) {
        try {
            return withNull(one).equals(withNull(other))
                    || parameters(one) instanceof ECPublicKeyParameters ec
                            && parameters(other) instanceof ECPublicKeyParameters otherEc
                            && ec.getQ().equals(otherEc.getQ())
                            && ec.getParameters().equals(otherEc.getParameters());
        } catch (IOException | RuntimeException e) {
            // A key of a type that BouncyCastle does not know: its encoding alone says what it is.
            return false;
        }
    }

    private static AsymmetricKeyParameter parameters(PublicKey key) throws IOException {
        return PublicKeyFactory.createKey(key.getEncoded());
    }

    /**
     * Decodes a key. An RSA key becomes a key of the algorithm {@code RSA}, also if its identifier is id-RSASSA-PSS.
     *
     * @param subjectPublicKeyInfo the SubjectPublicKeyInfo in DER
     * @return the key
     * @throws IllegalArgumentException if it is neither an RSA, EC nor Ed25519 key that the Java runtime accepts
     */
    public static PublicKey decode(byte[] subjectPublicKeyInfo) {
        SubjectPublicKeyInfo info = SubjectPublicKeyInfo.getInstance(subjectPublicKeyInfo);
        ASN1ObjectIdentifier type = info.getAlgorithm().getAlgorithm();
        try {
            if (type.equals(X9ObjectIdentifiers.id_ecPublicKey)) {
                return decode("EC", uncompressed(info));
            }
            if (type.equals(EdECObjectIdentifiers.id_Ed25519)) {
                return decode("Ed25519", info);
            }
            if (type.equals(PKCSObjectIdentifiers.id_RSASSA_PSS)) {
                return decode(
                        "RSA",
                        new SubjectPublicKeyInfo(
                                new AlgorithmIdentifier(PKCSObjectIdentifiers.rsaEncryption, DERNull.INSTANCE),
                                info.parsePublicKey()));
            }
            if (type.equals(PKCSObjectIdentifiers.rsaEncryption) || type.equals(X509ObjectIdentifiers.id_ea_rsa)) {
                return decode("RSA", info);
            }
        } catch (GeneralSecurityException | IOException | RuntimeException e) {
            throw new IllegalArgumentException("Not an RSA, EC or Ed25519 public key that Java accepts", e);
        }
        throw new IllegalArgumentException("Not an RSA, EC or Ed25519 public key, but one of the type " + type.getId());
    }

    /**
     * Returns the same key as {@link #decode(byte[])} makes it.
     *
     * @param key a key, such as that of a certificate
     * @return the key; as it is, if it is of another type
     */
    public static PublicKey normalize(PublicKey key) {
        try {
            return decode(key.getEncoded());
        } catch (IllegalArgumentException e) {
            return key;
        }
    }

    private static PublicKey decode(String algorithm, SubjectPublicKeyInfo info)
            throws GeneralSecurityException, IOException {
        return KeyFactory.getInstance(algorithm).generatePublic(new X509EncodedKeySpec(info.getEncoded()));
    }

    private static SubjectPublicKeyInfo uncompressed(SubjectPublicKeyInfo info) throws IOException {
        ECPublicKeyParameters key = (ECPublicKeyParameters) PublicKeyFactory.createKey(info);
        return new SubjectPublicKeyInfo(info.getAlgorithm(), key.getQ().getEncoded(false));
    }

    /**
     * Names the curve of a key, if it is none of P-256, P-384 and P-521. Java runtimes do not verify signatures with such keys.
     *
     * @param key the key
     * @return the name, such as {@code brainpoolP256r1}; empty for keys on P-256, P-384 and P-521 and keys of other types
     */
    public static Optional<String> otherCurve(PublicKey key) {
        if (!key.getAlgorithm().equals("EC")) {
            return Optional.empty();
        }
        ASN1Encodable parameters = SubjectPublicKeyInfo.getInstance(key.getEncoded())
                .getAlgorithm()
                .getParameters();
        if (!(parameters instanceof ASN1ObjectIdentifier curve)) {
            return Optional.of("a curve without a name");
        }
        String name = ECNamedCurveTable.getName(curve);
        return isNistCurve(curve) ? Optional.empty() : Optional.of(name == null ? curve.getId() : name);
    }

    /**
     * Returns whether a curve is P-256, P-384 or P-521.
     *
     * @param curve the identifier of the curve
     * @return {@code true} for these three
     */
    public static boolean isNistCurve(ASN1ObjectIdentifier curve) {
        return NIST_CURVES.contains(curve);
    }
}

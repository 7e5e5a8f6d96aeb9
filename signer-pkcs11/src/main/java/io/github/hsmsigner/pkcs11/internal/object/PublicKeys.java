package io.github.hsmsigner.pkcs11.internal.object;

import io.github.hsmsigner.core.internal.key.SubjectPublicKeys;
import io.github.hsmsigner.pkcs11.internal.cryptoki.ObjectClass;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.RSAPublicKeySpec;
import java.util.Map;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.ASN1PrintableString;
import org.bouncycastle.asn1.edec.EdECObjectIdentifiers;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x9.ECNamedCurveTable;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.math.ec.ECCurve;

/** Public keys, from the attributes that tokens show them in to those of Java, and in words. */
public final class PublicKeys {

    private static final long NO_KEY_TYPE = -1;
    private static final Map<String, Long> KEY_TYPES =
            Map.of("RSA", ObjectClass.RSA_KEY, "EC", ObjectClass.EC_KEY, "EdDSA", ObjectClass.EC_EDWARDS_KEY);
    private static final int ED25519_LENGTH = 32;
    private static final Map<ASN1ObjectIdentifier, String> NIST_NAMES = Map.of(
            SECObjectIdentifiers.secp256r1, "P-256",
            SECObjectIdentifiers.secp384r1, "P-384",
            SECObjectIdentifiers.secp521r1, "P-521");

    private PublicKeys() {}

    /**
     * Decodes an RSA key.
     *
     * @param modulus its CKA_MODULUS
     * @param publicExponent its CKA_PUBLIC_EXPONENT
     * @return the key
     * @throws IllegalArgumentException if Java refuses it
     */
    public static PublicKey rsa(byte[] modulus, byte[] publicExponent) {
        try {
            return KeyFactory.getInstance("RSA")
                    .generatePublic(
                            new RSAPublicKeySpec(new BigInteger(1, modulus), new BigInteger(1, publicExponent)));
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("Not an RSA public key", e);
        }
    }

    /**
     * Decodes a key on a named curve, such as Ed25519.
     *
     * <p>Tokens differ. The curve is an object identifier, or a name in a PrintableString (PKCS#11 3.0, section
     * 2.3.10). The point is the DEROctetString of the standard, or bare.
     *
     * @param parameters its CKA_EC_PARAMS
     * @param point its CKA_EC_POINT
     * @return the key
     * @throws IllegalArgumentException if the curve is not named or not known, or the point is not on it
     */
    public static PublicKey ec(byte[] parameters, byte[] point) {
        ASN1ObjectIdentifier curve = curve(parameters)
                .orElseThrow(() -> new IllegalArgumentException("Not a curve by a name that is known"));
        if (curve.equals(EdECObjectIdentifiers.id_Ed25519)) {
            byte[] octets = point.length == ED25519_LENGTH ? point : unwrapped(point);
            return encoded(new SubjectPublicKeyInfo(new AlgorithmIdentifier(curve), octets));
        }
        ECCurve field = ECNamedCurveTable.getByOID(curve).getCurve();
        int width = (field.getFieldSize() + 7) / 8;
        byte[] octets = point.length == 1 + 2 * width || point.length == 1 + width ? point : unwrapped(point);
        byte[] uncompressed = field.decodePoint(octets).getEncoded(false);
        return encoded(new SubjectPublicKeyInfo(
                new AlgorithmIdentifier(X9ObjectIdentifiers.id_ecPublicKey, curve), uncompressed));
    }

    private static PublicKey encoded(SubjectPublicKeyInfo info) {
        try {
            return SubjectPublicKeys.decode(info.getEncoded());
        } catch (IOException e) {
            throw new UncheckedIOException("Encoding in memory failed", e);
        }
    }

    private static byte[] unwrapped(byte[] point) {
        try {
            if (ASN1Primitive.fromByteArray(point) instanceof ASN1OctetString octets) {
                return octets.getOctets();
            }
        } catch (IOException e) {
            throw new IllegalArgumentException("A point that is neither bare nor in DER", e);
        }
        throw new IllegalArgumentException("A point that is neither bare nor in DER");
    }

    private static Optional<ASN1ObjectIdentifier> curve(byte[] parameters) {
        try {
            ASN1Primitive value = ASN1Primitive.fromByteArray(parameters);
            if (value instanceof ASN1ObjectIdentifier oid) {
                boolean known = oid.equals(EdECObjectIdentifiers.id_Ed25519) || ECNamedCurveTable.getByOID(oid) != null;
                return Optional.of(oid).filter(o -> known);
            }
            if (value instanceof ASN1PrintableString name) {
                return name.getString().equalsIgnoreCase("edwards25519")
                        ? Optional.of(EdECObjectIdentifiers.id_Ed25519)
                        : Optional.ofNullable(ECNamedCurveTable.getOID(name.getString()));
            }
            return Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static String name(ASN1ObjectIdentifier curve) {
        return curve.equals(EdECObjectIdentifiers.id_Ed25519)
                ? "Ed25519"
                : NIST_NAMES.getOrDefault(
                        curve,
                        Optional.ofNullable(ECNamedCurveTable.getName(curve)).orElse(curve.getId()));
    }

    /**
     * Returns whether a key is an Ed25519 key. Other keys are named EdDSA too.
     *
     * @param key the key
     * @return {@code true} for Ed25519
     */
    public static boolean isEd25519(PublicKey key) {
        return key instanceof EdECPublicKey edKey && edKey.getParams().getName().equals("Ed25519");
    }

    /** Returns the CKK code of a key; if tokens have none for it, a code that no key has. */
    static long keyType(PublicKey key) {
        return KEY_TYPES.getOrDefault(key.getAlgorithm(), NO_KEY_TYPE);
    }

    /**
     * Describes the type and size of a key.
     *
     * @param key the key
     * @return such as {@code RSA, 2048 bits}, {@code EC, P-256} or {@code Ed25519}
     */
    public static String describe(PublicKey key) {
        if (key instanceof RSAPublicKey rsaKey) {
            return "RSA, " + rsaKey.getModulus().bitLength() + " bits";
        }
        if (isEd25519(key)) {
            return "Ed25519";
        }
        ASN1Encodable parameters = SubjectPublicKeyInfo.getInstance(key.getEncoded())
                .getAlgorithm()
                .getParameters();
        return key.getAlgorithm() + (parameters instanceof ASN1ObjectIdentifier curve ? ", " + name(curve) : "");
    }
}

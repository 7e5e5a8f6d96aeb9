package io.github.hsmsigner.core.internal.key;

import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.edec.EdECObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x9.ECNamedCurveTable;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.crypto.params.AsymmetricKeyParameter;
import org.bouncycastle.crypto.params.ECPrivateKeyParameters;
import org.bouncycastle.crypto.params.ECPublicKeyParameters;
import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;
import org.bouncycastle.crypto.params.RSAKeyParameters;
import org.bouncycastle.crypto.params.RSAPrivateCrtKeyParameters;
import org.bouncycastle.crypto.util.PrivateKeyFactory;
import org.bouncycastle.crypto.util.SubjectPublicKeyInfoFactory;
import org.bouncycastle.operator.DefaultAlgorithmNameFinder;

/**
 * Makes key pairs of Java from private keys in PKCS#8. The public half is computed from the private key, so that the certificate of the
 * key can be found by it. Stateless and thread-safe.
 */
public final class KeyPairs {

    private static final AlgorithmIdentifier RSA =
            new AlgorithmIdentifier(PKCSObjectIdentifiers.rsaEncryption, DERNull.INSTANCE);

    private KeyPairs() {}

    /**
     * Makes a key pair. An RSA key becomes a key of the algorithm {@code RSA}, also if its identifier is id-RSASSA-PSS.
     *
     * @param key the private key: RSA, EC or Ed25519
     * @return the key pair
     * @throws NoSuchAlgorithmException if the key is of another type; the message names the type
     * @throws InvalidKeySpecException if the key is damaged or on a curve that the Java runtime does not have; the message says which
     */
    public static KeyPair of(PrivateKeyInfo key) throws NoSuchAlgorithmException, InvalidKeySpecException {
        ASN1ObjectIdentifier type = key.getPrivateKeyAlgorithm().getAlgorithm();
        if (isRsa(type)) {
            return keyPair("RSA", RSA, key);
        }
        if (type.equals(X9ObjectIdentifiers.id_ecPublicKey)) {
            return keyPair("EC", key.getPrivateKeyAlgorithm(), key);
        }
        if (type.equals(EdECObjectIdentifiers.id_Ed25519)) {
            return keyPair("Ed25519", key.getPrivateKeyAlgorithm(), key);
        }
        throw new NoSuchAlgorithmException(
                "the key is of type " + name(type) + ", which is not supported; an RSA, EC or Ed25519 key is expected");
    }

    private static boolean isRsa(ASN1ObjectIdentifier type) {
        return type.equals(PKCSObjectIdentifiers.rsaEncryption) || isForPssAlone(type);
    }

    private static boolean isForPssAlone(ASN1ObjectIdentifier type) {
        return type.equals(PKCSObjectIdentifiers.id_RSASSA_PSS);
    }

    /**
     * Returns whether the identifier of the key allows only RSASSA-PSS (RFC 4055, section 1.2).
     *
     * @param key the key
     * @return {@code true} for the identifier id-RSASSA-PSS
     */
    public static boolean isForPssAlone(PrivateKeyInfo key) {
        return isForPssAlone(key.getPrivateKeyAlgorithm().getAlgorithm());
    }

    private static String name(ASN1ObjectIdentifier type) {
        return type.equals(X9ObjectIdentifiers.id_dsa)
                ? "DSA"
                : new DefaultAlgorithmNameFinder().getAlgorithmName(type);
    }

    private static KeyPair keyPair(String algorithm, AlgorithmIdentifier identifier, PrivateKeyInfo key)
            throws InvalidKeySpecException {
        try {
            // Without attributes and the public half, which not every Java runtime accepts here.
            PrivateKeyInfo plain = new PrivateKeyInfo(identifier, key.parsePrivateKey());
            // First, because it refuses curves of a file's own, with which the calculation of the public half could
            // take long.
            PrivateKey privateKey =
                    KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(plain.getEncoded()));
            SubjectPublicKeyInfo publicHalf = SubjectPublicKeyInfoFactory.createSubjectPublicKeyInfo(
                    publicHalf(PrivateKeyFactory.createKey(plain)));
            return new KeyPair(SubjectPublicKeys.decode(publicHalf.getEncoded()), privateKey);
        } catch (GeneralSecurityException | IOException | RuntimeException e) {
            ASN1Encodable parameters = identifier.getParameters();
            String curve = algorithm.equals("EC") && parameters instanceof ASN1ObjectIdentifier oid
                    ? ", or its curve " + curveName(oid) + " is not supported"
                    : "";
            throw new InvalidKeySpecException("the " + algorithm + " key is damaged" + curve, e);
        }
    }

    private static String curveName(ASN1ObjectIdentifier curve) {
        String name = ECNamedCurveTable.getName(curve);
        return name == null ? curve.getId() : name;
    }

    private static AsymmetricKeyParameter publicHalf(AsymmetricKeyParameter key) {
        if (key instanceof RSAPrivateCrtKeyParameters rsa) {
            requireConsistent(rsa);
            return new RSAKeyParameters(false, rsa.getModulus(), rsa.getPublicExponent(), true);
        }
        if (key instanceof ECPrivateKeyParameters ec) {
            return new ECPublicKeyParameters(ec.getParameters().getG().multiply(ec.getD()), ec.getParameters());
        }
        return ((Ed25519PrivateKeyParameters) key).generatePublicKey();
    }

    /** Signs a number as RFC 8017, section 5.2.1, does it, and verifies that: the parts of a damaged key do not fit together. */
    private static void requireConsistent(RSAPrivateCrtKeyParameters key) {
        BigInteger signature = key.getModulus().shiftRight(1);
        BigInteger number = signature.modPow(key.getPublicExponent(), key.getModulus());
        BigInteger one = number.modPow(key.getDP(), key.getP());
        BigInteger two = number.modPow(key.getDQ(), key.getQ());
        BigInteger difference = one.subtract(two).multiply(key.getQInv()).mod(key.getP());
        if (!two.add(difference.multiply(key.getQ())).equals(signature)) {
            throw new IllegalArgumentException("The parts of the RSA key do not fit together");
        }
    }
}

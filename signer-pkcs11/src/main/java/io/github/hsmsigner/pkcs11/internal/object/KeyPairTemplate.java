package io.github.hsmsigner.pkcs11.internal.object;

import io.github.hsmsigner.pkcs11.internal.cryptoki.AttributeType;
import io.github.hsmsigner.pkcs11.internal.cryptoki.AttributeValue;
import io.github.hsmsigner.pkcs11.internal.cryptoki.Mechanism;
import io.github.hsmsigner.pkcs11.internal.cryptoki.MechanismType;
import io.github.hsmsigner.pkcs11.internal.cryptoki.ObjectClass;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.edec.EdECObjectIdentifiers;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;

/**
 * The templates for C_GenerateKeyPair: a private key that stays on the token, cannot be extracted, and can only sign.
 *
 * <p>The public key's template omits CKA_PRIVATE, because CloudHSM accepts only its own value for it.
 *
 * @param mechanism the mechanism that generates the pair
 * @param publicKey the attributes of the public key object
 * @param privateKey the attributes of the private key object
 */
public record KeyPairTemplate(
        Mechanism mechanism, List<AttributeValue<?>> publicKey, List<AttributeValue<?>> privateKey) {

    private static final byte[] F4 = {1, 0, 1};

    /**
     * Keeps the lists from being changed.
     *
     * @param mechanism how to generate
     * @param publicKey the attributes of the public key object
     * @param privateKey the attributes of the private key object
     */
    public KeyPairTemplate {
        publicKey = List.copyOf(publicKey);
        privateKey = List.copyOf(privateKey);
    }

    /**
     * Returns the template of an RSA key pair.
     *
     * @param bits the size of the modulus
     * @param label CKA_LABEL of both
     * @param id CKA_ID of both
     * @return the template
     */
    public static KeyPairTemplate rsa(int bits, String label, byte[] id) {
        return of(
                MechanismType.RSA_PKCS_KEY_PAIR_GEN,
                ObjectClass.RSA_KEY,
                label,
                id,
                List.of(AttributeType.MODULUS_BITS.is((long) bits), AttributeType.PUBLIC_EXPONENT.is(F4)));
    }

    /**
     * Returns the template of an EC key pair on a NIST curve.
     *
     * @param bits the size of the curve: 256, 384 or 521
     * @param label CKA_LABEL of both
     * @param id CKA_ID of both
     * @return the template
     */
    public static KeyPairTemplate ec(int bits, String label, byte[] id) {
        ASN1ObjectIdentifier curve = switch (bits) {
            case 256 -> SECObjectIdentifiers.secp256r1;
            case 384 -> SECObjectIdentifiers.secp384r1;
            case 521 -> SECObjectIdentifiers.secp521r1;
            default -> throw new IllegalArgumentException("No NIST curve has " + bits + " bits");
        };
        return of(
                MechanismType.EC_KEY_PAIR_GEN,
                ObjectClass.EC_KEY,
                label,
                id,
                List.of(AttributeType.EC_PARAMS.is(encoded(curve))));
    }

    /**
     * Returns the template of an Ed25519 key pair. The curve is an object identifier, one of the two forms of PKCS#11
     * 3.0, section 2.3.10.
     *
     * @param label CKA_LABEL of both
     * @param id CKA_ID of both
     * @return the template
     */
    public static KeyPairTemplate ed25519(String label, byte[] id) {
        return of(
                MechanismType.EC_EDWARDS_KEY_PAIR_GEN,
                ObjectClass.EC_EDWARDS_KEY,
                label,
                id,
                List.of(AttributeType.EC_PARAMS.is(encoded(EdECObjectIdentifiers.id_Ed25519))));
    }

    private static byte[] encoded(ASN1ObjectIdentifier curve) {
        try {
            return curve.getEncoded();
        } catch (IOException e) {
            throw new IllegalStateException("Encoding in memory failed", e);
        }
    }

    private static KeyPairTemplate of(
            MechanismType mechanism, long keyType, String label, byte[] id, List<AttributeValue<?>> kind) {
        List<AttributeValue<?>> publicKey = new ArrayList<>(List.of(
                AttributeType.CLASS.is(ObjectClass.PUBLIC_KEY),
                AttributeType.KEY_TYPE.is(keyType),
                AttributeType.TOKEN.is(true),
                AttributeType.VERIFY.is(true),
                AttributeType.ENCRYPT.is(false),
                AttributeType.WRAP.is(false),
                AttributeType.LABEL.is(label),
                AttributeType.ID.is(id.clone())));
        publicKey.addAll(kind);
        List<AttributeValue<?>> privateKey = List.of(
                AttributeType.CLASS.is(ObjectClass.PRIVATE_KEY),
                AttributeType.KEY_TYPE.is(keyType),
                AttributeType.TOKEN.is(true),
                AttributeType.PRIVATE.is(true),
                AttributeType.SENSITIVE.is(true),
                AttributeType.EXTRACTABLE.is(false),
                AttributeType.SIGN.is(true),
                AttributeType.DECRYPT.is(false),
                AttributeType.UNWRAP.is(false),
                AttributeType.LABEL.is(label),
                AttributeType.ID.is(id.clone()));
        return new KeyPairTemplate(Mechanism.of(mechanism), publicKey, privateKey);
    }
}

package io.github.hsmsigner.core.keystore;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hsmsigner.core.TestKeys;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.testing.MalformedInput;
import java.io.IOException;
import java.math.BigInteger;
import java.util.stream.Stream;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.misc.MiscObjectIdentifiers;
import org.bouncycastle.asn1.misc.ScryptParams;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.ContentInfo;
import org.bouncycastle.asn1.pkcs.EncryptedPrivateKeyInfo;
import org.bouncycastle.asn1.pkcs.EncryptionScheme;
import org.bouncycastle.asn1.pkcs.KeyDerivationFunc;
import org.bouncycastle.asn1.pkcs.MacData;
import org.bouncycastle.asn1.pkcs.PBES2Parameters;
import org.bouncycastle.asn1.pkcs.PBMAC1Params;
import org.bouncycastle.asn1.pkcs.PKCS12PBEParams;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.Pfx;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.pkcs.SafeBag;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.DigestInfo;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.pkcs.PKCS8EncryptedPrivateKeyInfoBuilder;
import org.bouncycastle.pkcs.jcajce.JcePKCSPBEOutputEncryptorBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A file says how much work the derivation of its keys is. A hostile or damaged one could stop the service for hours. */
@Timeout(60)
class KeyDerivationLimitsTest {

    private static final char[] PASSWORD = "secret".toCharArray();
    private static final byte[] SALT = new byte[16];
    private static final BigInteger MUCH = BigInteger.valueOf(Integer.MAX_VALUE);
    private static final AlgorithmIdentifier HMAC =
            new AlgorithmIdentifier(PKCSObjectIdentifiers.id_hmacWithSHA256, DERNull.INSTANCE);

    private static final String TOO_MANY = "with more than 10000000 iterations in total";
    private static final String NONE = "a key derivation without iterations";

    static Stream<MalformedInput> files() throws Exception {
        return Stream.of(
                keys("PBKDF2", TOO_MANY, pbes2(pbkdf2(MUCH))),
                keys("PBKDF2, one too many", TOO_MANY, pbes2(pbkdf2(BigInteger.valueOf(10_000_001)))),
                keys(
                        "PBKDF2, 1 as an int",
                        TOO_MANY,
                        pbes2(pbkdf2(BigInteger.ONE.shiftLeft(32).add(BigInteger.ONE)))),
                keys("PBKDF2, a number of a megabyte", TOO_MANY, pbes2(pbkdf2(BigInteger.ONE.shiftLeft(8_000_000)))),
                keys("PBKDF2, 0", NONE, pbes2(pbkdf2(BigInteger.ZERO))),
                keys("PBKDF2, a negative number", NONE, pbes2(pbkdf2(MUCH.negate()))),
                keys("PKCS#12", TOO_MANY, pbe(PKCSObjectIdentifiers.pbeWithSHAAnd3_KeyTripleDES_CBC)),
                keys("PBES1", TOO_MANY, pbe(PKCSObjectIdentifiers.pbeWithMD5AndDES_CBC)),
                keys("scrypt, N", TOO_MANY, pbes2(scrypt(1 << 30, 8, 1))),
                keys("scrypt, r", TOO_MANY, pbes2(scrypt(2, 1 << 24, 1))),
                keys("scrypt, p", TOO_MANY, pbes2(scrypt(2, 1, 1 << 24))),
                keys("scrypt, negative numbers", NONE, pbes2(scrypt(-2, -8, 1))),
                keys("PBES2 with PBKDF1", "not supported", pbes2(pbkdf1(MUCH))),
                mac("MAC", TOO_MANY, new AlgorithmIdentifier(NISTObjectIdentifiers.id_sha256), MUCH),
                mac("MAC, 0", NONE, new AlgorithmIdentifier(NISTObjectIdentifiers.id_sha256), BigInteger.ZERO),
                mac("PBMAC1", TOO_MANY, pbmac1(MUCH, 32), BigInteger.ONE),
                mac(
                        "PBMAC1, the key",
                        "a key of more than 128 bytes",
                        pbmac1(BigInteger.TEN, 1 << 27),
                        BigInteger.ONE));
    }

    @ParameterizedTest
    @MethodSource("files")
    void aFileWithTooMuchWorkIsRefusedAtOnce(MalformedInput file) {
        file.assertRefusedBy(
                bytes -> KeyStoreSigner.read("key store x.p12", bytes, PASSWORD, Pkcs12File.MAX_ITERATIONS),
                InvalidConfigurationException.class);
    }

    /** Each part of a file can have a key derivation, so the number of parts must not multiply the limit. */
    @Test
    void theLimitIsForTheWholeFile() throws Exception {
        byte[] file = file(null, encrypted(400), encrypted(400), encrypted(400));
        assertThatThrownBy(() -> KeyStoreSigner.read("key store x.p12", file, PASSWORD, 1200))
                .hasMessageContaining("One private key is expected");
        assertThatThrownBy(() -> KeyStoreSigner.read("key store x.p12", file, PASSWORD, 1199))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessage("The key store x.p12 has key derivations with more than 1199 iterations in total.");
    }

    private static KeyDerivationFunc pbkdf2(BigInteger iterations) {
        return new KeyDerivationFunc(
                PKCSObjectIdentifiers.id_PBKDF2,
                new DERSequence(new ASN1Encodable[] {new DEROctetString(SALT), new ASN1Integer(iterations)}));
    }

    /** An encryption in place of a key derivation; BouncyCastle would derive a key with it. */
    private static KeyDerivationFunc pbkdf1(BigInteger iterations) {
        return new KeyDerivationFunc(
                PKCSObjectIdentifiers.pbeWithMD5AndDES_CBC, pbkdf2(iterations).getParameters());
    }

    private static KeyDerivationFunc scrypt(int n, int r, int p) {
        return new KeyDerivationFunc(MiscObjectIdentifiers.id_scrypt, new ScryptParams(SALT, n, r, p));
    }

    private static AlgorithmIdentifier pbes2(KeyDerivationFunc derivation) {
        EncryptionScheme aes = new EncryptionScheme(NISTObjectIdentifiers.id_aes128_CBC, new DEROctetString(SALT));
        return new AlgorithmIdentifier(PKCSObjectIdentifiers.id_PBES2, new PBES2Parameters(derivation, aes));
    }

    /** The parameters of PKCS#12 and of PBES1 have the same form. */
    private static AlgorithmIdentifier pbe(ASN1ObjectIdentifier type) {
        return new AlgorithmIdentifier(type, new PKCS12PBEParams(new byte[8], Integer.MAX_VALUE));
    }

    private static AlgorithmIdentifier pbmac1(BigInteger iterations, int keyLength) {
        DERSequence parameters = new DERSequence(new ASN1Encodable[] {
            new DEROctetString(SALT), new ASN1Integer(iterations), new ASN1Integer(keyLength), HMAC
        });
        return new AlgorithmIdentifier(
                PKCSObjectIdentifiers.id_PBMAC1,
                new PBMAC1Params(new AlgorithmIdentifier(PKCSObjectIdentifiers.id_PBKDF2, parameters), HMAC));
    }

    private static MalformedInput keys(String name, String sentence, AlgorithmIdentifier encryption) throws Exception {
        return new MalformedInput(name, file(null, new EncryptedPrivateKeyInfo(encryption, new byte[16])), sentence);
    }

    private static MalformedInput mac(
            String name, String sentence, AlgorithmIdentifier algorithm, BigInteger iterations) throws Exception {
        DERSequence mac = new DERSequence(new ASN1Encodable[] {
            new DigestInfo(algorithm, new byte[32]), new DEROctetString(SALT), new ASN1Integer(iterations)
        });
        return new MalformedInput(name, file(MacData.getInstance(mac)), sentence);
    }

    private static EncryptedPrivateKeyInfo encrypted(int iterations) throws Exception {
        return EncryptedPrivateKeyInfo.getInstance(new PKCS8EncryptedPrivateKeyInfoBuilder(PrivateKeyInfo.getInstance(
                        TestKeys.KEY_PAIR.getPrivate().getEncoded()))
                .build(new JcePKCSPBEOutputEncryptorBuilder(NISTObjectIdentifiers.id_aes128_CBC)
                        .setProvider(new BouncyCastleProvider())
                        .setIterationCount(iterations)
                        .build(PASSWORD))
                .getEncoded());
    }

    private static byte[] file(MacData mac, EncryptedPrivateKeyInfo... keys) throws IOException {
        ASN1Encodable[] bags = Stream.of(keys)
                .map(key -> new SafeBag(PKCSObjectIdentifiers.pkcs8ShroudedKeyBag, key))
                .toArray(ASN1Encodable[]::new);
        return new Pfx(data(new DERSequence(data(new DERSequence(bags)))), mac).getEncoded();
    }

    private static ContentInfo data(ASN1Encodable content) throws IOException {
        return new ContentInfo(
                PKCSObjectIdentifiers.data,
                new DEROctetString(content.toASN1Primitive().getEncoded()));
    }
}

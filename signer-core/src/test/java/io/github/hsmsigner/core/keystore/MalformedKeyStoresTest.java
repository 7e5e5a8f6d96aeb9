package io.github.hsmsigner.core.keystore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hsmsigner.core.TestKeys;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.core.internal.key.KeyPairs;
import io.github.hsmsigner.testing.MalformedInput;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.pkcs.RSAPrivateKey;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Key stores that cannot be used: each refused in a sentence that does not hold the password. */
@Timeout(60)
class MalformedKeyStoresTest {

    private static final String PASSWORD = "s3cret";
    private static final X509Certificate CERTIFICATE =
            TestKeys.PKI.certifySigner("Signer", TestKeys.KEY_PAIR.getPublic());
    private static final byte[] GOOD = keyStore("signer");

    @TempDir
    private Path directory;

    static Stream<MalformedInput> inputs() throws Exception {
        return Stream.of(
                input("an empty file", new byte[0], "cannot be read as PKCS#12"),
                input("a lone tag", new byte[] {0x30}, "cannot be read as PKCS#12"),
                input("an empty structure", HexFormat.of().parseHex("3000"), "cannot be read as PKCS#12"),
                input(
                        "a length beyond all memory",
                        HexFormat.of().parseHex("3084ffffffff"),
                        "cannot be read as PKCS#12"),
                input(
                        "the largest length of a Java array",
                        HexFormat.of().parseHex("30847fffffff"),
                        "cannot be read as"),
                input(
                        "a hundred thousand indefinite lengths, one in the other",
                        HexFormat.of().parseHex("3080".repeat(100_000)),
                        "cannot be read as PKCS#12"),
                input("a certificate", CERTIFICATE.getEncoded(), "cannot be read as PKCS#12"),
                input("half a key store", Arrays.copyOf(GOOD, GOOD.length / 2), "cannot be read as PKCS#12"),
                input("an octet missing", Arrays.copyOf(GOOD, GOOD.length - 1), "cannot be read as PKCS#12"),
                input("a changed octet in the content", changed(GOOD.length / 2), "is wrong, or the file was changed"),
                input("no entry", keyStore(), "found 0: []"),
                input("two keys", keyStore("one", "two"), "One private key is expected"));
    }

    @ParameterizedTest
    @MethodSource("inputs")
    void isRefusedInASentence(MalformedInput input) throws Exception {
        Path file = Files.write(directory.resolve("store.p12"), input.octets());
        input.assertRefusedBy(
                octets -> KeyStoreSigner.open(file, PASSWORD.toCharArray()), InvalidConfigurationException.class);
    }

    /** Without its MAC, a file that was damaged is noticed by what parses it, or not at all. */
    @Test
    void anyDamageToAFileWithoutMacIsRefusedOrDoesNoHarm() throws Exception {
        ASN1Sequence pfx = ASN1Sequence.getInstance(GOOD);
        byte[] withoutMac = new DERSequence(new ASN1Encodable[] {pfx.getObjectAt(0), pfx.getObjectAt(1)}).getEncoded();
        Path file = directory.resolve("store.p12");
        Files.write(file, withoutMac);
        assertThat(KeyStoreSigner.open(file, PASSWORD.toCharArray()).publicKey())
                .isEqualTo(CERTIFICATE.getPublicKey());
        int refused = 0;
        for (int position = 0; position < withoutMac.length; position += position < 200 ? 1 : 37) {
            byte[] damaged = withoutMac.clone();
            damaged[position] ^= (byte) (1 << position % 8);
            Files.write(file, damaged);
            try {
                KeyStoreSigner.open(file, PASSWORD.toCharArray());
            } catch (InvalidConfigurationException e) {
                assertThat(e).hasMessageContaining("store.p12").hasMessageNotContaining(PASSWORD);
                refused++;
            }
        }
        assertThat(refused).isGreaterThan(100);
    }

    /** Java would notice it at the first signature: the parts of an RSA key do not fit together. */
    @Test
    void aDamagedRsaKeyIsRefused() throws Exception {
        RSAPrivateKey good = RSAPrivateKey.getInstance(
                PrivateKeyInfo.getInstance(TestKeys.KEY_PAIR.getPrivate().getEncoded())
                        .parsePrivateKey());
        assertThat(KeyPairs.of(info(good, 0)).getPublic()).isEqualTo(TestKeys.KEY_PAIR.getPublic());
        for (int damaged : List.of(1, 2, 4, 5, 6, 7, 8)) {
            assertThatThrownBy(() -> KeyPairs.of(info(good, damaged)))
                    .as("number %s of RFC 8017, appendix A.1.2", damaged)
                    .isInstanceOf(InvalidKeySpecException.class)
                    .hasMessage("the RSA key is damaged");
        }
    }

    private static PrivateKeyInfo info(RSAPrivateKey key, int damaged) throws IOException {
        ASN1Encodable[] numbers =
                ASN1Sequence.getInstance(key.toASN1Primitive()).toArray();
        if (damaged > 0) {
            BigInteger number = ASN1Integer.getInstance(numbers[damaged]).getValue();
            numbers[damaged] = new ASN1Integer(number.flipBit(17));
        }
        return new PrivateKeyInfo(
                new AlgorithmIdentifier(PKCSObjectIdentifiers.rsaEncryption, DERNull.INSTANCE),
                new DERSequence(numbers));
    }

    private static MalformedInput input(String name, byte[] octets, String sentence) {
        return new MalformedInput(name, octets, sentence);
    }

    private static byte[] changed(int position) {
        byte[] changed = GOOD.clone();
        changed[position] ^= 1;
        return changed;
    }

    private static byte[] keyStore(String... aliases) {
        try {
            KeyStore keyStore = KeyStore.getInstance("PKCS12");
            keyStore.load(null, null);
            for (String alias : aliases) {
                keyStore.setKeyEntry(
                        alias, TestKeys.KEY_PAIR.getPrivate(), PASSWORD.toCharArray(), new Certificate[] {CERTIFICATE});
            }
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            keyStore.store(out, PASSWORD.toCharArray());
            return out.toByteArray();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}

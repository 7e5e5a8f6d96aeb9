package io.github.hsmsigner.core.keystore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hsmsigner.core.Digest;
import io.github.hsmsigner.core.DigestAlgorithm;
import io.github.hsmsigner.core.SignatureAlgorithm;
import io.github.hsmsigner.core.TestKeys;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.testing.ExternalTool;
import io.github.hsmsigner.testing.TestPki;
import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.PublicKey;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERBMPString;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.EncryptedPrivateKeyInfo;
import org.bouncycastle.asn1.pkcs.PBKDF2Params;
import org.bouncycastle.asn1.pkcs.PBMAC1Params;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.pkcs.SafeBag;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.operator.bc.BcDefaultDigestProvider;
import org.bouncycastle.pkcs.PKCS12MacCalculatorBuilder;
import org.bouncycastle.pkcs.PKCS12PfxPduBuilder;
import org.bouncycastle.pkcs.PKCS12SafeBag;
import org.bouncycastle.pkcs.PKCS12SafeBagBuilder;
import org.bouncycastle.pkcs.bc.BcPKCS12MacCalculatorBuilder;
import org.bouncycastle.pkcs.bc.BcPKCS12PBMac1CalculatorBuilder;
import org.bouncycastle.pkcs.jcajce.JcePKCSPBEOutputEncryptorBuilder;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** PKCS#12 files as tools and authorities write them. The key's certificate is found by its public key. */
class Pkcs12FormsTest {

    private static final TestPki PKI = TestKeys.PKI;
    private static final KeyPair KEY = TestKeys.KEY_PAIR;
    private static final X509Certificate CERTIFICATE = PKI.certifySigner("Contracts", KEY.getPublic());
    private static final char[] PASSWORD = "secret".toCharArray();
    private static final byte[] ID = {1};

    @TempDir
    private static Path shared;

    @TempDir
    private Path directory;

    @BeforeAll
    static void writePem() {
        TestPki.writePem(shared.resolve("key.pem"), KEY.getPrivate());
        TestPki.writePem(shared.resolve("chain.pem"), CERTIFICATE, PKI.intermediate(), PKI.root());
    }

    private static void assertOpens(Path file, char[] password) {
        KeyStoreSigner signer = KeyStoreSigner.open(file, password);
        assertThat(signer.publicKey()).isEqualTo(KEY.getPublic());
        assertThat(signer.certificateChain(signer.publicKey()).certificates())
                .containsExactly(CERTIFICATE, PKI.intermediate(), PKI.root());
        Digest digest = Digest.compute(DigestAlgorithm.SHA256, ID);
        byte[] signature = signer.sign(SignatureAlgorithm.RSA_PKCS1_SHA256, digest, TestKeys.soon());
        assertThat(SignatureAlgorithm.RSA_PKCS1_SHA256.verify(CERTIFICATE.getPublicKey(), ID, signature))
                .isTrue();
    }

    private Path openssl(String options, String password) throws Exception {
        Path file = directory.resolve("store.p12");
        List<String> command = new ArrayList<>(List.of("openssl", "pkcs12", "-export"));
        command.addAll(List.of(options.split(" ")));
        command.addAll(List.of(
                "-inkey",
                shared.resolve("key.pem").toString(),
                "-in",
                shared.resolve("chain.pem").toString(),
                "-passout",
                "file:" + Files.writeString(directory.resolve("password"), password + "\n"),
                "-out",
                file.toString()));
        ExternalTool.runOrFail(command.toArray(String[]::new));
        return file;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-macalg sha256",
                "-legacy",
                "-keypbe NONE -certpbe NONE",
                "-nomac",
                "-nomac -keypbe NONE -certpbe NONE",
                "-macalg sha3-256",
                "-macalg sha512 -iter 1",
                "-keypbe CAMELLIA-256-CBC -certpbe CAMELLIA-256-CBC",
                "-keypbe DES-EDE3-CBC -certpbe AES-128-CBC",
                "-keypbe PBE-SHA1-3DES -certpbe PBE-SHA1-2DES",
            })
    void filesOfOpenssl(String options) throws Exception {
        assertOpens(openssl(options, "secret"), PASSWORD);
    }

    @ParameterizedTest
    @CsvSource({
        "Schlüssel, -macalg sha256",
        "Schlüssel, -legacy",
        "Пароль€, -macalg sha256",
        "密码, -legacy",
        "'', -macalg sha256",
        "'', -legacy",
        "'', -keypbe NONE -certpbe NONE"
    })
    void passwordsThatAreNotAsciiAndNoPassword(String password, String options) throws Exception {
        assertOpens(openssl(options, password), password.toCharArray());
    }

    @ParameterizedTest
    @ValueSource(strings = {"secret", ""})
    void filesOfJava(String password) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry("contracts", KEY.getPrivate(), password.toCharArray(), new Certificate[] {
            CERTIFICATE, PKI.intermediate(), PKI.root()
        });
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        store.store(out, password.toCharArray());
        assertOpens(Files.write(directory.resolve("store.p12"), out.toByteArray()), password.toCharArray());
    }

    private static PKCS12SafeBag bag(PKCS12SafeBagBuilder builder, boolean withId, String name) {
        if (withId) {
            builder.addBagAttribute(PKCS12SafeBag.localKeyIdAttribute, new DEROctetString(ID));
        }
        if (name != null) {
            builder.addBagAttribute(PKCS12SafeBag.friendlyNameAttribute, new DERBMPString(name));
        }
        return builder.build();
    }

    private static PKCS12SafeBag key(boolean withId) {
        return bag(
                new PKCS12SafeBagBuilder(
                        PrivateKeyInfo.getInstance(KEY.getPrivate().getEncoded())),
                withId,
                null);
    }

    private static PKCS12SafeBag certificate(X509Certificate certificate, boolean withId) throws Exception {
        return bag(
                new PKCS12SafeBagBuilder(new X509CertificateHolder(certificate.getEncoded())), withId, "the same name");
    }

    private Path write(PKCS12MacCalculatorBuilder mac, PKCS12SafeBag... bags) throws Exception {
        PKCS12PfxPduBuilder builder = new PKCS12PfxPduBuilder();
        for (PKCS12SafeBag bag : bags) {
            builder.addData(bag);
        }
        return Files.write(
                directory.resolve("store.p12"), builder.build(mac, PASSWORD).getEncoded());
    }

    private static PKCS12MacCalculatorBuilder usualMac() throws Exception {
        AlgorithmIdentifier sha256 = new AlgorithmIdentifier(NISTObjectIdentifiers.id_sha256, DERNull.INSTANCE);
        return new BcPKCS12MacCalculatorBuilder(BcDefaultDigestProvider.INSTANCE.get(sha256), sha256);
    }

    /** On key, certificate, intermediate and root. */
    @ParameterizedTest
    @CsvSource({
        "false, false, false, false",
        "true, true, true, true",
        "false, true, true, true",
        "true, false, false, true",
        "false, false, true, false"
    })
    void localKeyIdsAreIgnored(boolean onKey, boolean onCertificate, boolean onIntermediate, boolean onRoot)
            throws Exception {
        assertOpens(
                write(
                        usualMac(),
                        certificate(PKI.root(), onRoot),
                        certificate(CERTIFICATE, onCertificate),
                        key(onKey),
                        certificate(PKI.intermediate(), onIntermediate)),
                PASSWORD);
    }

    @Test
    void aMacByPbmac1() throws Exception {
        for (ASN1ObjectIdentifier prf :
                List.of(PKCSObjectIdentifiers.id_hmacWithSHA256, PKCSObjectIdentifiers.id_hmacWithSHA512)) {
            PBKDF2Params parameters = new PBKDF2Params(new byte[8], 2048, 32, new AlgorithmIdentifier(prf));
            Path file = write(
                    new BcPKCS12PBMac1CalculatorBuilder(new PBMAC1Params(
                            new AlgorithmIdentifier(PKCSObjectIdentifiers.id_PBKDF2, parameters),
                            new AlgorithmIdentifier(prf, DERNull.INSTANCE))),
                    key(true),
                    certificate(CERTIFICATE, true),
                    certificate(PKI.intermediate(), false),
                    certificate(PKI.root(), false));
            assertOpens(file, PASSWORD);
            assertRefused(file, "guess", "password of the key store", "is wrong");
        }
    }

    private static void assertRefused(Path file, String password, String... sentence) {
        assertThatThrownBy(() -> KeyStoreSigner.open(file, password.toCharArray()))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContainingAll(sentence)
                .hasMessageNotContaining(password);
    }

    @Test
    void aWrongPasswordIsCalledWrongOnlyIfTheMacSaysSo() throws Exception {
        assertRefused(openssl("-macalg sha256", "secret"), "guess", "The password of the key store", "is wrong");
        assertRefused(openssl("-nomac", "secret"), "guess", "the password is wrong, or the file is damaged", "no MAC");
    }

    @Test
    void anotherPasswordOfTheKeyIsNotCalledAWrongPasswordOfTheFile() throws Exception {
        PKCS12SafeBag key = new PKCS12SafeBagBuilder(
                        PrivateKeyInfo.getInstance(KEY.getPrivate().getEncoded()),
                        new JcePKCSPBEOutputEncryptorBuilder(NISTObjectIdentifiers.id_aes256_CBC)
                                .setProvider(new BouncyCastleProvider())
                                .build("another".toCharArray()))
                .build();
        assertRefused(
                write(usualMac(), key, certificate(CERTIFICATE, false)), "secret", "encrypted with another password");
    }

    @Test
    void anUnknownCipherAndAnUnknownMacAreNamed() throws Exception {
        AlgorithmIdentifier unknown = new AlgorithmIdentifier(new ASN1ObjectIdentifier("1.2.3.4.5"));
        PKCS12SafeBag key = new PKCS12SafeBag(new SafeBag(
                PKCSObjectIdentifiers.pkcs8ShroudedKeyBag, new EncryptedPrivateKeyInfo(unknown, new byte[16])));
        assertRefused(write(usualMac(), key), "secret", "is encrypted with 1.2.3.4.5, which is not supported");
        assertRefused(
                openssl("-keypbe ARIA-256-CBC", "secret"),
                "secret",
                "is encrypted with PBES2 with 1.2.410.200046.1.1.12, which is not supported");
        byte[] file = Files.readAllBytes(write(usualMac(), key(false), certificate(CERTIFICATE, false)));
        byte[] sha256 = NISTObjectIdentifiers.id_sha256.getEncoded();
        for (int i = file.length - sha256.length; i > 0; i--) {
            if (Arrays.equals(file, i, i + sha256.length, sha256, 0, sha256.length)) {
                file[i + sha256.length - 1] = 99;
                break;
            }
        }
        assertRefused(
                Files.write(directory.resolve("store.p12"), file),
                "secret",
                "has a MAC that is not supported: 2.16.840.1.101.3.4.2.99");
    }

    @Test
    void keysThatAreNotSupportedAreNamed() throws Exception {
        for (Map.Entry<String, KeyPair> entry : Map.of(
                        "type DSA", TestPki.keyPair("DSA", 2048),
                        "type ED448", TestPki.keyPair("Ed448", 448),
                        "type X25519", TestPki.keyPair("X25519", 255))
                .entrySet()) {
            Path file = write(
                    usualMac(),
                    new PKCS12SafeBagBuilder(PrivateKeyInfo.getInstance(
                                    entry.getValue().getPrivate().getEncoded()))
                            .build());
            assertRefused(file, "secret", "The key of the key store", entry.getKey());
        }
    }

    @ParameterizedTest
    @CsvSource({"EC, 256", "EC, 384", "EC, 521", "Ed25519, 255"})
    void keysOfOtherTypes(String algorithm, int bits) throws Exception {
        KeyPair key = TestPki.keyPair(algorithm, bits);
        X509Certificate certificate = PKI.certifySigner("Contracts", key.getPublic());
        Path file = write(
                usualMac(),
                certificate(PKI.intermediate(), false),
                certificate(certificate, false),
                new PKCS12SafeBagBuilder(
                                PrivateKeyInfo.getInstance(key.getPrivate().getEncoded()))
                        .build());
        KeyStoreSigner signer = KeyStoreSigner.open(file, PASSWORD);
        assertThat(signer.publicKey()).isEqualTo(key.getPublic());
        assertThat(signer.certificateChain(signer.publicKey()).signer()).isEqualTo(certificate);
    }

    /** The old root certified the new one, and both certificates of the new root are in the file. */
    @Test
    void theBestChainIsTaken() throws Exception {
        KeyPair root = TestPki.rsaKeyPair(2048);
        KeyPair old = TestPki.rsaKeyPair(2048);
        Instant begin = Instant.now().minus(1, ChronoUnit.DAYS);
        Instant soon = begin.plus(10, ChronoUnit.DAYS);
        Instant late = begin.plus(1000, ChronoUnit.DAYS);
        X509Certificate leaf = certify("CN=Leaf", KEY.getPublic(), "CN=Root", root, begin, soon);
        X509Certificate self = certify("CN=Root", root.getPublic(), "CN=Root", root, begin, soon);
        X509Certificate cross = certify("CN=Root", root.getPublic(), "CN=Old Root", old, begin, late);
        X509Certificate oldSelf = certify("CN=Old Root", old.getPublic(), "CN=Old Root", old, begin, late);
        assertThat(chain(cross, leaf, self)).as("the one that ends in a root").containsExactly(leaf, self);
        assertThat(chain(self, leaf, cross, oldSelf))
                .as("the one that is valid longest")
                .containsExactly(leaf, cross, oldSelf);
        assertThat(chain(leaf, cross)).containsExactly(leaf, cross);
    }

    private static X509Certificate certify(
            String subject, PublicKey key, String issuer, KeyPair issuerKey, Instant begin, Instant end) {
        return TestPki.certify(subject, key, issuer, issuerKey, !subject.equals("CN=Leaf"), begin, end);
    }

    private List<X509Certificate> chain(X509Certificate... certificates) throws Exception {
        List<PKCS12SafeBag> bags = new ArrayList<>(List.of(key(true)));
        for (X509Certificate certificate : certificates) {
            bags.add(certificate(certificate, true));
        }
        KeyStoreSigner signer = KeyStoreSigner.open(write(usualMac(), bags.toArray(PKCS12SafeBag[]::new)), PASSWORD);
        return signer.certificateChain(KEY.getPublic()).certificates();
    }

    @Test
    void anRsaKeyForPssAlone() throws Exception {
        for (String type : List.of("rsa", "rsa-pss")) {
            Path key = directory.resolve("pss.key");
            ExternalTool.runOrFail(
                    "openssl",
                    "genpkey",
                    "-algorithm",
                    type,
                    "-pkeyopt",
                    "rsa_keygen_bits:2048",
                    "-out",
                    key.toString());
            Path certificate = directory.resolve("pss.pem");
            ExternalTool.runOrFail(
                    "openssl",
                    "req",
                    "-x509",
                    "-key",
                    key.toString(),
                    "-subj",
                    "/CN=PSS",
                    "-out",
                    certificate.toString());
            Path file = directory.resolve("pss.p12");
            ExternalTool.runOrFail(
                    "openssl",
                    "pkcs12",
                    "-export",
                    "-inkey",
                    key.toString(),
                    "-in",
                    certificate.toString(),
                    "-passout",
                    "pass:secret",
                    "-out",
                    file.toString());
            KeyStoreSigner signer = KeyStoreSigner.open(file, PASSWORD);
            assertThat(signer.algorithms().contains(SignatureAlgorithm.RSA_PKCS1_SHA256))
                    .isEqualTo(type.equals("rsa"));
            assertThat(signer.algorithms()).contains(SignatureAlgorithm.RSA_PSS_SHA256);
            assertThat(signer.certificateChain(signer.publicKey()).signer().getSubjectX500Principal())
                    .hasToString("CN=PSS");
        }
    }

    @Test
    void friendlyNamesOfSeveralKeysAreListed() throws Exception {
        PrivateKeyInfo info = PrivateKeyInfo.getInstance(KEY.getPrivate().getEncoded());
        Path file = write(
                usualMac(),
                bag(new PKCS12SafeBagBuilder(info), false, "contracts"),
                bag(new PKCS12SafeBagBuilder(info), false, "in\u001b[31mvoices"));
        assertRefused(file, "secret", "found 2: [contracts, in [31mvoices]");
    }

    @Test
    void thePasswordIsNotChanged() throws Exception {
        char[] password = "secret".toCharArray();
        KeyStoreSigner.open(openssl("-legacy", "secret"), password);
        assertThat(password).containsExactly('s', 'e', 'c', 'r', 'e', 't');
    }
}

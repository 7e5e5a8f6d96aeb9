package io.github.hsmsigner.core.keystore;

import io.github.hsmsigner.core.certificate.CertificateFiles;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.core.internal.fetch.PeerText;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.security.MessageDigest;
import java.security.Provider;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.misc.MiscObjectIdentifiers;
import org.bouncycastle.asn1.misc.ScryptParams;
import org.bouncycastle.asn1.pkcs.Attribute;
import org.bouncycastle.asn1.pkcs.CertBag;
import org.bouncycastle.asn1.pkcs.ContentInfo;
import org.bouncycastle.asn1.pkcs.EncryptedData;
import org.bouncycastle.asn1.pkcs.EncryptedPrivateKeyInfo;
import org.bouncycastle.asn1.pkcs.KeyDerivationFunc;
import org.bouncycastle.asn1.pkcs.MacData;
import org.bouncycastle.asn1.pkcs.PBEParameter;
import org.bouncycastle.asn1.pkcs.PBES2Parameters;
import org.bouncycastle.asn1.pkcs.PBKDF2Params;
import org.bouncycastle.asn1.pkcs.PBMAC1Params;
import org.bouncycastle.asn1.pkcs.PKCS12PBEParams;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.Pfx;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.pkcs.SafeBag;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.crypto.ExtendedDigest;
import org.bouncycastle.crypto.generators.PKCS12ParametersGenerator;
import org.bouncycastle.crypto.macs.HMac;
import org.bouncycastle.crypto.params.KeyParameter;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.operator.DefaultAlgorithmNameFinder;
import org.bouncycastle.operator.InputDecryptor;
import org.bouncycastle.operator.MacCalculator;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.bc.BcDefaultDigestProvider;
import org.bouncycastle.pkcs.bc.BcPKCS12PBMac1CalculatorBuilderProvider;
import org.bouncycastle.pkcs.jcajce.JcePKCSPBEInputDecryptorProviderBuilder;
import org.bouncycastle.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads all private keys and certificates of a PKCS#12 file (RFC 7292), also with a MAC by PBMAC1 (RFC 9579). Aliases and local key
 * identifiers are ignored: which certificate belongs to a key is found by the public key.
 *
 * <p>The password is called wrong only if the MAC says so. The work of all key derivations is limited to {@link #MAX_ITERATIONS}.
 */
final class Pkcs12File {

    /** Of all key derivations of a file: GnuTLS and NSS need 600,000 for each of its parts. */
    static final long MAX_ITERATIONS = 10_000_000;

    /** Iterations that are as much work as scrypt with N, r and p of 1. So scrypt takes at most 80 MB of memory. */
    private static final BigInteger SCRYPT_ITERATIONS = BigInteger.valueOf(16);

    private static final BigInteger MAX_MAC_KEY_LENGTH = BigInteger.valueOf(128);
    private static final int MAX_NESTING = 4;
    private static final int MAX_NAME_LENGTH = 100;
    private static final int BYTE_BITS = 8;
    private static final String GOST_ALGORITHMS = "1.2.643";

    /** Not registered: for this use alone. */
    private static final Provider PROVIDER = new BouncyCastleProvider();

    private final String origin;
    private final char[] password;
    private final boolean hasMac;

    private final BigInteger maxIterations;
    private BigInteger iterations = BigInteger.ZERO;
    private final List<PrivateKeyInfo> keys = new ArrayList<>();
    private final List<String> keyNames = new ArrayList<>();
    private final List<X509Certificate> certificates = new ArrayList<>();

    /**
     * Reads a file.
     *
     * @param origin the file in words, for messages
     * @param bytes its content
     * @param password the password; not changed and not kept
     * @param maxIterations how many iterations its key derivations may have in total
     * @throws InvalidConfigurationException if the file cannot be read; the message says why
     */
    static Pkcs12File read(String origin, byte[] bytes, char[] password, long maxIterations) {
        try {
            Pfx pfx = Pfx.getInstance(ASN1Primitive.fromByteArray(bytes));
            return new Pkcs12File(origin, pfx, password, BigInteger.valueOf(maxIterations));
        } catch (IOException | RuntimeException e) {
            if (e instanceof InvalidConfigurationException known) {
                throw known;
            }
            // Parsers meet damaged bytes with exceptions of any kind.
            throw new InvalidConfigurationException("The " + origin + " cannot be read as PKCS#12.", e);
        }
    }

    private Pkcs12File(String origin, Pfx pfx, char[] password, BigInteger maxIterations) throws IOException {
        this.origin = origin;
        this.password = password;
        this.maxIterations = maxIterations;
        this.hasMac = pfx.getMacData() != null;
        if (!pfx.getAuthSafe().getContentType().equals(PKCSObjectIdentifiers.data)) {
            throw refused("is protected with a public key and not with a password, which is not supported", null);
        }
        byte[] content =
                ASN1OctetString.getInstance(pfx.getAuthSafe().getContent()).getOctets();
        if (hasMac && !hasValidMac(pfx.getMacData(), content)) {
            throw new InvalidConfigurationException(
                    "The password of the " + origin + " is wrong, or the file was changed.");
        }
        for (ASN1Encodable part : ASN1Sequence.getInstance(content)) {
            readPart(ContentInfo.getInstance(part));
        }
    }

    List<PrivateKeyInfo> keys() {
        return keys;
    }

    /** Returns the friendly names of the keys, for messages; empty for a key without one. */
    List<String> keyNames() {
        return keyNames;
    }

    List<X509Certificate> certificates() {
        return certificates;
    }

    private InvalidConfigurationException refused(String what, @Nullable Exception cause) {
        return new InvalidConfigurationException("The " + origin + " " + what + ".", cause);
    }

    private boolean hasValidMac(MacData data, byte[] content) {
        AlgorithmIdentifier algorithm = data.getMac().getAlgorithmId();
        byte[] expected = data.getMac().getDigest();
        try {
            if (algorithm.getAlgorithm().equals(PKCSObjectIdentifiers.id_PBMAC1)) {
                return MessageDigest.isEqual(expected, pbmac1(algorithm, content));
            }
            // Files of that origin derive the key in another way, so the MAC would not tell about the password.
            if (algorithm.getAlgorithm().getId().startsWith(GOST_ALGORITHMS)) {
                throw unknownMac(algorithm, null);
            }
            count(data.getIterationCount());
            for (byte[] encoded : encodings()) {
                ExtendedDigest digest = BcDefaultDigestProvider.INSTANCE.get(algorithm);
                if (MessageDigest.isEqual(expected, mac(digest, data, encoded, content))) {
                    return true;
                }
            }
            return false;
        } catch (OperatorCreationException e) {
            throw unknownMac(algorithm, e);
        }
    }

    private InvalidConfigurationException unknownMac(AlgorithmIdentifier algorithm, @Nullable Exception cause) {
        return refused("has a MAC that is not supported: " + name(algorithm), cause);
    }

    private byte[] pbmac1(AlgorithmIdentifier algorithm, byte[] content) throws OperatorCreationException {
        try {
            PBKDF2Params derivation = PBKDF2Params.getInstance(PBMAC1Params.getInstance(algorithm.getParameters())
                    .getKeyDerivationFunc()
                    .getParameters());
            if (derivation.getKeyLength().compareTo(MAX_MAC_KEY_LENGTH) > 0) {
                throw refused("has a MAC with a key of more than " + MAX_MAC_KEY_LENGTH + " bytes", null);
            }
            count(derivation.getIterationCount());
            MacCalculator calculator =
                    new BcPKCS12PBMac1CalculatorBuilderProvider().get(algorithm).build(password);
            calculator.getOutputStream().write(content);
            return calculator.getMac();
        } catch (InvalidConfigurationException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            throw new OperatorCreationException("PBMAC1 with these parameters is not supported", e);
        }
    }

    /** Counts the work of a key derivation before it begins: the numbers of a hostile file could take hours or all memory. */
    private void count(BigInteger more) {
        if (more.signum() <= 0) {
            throw refused("has a key derivation without iterations", null);
        }
        iterations = iterations.add(more);
        if (iterations.compareTo(maxIterations) > 0) {
            throw refused("has key derivations with more than " + maxIterations + " iterations in total", null);
        }
    }

    private BigInteger iterations(AlgorithmIdentifier algorithm) {
        ASN1ObjectIdentifier type = algorithm.getAlgorithm();
        ASN1Encodable parameters = algorithm.getParameters();
        if (type.on(PKCSObjectIdentifiers.pkcs_12PbeIds)) {
            return PKCS12PBEParams.getInstance(parameters).getIterations();
        }
        if (type.equals(PKCSObjectIdentifiers.id_PBES2)) {
            return iterations(algorithm, PBES2Parameters.getInstance(parameters).getKeyDerivationFunc());
        }
        if (type.equals(PKCSObjectIdentifiers.pbeWithMD5AndDES_CBC)
                || type.equals(PKCSObjectIdentifiers.pbeWithSHA1AndDES_CBC)) {
            return PBEParameter.getInstance(parameters).getIterationCount();
        }
        throw unknownEncryption(algorithm, null);
    }

    private BigInteger iterations(AlgorithmIdentifier algorithm, KeyDerivationFunc function) {
        if (function.getAlgorithm().equals(PKCSObjectIdentifiers.id_PBKDF2)) {
            return PBKDF2Params.getInstance(function.getParameters()).getIterationCount();
        }
        if (function.getAlgorithm().equals(MiscObjectIdentifiers.id_scrypt)) {
            ScryptParams scrypt = ScryptParams.getInstance(function.getParameters());
            return Stream.of(scrypt.getCostParameter(), scrypt.getBlockSize(), scrypt.getParallelizationParameter())
                    .map(BigInteger.ZERO::max)
                    .reduce(SCRYPT_ITERATIONS, BigInteger::multiply);
        }
        throw unknownEncryption(algorithm, null);
    }

    private InvalidConfigurationException unknownEncryption(AlgorithmIdentifier algorithm, @Nullable Exception cause) {
        return refused("is encrypted with " + name(algorithm) + ", which is not supported", cause);
    }

    /**
     * Returns the two encodings of no password (RFC 7292, appendix B.1, leaves it open), or the one encoding of a
     * password.
     */
    private List<byte[]> encodings() {
        byte[] usual = PKCS12ParametersGenerator.PKCS12PasswordToBytes(password);
        return password.length == 0 ? List.of(usual, new byte[2]) : List.of(usual);
    }

    private static byte[] mac(ExtendedDigest digest, MacData data, byte[] encodedPassword, byte[] content) {
        PKCS12ParametersGenerator generator = new PKCS12ParametersGenerator(digest);
        generator.init(encodedPassword, data.getSalt(), data.getIterationCount().intValueExact());
        HMac hmac = new HMac(digest);
        hmac.init((KeyParameter) generator.generateDerivedMacParameters(digest.getDigestSize() * BYTE_BITS));
        hmac.update(content, 0, content.length);
        byte[] mac = new byte[hmac.getMacSize()];
        hmac.doFinal(mac, 0);
        Arrays.fill(encodedPassword, (byte) 0);
        return mac;
    }

    private void readPart(ContentInfo part) throws IOException {
        ASN1ObjectIdentifier type = part.getContentType();
        if (type.equals(PKCSObjectIdentifiers.data)) {
            readBags(ASN1OctetString.getInstance(part.getContent()).getOctets());
        } else if (type.equals(PKCSObjectIdentifiers.encryptedData)) {
            EncryptedData data = EncryptedData.getInstance(part.getContent());
            readBags(decrypt(data.getEncryptionAlgorithm(), data.getContent().getOctets()));
        } else {
            throw refused(
                    "has a part that is encrypted with a public key and not with a password, which is not"
                            + " supported",
                    null);
        }
    }

    private void readBags(byte[] safeContents) {
        readBags(ASN1Sequence.getInstance(safeContents), 0);
    }

    private void readBags(ASN1Sequence safeContents, int nesting) {
        if (nesting > MAX_NESTING) {
            throw refused("has bags nested too deeply", null);
        }
        for (ASN1Encodable element : safeContents) {
            SafeBag bag = SafeBag.getInstance(element);
            ASN1ObjectIdentifier type = bag.getBagId();
            if (type.equals(PKCSObjectIdentifiers.keyBag)) {
                addKey(PrivateKeyInfo.getInstance(bag.getBagValue()), bag);
            } else if (type.equals(PKCSObjectIdentifiers.pkcs8ShroudedKeyBag)) {
                EncryptedPrivateKeyInfo key = EncryptedPrivateKeyInfo.getInstance(bag.getBagValue());
                addKey(PrivateKeyInfo.getInstance(decrypt(key.getEncryptionAlgorithm(), key.getEncryptedData())), bag);
            } else if (type.equals(PKCSObjectIdentifiers.certBag)) {
                readCertificate(CertBag.getInstance(bag.getBagValue()));
            } else if (type.equals(PKCSObjectIdentifiers.safeContentsBag)) {
                readBags(ASN1Sequence.getInstance(bag.getBagValue()), nesting + 1);
            }
            // CRLs and secrets are of no use here.
        }
    }

    private void addKey(PrivateKeyInfo key, SafeBag bag) {
        keys.add(key);
        String name = "";
        if (bag.getBagAttributes() != null) {
            for (ASN1Encodable element : bag.getBagAttributes()) {
                Attribute attribute = Attribute.getInstance(element);
                if (attribute.getAttrType().equals(PKCSObjectIdentifiers.pkcs_9_at_friendlyName)) {
                    name = PeerText.printable(attribute.getAttributeValues()[0].toString(), MAX_NAME_LENGTH);
                }
            }
        }
        keyNames.add(name);
    }

    private void readCertificate(CertBag bag) {
        if (bag.getCertId().equals(PKCSObjectIdentifiers.x509Certificate)) {
            certificates.addAll(CertificateFiles.parse(
                    "certificate in the " + origin,
                    ASN1OctetString.getInstance(bag.getCertValue()).getOctets()));
        }
    }

    private byte[] decrypt(AlgorithmIdentifier algorithm, byte[] bytes) {
        count(iterations(algorithm));
        return decrypt(algorithm, bytes, false)
                .or(() -> password.length == 0 ? decrypt(algorithm, bytes, true) : Optional.empty())
                .orElseThrow(() -> refused(
                        hasMac
                                ? "is damaged, or a part of it is encrypted with another password: the MAC fits the"
                                        + " password, but the part cannot be decrypted"
                                : "cannot be decrypted: the password is wrong, or the file is damaged. It has no MAC"
                                        + " that would show which",
                        null));
    }

    /** BouncyCastle's PBKDF2 refuses an empty password. HMAC pads keys with zeros (RFC 2104), so one zero is the same key. */
    private char[] keyOfHmac() {
        return password.length == 0 ? new char[1] : password;
    }

    /** Empty if the password does not decrypt. */
    private Optional<byte[]> decrypt(AlgorithmIdentifier algorithm, byte[] bytes, boolean otherEncodingOfNone) {
        InputDecryptor decryptor;
        try {
            decryptor = new JcePKCSPBEInputDecryptorProviderBuilder()
                    .setProvider(PROVIDER)
                    .setTryWrongPKCS12Zero(otherEncodingOfNone)
                    .build(algorithm.getAlgorithm().equals(PKCSObjectIdentifiers.id_PBES2) ? keyOfHmac() : password)
                    .get(algorithm);
        } catch (OperatorCreationException e) {
            throw unknownEncryption(algorithm, e);
        }
        try {
            byte[] plain =
                    decryptor.getInputStream(new ByteArrayInputStream(bytes)).readAllBytes();
            // A wrong key can yield a right padding by chance, but hardly a structure.
            ASN1Sequence.getInstance(plain);
            return Optional.of(plain);
        } catch (IOException | RuntimeException e) {
            return Optional.empty();
        }
    }

    private static String name(AlgorithmIdentifier algorithm) {
        DefaultAlgorithmNameFinder names = new DefaultAlgorithmNameFinder();
        if (algorithm.getAlgorithm().equals(PKCSObjectIdentifiers.id_PBMAC1)) {
            return "PBMAC1 with other functions than PBKDF2 and HMAC with SHA-256 or SHA-512";
        }
        if (algorithm.getAlgorithm().equals(PKCSObjectIdentifiers.id_PBES2)) {
            PBES2Parameters parameters = PBES2Parameters.getInstance(algorithm.getParameters());
            String kdf = parameters.getKeyDerivationFunc().getAlgorithm().equals(PKCSObjectIdentifiers.id_PBKDF2)
                    ? ""
                    : " and "
                            + names.getAlgorithmName(
                                    parameters.getKeyDerivationFunc().getAlgorithm());
            return "PBES2 with "
                    + names.getAlgorithmName(parameters.getEncryptionScheme().getAlgorithm()) + kdf;
        }
        return names.getAlgorithmName(algorithm);
    }
}

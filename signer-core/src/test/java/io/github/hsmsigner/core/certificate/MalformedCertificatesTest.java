package io.github.hsmsigner.core.certificate;

import static io.github.hsmsigner.core.certificate.OddCertificate.extension;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.hsmsigner.core.CertificateChain;
import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.TestKeys;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.testing.MalformedInput;
import io.github.hsmsigner.testing.TestPki;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.ASN1Set;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.DERGeneralizedTime;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERSet;
import org.bouncycastle.asn1.DERTaggedObject;
import org.bouncycastle.asn1.DERUTCTime;
import org.bouncycastle.asn1.DERUTF8String;
import org.bouncycastle.asn1.DLSequence;
import org.bouncycastle.asn1.DLSet;
import org.bouncycastle.asn1.cms.CMSObjectIdentifiers;
import org.bouncycastle.asn1.cms.ContentInfo;
import org.bouncycastle.asn1.cms.SignedData;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x509.X509ObjectIdentifiers;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Certificate files as nobody should write them: each refused in a sentence, or read without harm. */
@Timeout(20)
class MalformedCertificatesTest {

    private static final X509Certificate GOOD = TestKeys.PKI.root();
    private static final byte[] DER = encoded(GOOD);
    private static final String PEM = TestPki.pem(GOOD);
    private static final OddCertificate ODD = new OddCertificate(GOOD);
    private static final ASN1ObjectIdentifier UNKNOWN = new ASN1ObjectIdentifier("1.2.3.4.5.6.7");
    private static final ASN1Encodable PADDING = new DEROctetString(new byte[200]);
    private static final byte[] NO_DER = HexFormat.of().parseHex("ffff");

    static Stream<MalformedInput> text() {
        return Stream.of(
                pem("no octets", "", "holds no certificate"),
                pem("text alone", "no certificate at all", "holds no certificate"),
                pem("zeros up to the limit and one more", "\0".repeat(CertificateFiles.MAX_BYTES + 1), "larger than"),
                pem("a key alone", TestPki.pem(GOOD.getPublicKey()), "holds no certificate"),
                pem("no end line", PEM.substring(0, PEM.indexOf("-----END")), "block of line 1 has no end"),
                pem("an end line alone", "\n-----END CERTIFICATE-----\n", "line 2 ends a block that was not begun"),
                pem(
                        "a begin line in place of the end line",
                        PEM.replace("-----END", "-----BEGIN"),
                        "block of line 1 is not ended before another line of dashes"),
                pem(
                        "the end line of another label",
                        PEM.replace("END CERTIFICATE", "END CMS"),
                        "block of line 1 is not ended before another line of dashes"),
                pem("a second block that is cut", PEM + PEM.substring(0, 100), "has no end"),
                pem("no Base64", PEM.replace("M", "*"), "is not Base64"),
                pem("one letter of Base64 less", PEM.replaceFirst("(?m)^M", ""), "CERTIFICATE block of line 1"),
                pem("letters after the padding", block("MA==MA=="), "is not Base64"),
                pem("a header as in RFC 1421", block("Proc-Type: 4,ENCRYPTED\n\nMAA="), "is not Base64"),
                pem("no content", block(""), "does not begin as a certificate"),
                pem("other content", block("bm8gY2VydGlmaWNhdGU="), "does not begin as a certificate"),
                pem("PEM in PEM", block(base64(PEM.getBytes(StandardCharsets.US_ASCII))), "does not begin as"),
                pem(
                        "an octet after the certificate",
                        block(base64(Arrays.copyOf(DER, DER.length + 1))),
                        "1 bytes follow"));
    }

    static Stream<MalformedInput> lengths() {
        byte[] cut = Arrays.copyOf(DER, DER.length - 1);
        return Stream.of(
                der("a lone tag", "30", "holds no certificate"),
                der("another tag", "3182000102", "holds no certificate"),
                der("a structure too short for a certificate", "3003020101", "holds no certificate"),
                der("a header alone", "30820400", "1024 bytes are missing at its end"),
                der("half a length", "3082", "its length is damaged"),
                der("a length beyond all memory", "3084ffffffff00", "4294967294 bytes are missing at its end"),
                der("the largest length of a Java array", "30847fffffff00", "2147483646 bytes are missing at its end"),
                der("a length in five octets", "3085010000000000", "its length is damaged"),
                der("a length in 127 octets", "30ff" + "00".repeat(200), "its length is damaged"),
                der("a length in longer form than needed", "30810100", "not in the shortest form"),
                der("a length with a leading zero", "30820080" + "00".repeat(128), "not in the shortest form"),
                new MalformedInput(
                        "an octet after the end", Arrays.copyOf(DER, DER.length + 1), "1 bytes follow its end"),
                new MalformedInput("another certificate after the end", concat(DER, DER), "bytes follow its end"),
                new MalformedInput("an octet missing", cut, "1 bytes are missing at its end"),
                new MalformedInput("an indefinite length", indefinite(DER), "its length is indefinite"),
                new MalformedInput(
                        "an indefinite length inside",
                        sequence(concat(indefinite(Arrays.copyOfRange(DER, 4, DER.length)), new byte[2])),
                        "damaged"),
                new MalformedInput("an inner length too large by one", changed(DER, 7, 1), "is damaged"),
                new MalformedInput("an inner length too small by one", changed(DER, 7, -1), "is damaged"),
                new MalformedInput("an inner length beyond all memory", wrap("3084ffffffff"), "its DER is damaged"),
                new MalformedInput("an inner length of a Java array", wrap("04847fffffff"), "its DER is damaged"),
                new MalformedInput("an inner length with a leading zero", wrap("0482000100"), "its DER is damaged"),
                new MalformedInput("a thousand sequences, one in the other", nested(1000), "its DER is damaged"),
                new MalformedInput(
                        "a hundred thousand sequences, one in the other", nested(100_000), "its DER is damaged"),
                new MalformedInput(
                        "a hundred thousand indefinite lengths, one in the other",
                        wrap("3080".repeat(100_000)),
                        "its DER is damaged"));
    }

    static Stream<MalformedInput> bundles() {
        return Stream.of(
                cms(
                        "another type than SignedData",
                        new ContentInfo(CMSObjectIdentifiers.envelopedData, PADDING),
                        "another type"),
                cms("an unknown type", new ContentInfo(UNKNOWN, new DEROctetString(new byte[200])), "another type"),
                cms("no content", new ContentInfo(CMSObjectIdentifiers.signedData, null), "holds no certificate"),
                cms(
                        "octets for content",
                        new ContentInfo(CMSObjectIdentifiers.signedData, new DEROctetString(new byte[200])),
                        "its DER is damaged"),
                cms("no certificates", bundle(null), "holds no certificate"),
                cms("an empty set of certificates", bundle(new DLSet()), "holds no certificate"),
                cms(
                        "an attribute certificate alone",
                        bundle(new DLSet(new DERTaggedObject(false, 2, new DERSequence(new ASN1Integer(1))))),
                        "holds no certificate"),
                cms("an empty certificate", bundle(new DLSet(new DERSequence())), "it is not a certificate"),
                cms(
                        "a damaged certificate",
                        bundle(new DLSet(
                                ASN1Sequence.getInstance(ODD.with(OddCertificate.PUBLIC_KEY, DERNull.INSTANCE)))),
                        "it is not a certificate"),
                new MalformedInput(
                        "a certificate that is not in DER", bundleOfUnsorted(), "it is not a certificate in DER"));
    }

    static Stream<MalformedInput> fields() {
        return Stream.of(
                odd("version 4", ODD.withVersion(new ASN1Integer(3)), "it is not a certificate"),
                odd("version 0", ODD.withVersion(new ASN1Integer(-1)), "it is not a certificate"),
                odd(
                        "a huge version",
                        ODD.withVersion(new ASN1Integer(BigInteger.ONE.shiftLeft(64))),
                        "not a certificate"),
                odd("extensions in version 1", ODD.withVersion(null), "it is not a certificate"),
                odd("no serial number", ODD.with(OddCertificate.SERIAL, null), "it is not a certificate"),
                odd(
                        "a text for a serial number",
                        ODD.with(OddCertificate.SERIAL, new DERUTF8String("1")),
                        "not a certificate"),
                odd(
                        "signature algorithms that differ",
                        ODD.with(
                                OddCertificate.SIGNATURE_ALGORITHM, rsa(PKCSObjectIdentifiers.sha512WithRSAEncryption)),
                        "it is not a certificate"),
                odd(
                        "a time that is none",
                        ODD.with(OddCertificate.VALIDITY, new DERSequence(new ASN1Encodable[] {
                            new DERUTCTime("991399000000Z"), new DERUTCTime("991399000000Z")
                        })),
                        "its DER is damaged"),
                odd("no subject", ODD.with(OddCertificate.SUBJECT, new DERSequence()), "subject field is empty"),
                odd("no times", ODD.with(OddCertificate.VALIDITY, new DERSequence()), "it is not a certificate"),
                odd(
                        "a subject out of order",
                        ODD.with(OddCertificate.SUBJECT, unsortedName()),
                        "not a certificate in DER"),
                odd(
                        "a signature that is no bit string",
                        ODD.withSignature(DERNull.INSTANCE),
                        "it is not a certificate"),
                odd(
                        "a signature with bits that do not count and are set",
                        HexFormat.of()
                                .parseHex(HexFormat.of()
                                        .formatHex(ODD.withSignature(new DERBitString(new byte[] {0, 0}, 7)))
                                        .replaceAll("0000$", "0001")),
                        "it is not a certificate in DER"),
                odd(
                        "three elements in one",
                        OddCertificate.der(new DERSequence(new DEROctetString(new byte[200]))),
                        "not a certificate"));
    }

    static Stream<MalformedInput> keys() {
        return Stream.of(
                key("no key", new DERSequence()),
                key("octets that are no RSA key", spki(rsa(PKCSObjectIdentifiers.rsaEncryption), NO_DER)),
                key("an RSA key with a modulus of zero", rsaKey(BigInteger.ZERO, BigInteger.valueOf(65537))),
                key("an RSA key with a negative modulus", rsaKey(BigInteger.TEN.negate(), BigInteger.valueOf(65537))),
                key("an RSA key of 16 bits", rsaKey(BigInteger.valueOf(65535), BigInteger.valueOf(3))),
                key(
                        "an RSA key of 100000 bits",
                        rsaKey(BigInteger.ONE.shiftLeft(100_000).subtract(BigInteger.ONE), BigInteger.valueOf(65537))),
                key("an EC key with a point that is cut", ecKey(SECObjectIdentifiers.secp256r1, 64)),
                key("an EC key on an unknown curve", ecKey(UNKNOWN, 65)));
    }

    static Stream<MalformedInput> extensions() {
        Extension usage =
                extension(Extension.keyUsage, true, OddCertificate.der(new KeyUsage(KeyUsage.digitalSignature)));
        return Stream.of(
                extensions("the same extension twice", usage, usage),
                extensions("a critical KeyUsage that is no DER", extension(Extension.keyUsage, true, NO_DER)),
                extensions("a KeyUsage that is no DER", extension(Extension.keyUsage, false, NO_DER)),
                extensions("a KeyUsage that is no bit string", extension(Extension.keyUsage, false, new byte[] {5, 0})),
                extensions("an empty KeyUsage", extension(Extension.keyUsage, false, new byte[0])),
                extensions(
                        "a critical BasicConstraints that is no DER",
                        extension(Extension.basicConstraints, true, NO_DER)),
                extensions("a BasicConstraints that is no DER", extension(Extension.basicConstraints, false, NO_DER)),
                extensions(
                        "a BasicConstraints with a number for a boolean",
                        extension(
                                Extension.basicConstraints,
                                false,
                                OddCertificate.der(new DERSequence(new DERUTF8String("yes"))))));
    }

    @ParameterizedTest
    @MethodSource({"text", "lengths", "bundles", "fields", "keys", "extensions"})
    void isRefusedInASentence(MalformedInput input) {
        input.assertRefusedBy(
                octets -> CertificateFiles.parse("file x.pem", octets), InvalidConfigurationException.class);
    }

    /** What is odd and harmless, with what the inspection finds: validators judge it, and nothing here may fall over it. */
    static Stream<MalformedInput> odd() {
        return Stream.of(
                odd("a negative serial number", ODD.with(OddCertificate.SERIAL, new ASN1Integer(-5)), "INCOMPLETE"),
                odd("a serial number of zero", ODD.with(OddCertificate.SERIAL, new ASN1Integer(0)), "INCOMPLETE"),
                odd(
                        "a serial number of 1000 octets",
                        ODD.with(OddCertificate.SERIAL, new ASN1Integer(BigInteger.ONE.shiftLeft(7990))),
                        "INCOMPLETE"),
                odd(
                        "an end before the beginning",
                        ODD.with(OddCertificate.VALIDITY, new DERSequence(new ASN1Encodable[] {
                            new DERUTCTime("300101000000Z"), new DERUTCTime("200101000000Z")
                        })),
                        "SIGNER_NOT_YET_VALID"),
                odd(
                        "no end in sight",
                        ODD.with(OddCertificate.VALIDITY, new DERSequence(new ASN1Encodable[] {
                            new DERUTCTime("200101000000Z"), new DERGeneralizedTime("99991231235959Z")
                        })),
                        "INCOMPLETE"),
                odd("no extensions", ODD.withExtensions(), "INCOMPLETE"),
                odd(
                        "an unknown critical extension",
                        ODD.withExtensions(extension(UNKNOWN, true, NO_DER)),
                        "INCOMPLETE"),
                odd("an AuthorityInfoAccess that is no DER", aia(NO_DER), "INCOMPLETE"),
                odd("an AuthorityInfoAccess that is empty", aia(OddCertificate.der(new DERSequence())), "INCOMPLETE"),
                odd("an AuthorityInfoAccess with a number", aia(new byte[] {2, 1, 0}), "INCOMPLETE"),
                odd("an AuthorityInfoAccess with an address that is none", aia(access(6, "http://[")), "INCOMPLETE"),
                odd(
                        "an AuthorityInfoAccess with an address without host",
                        aia(access(6, "http:///ca.cer")),
                        "INCOMPLETE"),
                odd("an AuthorityInfoAccess with a directory name of octets", aia(access(4, "x")), "INCOMPLETE"),
                odd("an AuthorityInfoAccess with an unknown choice", aia(access(30, "x")), "INCOMPLETE"),
                odd(
                        "a KeyUsage without any bit",
                        ODD.withExtensions(extension(Extension.keyUsage, true, new byte[] {3, 1, 0})),
                        "SIGNER_NOT_FOR_SIGNATURES"),
                odd(
                        "an EC key with a point beside the curve",
                        ODD.with(OddCertificate.PUBLIC_KEY, ecKey(SECObjectIdentifiers.secp256r1, 65)),
                        "INCOMPLETE"),
                odd(
                        "an unknown kind of key",
                        ODD.with(OddCertificate.PUBLIC_KEY, spki(new AlgorithmIdentifier(UNKNOWN), new byte[32])),
                        "INCOMPLETE"));
    }

    @ParameterizedTest
    @MethodSource("odd")
    void isReadInspectedAndCompletedWithoutHarm(MalformedInput input) {
        List<X509Certificate> certificates = CertificateFiles.parse("file x.cer", input.octets());
        CertificateChain chain = CertificateChain.of(certificates.get(0), certificates);
        assertThat(chain.certificates()).hasSize(1);
        assertThat(chain.inspect(Instant.now()))
                .extracting(finding -> finding.kind().name())
                .contains(input.sentence());
        // No time is left, so that the extension is read and no address is asked.
        assertThat(AiaChainCompleter.builder().build().complete(chain, Deadline.after(Duration.ZERO)))
                .isEqualTo(chain);
    }

    // --- how the cases are made

    private static MalformedInput pem(String name, String text, String sentence) {
        return new MalformedInput(name, text.getBytes(StandardCharsets.US_ASCII), sentence);
    }

    private static MalformedInput der(String name, String hex, String sentence) {
        return new MalformedInput(name, HexFormat.of().parseHex(hex), sentence);
    }

    private static MalformedInput odd(String name, byte[] certificate, String sentence) {
        return new MalformedInput(name, certificate, sentence);
    }

    private static MalformedInput cms(String name, ASN1Encodable contentInfo, String sentence) {
        return new MalformedInput(name, OddCertificate.der(contentInfo), sentence);
    }

    private static MalformedInput key(String name, ASN1Encodable key) {
        return odd(name, ODD.with(OddCertificate.PUBLIC_KEY, key), "it is not a certificate");
    }

    private static MalformedInput extensions(String name, Extension... extensions) {
        return odd(name, ODD.withExtensions(extensions), "it is not a certificate");
    }

    private static String block(String base64) {
        return "-----BEGIN CERTIFICATE-----\n" + base64 + "\n-----END CERTIFICATE-----\n";
    }

    private static String base64(byte[] octets) {
        return Base64.getEncoder().encodeToString(octets);
    }

    private static byte[] encoded(X509Certificate certificate) {
        try {
            return certificate.getEncoded();
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] concat(byte[] first, byte[] second) {
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }

    private static byte[] changed(byte[] octets, int position, int difference) {
        byte[] changed = octets.clone();
        changed[position] += (byte) difference;
        return changed;
    }

    /** The same elements between the two ends of an indefinite length. */
    private static byte[] indefinite(byte[] sequence) {
        byte[] content = Arrays.copyOfRange(sequence, 4, sequence.length);
        return concat(concat(new byte[] {0x30, (byte) 0x80}, content), new byte[2]);
    }

    /** A sequence with these octets and so many zeros that the length needs two octets. */
    private static byte[] wrap(String hex) {
        byte[] content = HexFormat.of().parseHex(hex);
        return sequence(Arrays.copyOf(content, Math.max(content.length, 300)));
    }

    private static byte[] sequence(byte[] content) {
        int length = content.length;
        byte[] header = length < 65536
                ? new byte[] {0x30, (byte) 0x82, (byte) (length >> 8), (byte) length}
                : new byte[] {0x30, (byte) 0x83, (byte) (length >> 16), (byte) (length >> 8), (byte) length};
        return concat(header, content);
    }

    /** Each sequence in the next, with lengths in DER. */
    private static byte[] nested(int depth) {
        ByteBuffer reversed = ByteBuffer.allocate(5 * depth);
        int size = 0;
        for (int i = 0; i < depth; i++) {
            int length = size;
            if (length < 128) {
                reversed.put((byte) length);
                size += 2;
            } else if (length < 256) {
                reversed.put((byte) length).put((byte) 0x81);
                size += 3;
            } else if (length < 65536) {
                reversed.put((byte) length).put((byte) (length >> 8)).put((byte) 0x82);
                size += 4;
            } else {
                reversed.put((byte) length)
                        .put((byte) (length >> 8))
                        .put((byte) (length >> 16))
                        .put((byte) 0x83);
                size += 5;
            }
            reversed.put((byte) 0x30);
        }
        byte[] octets = new byte[size];
        for (int i = 0; i < size; i++) {
            octets[i] = reversed.get(size - 1 - i);
        }
        return octets;
    }

    private static SignedData signedData(ASN1Set certificates) {
        return new SignedData(
                new DERSet(), new ContentInfo(CMSObjectIdentifiers.data, PADDING), certificates, null, new DERSet());
    }

    private static ContentInfo bundle(ASN1Set certificates) {
        return new ContentInfo(CMSObjectIdentifiers.signedData, signedData(certificates));
    }

    /** The encoder sorts the set, so the octets as they were are put back. */
    private static byte[] bundleOfUnsorted() {
        byte[] unsorted = ODD.with(OddCertificate.SUBJECT, unsortedName());
        byte[] bundle = OddCertificate.der(bundle(new DERSet(ASN1Sequence.getInstance(unsorted))));
        int position = new String(bundle, StandardCharsets.ISO_8859_1)
                .indexOf(new String(unsorted, 0, 60, StandardCharsets.ISO_8859_1));
        System.arraycopy(unsorted, 0, bundle, position, unsorted.length);
        return bundle;
    }

    /** Two attributes of one relative name in the order that DER does not give them. */
    private static ASN1Encodable unsortedName() {
        ASN1Encodable organization = new DERSequence(new ASN1Encodable[] {BCStyle.O, new DERUTF8String("Z")});
        ASN1Encodable commonName = new DERSequence(new ASN1Encodable[] {BCStyle.CN, new DERUTF8String("A")});
        return new DLSequence(new DLSet(new ASN1Encodable[] {organization, commonName}));
    }

    private static AlgorithmIdentifier rsa(ASN1ObjectIdentifier algorithm) {
        return new AlgorithmIdentifier(algorithm, DERNull.INSTANCE);
    }

    private static SubjectPublicKeyInfo spki(AlgorithmIdentifier algorithm, byte[] key) {
        return new SubjectPublicKeyInfo(algorithm, key);
    }

    private static SubjectPublicKeyInfo rsaKey(BigInteger modulus, BigInteger exponent) {
        return spki(rsa(PKCSObjectIdentifiers.rsaEncryption), OddCertificate.der(new DERSequence(new ASN1Encodable[] {
            new ASN1Integer(modulus), new ASN1Integer(exponent)
        })));
    }

    private static SubjectPublicKeyInfo ecKey(ASN1ObjectIdentifier curve, int octets) {
        byte[] point = new byte[octets];
        Arrays.fill(point, (byte) 1);
        point[0] = 4;
        return spki(new AlgorithmIdentifier(X9ObjectIdentifiers.id_ecPublicKey, curve), point);
    }

    private static byte[] aia(byte[] value) {
        return ODD.withExtensions(extension(Extension.authorityInfoAccess, false, value));
    }

    private static byte[] access(int choice, String location) {
        byte[] octets = location.getBytes(StandardCharsets.US_ASCII);
        return OddCertificate.der(new DERSequence(new DERSequence(new ASN1Encodable[] {
            X509ObjectIdentifiers.id_ad_caIssuers, new DERTaggedObject(false, choice, new DEROctetString(octets))
        })));
    }
}

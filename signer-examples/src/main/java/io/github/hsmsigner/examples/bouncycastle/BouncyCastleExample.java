package io.github.hsmsigner.examples.bouncycastle;

import io.github.hsmsigner.core.SignatureAlgorithm;
import io.github.hsmsigner.core.Signer;
import io.github.hsmsigner.core.x509.SignerContentSigner;
import io.github.hsmsigner.pkcs11.KeySelector;
import io.github.hsmsigner.pkcs11.PinSource;
import io.github.hsmsigner.pkcs11.Pkcs11Config;
import io.github.hsmsigner.pkcs11.Pkcs11Token;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.bc.BcX509ExtensionUtils;
import org.bouncycastle.cms.SignerInfoGeneratorBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.DigestCalculatorProvider;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.bouncycastle.pkcs.PKCS10CertificationRequestBuilder;
import org.bouncycastle.tsp.TSPAlgorithms;
import org.bouncycastle.tsp.TimeStampRequest;
import org.bouncycastle.tsp.TimeStampResponse;
import org.bouncycastle.tsp.TimeStampResponseGenerator;
import org.bouncycastle.tsp.TimeStampTokenGenerator;
import org.bouncycastle.util.CollectionStore;

/**
 * {@link SignerContentSigner} lets BouncyCastle sign with any key. Here a token holds the keys of a small certification
 * authority and of a timestamp authority. The certification authority certifies itself, and the other one on its
 * request. The timestamp authority then answers a request for a timestamp.
 *
 * <pre>{@code
 * openssl ts -query -data letter.txt -sha256 -cert -out letter.tsq
 * HSM_MODULE=/usr/lib/softhsm/libsofthsm2.so HSM_TOKEN_LABEL=demo HSM_PIN=… \
 *   java -cp signer-examples.jar io.github.hsmsigner.examples.bouncycastle.BouncyCastleExample authority timestamps letter.tsq .
 * openssl ts -verify -queryfile letter.tsq -in timestamp.tsr -CAfile authority.pem
 * }</pre>
 */
public final class BouncyCastleExample {

    private static final Duration TIME_LIMIT = Duration.ofSeconds(10);
    private static final X500Name AUTHORITY = new X500Name("CN=Example Authority");
    private static final X500Name TIMESTAMPS = new X500Name("CN=Example Timestamps");
    /** A real authority defines its own policy; this one is for examples (RFC 5612). */
    private static final ASN1ObjectIdentifier POLICY = new ASN1ObjectIdentifier("1.3.6.1.4.1.32473.1");

    private BouncyCastleExample() {}

    /**
     * Makes {@code authority.pem}, {@code timestamps.csr}, {@code timestamps.pem} and {@code timestamp.tsr}.
     *
     * @param args the labels of the authority's key and of the timestamps' key, a file with a timestamp request (RFC 3161), and the
     *     directory for the files
     * @throws Exception if a file cannot be read or written, or BouncyCastle refuses something
     */
    public static void main(String[] args) throws Exception {
        TimeStampRequest request = new TimeStampRequest(Files.readAllBytes(Path.of(args[2])));
        Path directory = Path.of(args[3]);
        Pkcs11Config config = Pkcs11Config.builder(Path.of(System.getenv("HSM_MODULE")))
                .tokenLabel(System.getenv("HSM_TOKEN_LABEL"))
                .pin(PinSource.environment("HSM_PIN"))
                .build();
        try (Pkcs11Token token = Pkcs11Token.open(config)) {
            Signer authorityKey = token.signer(KeySelector.byLabel(args[0]));
            Signer timestampKey = token.signer(KeySelector.byLabel(args[1]));

            X509CertificateHolder authority = certify(AUTHORITY, info(authorityKey), authorityKey, true);
            writePem(directory.resolve("authority.pem"), authority);

            PKCS10CertificationRequest certificationRequest = new PKCS10CertificationRequestBuilder(
                            TIMESTAMPS, info(timestampKey))
                    .build(contentSigner(timestampKey));
            writePem(directory.resolve("timestamps.csr"), certificationRequest);

            X509CertificateHolder timestamps = certify(
                    certificationRequest.getSubject(),
                    certificationRequest.getSubjectPublicKeyInfo(),
                    authorityKey,
                    false);
            writePem(directory.resolve("timestamps.pem"), timestamps);

            TimeStampResponse response = respond(request, timestampKey, timestamps);
            Files.write(directory.resolve("timestamp.tsr"), response.getEncoded());
            System.out.println("Time of the timestamp: "
                    + response.getTimeStampToken()
                            .getTimeStampInfo()
                            .getGenTime()
                            .toInstant());
        }
    }

    private static ContentSigner contentSigner(Signer key) {
        SignatureAlgorithm first =
                key.algorithms().stream().sorted().findFirst().orElseThrow();
        return SignerContentSigner.of(key, first, TIME_LIMIT);
    }

    private static SubjectPublicKeyInfo info(Signer key) {
        return SubjectPublicKeyInfo.getInstance(key.publicKey().getEncoded());
    }

    private static X509CertificateHolder certify(
            X500Name subject, SubjectPublicKeyInfo subjectKey, Signer issuerKey, boolean authority) throws IOException {
        Instant now = Instant.now();
        X509v3CertificateBuilder builder = new X509v3CertificateBuilder(
                AUTHORITY,
                newSerialNumber(),
                Date.from(now),
                Date.from(now.plus(Duration.ofDays(authority ? 3650 : 365))),
                subject,
                subjectKey);
        builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(authority));
        int usage = authority ? KeyUsage.keyCertSign | KeyUsage.cRLSign : KeyUsage.digitalSignature;
        builder.addExtension(Extension.keyUsage, true, new KeyUsage(usage));
        BcX509ExtensionUtils identifiers = new BcX509ExtensionUtils();
        builder.addExtension(Extension.subjectKeyIdentifier, false, identifiers.createSubjectKeyIdentifier(subjectKey));
        builder.addExtension(
                Extension.authorityKeyIdentifier, false, identifiers.createAuthorityKeyIdentifier(info(issuerKey)));
        if (!authority) {
            // RFC 3161, section 2.3: this purpose alone, and critical.
            builder.addExtension(
                    Extension.extendedKeyUsage, true, new ExtendedKeyUsage(KeyPurposeId.id_kp_timeStamping));
        }
        return builder.build(contentSigner(issuerKey));
    }

    private static TimeStampResponse respond(TimeStampRequest request, Signer key, X509CertificateHolder certificate)
            throws Exception {
        DigestCalculatorProvider digests = new JcaDigestCalculatorProviderBuilder().build();
        TimeStampTokenGenerator tokens = new TimeStampTokenGenerator(
                new SignerInfoGeneratorBuilder(digests).build(contentSigner(key), certificate),
                digests.get(new AlgorithmIdentifier(NISTObjectIdentifiers.id_sha256)),
                POLICY);
        tokens.addCertificates(new CollectionStore<>(List.of(certificate)));
        return new TimeStampResponseGenerator(tokens, TSPAlgorithms.ALLOWED)
                .generate(request, newSerialNumber(), Date.from(Instant.now()));
    }

    private static BigInteger newSerialNumber() {
        return new BigInteger(127, new SecureRandom()).add(BigInteger.ONE);
    }

    private static void writePem(Path file, Object object) throws IOException {
        try (JcaPEMWriter out = new JcaPEMWriter(Files.newBufferedWriter(file, StandardCharsets.US_ASCII))) {
            out.writeObject(object);
        }
    }
}

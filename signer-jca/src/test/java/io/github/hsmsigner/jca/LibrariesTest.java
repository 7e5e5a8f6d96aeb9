package io.github.hsmsigner.jca;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.Curve;
import eu.europa.esig.dss.enumerations.DigestAlgorithm;
import eu.europa.esig.dss.enumerations.EncryptionAlgorithm;
import eu.europa.esig.dss.model.SignatureValue;
import eu.europa.esig.dss.model.ToBeSigned;
import eu.europa.esig.dss.token.DSSPrivateKeyEntry;
import eu.europa.esig.dss.token.KeyStoreSignatureTokenConnection;
import io.github.hsmsigner.testing.ExternalTool;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Security;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Calendar;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLContext;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.transform.TransformerFactory;
import javax.xml.transform.dom.DOMSource;
import javax.xml.transform.stream.StreamResult;
import org.apache.pdfbox.Loader;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDPage;
import org.apache.pdfbox.pdmodel.interactive.digitalsignature.PDSignature;
import org.apache.xml.security.Init;
import org.apache.xml.security.signature.XMLSignature;
import org.apache.xml.security.transforms.Transforms;
import org.bouncycastle.cert.jcajce.JcaCertStore;
import org.bouncycastle.cms.CMSProcessableByteArray;
import org.bouncycastle.cms.CMSSignedData;
import org.bouncycastle.cms.CMSSignedDataGenerator;
import org.bouncycastle.cms.jcajce.JcaSignerInfoGeneratorBuilder;
import org.bouncycastle.cms.jcajce.JcaSimpleSignerInfoVerifierBuilder;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

/**
 * Libraries that know nothing of this project sign with the keys of a SoftHSM token, and other tools verify. All sessions
 * of the token are lost before each signature, and no library notices.
 */
class LibrariesTest {

    @TempDir
    static Path directory;

    private static HsmKeys keys;

    @BeforeAll
    static void register() {
        keys = new HsmKeys(directory);
        // Libraries that name no provider find it by the type of the key.
        Security.addProvider(keys.provider);
    }

    @AfterAll
    static void close() {
        Security.removeProvider(SignerProvider.NAME);
        keys.close();
    }

    private static Path rootFile() {
        return io.github.hsmsigner.testing.TestPki.writePem(directory.resolve("root.pem"), keys.pki.root());
    }

    @Test
    void jarsignerWithTheProviderOnItsCommandLine() throws Exception {
        Path trust = directory.resolve("trust.p12");
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("root", keys.pki.root());
        try (var out = Files.newOutputStream(trust)) {
            trusted.store(out, "changeit".toCharArray());
        }
        for (String alias : HsmKeys.ALIASES) {
            Path jar = directory.resolve(alias + ".jar");
            try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar))) {
                out.putNextEntry(new JarEntry("content.txt"));
                out.write("content".getBytes(StandardCharsets.UTF_8));
            }
            ExternalTool.runOrFail(
                    tool("jarsigner"),
                    "-keystore",
                    "NONE",
                    "-storetype",
                    SignerProvider.KEY_STORE_TYPE,
                    "-storepass",
                    "unused",
                    "-J--enable-native-access=ALL-UNNAMED",
                    "-J-XX:TieredStopAtLevel=1",
                    "-J-cp",
                    "-J" + System.getProperty("java.class.path"),
                    "-providerClass",
                    SignerProvider.class.getName(),
                    "-providerArg",
                    keys.uri(),
                    jar.toString(),
                    alias);
            String output = ExternalTool.runOrFail(
                    tool("jarsigner"),
                    "-J-XX:TieredStopAtLevel=1",
                    "-verify",
                    "-strict",
                    "-keystore",
                    trust.toString(),
                    "-storepass",
                    "changeit",
                    jar.toString());
            assertThat(output).contains("jar verified.");
        }
    }

    private static String tool(String name) {
        return Path.of(System.getProperty("java.home"), "bin", name).toString();
    }

    @Test
    void santuarioSignsXml() throws Exception {
        Init.init();
        Map<String, String> algorithms = Map.of(
                "rsa", XMLSignature.ALGO_ID_SIGNATURE_RSA_SHA256_MGF1,
                "p256", XMLSignature.ALGO_ID_SIGNATURE_ECDSA_SHA256,
                "p384", XMLSignature.ALGO_ID_SIGNATURE_ECDSA_SHA384,
                "ed25519", XMLSignature.ALGO_ID_SIGNATURE_EDDSA_ED25519);
        for (Map.Entry<String, String> algorithm : algorithms.entrySet()) {
            Document document = DocumentBuilderFactory.newDefaultNSInstance()
                    .newDocumentBuilder()
                    .newDocument();
            Element root = document.createElementNS("urn:test", "contract");
            root.setAttributeNS("http://www.w3.org/2000/xmlns/", "xmlns", "urn:test");
            root.setTextContent("content");
            document.appendChild(root);
            // For RSASSA-PSS, Santuario sets parameters before the key, so the Java runtime cannot choose by the key.
            XMLSignature signature = algorithm.getKey().equals("rsa")
                    ? new XMLSignature(document, "", algorithm.getValue(), keys.provider)
                    : new XMLSignature(document, "", algorithm.getValue());
            root.appendChild(signature.getElement());
            Transforms transforms = new Transforms(document);
            transforms.addTransform(Transforms.TRANSFORM_ENVELOPED_SIGNATURE);
            signature.addDocument("", transforms, "http://www.w3.org/2001/04/xmlenc#sha256");
            signature.addKeyInfo(keys.chain(algorithm.getKey()).get(0));
            keys.loseSessions();
            signature.sign(keys.privateKey(algorithm.getKey()));

            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            TransformerFactory.newDefaultInstance()
                    .newTransformer()
                    .transform(new DOMSource(document), new StreamResult(bytes));
            assertThat(isValidXml(bytes.toByteArray())).as(algorithm.getKey()).isTrue();
        }
    }

    /** The XML signatures of the Java runtime (JSR 105) verify. */
    private static boolean isValidXml(byte[] xml) throws Exception {
        Document document = DocumentBuilderFactory.newDefaultNSInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(xml));
        var node = document.getElementsByTagNameNS("http://www.w3.org/2000/09/xmldsig#", "Signature")
                .item(0);
        String certificate = document.getElementsByTagNameNS("http://www.w3.org/2000/09/xmldsig#", "X509Certificate")
                .item(0)
                .getTextContent();
        X509Certificate signer = (X509Certificate) java.security.cert.CertificateFactory.getInstance("X.509")
                .generateCertificate(
                        new ByteArrayInputStream(Base64.getMimeDecoder().decode(certificate)));
        var context = new javax.xml.crypto.dsig.dom.DOMValidateContext(signer.getPublicKey(), node);
        var signature =
                javax.xml.crypto.dsig.XMLSignatureFactory.getInstance("DOM").unmarshalXMLSignature(context);
        return signature.validate(context);
    }

    @Test
    void nimbusSignsJws() throws Exception {
        Map<JWSAlgorithm, String> aliases = Map.of(
                JWSAlgorithm.RS256, "rsa",
                JWSAlgorithm.PS256, "rsa",
                JWSAlgorithm.PS512, "rsa",
                JWSAlgorithm.ES256, "p256",
                JWSAlgorithm.ES384, "p384");
        for (Map.Entry<JWSAlgorithm, String> entry : aliases.entrySet()) {
            JWSAlgorithm algorithm = entry.getKey();
            PrivateKey key = keys.privateKey(entry.getValue());
            JWSSigner signer = JWSAlgorithm.Family.EC.contains(algorithm)
                    ? new ECDSASigner(key, algorithm == JWSAlgorithm.ES256 ? Curve.P_256 : Curve.P_384)
                    : new RSASSASigner(key);
            JWSObject jws = new JWSObject(new JWSHeader(algorithm), new Payload("{\"sub\":\"a\"}"));
            keys.loseSessions();
            // As its Javadoc says for keys in an HSM.
            signer.getJCAContext().setProvider(keys.provider);
            jws.sign(signer);

            // OpenSSL does not know JWS, so the Java runtime verifies the input of RFC 7515, section 5.1.
            assertThat(verifies(
                            algorithm,
                            keys.chain(entry.getValue()).get(0),
                            jws.getSigningInput(),
                            jws.getSignature().decode()))
                    .as(algorithm.getName())
                    .isTrue();
        }
    }

    private static boolean verifies(JWSAlgorithm algorithm, X509Certificate certificate, byte[] input, byte[] signature)
            throws Exception {
        Signature verifier;
        if (JWSAlgorithm.Family.EC.contains(algorithm)) {
            verifier = Signature.getInstance("SHA" + algorithm.getName().substring(2) + "withECDSAinP1363Format");
        } else if (algorithm.getName().startsWith("PS")) {
            verifier = Signature.getInstance("RSASSA-PSS");
            verifier.setParameter(
                    SignerSignatureTest.pss("SHA-" + algorithm.getName().substring(2)));
        } else {
            verifier = Signature.getInstance("SHA256withRSA");
        }
        verifier.initVerify(certificate.getPublicKey());
        verifier.update(input);
        return verifier.verify(signature);
    }

    @Test
    void pdfBoxSignsAsInItsOwnExample() throws Exception {
        for (String alias : HsmKeys.ALIASES) {
            ByteArrayOutputStream blank = new ByteArrayOutputStream();
            try (PDDocument document = new PDDocument()) {
                document.addPage(new PDPage());
                document.save(blank);
            }
            Path signed = directory.resolve(alias + ".pdf");
            try (PDDocument document = Loader.loadPDF(blank.toByteArray());
                    var out = Files.newOutputStream(signed)) {
                PDSignature signature = new PDSignature();
                signature.setFilter(PDSignature.FILTER_ADOBE_PPKLITE);
                signature.setSubFilter(PDSignature.SUBFILTER_ADBE_PKCS7_DETACHED);
                signature.setSignDate(Calendar.getInstance());
                keys.loseSessions();
                document.addSignature(signature, content -> cms(alias, content));
                document.saveIncremental(out);
            }
            String output = ExternalTool.run(
                            List.of("env", "HOME=" + directory, "pdfsig", "-nocert", signed.toString()))
                    .output();
            // NSS, on which pdfsig builds, does not know Ed25519 in CMS.
            if (!alias.equals("ed25519")) {
                assertThat(output).as(alias).contains("Signature is Valid", "Total document signed");
            }
        }
    }

    /** The CMS signature as PDFBox's example CreateSignatureBase makes it. */
    private static byte[] cms(String alias, InputStream content) {
        try {
            return bouncyCastleCms(alias, content.readAllBytes(), false);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] bouncyCastleCms(String alias, byte[] content, boolean attached) throws Exception {
        String algorithm = Map.of(
                        "rsa",
                        "SHA256withRSA",
                        "p256",
                        "SHA256withECDSA",
                        "p384",
                        "SHA384withECDSA",
                        "ed25519",
                        "Ed25519")
                .get(alias);
        ContentSigner signer = new JcaContentSignerBuilder(algorithm).build(keys.privateKey(alias));
        CMSSignedDataGenerator generator = new CMSSignedDataGenerator();
        generator.addSignerInfoGenerator(
                new JcaSignerInfoGeneratorBuilder(new JcaDigestCalculatorProviderBuilder().build())
                        .build(signer, keys.chain(alias).get(0)));
        generator.addCertificates(new JcaCertStore(keys.chain(alias)));
        CMSSignedData data = generator.generate(new CMSProcessableByteArray(content), attached);
        return data.getEncoded();
    }

    @Test
    void bouncyCastleSignsCms() throws Exception {
        for (String alias : HsmKeys.ALIASES) {
            byte[] content = "content".getBytes(StandardCharsets.UTF_8);
            keys.loseSessions();
            Path cms = Files.write(directory.resolve(alias + ".p7m"), bouncyCastleCms(alias, content, true));
            if (alias.equals("ed25519")) {
                // OpenSSL 3.0 does not verify Ed25519 in CMS.
                assertThat(isValidCms(cms, keys.chain(alias).get(0))).isTrue();
                continue;
            }
            String output = ExternalTool.runOrFail(
                    "openssl",
                    "cms",
                    "-verify",
                    "-inform",
                    "DER",
                    "-in",
                    cms.toString(),
                    "-CAfile",
                    rootFile().toString(),
                    "-purpose",
                    "any");
            assertThat(output).as(alias).contains("CMS Verification successful");
        }
    }

    private static boolean isValidCms(Path cms, X509Certificate signer) throws Exception {
        return new CMSSignedData(Files.readAllBytes(cms))
                .getSignerInfos()
                .iterator()
                .next()
                .verify(new JcaSimpleSignerInfoVerifierBuilder().build(signer));
    }

    @Test
    void euDssSignsThroughItsKeyStoreToken() throws Exception {
        // The stream is read only if there is one, and the key store of this type has none.
        try (KeyStoreSignatureTokenConnection connection = new KeyStoreSignatureTokenConnection(
                (InputStream) null,
                SignerProvider.KEY_STORE_TYPE,
                new KeyStore.PasswordProtection("unused".toCharArray()))) {
            List<DSSPrivateKeyEntry> entries = connection.getKeys();
            assertThat(entries).hasSize(HsmKeys.ALIASES.size());
            for (DSSPrivateKeyEntry entry : entries) {
                DigestAlgorithm digest = entry.getEncryptionAlgorithm() == EncryptionAlgorithm.EDDSA
                        ? DigestAlgorithm.SHA512
                        : DigestAlgorithm.SHA256;
                ToBeSigned toBeSigned = new ToBeSigned("content".getBytes(StandardCharsets.UTF_8));
                keys.loseSessions();
                SignatureValue value = connection.sign(toBeSigned, digest, entry);
                Signature verifier = Signature.getInstance(value.getAlgorithm().getJCEId());
                verifier.initVerify(entry.getCertificate().getPublicKey());
                verifier.update(toBeSigned.getBytes());
                assertThat(verifier.verify(value.getValue()))
                        .as(entry.getEncryptionAlgorithm().getName())
                        .isTrue();
            }
        }
    }

    @Test
    void aTlsServerOfJettyHasTheKey() throws Exception {
        for (String alias : HsmKeys.ALIASES) {
            Server server = tlsServer(alias);
            server.start();
            ExecutorService clients = Executors.newFixedThreadPool(4);
            try {
                URI uri =
                        URI.create("https://localhost:" + ((ServerConnector) server.getConnectors()[0]).getLocalPort());
                List<Callable<Integer>> requests = new ArrayList<>();
                for (int i = 0; i < 4; i++) {
                    requests.add(() -> status(uri));
                }
                for (int round = 0; round < 3; round++) {
                    keys.loseSessions();
                    for (Future<Integer> status : clients.invokeAll(requests)) {
                        assertThat(status.get()).isEqualTo(200);
                    }
                }
            } finally {
                clients.shutdownNow();
                server.stop();
            }
        }
    }

    private static Server tlsServer(String alias) {
        SslContextFactory.Server tls = new SslContextFactory.Server();
        tls.setKeyStore(keys.keyStore());
        tls.setKeyStorePassword("unused");
        tls.setCertAlias(alias);
        tls.setSniRequired(false);
        Server server = new Server();
        ServerConnector connector = new ServerConnector(server, tls);
        connector.setPort(0);
        connector.setHost("localhost");
        // The default lets each stop wait a second for connections that the clients keep open.
        connector.setShutdownIdleTimeout(1);
        server.addConnector(connector);
        server.setHandler(new Handler.Abstract() {
            @Override
            public boolean handle(Request request, Response response, Callback callback) {
                Content.Sink.write(response, true, "signed", callback);
                return true;
            }
        });
        return server;
    }

    /** A client of the Java runtime, with a new handshake for each request. */
    private static int status(URI uri) throws Exception {
        SSLContext tls = keys.pki.clientTls();
        HttpsURLConnection connection = (HttpsURLConnection) uri.toURL().openConnection();
        connection.setSSLSocketFactory(tls.getSocketFactory());
        connection.setHostnameVerifier((host, session) -> true);
        connection.setRequestProperty("Connection", "close");
        return connection.getResponseCode();
    }
}

package io.github.hsmsigner.testing;

import com.sun.net.httpserver.HttpExchange;
import io.github.hsmsigner.core.CertificateChain;
import io.github.hsmsigner.testing.LoopbackServer.Reply;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;

/**
 * Two certification authorities, a root and one below it, that answer about their certificates: OpenSSL's {@code ocsp} and
 * {@code ca -gencrl} behind HTTP, with ways to misbehave. The root has certified the issuer, and the issuer a signer.
 */
public final class OpenSslRevocationServer implements AutoCloseable {

    /** When certificates are revoked here, as it stands in OpenSSL's index. */
    private static final String REVOCATION_DATE = "251231235959Z";

    private static final String KEY = " -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc";
    private static final String OCSP = "authorityInfoAccess=OCSP;URI:%s\n";
    private static final String CRL = "crlDistributionPoints=URI:%s\n";

    private final Path directory;
    private final Map<String, Endpoint> endpoints = new ConcurrentHashMap<>();
    private final LoopbackServer server = new LoopbackServer(this::reply);
    private final AtomicInteger serial = new AtomicInteger(0x1000);
    private final AtomicInteger files = new AtomicInteger();

    public final Authority root;
    public final Authority issuer;

    /** Makes both authorities, with their files in a directory. */
    public OpenSslRevocationServer(Path directory) {
        this.directory = directory;
        try {
            Files.createDirectories(directory);
            root = new Authority("root");
            issuer = new Authority("issuer");
            openssl("req -x509" + KEY + " -keyout root.key -out root.pem -days 30 -subj /CN=Root"
                    + " -addext keyUsage=critical,keyCertSign,cRLSign");
            root.certify(
                    "issuer",
                    "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\n" + root.addresses());
            issuer.certify("signer", "keyUsage=critical,digitalSignature\n" + issuer.addresses());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        keepIndex();
    }

    /** Certifies keys, and answers about them. */
    public final class Authority {

        private final String name;
        private String begin;
        public final Endpoint ocsp;
        public final Endpoint crl;

        private Authority(String name) throws IOException {
            this.name = name;
            this.ocsp = endpoint("/" + name + "/ocsp", this::ocspResponse);
            this.crl = endpoint("/" + name + "/crl", (request, arguments) -> crl(arguments));
            behave();
            Files.createFile(index());
            Files.writeString(directory.resolve(name + ".index.attr"), "unique_subject = no\n");
            Files.writeString(directory.resolve(name + ".cnf"), """
                    [ca]
                    default_ca = this
                    [this]
                    database = %1$s.index
                    certificate = %1$s.pem
                    private_key = %1$s.key
                    default_md = sha256
                    [users]
                    issuingDistributionPoint = critical,onlyuser:TRUE
                    [authorities]
                    issuingDistributionPoint = critical,onlyCA:TRUE
                    [reasons]
                    issuingDistributionPoint = critical,onlysomereasons:keyCompromise
                    [indirect]
                    issuingDistributionPoint = critical,indirectCRL:TRUE
                    [here]
                    issuingDistributionPoint = critical,fullname:URI:%2$s
                    [elsewhere]
                    issuingDistributionPoint = critical,fullname:URI:http://elsewhere.example/crl
                    [delta]
                    2.5.29.27 = critical,ASN1:INTEGER:1
                    [unknown]
                    1.2.3.4.5 = critical,ASN1:NULL
                    """.formatted(name, crl.uri));
        }

        Path file(String fileName) {
            return directory.resolve(fileName);
        }

        private Path index() {
            return directory.resolve(name + ".index");
        }

        /** The extensions that name this authority's addresses. */
        public String addresses() {
            return OCSP.formatted(ocsp.uri) + CRL.formatted(crl.uri);
        }

        public X509Certificate certificate() {
            return OpenSslRevocationServer.this.certificate(name);
        }

        /** Makes a key and its certificate, in files of that name; the extensions as OpenSSL writes them. */
        public X509Certificate certify(String subject, String extensions) {
            return certify(subject, KEY, extensions);
        }

        /** The same with an RSA key, so that signatures can be RSASSA-PSS. */
        public X509Certificate certifyRsa(String subject, String extensions) {
            return certify(subject, " -newkey rsa:2048 -noenc", extensions);
        }

        /** The same with a key as the options of OpenSSL describe it. */
        public X509Certificate certify(String subject, String key, String extensions) {
            return certify(subject, key, extensions, 20);
        }

        /** Makes a key and a certificate that expired yesterday. */
        public X509Certificate certifyExpired(String subject, String extensions) {
            return certify(subject, KEY, extensions, -1);
        }

        private X509Certificate certify(String subject, String key, String extensions, int days) {
            try {
                Files.writeString(directory.resolve(subject + ".ext"), extensions);
                openssl("req" + key + " -keyout " + subject + ".key -out " + subject + ".csr -subj /CN=" + subject);
                String number = Integer.toHexString(serial.incrementAndGet());
                openssl("x509 -req -in " + subject + ".csr -CA " + name + ".pem -CAkey " + name + ".key -set_serial 0x"
                        + number + " -days " + days + " -extfile " + subject + ".ext -out " + subject + ".pem");
                Files.writeString(
                        index(),
                        "V\t351231235959Z\t\t" + number + "\tunknown\t/CN=" + subject + "\n",
                        StandardOpenOption.APPEND);
                return OpenSslRevocationServer.this.certificate(subject);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private void behave() {
            ocsp.behave();
            crl.behave();
            respondWith(name);
            crl.arguments = "-crlhours 1";
        }

        /** Has the certificate and key in files of that name sign what OCSP answers. */
        public void respondWith(String responder) {
            ocsp.arguments = "-rsigner " + responder + ".pem -rkey " + responder + ".key -nmin 60";
        }

        /** Revokes what was certified with that subject, on 2025-12-31T23:59:59Z. */
        public void revoke(String subject) {
            changeIndex(index -> index.replaceAll(
                    "V\t(\\w+)\t\t(\\w+)\tunknown\t/CN=" + subject + "\n",
                    "R\t$1\t" + REVOCATION_DATE + "\t$2\tunknown\t/CN=" + subject + "\n"));
        }

        /** Forgets what it has certified. */
        public void forget() {
            changeIndex(index -> "");
        }

        private void changeIndex(UnaryOperator<String> change) {
            try {
                Files.writeString(index(), change.apply(Files.readString(index())));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** What OpenSSL answers to a request. */
        private byte[] ocspResponse(byte[] request, String arguments) throws IOException {
            String file = name + files.incrementAndGet();
            Files.write(directory.resolve(file + ".ocspreq"), request);
            openssl("ocsp -index " + name + ".index -CA " + name + ".pem -reqin " + file + ".ocspreq -respout " + file
                    + ".ocsp " + arguments);
            return Files.readAllBytes(directory.resolve(file + ".ocsp"));
        }

        private byte[] crl(String arguments) throws IOException {
            String file = name + files.incrementAndGet() + ".crl";
            openssl("ca -gencrl -config " + name + ".cnf -out " + file + ".pem " + arguments);
            openssl("crl -in " + file + ".pem -outform DER -out " + file);
            return Files.readAllBytes(directory.resolve(file));
        }
    }

    /** What is answered at one address. */
    public static final class Endpoint {

        public final URI uri;
        private final Source source;
        private final AtomicInteger requests = new AtomicInteger();
        /** What is given to OpenSSL, besides what it always needs. */
        public volatile String arguments;

        /** Changes the requests that it gets. */
        public volatile UnaryOperator<byte[]> requestChange;
        /** Changes its answers. */
        public volatile UnaryOperator<byte[]> change;
        /** The HTTP status of its answers. */
        public volatile int status;
        /** Whether to send the start of an answer only. */
        public volatile boolean slow;

        private Endpoint(URI uri, Source source) {
            this.uri = uri;
            this.source = source;
        }

        private void behave() {
            requests.set(0);
            requestChange = octets -> octets;
            change = octets -> octets;
            status = 200;
            slow = false;
        }

        public int requests() {
            return requests.get();
        }
    }

    /** What makes the answers. */
    @FunctionalInterface
    private interface Source {

        byte[] answer(byte[] request, String arguments) throws IOException;
    }

    private Endpoint endpoint(String path, Source source) {
        Endpoint endpoint = new Endpoint(server.uri(path), source);
        endpoints.put(path, endpoint);
        return endpoint;
    }

    private Reply reply(HttpExchange exchange, byte[] request) throws IOException {
        Endpoint endpoint = endpoints.get(exchange.getRequestURI().getPath());
        endpoint.requests.incrementAndGet();
        byte[] answer = endpoint.source.answer(endpoint.requestChange.apply(request), endpoint.arguments);
        return new Reply(endpoint.status, endpoint.change.apply(answer), endpoint.slow);
    }

    /** Does everything right again, and forgets what happened. Certificates and their files stay. */
    public void reset() {
        for (Authority authority : List.of(root, issuer)) {
            authority.behave();
            authority.changeIndex(index -> authority.begin);
        }
    }

    /** Keeps what is certified now, and what was revoked until now, when it is reset. */
    public void keepIndex() {
        try {
            for (Authority authority : List.of(root, issuer)) {
                authority.begin = Files.readString(authority.index());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The certificate in a file of that name. */
    public X509Certificate certificate(String name) {
        try (var in = Files.newInputStream(certificateFile(name))) {
            return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (CertificateException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Makes another key under an authority's name. */
    public void namesake(String name, String subject) {
        openssl("req -x509" + KEY + " -keyout " + name + ".key -out " + name + ".pem -days 30 -subj /CN=" + subject);
    }

    /** The file of a certificate, in PEM. */
    public Path certificateFile(String name) {
        return directory.resolve(name + ".pem");
    }

    /** The key of the signer with its chain, as a PKCS#12 file. */
    public Path pkcs12(String password) {
        return pkcs12("signer", password);
    }

    /** The key and the chain of what the issuer certified with that subject. */
    public Path pkcs12(String subject, String password) {
        openssl("pkcs12 -export -inkey " + subject + ".key -in " + subject + ".pem -out " + subject
                + ".p12 -passout pass:" + password + " -CAfile root.pem -certfile issuer.pem");
        return directory.resolve(subject + ".p12");
    }

    public CertificateChain chain() {
        return chain("signer");
    }

    /** The chain of what was certified with that subject. */
    public CertificateChain chain(String subject) {
        return CertificateChain.of(certificate(subject), List.of(issuer.certificate(), root.certificate()));
    }

    private void openssl(String arguments) {
        ExternalTool.runOrFail("sh", "-c", "cd '" + directory + "' && exec openssl " + arguments);
    }

    @Override
    public void close() {
        server.close();
    }
}

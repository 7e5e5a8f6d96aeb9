package io.github.hsmsigner.core.revocation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hsmsigner.core.CertificateChain;
import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.RevocationInfo;
import io.github.hsmsigner.core.TestKeys;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.core.error.SigningUnavailableException;
import io.github.hsmsigner.testing.CapturedLog;
import io.github.hsmsigner.testing.LoopbackServer;
import io.github.hsmsigner.testing.OpenSslRevocationServer;
import io.github.hsmsigner.testing.SettableClock;
import io.github.hsmsigner.testing.TestPki;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Date;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.ocsp.CertID;
import org.bouncycastle.asn1.ocsp.OCSPObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.cert.X509CRLHolder;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateHolder;
import org.bouncycastle.cert.ocsp.BasicOCSPRespBuilder;
import org.bouncycastle.cert.ocsp.CertificateID;
import org.bouncycastle.cert.ocsp.CertificateStatus;
import org.bouncycastle.cert.ocsp.OCSPException;
import org.bouncycastle.cert.ocsp.OCSPReq;
import org.bouncycastle.cert.ocsp.OCSPReqBuilder;
import org.bouncycastle.cert.ocsp.OCSPResp;
import org.bouncycastle.cert.ocsp.OCSPRespBuilder;
import org.bouncycastle.cert.ocsp.RespID;
import org.bouncycastle.cert.ocsp.RevokedStatus;
import org.bouncycastle.cert.ocsp.UnknownStatus;
import org.bouncycastle.cms.CMSAbsentContent;
import org.bouncycastle.cms.CMSSignedDataGenerator;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.bouncycastle.operator.DigestCalculatorProvider;
import org.bouncycastle.operator.bc.BcDigestCalculatorProvider;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class OnlineRevocationSourceTest {

    private static final String RESPONDER = "extendedKeyUsage=OCSPSigning\nkeyUsage=critical,digitalSignature\n";
    private static final String NO_CHECK = RESPONDER + "noCheck=ignored\n";

    private static final String LONG_CRL = "-crl_lastupdate 20250101000000Z -crlhours 4";

    @TempDir
    private static Path directory;

    private static OpenSslRevocationServer server;

    private final SettableClock clock = new SettableClock();
    private CertificateChain chain;

    @BeforeAll
    static void start() {
        server = new OpenSslRevocationServer(directory);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @BeforeEach
    void behave() {
        server.reset();
        chain = server.chain();
    }

    private OnlineRevocationSource source() {
        return OnlineRevocationSource.builder().clock(clock).build();
    }

    private RevocationInfo info() {
        return source().revocationInfo(chain, TestKeys.soon());
    }

    private static byte[] pem(byte[] der, String lineEnd) {
        String base64 = Base64.getMimeEncoder(64, lineEnd.getBytes(StandardCharsets.US_ASCII))
                .encodeToString(der);
        return ("-----BEGIN X509 CRL-----" + lineEnd + base64 + lineEnd + "-----END X509 CRL-----" + lineEnd)
                .getBytes(StandardCharsets.US_ASCII);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r\n", "\n  "})
    void aCrlInPemIsPutIntoTheContainerInDer(String lineEnd) {
        withoutOcsp();
        server.root.ocsp.status = 404;
        server.issuer.crl.change = der -> pem(der, lineEnd);
        server.root.crl.change = der -> pem(der, lineEnd);
        assertThat(info().crls())
                .hasSize(2)
                .allSatisfy(crl -> assertThat(crl[0]).isEqualTo((byte) 0x30));
        server.issuer.revoke("signer");
        assertRevoked("signer", chain.signer(), server.issuer.crl.uri.toString());
    }

    @Test
    void aCrlInBase64OrWithALineBreakIsPutIntoTheContainerInDer() {
        withoutOcsp();
        server.root.ocsp.status = 404;
        server.issuer.crl.change = der -> Base64.getMimeEncoder().encode(der);
        server.root.crl.change = der -> {
            byte[] answer = Arrays.copyOf(der, der.length + 1);
            answer[der.length] = '\n';
            return answer;
        };
        assertThat(info().crls())
                .hasSize(2)
                .allSatisfy(
                        crl -> assertThat(new X509CRLHolder(crl).getEncoded()).isEqualTo(crl));
    }

    @Test
    void anOcspResponseInBase64IsPutIntoTheContainerInDer() {
        server.issuer.ocsp.change = der -> Base64.getMimeEncoder().encode(der);
        assertThat(info().ocspResponses())
                .hasSize(2)
                .allSatisfy(response -> assertThat(response[0]).isEqualTo((byte) 0x30));
    }

    @Test
    void anotherFormThanACrlIsNamed() throws Exception {
        withoutOcsp();
        byte[] certificate = chain.signer().getEncoded();
        byte[] bundle =
                new CMSSignedDataGenerator().generate(new CMSAbsentContent()).getEncoded("DER");
        Map<String, byte[]> answers = Map.of(
                "its answer is a certificate instead of a CRL",
                certificate,
                "its answer is PKCS#7 SignedData instead of a CRL",
                bundle,
                "it is an HTML or XML page",
                "<html>".getBytes(StandardCharsets.US_ASCII),
                "its answer is PEM with 0 CRLs instead of one. It contains: CERTIFICATE block of line 1",
                TestPki.pem(chain.signer()).getBytes(StandardCharsets.US_ASCII));
        answers.forEach((reason, answer) -> {
            server.issuer.crl.change = crl -> answer;
            assertThatThrownBy(this::info)
                    .hasMessageContaining(server.issuer.crl.uri + ": ")
                    .hasMessageContaining(reason);
        });
    }

    @Test
    void aCrlInDamagedPemIsNamed() {
        withoutOcsp();
        server.issuer.crl.change = der -> Arrays.copyOf(pem(der, "\n"), 100);
        assertThatThrownBy(this::info).hasMessageContaining("its answer is damaged PEM: the X509 CRL block of line 1");
    }

    /** So that nothing but OCSP can help. */
    private void withoutCrls() {
        server.issuer.crl.status = 404;
    }

    /** So that nothing but CRLs can help. */
    private void withoutOcsp() {
        server.issuer.ocsp.status = 404;
    }

    private void assertRefused(String... reasons) {
        assertThatThrownBy(this::info).isInstanceOfSatisfying(SigningUnavailableException.class, e -> {
            assertThat(e.retryable()).isTrue();
            assertThat(e.getMessage())
                    .contains("CN=signer", server.issuer.ocsp.uri.toString(), server.issuer.crl.uri.toString())
                    .contains(reasons);
        });
    }

    @Test
    void asksOcspForEveryCertificateButTheRoot() throws Exception {
        RevocationInfo info = info();
        assertThat(info.crls()).isEmpty();
        assertThat(info.ocspResponses())
                .hasSize(2)
                .allSatisfy(response ->
                        assertThat(new OCSPResp(response).getStatus()).isEqualTo(OCSPResp.SUCCESSFUL));
        assertThat(server.issuer.ocsp.requests()).isEqualTo(1);
        assertThat(server.root.ocsp.requests()).isEqualTo(1);
        assertThat(server.issuer.crl.requests() + server.root.crl.requests()).isZero();
    }

    @Test
    void aRootAloneNeedsNothing() {
        CertificateChain root = CertificateChain.of(server.root.certificate(), List.of());
        assertThat(source().revocationInfo(root, TestKeys.soon()).ocspResponses())
                .isEmpty();
    }

    static Stream<Arguments> goodAnswers() {
        return Stream.of(
                good("the issuer, by name", "", s -> {}),
                good("the issuer, by key", "", s -> s.issuer.ocsp.arguments += " -resp_key_id"),
                good("a responder, by name", NO_CHECK, s -> {}),
                good("a responder, by key", NO_CHECK, s -> s.issuer.ocsp.arguments += " -resp_key_id"),
                good("a responder, with RSASSA-PSS", "", s -> {
                    s.issuer.certifyRsa("responder", NO_CHECK);
                    s.issuer.respondWith("responder");
                    s.issuer.ocsp.arguments += " -rsigopt rsa_padding_mode:pss";
                }),
                good("no nonce", "", s -> s.issuer.ocsp.requestChange = q -> withNonce(q, null)),
                good(
                        "no nextUpdate",
                        "",
                        s -> s.issuer.ocsp.arguments = s.issuer.ocsp.arguments.replace("-nmin 60", "")));
    }

    private static Arguments good(String name, String responder, Consumer<OpenSslRevocationServer> behaviour) {
        return Arguments.of(name, responder, behaviour);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("goodAnswers")
    void takesAGoodAnswer(String name, String responder, Consumer<OpenSslRevocationServer> behaviour) {
        if (!responder.isEmpty()) {
            delegateTo(responder);
        }
        behaviour.accept(server);
        withoutCrls();
        assertThat(info().ocspResponses()).hasSize(2);
    }

    /** Has answers signed by a responder with such extensions. */
    private void delegateTo(String extensions) {
        server.issuer.certify("responder", extensions);
        server.issuer.respondWith("responder");
    }

    @Test
    void aResponderThatIsToBeCheckedIsLookedUpInItsCrl() {
        delegateTo(RESPONDER + server.issuer.addresses());
        RevocationInfo info = info();
        assertThat(info.ocspResponses()).hasSize(2);
        assertThat(info.crls()).hasSize(1);

        server.issuer.revoke("responder");
        // The CRL is good for the signer even so.
        assertThat(info().ocspResponses()).hasSize(1);
        server.issuer.revoke("signer");
        assertThatThrownBy(this::info).hasMessageContaining("was revoked on");
        withoutCrls();
        assertRefused("lacks id-pkix-ocsp-nocheck", "status 404");
    }

    @Test
    void aRevokedCertificateIsAnErrorThatLasts() {
        server.issuer.revoke("signer");
        assertRevoked("signer", chain.signer(), server.issuer.ocsp.uri.toString());
        withoutOcsp();
        assertRevoked("signer", chain.signer(), server.issuer.crl.uri.toString());
        withoutCrls();
        assertRefused("status 404");
    }

    @Test
    void soIsARevokedIssuer() {
        server.root.revoke("issuer");
        assertRevoked("issuer", server.issuer.certificate(), server.root.ocsp.uri.toString());
    }

    private void assertRevoked(String subject, X509Certificate certificate, String source) {
        assertThatThrownBy(this::info).isInstanceOfSatisfying(SigningUnavailableException.class, e -> {
            assertThat(e.retryable()).isFalse();
            assertThat(e.getMessage())
                    .contains(
                            "CN=" + subject,
                            certificate.getSerialNumber().toString(16),
                            "was revoked on 2025-12-31T23:59:59Z",
                            source);
            assertThat(e.clientMessage()).doesNotContain(subject);
        });
    }

    static Stream<Arguments> badOcspAnswers() {
        byte[] garbage = "<html>not OCSP</html>".getBytes(StandardCharsets.US_ASCII);
        return Stream.of(
                bad("unknown", "it does not know the certificate", s -> s.issuer.forget()),
                bad("outdated", "its answer is outdated since", s -> {}, Duration.ofMinutes(66)),
                bad("not valid yet", "its answer counts from", s -> {}, Duration.ofMinutes(-10)),
                bad(
                        "without nextUpdate and old",
                        "its answer is outdated",
                        s -> s.issuer.ocsp.arguments = s.issuer.ocsp.arguments.replace("-nmin 60", ""),
                        Duration.ofMinutes(6)),
                bad("signed by a stranger", "not certified by the issuer", s -> {
                    s.root.certify("responder", NO_CHECK);
                    s.issuer.respondWith("responder");
                }),
                bad("responder not for OCSP", "its responder's certificate is not for OCSP", s -> {
                    s.issuer.certify("responder", "extendedKeyUsage=serverAuth\n");
                    s.issuer.respondWith("responder");
                }),
                bad("responder not for signatures", "its responder's certificate is not for signatures", s -> {
                    s.issuer.certify(
                            "responder", "extendedKeyUsage=OCSPSigning\nkeyUsage=keyAgreement\nnoCheck=ignored\n");
                    s.issuer.respondWith("responder");
                }),
                bad("responder that nobody can check", "names no CRL over HTTP", s -> {
                    s.issuer.certify("responder", RESPONDER);
                    s.issuer.respondWith("responder");
                }),
                bad("responder's certificate left out", "nor by a responder that it holds", s -> {
                    s.issuer.certify("responder", NO_CHECK);
                    s.issuer.respondWith("responder");
                    s.issuer.ocsp.arguments += " -resp_no_certs";
                }),
                bad("bad signature", "is signed neither by the issuer", s -> s.issuer.ocsp.arguments += " -badsig"),
                bad("signed with SHA-1", "it is signed with SHA-1", s -> s.issuer.ocsp.arguments += " -rmd sha1"),
                bad("wrong nonce", "another nonce", s -> s.issuer.ocsp.requestChange = q -> withNonce(q, new byte[32])),
                bad(
                        "about another certificate",
                        "its answer does not contain the certificate",
                        s -> s.issuer.ocsp.requestChange = q -> withSerial(q, "0fff")),
                bad(
                        "refusal",
                        "it refuses with status 3 (tryLater)",
                        s -> s.issuer.ocsp.change = r -> HexFormat.of().parseHex("30030a0103")),
                bad(
                        "odd refusal",
                        "it refuses with status 4 (not known here)",
                        s -> s.issuer.ocsp.change = r -> HexFormat.of().parseHex("30030a0104")),
                bad(
                        "success without answer",
                        "its answer",
                        s -> s.issuer.ocsp.change = r -> HexFormat.of().parseHex("30030a0100")),
                bad("garbage", "its answer cannot be read as one structure", s -> s.issuer.ocsp.change = r -> garbage),
                bad(
                        "huge length",
                        "its answer",
                        s -> s.issuer.ocsp.change = r -> HexFormat.of().parseHex("3084ffffffff00")),
                bad("nothing", "its answer", s -> s.issuer.ocsp.change = r -> new byte[0]),
                bad("cut short", "its answer", s -> s.issuer.ocsp.change = r -> Arrays.copyOf(r, r.length - 1)),
                bad("trailing octet", "its answer", s -> s.issuer.ocsp.change = r -> Arrays.copyOf(r, r.length + 1)),
                bad("too large", "larger than 1048576 bytes", s -> s.issuer.ocsp.change = r -> new byte[2_000_000]),
                bad("HTTP 500", "the answer has status 500", s -> s.issuer.ocsp.status = 500));
    }

    private static Arguments bad(String name, String reason, Consumer<OpenSslRevocationServer> behaviour) {
        return bad(name, reason, behaviour, Duration.ZERO);
    }

    private static Arguments bad(
            String name, String reason, Consumer<OpenSslRevocationServer> behaviour, Duration later) {
        return Arguments.of(name, reason, behaviour, later);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("badOcspAnswers")
    void refusesABadAnswerAndGoesOnToTheCrl(
            String name, String reason, Consumer<OpenSslRevocationServer> behaviour, Duration later) {
        clock.advance(later);
        // The CRLs, and what the root says of the issuer, are good whatever the clock shows.
        server.root.ocsp.arguments = server.root.ocsp.arguments.replace("-nmin 60", "-nmin 600");
        server.root.crl.arguments = LONG_CRL;
        server.issuer.crl.arguments = LONG_CRL;
        behaviour.accept(server);
        try (CapturedLog log = new CapturedLog()) {
            assertThat(info().crls()).isNotEmpty();
            assertThat(log.lines())
                    .filteredOn(line -> line.contains(server.issuer.ocsp.uri.toString()))
                    .singleElement()
                    .asString()
                    .contains("WARN", "CN=signer", reason);
        }
    }

    /** CertIDs by SHA-1 and by SHA-256, as responders answer that serve both kinds of clients. */
    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "GOOD GOOD,",
        "GOOD REVOKED, was revoked on",
        "REVOKED GOOD, was revoked on",
        "UNKNOWN REVOKED, was revoked on",
        "GOOD UNKNOWN, it does not know the certificate"
    })
    void ofSeveralEntriesForACertificateTheWorstCounts(String entries, String error) throws Exception {
        List<CertificateStatus> statuses = Arrays.stream(entries.split(" "))
                .map(entry -> switch (entry) {
                    case "GOOD" -> CertificateStatus.GOOD;
                    case "REVOKED" -> new RevokedStatus(new Date(1_000_000_000_000L));
                    default -> new UnknownStatus();
                })
                .toList();
        withoutCrls();
        byte[] response = responseWith(statuses);
        server.issuer.ocsp.change = r -> response;
        if (error == null) {
            assertThat(info().ocspResponses()).hasSize(2);
        } else {
            assertThatThrownBy(this::info).hasMessageContaining(error);
        }
    }

    private byte[] responseWith(List<CertificateStatus> statuses) throws Exception {
        X509CertificateHolder issuer = new JcaX509CertificateHolder(server.issuer.certificate());
        DigestCalculatorProvider digests = new BcDigestCalculatorProvider();
        BasicOCSPRespBuilder builder = new BasicOCSPRespBuilder(new RespID(issuer.getSubject()));
        List<AlgorithmIdentifier> hashes =
                List.of(CertificateID.HASH_SHA1, new AlgorithmIdentifier(NISTObjectIdentifiers.id_sha256));
        for (int i = 0; i < statuses.size(); i++) {
            builder.addResponse(
                    new CertificateID(
                            digests.get(hashes.get(i)), issuer, chain.signer().getSerialNumber()),
                    statuses.get(i),
                    Date.from(clock.instant()),
                    Date.from(clock.instant().plusSeconds(3_600)),
                    null);
        }
        return new OCSPRespBuilder()
                .build(
                        OCSPRespBuilder.SUCCESSFUL,
                        builder.build(
                                new JcaContentSignerBuilder("SHA256withECDSA").build(privateKey("issuer.key")),
                                null,
                                Date.from(clock.instant())))
                .getEncoded();
    }

    private static PrivateKey privateKey(String file) throws Exception {
        try (PEMParser parser = new PEMParser(Files.newBufferedReader(directory.resolve(file)))) {
            return new JcaPEMKeyConverter().getPrivateKey((PrivateKeyInfo) parser.readObject());
        }
    }

    private static byte[] withNonce(byte[] request, byte[] nonce) {
        return changed(request, r -> r, nonce);
    }

    private static byte[] withSerial(byte[] request, String serial) {
        return changed(
                request,
                id -> new CertificateID(new CertID(
                        id.toASN1Primitive().getHashAlgorithm(),
                        id.toASN1Primitive().getIssuerNameHash(),
                        id.toASN1Primitive().getIssuerKeyHash(),
                        new ASN1Integer(Integer.parseInt(serial, 16)))),
                null);
    }

    private static byte[] changed(byte[] request, UnaryOperator<CertificateID> change, byte[] nonce) {
        try {
            OCSPReqBuilder builder = new OCSPReqBuilder();
            builder.addRequest(change.apply(new OCSPReq(request).getRequestList()[0].getCertID()));
            if (nonce != null) {
                builder.setRequestExtensions(new Extensions(new Extension(
                        OCSPObjectIdentifiers.id_pkix_ocsp_nonce,
                        false,
                        new DEROctetString(new DEROctetString(nonce).getEncoded()))));
            }
            return builder.build().getEncoded();
        } catch (IOException | OCSPException e) {
            throw new IllegalStateException(e);
        }
    }

    static Stream<Arguments> crls() {
        return Stream.of(
                Arguments.of("-crlhours 1", ""),
                Arguments.of("-crlhours 1 -crlexts users", ""),
                Arguments.of("-crlhours 1 -crlexts here", ""),
                Arguments.of("-crlhours 1 -crlexts authorities", "does not cover the certificate"),
                Arguments.of("-crlhours 1 -crlexts reasons", "or not all reasons"),
                Arguments.of("-crlhours 1 -crlexts indirect", "its CRL is an indirect CRL"),
                Arguments.of(
                        "-crlhours 1 -crlexts elsewhere", "of a distribution point that the certificate does not name"),
                Arguments.of("-crlhours 1 -crlexts delta", "its CRL is a delta CRL"),
                Arguments.of("-crlhours 1 -crlexts unknown", "its CRL has the critical extension 1.2.3.4.5"),
                Arguments.of(
                        "-crl_lastupdate 20250101000000Z -crl_nextupdate 20250201000000Z", "outdated since 2025-02-01"),
                Arguments.of(
                        "-crl_lastupdate 20490101000000Z -crl_nextupdate 20490201000000Z", "counts from 2049-01-01"),
                Arguments.of("-crlhours 1 -md sha1", "it is signed with SHA-1"),
                Arguments.of("-crlhours 1 -keyfile root.key -cert root.pem", "its CRL is of another issuer"),
                Arguments.of("-crlhours 1 -keyfile other.key -cert other.pem", "its CRL is not signed by the issuer"));
    }

    @ParameterizedTest
    @MethodSource("crls")
    void takesAWholeCurrentCrlOfTheIssuer(String arguments, String reason) {
        withoutOcsp();
        server.namesake("other", "issuer");
        server.issuer.crl.arguments = arguments;
        if (reason.isEmpty()) {
            assertThat(info().crls()).hasSize(1);
            server.issuer.revoke("signer");
            assertThatThrownBy(this::info).hasMessageContaining("was revoked");
        } else {
            assertRefused("status 404", reason);
        }
    }

    @Test
    void refusesWhatIsNoCrl() {
        withoutOcsp();
        List<UnaryOperator<byte[]>> damages = List.of(
                r -> "<html>".getBytes(StandardCharsets.US_ASCII),
                r -> new byte[0],
                r -> HexFormat.of().parseHex("3084ffffffff00"),
                r -> Arrays.copyOf(r, r.length / 2),
                r -> Arrays.copyOf(r, r.length + 1));
        for (UnaryOperator<byte[]> damage : damages) {
            server.issuer.crl.change = damage;
            assertRefused(server.issuer.crl.uri + ": its ");
        }
    }

    @Test
    void takesTheCrlWhenTheResponderCannotBeReached() {
        URI closed = LoopbackServer.closedPort();
        String crl = "crlDistributionPoints=URI:" + server.issuer.crl.uri + "\n";
        server.issuer.certify("away", "authorityInfoAccess=OCSP;URI:" + closed + "\n" + crl);
        chain = server.chain("away");
        RevocationInfo info = info();
        assertThat(info.crls()).hasSize(1);
        withoutCrls();
        assertThatThrownBy(this::info)
                .hasMessageContainingAll(
                        "CN=away",
                        closed + ": the connection to 127.0.0.1:" + closed.getPort() + " was refused",
                        "/crl: the answer has status 404");
    }

    @Test
    void aCertificateWithoutAddressesOrIssuerIsAnErrorThatLasts() {
        server.issuer.certify("silent", "authorityInfoAccess=OCSP;URI:ldap://127.0.0.1/\n");
        List<CertificateChain> chains = List.of(server.chain("silent"), CertificateChain.of(chain.signer(), List.of()));
        for (CertificateChain unknowable : chains) {
            assertThatThrownBy(() -> source().revocationInfo(unknowable, TestKeys.soon()))
                    .isInstanceOfSatisfying(
                            SigningUnavailableException.class,
                            e -> assertThat(e.retryable()).isFalse())
                    .hasMessageContaining("There is no revocation information for the certificate of \"CN=");
        }
    }

    @Test
    void addressesThatCannotBeUsedAreNamed() {
        server.issuer.certify(
                "directory",
                "authorityInfoAccess=OCSP;URI:https://ocsp.example/\ncrlDistributionPoints=URI:ldap://pki.example/\n");
        assertThatThrownBy(() -> source().revocationInfo(server.chain("directory"), TestKeys.soon()))
                .hasMessageContaining("because it names neither an OCSP responder nor a CRL over HTTP, only"
                        + " https://ocsp.example/ (it begins with https://, and only http:// is used), ldap://pki.example/"
                        + " (it does not begin with http:// or https://). Use another certificate");
    }

    @Test
    void anAddressWithABlankIsRequested() {
        server.issuer.certify("blank", "crlDistributionPoints=URI:" + server.issuer.crl.uri + "?Example CA|{1}^.crl\n");
        assertThat(source().revocationInfo(server.chain("blank"), TestKeys.soon())
                        .crls())
                .isNotEmpty();
    }

    @Test
    void aSlowResponderLeavesTimeForTheCrl() {
        server.issuer.ocsp.slow = true;
        assertThat(source().revocationInfo(chain, Deadline.after(Duration.ofSeconds(6)))
                        .crls())
                .hasSize(1);
    }

    @Test
    void theDeadlineHolds() {
        server.issuer.ocsp.slow = true;
        server.issuer.crl.slow = true;
        long begin = System.nanoTime();
        assertThatThrownBy(() -> source().revocationInfo(chain, Deadline.after(Duration.ofMillis(600))))
                .hasMessageContaining(server.issuer.ocsp.uri + ": no whole answer came in time")
                // On a busy machine the first may take all of it.
                .message()
                .containsPattern(
                        Pattern.quote(server.issuer.crl.uri + ": no ") + "(whole answer came in time|time is left)");
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(3));
    }

    @Test
    void answersAreKeptUntilTheirNextUpdate() {
        OnlineRevocationSource source = source();
        RevocationInfo first = source.revocationInfo(chain, TestKeys.soon());
        clock.advance(Duration.ofMinutes(58));
        assertThat(source.revocationInfo(chain, TestKeys.soon()).ocspResponses())
                .usingRecursiveComparison()
                .isEqualTo(first.ocspResponses());
        assertThat(server.issuer.ocsp.requests()).isEqualTo(1);
        clock.advance(Duration.ofMinutes(3));
        source.revocationInfo(chain, TestKeys.soon());
        assertThat(server.issuer.ocsp.requests()).isEqualTo(2);
    }

    @Test
    void butNotLongerThanIsSet() {
        OnlineRevocationSource source = OnlineRevocationSource.builder()
                .clock(clock)
                .maxAge(Duration.ofMinutes(1))
                .build();
        source.revocationInfo(chain, TestKeys.soon());
        clock.advance(Duration.ofSeconds(61));
        source.revocationInfo(chain, TestKeys.soon());
        assertThat(server.issuer.ocsp.requests()).isEqualTo(2);
    }

    @Test
    void andForAsManyCertificatesAsAreSet() {
        OnlineRevocationSource source =
                OnlineRevocationSource.builder().clock(clock).cacheSize(1).build();
        source.revocationInfo(chain, TestKeys.soon());
        // The issuer's answer came last and took the place of the signer's.
        source.revocationInfo(chain, TestKeys.soon());
        assertThat(server.issuer.ocsp.requests()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(ints = {10, 60})
    void aFailureIsKeptForSeconds(int seconds) {
        OnlineRevocationSource source = seconds == 10
                ? source()
                : OnlineRevocationSource.builder()
                        .clock(clock)
                        .failureAge(Duration.ofSeconds(seconds))
                        .build();
        withoutOcsp();
        withoutCrls();
        assertThatThrownBy(() -> source.revocationInfo(chain, TestKeys.soon()))
                .isInstanceOf(SigningUnavailableException.class);
        server.issuer.ocsp.status = 200;
        int requests = server.issuer.ocsp.requests();
        clock.advance(Duration.ofSeconds(seconds).minusMillis(1));
        assertThatThrownBy(() -> source.revocationInfo(chain, TestKeys.soon()))
                .isInstanceOfSatisfying(
                        SigningUnavailableException.class,
                        e -> assertThat(e.retryable()).isTrue())
                .hasMessageContaining(server.issuer.ocsp.uri.toString());
        assertThat(server.issuer.ocsp.requests()).isEqualTo(requests);
        clock.advance(Duration.ofMillis(1));
        assertThat(source.revocationInfo(chain, TestKeys.soon()).ocspResponses())
                .hasSize(2);
    }

    /** Each request would wait for the responder otherwise, because the deadline of each ends before the answer. */
    @Test
    void aSilentResponderIsAskedOnceInSeconds() {
        OnlineRevocationSource source = source();
        server.issuer.ocsp.slow = true;
        server.issuer.crl.slow = true;
        assertThatThrownBy(() -> source.revocationInfo(chain, Deadline.after(Duration.ofMillis(2_500))))
                .isInstanceOf(SigningUnavailableException.class);
        int requests = server.issuer.ocsp.requests();
        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(() -> source.revocationInfo(chain, TestKeys.soon()))
                    .hasMessageContaining(server.issuer.ocsp.uri.toString());
        }
        assertThat(server.issuer.ocsp.requests()).isEqualTo(requests);
    }

    @Test
    void aRequestWithoutTimeFailsForItselfAlone() {
        OnlineRevocationSource source = source();
        server.issuer.ocsp.slow = true;
        server.issuer.crl.slow = true;
        assertThatThrownBy(() -> source.revocationInfo(chain, Deadline.after(Duration.ofMillis(200))))
                .isInstanceOf(SigningUnavailableException.class);
        server.issuer.ocsp.slow = false;
        assertThat(source.revocationInfo(chain, TestKeys.soon()).ocspResponses())
                .hasSize(2);
    }

    @Test
    void aFailureIsNotKeptWithAnAgeOfZero() {
        OnlineRevocationSource source = OnlineRevocationSource.builder()
                .clock(clock)
                .failureAge(Duration.ZERO)
                .build();
        withoutOcsp();
        withoutCrls();
        assertThatThrownBy(() -> source.revocationInfo(chain, TestKeys.soon()))
                .isInstanceOf(SigningUnavailableException.class);
        server.issuer.ocsp.status = 200;
        assertThat(source.revocationInfo(chain, TestKeys.soon()).ocspResponses())
                .hasSize(2);
    }

    @Test
    void allWhoNeedTheSameWaitForOneRequest() throws Exception {
        OnlineRevocationSource source = source();
        int callers = 8;
        CountDownLatch allAsked = new CountDownLatch(callers);
        server.issuer.ocsp.change = response -> {
            await(allAsked);
            return response;
        };
        ExecutorService threads = Executors.newFixedThreadPool(callers);
        try {
            List<Future<RevocationInfo>> answers = new ArrayList<>();
            for (int i = 0; i < callers; i++) {
                answers.add(threads.submit(() -> {
                    allAsked.countDown();
                    return source.revocationInfo(chain, TestKeys.soon());
                }));
            }
            for (Future<RevocationInfo> answer : answers) {
                assertThat(answer.get(20, TimeUnit.SECONDS).ocspResponses()).hasSize(2);
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(server.issuer.ocsp.requests()).isEqualTo(1);
        assertThat(server.root.ocsp.requests()).isEqualTo(1);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void oneThatWaitsKeepsItsOwnDeadlineAndGoesOnWhereAnotherGaveUp() throws Exception {
        OnlineRevocationSource source = source();
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch gaveUp = new CountDownLatch(1);
        server.issuer.crl.slow = true;
        server.issuer.ocsp.change = response -> {
            asked.countDown();
            await(gaveUp);
            return response;
        };
        ExecutorService threads = Executors.newCachedThreadPool();
        try {
            Future<?> first = threads.submit(() -> source.revocationInfo(chain, Deadline.after(Duration.ofSeconds(4))));
            assertThat(asked.await(10, TimeUnit.SECONDS)).isTrue();
            Future<RevocationInfo> patient =
                    threads.submit(() -> source.revocationInfo(chain, Deadline.after(Duration.ofSeconds(30))));
            assertThatThrownBy(() -> source.revocationInfo(chain, Deadline.after(Duration.ofMillis(50))))
                    .isInstanceOfSatisfying(
                            SigningUnavailableException.class,
                            e -> assertThat(e.retryable()).isTrue())
                    .hasMessageContainingAll(
                            server.issuer.ocsp.uri.toString(), server.issuer.crl.uri.toString(), "under way");
            assertThatThrownBy(() -> first.get(20, TimeUnit.SECONDS))
                    .hasCauseInstanceOf(SigningUnavailableException.class);
            gaveUp.countDown();
            assertThat(patient.get(20, TimeUnit.SECONDS).ocspResponses()).hasSize(2);
        } finally {
            gaveUp.countDown();
            threads.shutdownNow();
        }
    }

    @Test
    void whatOneIsToldAllWhoWaitAreTold() throws Exception {
        OnlineRevocationSource source = source();
        server.issuer.revoke("signer");
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        server.issuer.ocsp.change = response -> {
            asked.countDown();
            await(go);
            return response;
        };
        ExecutorService threads = Executors.newCachedThreadPool();
        try {
            Future<?> first = threads.submit(() -> source.revocationInfo(chain, TestKeys.soon()));
            assertThat(asked.await(10, TimeUnit.SECONDS)).isTrue();
            Future<?> second = threads.submit(() -> {
                go.countDown();
                return source.revocationInfo(chain, TestKeys.soon());
            });
            for (Future<?> caller : List.of(first, second)) {
                assertThatThrownBy(() -> caller.get(20, TimeUnit.SECONDS))
                        .hasCauseInstanceOf(SigningUnavailableException.class)
                        .hasMessageContaining("was revoked on");
            }
        } finally {
            go.countDown();
            threads.shutdownNow();
        }
    }

    @Test
    void anInterruptedThreadAsksNobodyElse() {
        Thread.currentThread().interrupt();
        assertThatThrownBy(this::info).hasMessageContaining("interrupted");
        assertThat(Thread.interrupted()).isTrue();
        assertThat(server.issuer.ocsp.requests() + server.issuer.crl.requests()).isZero();
    }

    @Test
    void settingsThatCannotWorkAreRefused() {
        OnlineRevocationSource.Builder builder = OnlineRevocationSource.builder();
        List<Runnable> settings = List.of(
                () -> builder.attemptLimit(Duration.ZERO),
                () -> builder.maxAge(Duration.ofSeconds(-1)),
                () -> builder.failureAge(Duration.ofSeconds(-1)),
                () -> builder.cacheSize(0),
                () -> builder.maxBytes(0),
                () -> builder.maxBytes(Integer.MAX_VALUE));
        for (Runnable setting : settings) {
            assertThatThrownBy(setting::run).isInstanceOf(InvalidConfigurationException.class);
        }
    }
}

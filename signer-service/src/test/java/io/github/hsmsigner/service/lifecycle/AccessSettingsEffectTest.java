package io.github.hsmsigner.service.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hsmsigner.access.Jwt;
import io.github.hsmsigner.http.Client;
import io.github.hsmsigner.http.TestKey;
import io.github.hsmsigner.service.config.ShowsEffectOf;
import io.github.hsmsigner.testing.TestPki;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Each setting of {@code access} has an effect. */
@Timeout(60)
class AccessSettingsEffectTest {

    private static final String SIGN = "{\"action\":\"sign\",\"data_to_be_signed\":\"AQID\"}";
    private static final String HMAC_SECRET = "hmac-secret-44be-of-whoever-makes-tokens";
    private static final KeyPair RSA = TestPki.rsaKeyPair(2048);
    private static final KeyPair EC = TestPki.keyPair("EC", 256);
    private static final TestPki PKI = TestKey.pki();

    @TempDir
    private static Path directory;

    private static String keys;

    private static ConfiguredService rules;
    private static ConfiguredService others;
    private static ConfiguredService jwt;

    @BeforeAll
    static void startServices() throws IOException {
        String key =
                "{keystore: " + TestKey.writeKeyStore(directory) + ", keystore-password: " + TestKey.PASSWORD + "}";
        keys = "keys: {alpha: " + key + ", beta: " + key + ", gamma: " + key + "}\n";
        rules = start("rules", """
                access:
                  policies:
                    - shared-secrets:
                        - {caller: by-action, secret: secret-of-by-action}
                        - {caller: by-keys, secret: secret-of-by-keys}
                        - {caller: by-digest, secret: secret-of-by-digest}
                        - {caller: by-container, secret: secret-of-by-container}
                        - {caller: by-key, secret: secret-of-by-key}
                        - {caller: by-rate, secret: secret-of-by-rate}
                  callers:
                    by-action: {actions: [raw-signature], key: alpha}
                    by-keys: {keys: [beta]}
                    by-digest: {digest-algorithms: [sha256], key: alpha}
                    by-container: {containers: [cms], key: alpha}
                    by-key: {key: gamma}
                    by-rate: {rate: 2/1d, key: alpha}
                """);
        others = start("others", """
                access:
                  policies:
                    - user-list:
                        users: [{user: action}, {user: keys}, {user: digest}, {user: container}, {user: key}, {user: rate}]
                        key-by-sign-method: {a: alpha, c: gamma}
                  others:
                    actions: [raw-signature, container]
                    keys: [beta, gamma]
                    digest-algorithms: [sha256]
                    containers: [cms]
                    key: beta
                    rate: 2/1d
                """);
        TestPki.writePem(directory.resolve("rsa.pem"), RSA.getPublic());
        Files.writeString(directory.resolve("keys.json"), "{\"keys\":[" + jwk() + "]}");
        jwt = start("jwt", """
                access:
                  policies:
                    - jwt:
                        keys: [{secret: %s}, {public-key: @rsa.pem}, {jwk-set: @keys.json}]
                        algorithms: [hs256, rs256, es256]
                        issuer: https://login.example
                        audience: signer
                        type: signing+jwt
                        leeway: 10m
                        maximum-age: 1h
                        caller-claim: client
                        key-claim: department
                        key-by-claim-value: {legal: beta}
                        max-token: 1KiB
                """.formatted(HMAC_SECRET));
    }

    private static String jwk() {
        ECPublicKey key = (ECPublicKey) EC.getPublic();
        return "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\""
                + coordinate(key.getW().getAffineX().toByteArray()) + "\",\"y\":\""
                + coordinate(key.getW().getAffineY().toByteArray()) + "\"}";
    }

    private static String coordinate(byte[] number) {
        byte[] octets = new byte[32];
        int length = Math.min(32, number.length);
        System.arraycopy(number, number.length - length, octets, 32 - length, length);
        return Jwt.encode(octets);
    }

    private static ConfiguredService start(String name, String yaml, String... server) {
        return ConfiguredService.start(
                directory,
                keys + "audit: {file: @" + name + ".jsonl}\nserver: {port: 0, stop-limit: 100ms"
                        + String.join("", server) + "}\n" + yaml);
    }

    @AfterAll
    static void stop() {
        for (ConfiguredService service : List.of(rules, others, jwt)) {
            service.close();
        }
    }

    private static int sign(ConfiguredService service, String token) {
        return send(service, SIGN, token);
    }

    /** Sends a request with a signing token. */
    private static int send(ConfiguredService service, String request, String token) {
        String field = ",\"signing_token\":\"" + token.replace("\"", "\\\"") + "\"}";
        return service.client()
                .sign(request.substring(0, request.length() - 1) + field)
                .statusCode();
    }

    private static String lastLine(String name) throws IOException {
        List<String> lines = Files.readAllLines(directory.resolve(name + ".jsonl"));
        return lines.get(lines.size() - 1);
    }

    @Test
    @ShowsEffectOf("access.token-secret")
    void requestsNeedTheSecret() {
        try (ConfiguredService service =
                start("secret", "access: {token-secret: secret-of-document-engine, others: {key: alpha}}\n")) {
            assertThat(sign(service, "another-secret-of-somebody")).isEqualTo(401);
            assertThat(sign(service, "secret-of-document-engine")).isEqualTo(200);
        }
    }

    @Test
    @ShowsEffectOf("access.policies[].open")
    void everybodyMaySign() {
        try (ConfiguredService service = start("open", "access: {policies: [{open: true}], others: {key: alpha}}\n")) {
            assertThat(service.client().sign(SIGN).statusCode()).isEqualTo(200);
        }
    }

    @Test
    @ShowsEffectOf("access.open")
    void theOpenPolicyIsAcknowledged() {
        String warning = "No policy is set: every caller that reaches this service may sign";
        String metric = "signer_policy_open ";
        try (ConfiguredService service = start("default", "access: {others: {key: alpha}}\n")) {
            assertThat(ready(service)).contains(warning);
            assertThat(metrics(service)).contains(metric + "1");
        }
        try (ConfiguredService service = start("acknowledged", "access: open\n")) {
            assertThat(ready(service)).doesNotContain(warning);
            assertThat(metrics(service)).contains(metric + "0");
        }
        try (ConfiguredService service = start("loopback", "", ", address: 127.0.0.1")) {
            assertThat(ready(service)).doesNotContain(warning);
            assertThat(metrics(service)).contains(metric + "0");
        }
    }

    private static String ready(ConfiguredService service) {
        return Client.text(service.client().get("/health/ready"));
    }

    private static String metrics(ConfiguredService service) {
        return Client.text(service.client().get("/metrics"));
    }

    @Test
    @ShowsEffectOf({"access.policies[].shared-secrets[].caller", "access.policies[].shared-secrets[].secret"})
    void aSecretNamesTheCaller() throws IOException {
        assertThat(sign(rules, "secret-of-by-key")).isEqualTo(200);
        assertThat(lastLine("rules")).contains("\"callers\":[\"by-key\"]");
        assertThat(sign(rules, "secret-of-somebody-else")).isEqualTo(401);
    }

    @Test
    @ShowsEffectOf("access.callers.NAME.actions")
    void aCallerMayDoTheActions() {
        assertThat(sign(rules, "secret-of-by-action")).isEqualTo(200);
        assertThat(send(rules, "{\"encoded_contents\":\"AQID\"}", "secret-of-by-action"))
                .isEqualTo(401);
    }

    @Test
    @ShowsEffectOf("access.callers.NAME.keys")
    void aCallerMayUseTheKeys() throws IOException {
        assertThat(sign(rules, "secret-of-by-keys")).isEqualTo(200);
        assertThat(lastLine("rules")).contains("\"key\":\"beta\"");
    }

    private static String withDigest(String algorithm) {
        return "{\"action\":\"sign\",\"data_to_be_signed\":\"AQID\",\"hash_algorithm\":\"" + algorithm + "\"}";
    }

    @Test
    @ShowsEffectOf("access.callers.NAME.digest-algorithms")
    void aCallerMayUseTheDigestAlgorithms() {
        assertThat(send(rules, withDigest("sha256"), "secret-of-by-digest")).isEqualTo(200);
        assertThat(send(rules, withDigest("sha512"), "secret-of-by-digest")).isEqualTo(401);
    }

    private static String container(String type) {
        return "{\"encoded_contents\":\"AQID\",\"signature_type\":\"" + type + "\"}";
    }

    @Test
    @ShowsEffectOf("access.callers.NAME.containers")
    void aCallerMayAskForTheContainers() {
        assertThat(send(rules, container("cms"), "secret-of-by-container")).isEqualTo(200);
        assertThat(send(rules, container("cades"), "secret-of-by-container")).isEqualTo(401);
    }

    @Test
    @ShowsEffectOf("access.callers.NAME.key")
    void aCallerUsesTheKey() throws IOException {
        assertThat(sign(rules, "secret-of-by-key")).isEqualTo(200);
        assertThat(lastLine("rules")).contains("\"key\":\"gamma\"");
    }

    @Test
    @ShowsEffectOf("access.callers.NAME.rate")
    void aCallerMaySignAtTheRate() {
        assertThat(sign(rules, "secret-of-by-rate")).isEqualTo(200);
        assertThat(sign(rules, "secret-of-by-rate")).isEqualTo(200);
        assertThat(sign(rules, "secret-of-by-rate")).isEqualTo(429);
    }

    @Test
    @ShowsEffectOf("access.others.actions")
    void othersMayDoTheActions() {
        assertThat(sign(others, "action")).isEqualTo(200);
        assertThat(send(others, "{\"action\":\"get_certificates\"}", "action")).isEqualTo(401);
    }

    @Test
    @ShowsEffectOf("access.others.keys")
    void othersMayUseTheKeys() {
        assertThat(sign(others, user("keys", "c"))).isEqualTo(200);
        assertThat(sign(others, user("keys", "a"))).isEqualTo(401);
    }

    @Test
    @ShowsEffectOf("access.others.digest-algorithms")
    void othersMayUseTheDigestAlgorithms() {
        assertThat(send(others, withDigest("sha256"), "digest")).isEqualTo(200);
        assertThat(send(others, withDigest("sha512"), "digest")).isEqualTo(401);
    }

    @Test
    @ShowsEffectOf("access.others.containers")
    void othersMayAskForTheContainers() {
        assertThat(send(others, container("cms"), "container")).isEqualTo(200);
        assertThat(send(others, container("cades"), "container")).isEqualTo(401);
    }

    @Test
    @ShowsEffectOf("access.others.key")
    void othersUseTheKey() throws IOException {
        assertThat(sign(others, "key")).isEqualTo(200);
        assertThat(lastLine("others")).contains("\"key\":\"beta\"");
    }

    @Test
    @ShowsEffectOf("access.others.rate")
    void othersMaySignAtTheRate() {
        assertThat(sign(others, "rate")).isEqualTo(200);
        assertThat(sign(others, "rate")).isEqualTo(200);
        assertThat(sign(others, "rate")).isEqualTo(429);
    }

    @Test
    @ShowsEffectOf({
        "access.policies[].user-list.users[].user",
        "access.policies[].user-list.users[].sign-methods",
        "access.policies[].user-list.key-by-sign-method"
    })
    void aListedUserSignsWithTheKeyOfTheMethod() throws IOException {
        try (ConfiguredService service = start("users", """
                access:
                  policies:
                    - user-list:
                        users: [{user: ada, sign-methods: [simple, qualified]}, {user: bob}]
                        key-by-sign-method: {simple: alpha, qualified: beta, other: gamma}
                """)) {
            assertThat(sign(service, user("ada", "qualified"))).isEqualTo(200);
            assertThat(lastLine("users")).contains("\"callers\":[\"ada\"]", "\"key\":\"beta\"");
            assertThat(sign(service, user("ada", "other"))).isEqualTo(401);
            assertThat(sign(service, user("eve", "simple"))).isEqualTo(401);
        }
    }

    private static String user(String name, String method) {
        return "{\"userId\":\"" + name + "\",\"signMethod\":\"" + method + "\"}";
    }

    private static long in(Duration time) {
        return Instant.now().plus(time).getEpochSecond();
    }

    private static String header(String algorithm) {
        return "{'alg':'" + algorithm + "','typ':'signing+jwt'}";
    }

    private static String claims(Duration issued, Duration expiry) {
        return "{'iss':'https://login.example','aud':'signer','client':'engine','department':'legal','iat':"
                + in(issued) + ",'exp':" + in(expiry) + "}";
    }

    private static String claims() {
        return claims(Duration.ZERO, Duration.ofHours(1));
    }

    private static String hs256(String header, String claims) {
        return Jwt.hs256(HMAC_SECRET.getBytes(StandardCharsets.US_ASCII), header, claims);
    }

    private static void assertAccepted(String token) {
        assertThat(sign(jwt, token)).isEqualTo(200);
    }

    private static void assertDenied(String token) {
        assertThat(sign(jwt, token)).isEqualTo(401);
    }

    @Test
    @ShowsEffectOf({
        "access.policies[].jwt.keys[].secret",
        "access.policies[].jwt.keys[].public-key",
        "access.policies[].jwt.keys[].jwk-set"
    })
    void tokensOfTheKeysAreAccepted() {
        assertAccepted(hs256(header("HS256"), claims()));
        assertAccepted(Jwt.rs256(RSA.getPrivate(), header("RS256"), claims()));
        assertAccepted(Jwt.es256(EC.getPrivate(), header("ES256"), claims()));
    }

    @Test
    @ShowsEffectOf("access.policies[].jwt.algorithms")
    void anotherAlgorithmIsDenied() {
        assertDenied(Jwt.ps256(RSA.getPrivate(), header("PS256"), claims()));
    }

    @Test
    @ShowsEffectOf("access.policies[].jwt.issuer")
    void anotherIssuerIsDenied() {
        assertDenied(hs256(header("HS256"), claims().replace("login.example", "login.invalid")));
    }

    @Test
    @ShowsEffectOf("access.policies[].jwt.audience")
    void theAudienceIsAcceptedAlone() {
        assertAccepted(hs256(header("HS256"), claims()));
        assertDenied(hs256(header("HS256"), claims().replace("'signer'", "'another'")));
    }

    @Test
    @ShowsEffectOf("access.policies[].jwt.type")
    void theTypeIsAcceptedAlone() {
        assertAccepted(hs256(header("HS256"), claims()));
        assertDenied(hs256(Jwt.header("HS256"), claims()));
    }

    @Test
    @ShowsEffectOf("access.policies[].jwt.leeway")
    void theIssuersClockMayDiffer() {
        assertAccepted(hs256(header("HS256"), claims(Duration.ofMinutes(-30), Duration.ofMinutes(-5))));
    }

    @Test
    @ShowsEffectOf("access.policies[].jwt.maximum-age")
    void anOldTokenIsDenied() {
        assertDenied(hs256(header("HS256"), claims(Duration.ofHours(-2), Duration.ofHours(1))));
    }

    @Test
    @ShowsEffectOf({
        "access.policies[].jwt.caller-claim",
        "access.policies[].jwt.key-claim",
        "access.policies[].jwt.key-by-claim-value"
    })
    void claimsNameTheCallerAndTheKey() throws IOException {
        assertAccepted(hs256(header("HS256"), claims()));
        assertThat(lastLine("jwt")).contains("\"callers\":[\"engine\"]", "\"key\":\"beta\"");
    }

    @Test
    @ShowsEffectOf("access.policies[].jwt.max-token")
    void aLongerTokenIsDenied() {
        assertDenied(hs256(header("HS256"), claims().replace("}", ",'more':'" + "x".repeat(1_024) + "'}")));
    }

    @Test
    @ShowsEffectOf({
        "access.policies[].client-certificates[].caller",
        "access.policies[].client-certificates[].subject",
        "access.policies[].client-certificates[].issuer",
        "access.policies[].client-certificates[].sha256"
    })
    void aListedCertificateNamesTheCaller() throws Exception {
        X509Certificate engine = PKI.certifySigner("engine", EC.getPublic());
        X509Certificate archive = PKI.certifySigner("archive", EC.getPublic());
        X509Certificate stranger = PKI.certifySigner("stranger", EC.getPublic());
        String fingerprint =
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(archive.getEncoded()));
        TestPki.writePem(directory.resolve("server.pem"), engine, PKI.intermediate());
        TestPki.writePem(directory.resolve("server.key"), TestPki.pkcs8(EC));
        Instant begin = Instant.now().minus(Duration.ofDays(1));
        Instant end = Instant.now().plus(Duration.ofDays(1));
        X509Certificate other = TestPki.certify("CN=Other CA", EC.getPublic(), "CN=Other CA", EC, true, begin, end);
        X509Certificate sameSubject =
                TestPki.certify("CN=engine", EC.getPublic(), "CN=Other CA", EC, false, begin, end);
        TestPki.writePem(directory.resolve("clients.pem"), PKI.root(), other);
        try (ConfiguredService service = start("tls", """
                access:
                  policies:
                    - client-certificates:
                        - {caller: by-issuer, subject: CN=engine, issuer: CN=Other CA}
                        - {caller: by-subject, subject: CN=engine}
                        - {caller: by-fingerprint, sha256: %s}
                  others: {key: alpha}
                """.formatted(fingerprint), """
                , tls: {certificate: @server.pem, private-key: @server.key, client-certificates: required,
                  client-authorities: @clients.pem}""")) {
            assertThat(signTls(service, engine, PKI.intermediate())).isEqualTo(200);
            assertThat(lastLine("tls")).contains("\"callers\":[\"by-subject\"]");
            assertThat(signTls(service, sameSubject)).isEqualTo(200);
            assertThat(lastLine("tls")).contains("\"callers\":[\"by-issuer\"]");
            assertThat(signTls(service, archive, PKI.intermediate())).isEqualTo(200);
            assertThat(lastLine("tls")).contains("\"callers\":[\"by-fingerprint\"]");
            assertThat(signTls(service, stranger, PKI.intermediate())).isEqualTo(401);
        }
    }

    private static int signTls(ConfiguredService service, X509Certificate... chain) throws IOException {
        try (SSLSocket socket = service.connect(PKI.clientTls(ConfiguredService.identity(EC, chain)))) {
            String request = "POST /sign HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: "
                    + SIGN.length() + "\r\n\r\n" + SIGN;
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            String status = new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII);
            return Integer.parseInt(status.substring(9).toLowerCase(Locale.ROOT));
        }
    }
}

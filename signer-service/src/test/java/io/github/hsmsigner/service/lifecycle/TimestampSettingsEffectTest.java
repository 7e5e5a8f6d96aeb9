package io.github.hsmsigner.service.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.http.Client;
import io.github.hsmsigner.http.TestKey;
import io.github.hsmsigner.service.config.ShowsEffectOf;
import io.github.hsmsigner.testing.CapturedLog;
import io.github.hsmsigner.testing.LoopbackServer;
import io.github.hsmsigner.testing.OpenSslTimestampAuthority;
import io.github.hsmsigner.testing.TestPki;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import org.bouncycastle.asn1.cms.CMSAttributes;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.cms.CMSException;
import org.bouncycastle.cms.CMSSignedData;
import org.bouncycastle.cms.SignerInformation;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code signatures.timestamps} does to {@code sign_pkcs7} with {@code signature_type} {@code cades}. */
@Timeout(60)
class TimestampSettingsEffectTest {

    private static final String CADES =
            "{\"action\":\"sign_pkcs7\",\"signature_type\":\"cades\",\"encoded_contents\":\"AAAA\"}";
    private static final String CMS = "{\"action\":\"sign_pkcs7\",\"encoded_contents\":\"AAAA\"}";

    @TempDir
    private static Path authorityFiles;

    @TempDir
    private Path directory;

    private static OpenSslTimestampAuthority authority;

    /** Takes connections, and never answers. */
    private ServerSocket silent;

    @BeforeAll
    static void startAuthority() {
        authority = new OpenSslTimestampAuthority(authorityFiles);
    }

    @AfterAll
    static void stopAuthority() {
        authority.close();
    }

    @BeforeEach
    void behave() throws IOException {
        authority.reset();
        silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    }

    @AfterEach
    void closeSocket() throws IOException {
        silent.close();
    }

    private ConfiguredService start(String settings) {
        String audit = "audit: {file: @audit.jsonl}\n";
        return ConfiguredService.start(
                directory, ConfiguredService.keyInFile(directory) + "server: {port: 0}\n" + audit + settings);
    }

    private static String timestamps(String settings) {
        return "signatures: {timestamps: {" + settings + "}}\n";
    }

    private String silentAddress() {
        return "http://127.0.0.1:" + silent.getLocalPort() + "/";
    }

    private String silentAddresses() {
        return String.join(", ", Collections.nCopies(4, silentAddress()));
    }

    private static boolean hasTimestamp(HttpResponse<byte[]> response) {
        SignerInformation signer = signer(response);
        return signer.getUnsignedAttributes() != null
                && signer.getUnsignedAttributes().get(PKCSObjectIdentifiers.id_aa_signatureTimeStampToken) != null;
    }

    private static SignerInformation signer(HttpResponse<byte[]> response) {
        assertThat(response.statusCode()).isEqualTo(200);
        try {
            return new CMSSignedData(response.body())
                    .getSignerInfos()
                    .getSigners()
                    .iterator()
                    .next();
        } catch (CMSException e) {
            throw new AssertionError(e);
        }
    }

    private String lastAuditLine() throws IOException {
        List<String> lines = Files.readAllLines(directory.resolve("audit.jsonl"));
        return lines.get(lines.size() - 1);
    }

    @Test
    @ShowsEffectOf("signatures.timestamps.addresses")
    void cadesHasATimestampWhereAnAuthorityIsConfiguredAndCmsHasNone() throws IOException {
        try (ConfiguredService service = start(timestamps("addresses: " + authority.uri()))) {
            assertThat(hasTimestamp(service.client().sign(CADES))).isTrue();
            assertThat(lastAuditLine()).contains("\"container\":\"pades_b_t\",\"timestamp\":\"present\"");
            assertThat(hasTimestamp(service.client().sign(CMS))).isFalse();
            assertThat(lastAuditLine()).contains("\"container\":\"cms\",\"timestamp\":null");
            assertThat(service.metric("signer_timestamps_total{result=\"ok\"}")).isEqualTo(1);
        }
    }

    @Test
    void cadesHasNoTimestampWhereNoAuthorityIsConfigured() throws IOException {
        try (ConfiguredService service = start("")) {
            HttpResponse<byte[]> response = service.client().sign(CADES);
            assertThat(hasTimestamp(response)).isFalse();
            assertThat(signer(response).getSignedAttributes().get(CMSAttributes.signingTime))
                    .as("PAdES has no signing-time")
                    .isNull();
            assertThat(lastAuditLine()).contains("\"container\":\"pades_b_b\",\"timestamp\":null");
            assertThat(service.metric("signer_timestamps_total{result=\"missing\"}"))
                    .isZero();
        }
    }

    @Test
    @ShowsEffectOf("signatures.timestamps.required")
    void withoutItsTimestampASignatureIsRefusedOrHasLevelBB() throws IOException {
        String unreachable = "addresses: " + LoopbackServer.closedPort();
        try (ConfiguredService service = start(timestamps(unreachable))) {
            HttpResponse<byte[]> refused = service.client().sign(CADES);
            assertThat(refused.statusCode()).isEqualTo(503);
            assertThat(Client.text(refused)).contains("No timestamp authority is available");
            assertThat(Client.header(refused, "Retry-After")).isEqualTo("5");
            assertThat(lastAuditLine()).contains("\"timestamp\":null,\"outcome\":\"error\",\"error\":\"unavailable\"");
            assertThat(service.client().sign(CMS).statusCode()).isEqualTo(200);
        }
        try (CapturedLog log = new CapturedLog();
                ConfiguredService service = start(timestamps(unreachable + ", required: false"))) {
            for (int i = 0; i < 3; i++) {
                assertThat(hasTimestamp(service.client().sign(CADES))).isFalse();
                assertThat(lastAuditLine())
                        .contains("\"container\":\"pades_b_b\",\"timestamp\":\"missing\",\"outcome\":\"ok\"");
            }
            assertThat(service.metric("signer_timestamps_total{result=\"missing\"}"))
                    .isEqualTo(3);
            assertThat(log.lines())
                    .filteredOn(line -> line.startsWith("WARN") && line.contains("level B-B instead of B-T"))
                    .hasSize(1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"required: true", "required: false"})
    void theSecondAuthorityIsAskedBeforeTheDeadline(String required) {
        String settings = "signatures: {deadline: 2s, timestamps: {addresses: [" + silentAddress() + ", "
                + authority.uri() + "], " + required + "}}\n";
        try (ConfiguredService service = start(settings)) {
            assertThat(hasTimestamp(service.client().sign(CADES))).isTrue();
            assertThat(authority.requests()).isEqualTo(1);
        }
    }

    @Test
    @ShowsEffectOf("signatures.timestamps.attempt-limit")
    void anAuthorityHasNoMoreTimeThanTheAttemptLimit() {
        String settings = "signatures: {deadline: 1h, timestamps: {addresses: [" + silentAddresses() + ", "
                + authority.uri() + "], attempt-limit: 500ms}}\n";
        try (ConfiguredService service = start(settings)) {
            Deadline sooner = Deadline.after(ConfiguredService.PATIENCE);
            assertThat(hasTimestamp(service.client().sign(CADES))).isTrue();
            assertThat(sooner.hasPassed())
                    .as("half an hour, or the default of 5 s for each of them")
                    .isFalse();
        }
    }

    @Test
    void aSilentAuthorityDoesNotDelayTheResponseBeyondTheDeadline() {
        String settings = "signatures: {deadline: 1s, timestamps: {addresses: [" + silentAddresses() + "]";
        try (ConfiguredService service = start(settings + "}}\n")) {
            Deadline latest = Deadline.after(ConfiguredService.PATIENCE);
            assertThat(service.client().sign(CADES).statusCode()).isEqualTo(503);
            assertThat(latest.hasPassed())
                    .as("the attempt limit alone allows 5 s for each of them")
                    .isFalse();
        }
        try (ConfiguredService service = start(settings + ", required: false}}\n")) {
            assertThat(hasTimestamp(service.client().sign(CADES))).isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"pades-b-b", "pades-b-t", "pades-b-b, pades-b-t", "cades-b-b", "cades-b-t"})
    void aCallerThatMayHaveCadesIsNotLockedOutByAnAuthority(String permitted) {
        String rules = "access: {others: {actions: [container], containers: [" + permitted + "]}}\n";
        try (ConfiguredService service = start(timestamps("addresses: " + authority.uri()) + rules)) {
            assertThat(hasTimestamp(service.client().sign(CADES))).isTrue();
            assertThat(service.client().sign(CMS).statusCode()).isEqualTo(401);
        }
    }

    @Test
    void aCallerThatMayHaveOnlyTimestampedContainersGetsNoOthers() {
        try (ConfiguredService service = start("access: {others: {actions: [container], containers: [pades-b-t]}}\n")) {
            assertThat(service.client().sign(CADES).statusCode()).isEqualTo(401);
        }
    }

    @Test
    @ShowsEffectOf({
        "signatures.timestamps.authorities[].address",
        "signatures.timestamps.authorities[].policy",
        "signatures.timestamps.authorities[].trusted",
        "signatures.timestamps.authorities[].user",
        "signatures.timestamps.authorities[].password"
    })
    void anAuthorityMustBeTrustedAndGetsLoginAndPolicy() {
        TestPki.writePem(directory.resolve("tsa-ca.pem"), authority.caCertificate());
        TestPki.writePem(directory.resolve("other.pem"), TestKey.pki().root());
        authority.require("Basic dXNlcjpwYXNz");
        String settings = timestamps("authorities: [{address: " + authority.uri() + ", %s}]");
        String right = "trusted: @tsa-ca.pem, user: user, password: pass";
        try (ConfiguredService service = start(settings.formatted(right))) {
            assertThat(hasTimestamp(service.client().sign(CADES))).isTrue();
        }
        for (String wrong : List.of(
                "trusted: @other.pem, user: user, password: pass",
                "trusted: @tsa-ca.pem, user: other, password: pass",
                "trusted: @tsa-ca.pem, user: user, password: other",
                "trusted: @tsa-ca.pem",
                right + ", policy: 1.2.3.4.5.6.7.8.9")) {
            try (ConfiguredService service = start(settings.formatted(wrong))) {
                assertThat(service.client().sign(CADES).statusCode()).as(wrong).isEqualTo(503);
            }
        }
    }
}

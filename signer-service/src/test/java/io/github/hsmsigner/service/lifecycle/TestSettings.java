package io.github.hsmsigner.service.lifecycle;

import io.github.hsmsigner.access.AccessSettings;
import io.github.hsmsigner.access.AllowAll;
import io.github.hsmsigner.access.Secret;
import io.github.hsmsigner.audit.AuditFileSettings;
import io.github.hsmsigner.core.RawDataRule;
import io.github.hsmsigner.http.TestKey;
import io.github.hsmsigner.http.protocol.CallbackLimits;
import io.github.hsmsigner.http.protocol.CertificateEncoding;
import io.github.hsmsigner.pkcs11.KeySelector;
import io.github.hsmsigner.pkcs11.PinSource;
import io.github.hsmsigner.pkcs11.Pkcs11Config;
import io.github.hsmsigner.pkcs11.softhsm.SoftHsm;
import io.github.hsmsigner.service.config.DefaultSettings;
import io.github.hsmsigner.service.config.KeySettings;
import io.github.hsmsigner.service.config.KeySettings.KeyCertificates;
import io.github.hsmsigner.service.config.LogSettings;
import io.github.hsmsigner.service.config.ServiceSettings;
import io.github.hsmsigner.service.config.SignatureSettings;
import io.github.hsmsigner.service.config.SignatureSettings.QueueSettings;
import io.github.hsmsigner.service.config.TokenSettings;
import io.github.hsmsigner.service.server.ListenerSettings;
import io.github.hsmsigner.service.server.ServerSettings;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Settings of a service on any free port of this machine, put together by hand. */
final class TestSettings {

    private final Map<String, TokenSettings> tokens = new LinkedHashMap<>();
    private final Map<String, KeySettings> keys = new LinkedHashMap<>();
    private AccessSettings access = AccessSettings.of(new AllowAll(false));
    private Optional<AuditFileSettings> audit = Optional.empty();
    private int port;
    private int warmUpRequests;

    /** The server waits a quarter of it for each connection that the client keeps open. */
    private Duration stopLimit = Duration.ofMillis(100);

    /** The test key in a PKCS#12 file, under the name "test". */
    static ServiceSettings ofTestKey(Path directory) {
        return new TestSettings().testKey(directory).build();
    }

    TestSettings testKey(Path directory) {
        return key("test", inFile(TestKey.writeKeyStore(directory), new KeyCertificates(Optional.empty(), List.of())));
    }

    static KeySettings.InFile inFile(Path file, KeyCertificates certificates) {
        Secret password = Secret.of(TestKey.PASSWORD.getBytes(StandardCharsets.UTF_8));
        return new KeySettings.InFile(file, password, Optional.empty(), certificates);
    }

    static KeySettings.OnToken onTokens(Path certificates, String label, String... tokens) {
        return new KeySettings.OnToken(
                List.of(tokens),
                KeySelector.byLabel(label),
                Optional.empty(),
                new KeyCertificates(Optional.of(certificates), List.of()));
    }

    TestSettings key(String name, KeySettings key) {
        keys.put(name, key);
        return this;
    }

    TestSettings token(String name, SoftHsm.Token token, PinSource pin) {
        return token(
                name,
                Pkcs11Config.builder(SoftHsm.module())
                        .tokenLabel(token.label())
                        .pin(pin)
                        .build(),
                Optional.empty());
    }

    TestSettings token(String name, Pkcs11Config config, Optional<Path> pinFile) {
        tokens.put(name, new TokenSettings(config, pinFile));
        return this;
    }

    TestSettings access(AccessSettings settings) {
        this.access = settings;
        return this;
    }

    TestSettings audit(Path file) {
        this.audit = Optional.of(AuditFileSettings.of(file));
        return this;
    }

    TestSettings port(int wanted) {
        this.port = wanted;
        return this;
    }

    TestSettings stopLimit(Duration limit) {
        this.stopLimit = limit;
        return this;
    }

    TestSettings warmUpRequests(int requests) {
        this.warmUpRequests = requests;
        return this;
    }

    ServiceSettings build() {
        return new ServiceSettings(
                new ServerSettings(
                        new ListenerSettings("0.0.0.0", port),
                        "/sign",
                        Optional.empty(),
                        Optional.empty(),
                        CallbackLimits.defaults(),
                        CertificateEncoding.PEM,
                        DefaultSettings.clientLimits(),
                        stopLimit,
                        Set.of(),
                        warmUpRequests),
                new LogSettings("INFO", LogSettings.Format.TEXT),
                tokens,
                keys,
                new SignatureSettings(
                        Duration.ofSeconds(30),
                        true,
                        true,
                        RawDataRule.WARN,
                        new QueueSettings(256, Duration.ofSeconds(10)),
                        false,
                        false,
                        1 << 20,
                        Optional.empty()),
                access,
                audit,
                List.of());
    }
}

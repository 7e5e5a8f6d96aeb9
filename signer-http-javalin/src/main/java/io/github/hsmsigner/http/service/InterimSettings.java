package io.github.hsmsigner.http.service;

import io.github.hsmsigner.http.auth.*;
import io.github.hsmsigner.http.config.*;
import io.github.hsmsigner.http.protocol.CallbackLimits;
import io.github.hsmsigner.http.secret.SecretReference;
import io.github.hsmsigner.http.server.*;
import io.github.hsmsigner.pkcs11.*;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.*;

final class InterimSettings {
    static ServiceSettings of(Map<String, String> env) throws ConfigurationProblemsException {
        ServiceConfig config = ServiceConfig.fromEnvironment(env);
        KeyCertificates certs = new KeyCertificates(
                Optional.ofNullable(env.get("SIGNING_CERTIFICATE")).map(Path::of),
                env.getOrDefault("SIGNING_CA_CERTIFICATES", "").isEmpty()
                        ? List.of()
                        : Arrays.stream(env.get("SIGNING_CA_CERTIFICATES").split(":"))
                                .map(Path::of)
                                .toList());
        Map<String, TokenSettings> tokens = new LinkedHashMap<>();
        Map<String, io.github.hsmsigner.http.config.KeySettings> keys = new LinkedHashMap<>();
        if (config.key() instanceof KeySettings.Hsm hsm) {
            Optional<Path> pinFile =
                    Optional.ofNullable(env.get("HSM_PIN_FILE")).map(Path::of);
            Pkcs11Config.Builder b = Pkcs11Config.builder(hsm.module())
                    .pin(pinFile.map(PinSource::file)
                            .orElse(PinSource.fixed(hsm.pin().characters())));
            hsm.tokenLabel().ifPresent(b::tokenLabel);
            hsm.slotId().ifPresent(b::slotId);
            hsm.maxSessions().ifPresent(b::maxSessions);
            tokens.put("hsm", new TokenSettings(b.build(), pinFile));
            keys.put(
                    hsm.keyLabel().or(hsm::keyId).orElse("hsm"),
                    new io.github.hsmsigner.http.config.KeySettings.OnToken(
                            List.of("hsm"),
                            KeySelector.of(hsm.keyLabel(), hsm.keyId().map(HexFormat.of()::parseHex)),
                            Optional.empty(),
                            certs));
        } else {
            KeySettings.KeyStoreFile f = (KeySettings.KeyStoreFile) config.key();
            keys.put(
                    "keystore",
                    new io.github.hsmsigner.http.config.KeySettings.InFile(
                            f.file(),
                            SecretReference.of(new String(f.password().characters()).getBytes(StandardCharsets.UTF_8)),
                            Optional.empty(),
                            certs));
        }
        return new ServiceSettings(
                new ServerSettings(
                        new ListenerSettings("0.0.0.0", config.port()),
                        "/sign",
                        Optional.empty(),
                        Optional.empty(),
                        CallbackLimits.builder()
                                .maxBodyBytes(config.maxBodyBytes())
                                .build(),
                        config.certificateEncoding(),
                        ClientLimits.defaults(),
                        Duration.ofSeconds(20)),
                new LogSettings(config.logLevel(), LogSettings.Format.TEXT),
                tokens,
                keys,
                new SignatureSettings(
                        Duration.ofSeconds(30),
                        true,
                        config.certificates().validRequired(),
                        new QueueSettings(256, Duration.ofSeconds(10)),
                        false,
                        false,
                        Optional.empty()),
                AccessSettings.of(new OpenSettings()),
                Optional.ofNullable(env.get("AUDIT"))
                        .map(f -> io.github.hsmsigner.http.audit.AuditFileSettings.builder(Path.of(f))
                                .build()));
    }
}

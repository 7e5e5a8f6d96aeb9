package io.github.hsmsigner.http.service;

import io.github.hsmsigner.core.CertificateProvider;
import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.Signer;
import io.github.hsmsigner.core.SigningKey;
import io.github.hsmsigner.core.SigningKeys;
import io.github.hsmsigner.core.certificate.FixedCertificateProvider;
import io.github.hsmsigner.pkcs11.KeySelector;
import io.github.hsmsigner.pkcs11.PinSource;
import io.github.hsmsigner.pkcs11.Pkcs11Config;
import io.github.hsmsigner.pkcs11.Pkcs11Token;
import io.github.hsmsigner.pkcs11.health.TokenHealth;
import java.security.PublicKey;
import java.util.HexFormat;
import java.util.Optional;

/** The key on a PKCS#11 token. */
final class HsmKeySource implements KeySource {

    private static final String DEFAULT_KEY_NAME = "hsm";

    private final KeySettings.Hsm settings;
    private final CertificateSettings certificates;
    private volatile Pkcs11Token token;

    HsmKeySource(KeySettings.Hsm settings, CertificateSettings certificates) {
        this.settings = settings;
        this.certificates = certificates;
    }

    @Override
    public SigningKeys open(Deadline deadline) {
        Pkcs11Token opened = Pkcs11Token.open(config());
        try {
            Optional<PublicKey> certified =
                    certificates.signer().stream().findFirst().map(c -> c.getPublicKey());
            Signer signer = opened.signer(selector(), certified);
            String name = settings.keyLabel().or(settings::keyId).orElse(DEFAULT_KEY_NAME);
            SigningKeys keys = SigningKeys.of(SigningKey.prove(name, signer, provider(opened), deadline));
            token = opened;
            return keys;
        } finally {
            if (token == null) {
                opened.close();
            }
        }
    }

    private Pkcs11Config config() {
        Pkcs11Config.Builder config = Pkcs11Config.builder(settings.module())
                .pin(PinSource.fixed(settings.pin().characters()));
        settings.tokenLabel().ifPresent(config::tokenLabel);
        settings.slotId().ifPresent(config::slotId);
        settings.maxSessions().ifPresent(config::maxSessions);
        return config.build();
    }

    private KeySelector selector() {
        return KeySelector.of(settings.keyLabel(), settings.keyId().map(HexFormat.of()::parseHex));
    }

    private CertificateProvider provider(Pkcs11Token opened) {
        return certificates.signer().isEmpty()
                ? opened.certificates(certificates.issuers())
                : FixedCertificateProvider.of("SIGNING_CERTIFICATE", certificates.signer(), certificates.issuers());
    }

    @Override
    public Optional<String> problem() {
        Pkcs11Token open = token;
        return Optional.ofNullable(open)
                .map(Pkcs11Token::health)
                .filter(health -> !health.usable())
                .map(TokenHealth::reason);
    }

    @Override
    public void close() {
        if (token != null) {
            token.close();
            token = null;
        }
    }
}

package io.github.hsmsigner.http.service;

import io.github.hsmsigner.core.CertificateProvider;
import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.SigningKey;
import io.github.hsmsigner.core.SigningKeys;
import io.github.hsmsigner.core.certificate.FixedCertificateProvider;
import io.github.hsmsigner.core.keystore.KeyStoreSigner;
import java.util.Arrays;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The key of a PKCS#12 file. */
final class KeyStoreKeySource implements KeySource {

    private static final Logger LOG = LoggerFactory.getLogger(KeyStoreKeySource.class);
    private static final String KEY_NAME = "keystore";

    private final KeySettings.KeyStoreFile settings;
    private final CertificateSettings certificates;

    KeyStoreKeySource(KeySettings.KeyStoreFile settings, CertificateSettings certificates) {
        this.settings = settings;
        this.certificates = certificates;
    }

    @Override
    public SigningKeys open(Deadline deadline) {
        char[] password = settings.password().characters();
        try {
            KeyStoreSigner signer = KeyStoreSigner.open(settings.file(), password);
            LOG.warn(
                    "The signing key comes from the key store {} and is only as safe as this process.",
                    settings.file());
            return SigningKeys.of(SigningKey.prove(KEY_NAME, signer, provider(signer), deadline));
        } finally {
            Arrays.fill(password, '\0');
        }
    }

    private CertificateProvider provider(KeyStoreSigner signer) {
        if (!certificates.signer().isEmpty()) {
            return FixedCertificateProvider.of("SIGNING_CERTIFICATE", certificates.signer(), certificates.issuers());
        }
        return FixedCertificateProvider.of(
                "the key store " + settings.file(),
                signer.certificateChain(signer.publicKey()).certificates(),
                certificates.issuers());
    }

    @Override
    public void close() {
        // The key is garbage once nothing refers to it any more.
    }
}

package io.github.hsmsigner.examples.keys;

import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.SignatureAlgorithm;
import io.github.hsmsigner.pkcs11.KeyManagement;
import io.github.hsmsigner.pkcs11.KeyPairType;
import io.github.hsmsigner.pkcs11.KeySelector;
import io.github.hsmsigner.pkcs11.PinSource;
import io.github.hsmsigner.pkcs11.Pkcs11Config;
import io.github.hsmsigner.pkcs11.Pkcs11Token;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HexFormat;
import javax.security.auth.x500.X500Principal;

/**
 * A key ceremony: a key pair on the token, a certification request for an authority, and a certificate that the key signs for itself
 * until the authority's comes.
 *
 * <pre>{@code
 * HSM_MODULE=/usr/lib/softhsm/libsofthsm2.so HSM_TOKEN_LABEL=demo HSM_PIN=… \
 *   java -cp signer-examples.jar io.github.hsmsigner.examples.keys.KeyManagementExample contracts 01 "CN=Contracts" contracts.csr
 * }</pre>
 */
public final class KeyManagementExample {

    private static final Duration TIME_LIMIT = Duration.ofSeconds(30);

    private KeyManagementExample() {}

    /**
     * Makes a key.
     *
     * @param args the label and the id (hexadecimal) of the key to make, the name to certify, the file for the request,
     *     and a {@link KeyPairType}. Default: {@code RSA_3072}
     * @throws IOException if the request cannot be written
     */
    public static void main(String[] args) throws IOException {
        String label = args[0];
        byte[] id = HexFormat.of().parseHex(args[1]);
        X500Principal subject = new X500Principal(args[2]);
        Path requestFile = Path.of(args[3]);
        KeyPairType type = args.length > 4 ? KeyPairType.valueOf(args[4]) : KeyPairType.RSA_3072;

        Pkcs11Config config = Pkcs11Config.builder(Path.of(System.getenv("HSM_MODULE")))
                .tokenLabel(System.getenv("HSM_TOKEN_LABEL"))
                .pin(PinSource.environment("HSM_PIN"))
                .build();
        try (Pkcs11Token token = Pkcs11Token.open(config)) {
            KeyManagement ceremony = token.keyManagement();
            ceremony.generateKeyPair(type, label, id);
            KeySelector key = KeySelector.byLabel(label);
            SignatureAlgorithm algorithm = token.signer(key).algorithms().stream()
                    .min(Comparator.naturalOrder())
                    .orElseThrow();

            // To the authority. Its certificate comes back, and takes the place of the one below.
            Files.write(requestFile, ceremony.certificationRequest(key, algorithm, subject));

            X509Certificate certificate =
                    ceremony.selfSignedCertificate(key, algorithm, subject, Instant.now(), Duration.ofDays(30));
            ceremony.importCertificate(key, certificate);

            token.signer(key).test(Deadline.after(TIME_LIMIT));
            System.out.println(token.describe(Deadline.after(TIME_LIMIT)).text());
        }
    }
}

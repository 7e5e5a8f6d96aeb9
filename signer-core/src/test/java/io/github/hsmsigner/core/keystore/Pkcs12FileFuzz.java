package io.github.hsmsigner.core.keystore;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.SigningKey;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.core.internal.key.SubjectPublicKeys;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.pkcs.Pfx;

/**
 * Fuzz target: a PKCS#12 file gives a key that can sign, or it is refused with the typed exception that names it. The certificate that
 * is found for the key has its public key and verifies its signature, or the key is refused.
 *
 * <p>A changed file hardly has a valid MAC, so that each file is also read without its MAC.
 */
public final class Pkcs12FileFuzz {

    /** OpenSSL needs three times 2,048. Fewer than a service accepts, so that an input takes milliseconds. */
    private static final long MAX_ITERATIONS = 7_000;

    private static final String PASSWORD = "secret";

    private Pkcs12FileFuzz() {}

    public static void fuzzerTestOneInput(byte[] bytes) throws IOException {
        check(bytes);
        Optional<byte[]> withoutMac = withoutMac(bytes);
        if (withoutMac.isPresent()) {
            check(withoutMac.get());
        }
    }

    private static Optional<byte[]> withoutMac(byte[] bytes) throws IOException {
        try {
            Pfx pfx = Pfx.getInstance(ASN1Primitive.fromByteArray(bytes));
            return pfx.getMacData() == null
                    ? Optional.empty()
                    : Optional.of(new Pfx(pfx.getAuthSafe(), null).getEncoded());
        } catch (IOException | RuntimeException e) {
            return Optional.empty();
        }
    }

    private static void check(byte[] bytes) {
        KeyStoreSigner signer;
        try {
            signer = KeyStoreSigner.read("key store x.p12", bytes, PASSWORD.toCharArray(), MAX_ITERATIONS);
        } catch (InvalidConfigurationException e) {
            assertThat(e)
                    .hasMessageContaining("key store x.p12")
                    .hasMessageEndingWith(".")
                    .hasMessageNotContaining(PASSWORD);
            return;
        }
        try {
            SigningKey key = SigningKey.open("contracts", signer, signer, Deadline.after(Duration.ofMinutes(1)));
            assertThat(SubjectPublicKeys.same(key.chain().signer().getPublicKey(), signer.publicKey()))
                    .isTrue();
        } catch (InvalidConfigurationException e) {
            assertThat(e).message().endsWith(".").doesNotContain(PASSWORD);
        }
    }
}

package io.github.hsmsigner.pkcs11.recovery;

import io.github.hsmsigner.core.error.SigningUnavailableException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.function.Supplier;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Gives the PIN of a source, but never again one that the token refused. What it remembers of a refused PIN is a keyed hash, with a
 * key that lives in this object alone. Safe for use by any number of threads at once.
 */
final class PinLatch {

    private static final String MAC = "HmacSHA256";
    private static final int KEY_LENGTH = 32;

    private final Supplier<char[]> source;
    private final String sourceName;
    private final SecretKeySpec key;
    private volatile Refusal refusal;

    /** The name of the source is for messages. */
    PinLatch(Supplier<char[]> source, String sourceName) {
        this.source = source;
        this.sourceName = sourceName;
        byte[] random = new byte[KEY_LENGTH];
        new SecureRandom().nextBytes(random);
        this.key = new SecretKeySpec(random, MAC);
    }

    /**
     * The PIN.
     *
     * @return a copy that the caller wipes
     * @throws SigningUnavailableException lasting, if the source has no PIN or still the one that was refused
     */
    char[] pin() {
        char[] pin = source.get();
        Refusal refused = refusal;
        if (refused != null && MessageDigest.isEqual(refused.fingerprint(), fingerprint(pin))) {
            Arrays.fill(pin, '\0');
            throw SigningUnavailableException.lasting(refused.reason(), null);
        }
        return pin;
    }

    String source() {
        return sourceName;
    }

    /**
     * Remembers that the token refused a PIN.
     *
     * @return what to throw
     */
    SigningUnavailableException refuse(char[] pin, String reason, Throwable cause) {
        refusal = new Refusal(fingerprint(pin), reason);
        return SigningUnavailableException.lasting(reason, cause);
    }

    private byte[] fingerprint(char[] pin) {
        ByteBuffer octets = StandardCharsets.UTF_8.encode(CharBuffer.wrap(pin));
        try {
            Mac mac = Mac.getInstance(MAC);
            mac.init(key);
            mac.update(octets.duplicate());
            return mac.doFinal();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every Java platform has " + MAC, e);
        } finally {
            Arrays.fill(octets.array(), (byte) 0);
        }
    }

    private record Refusal(byte[] fingerprint, String reason) {}
}

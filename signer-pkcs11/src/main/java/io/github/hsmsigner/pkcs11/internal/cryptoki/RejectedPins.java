package io.github.hsmsigner.pkcs11.internal.cryptoki;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The PINs that a token has rejected. None of them is tried again, and after several different ones no PIN is tried: tokens
 * lock a user after a few wrong ones, CloudHSM after five.
 *
 * <p>A PIN is remembered as a keyed hash, with a key that only this object has. It lives as long as the process, so that
 * opening the token again does not begin the count again. Thread-safe.
 */
public final class RejectedPins {

    /** The number of different rejected PINs after which no login is tried. */
    public static final int LIMIT = 3;

    private static final int REMEMBERED = 16;
    private static final String MAC = "HmacSHA256";
    private static final int KEY_LENGTH = 32;

    private final String token;
    private final SecretKeySpec key;
    private final Deque<Rejection> rejections = new ArrayDeque<>();
    private byte[] accepted = {};
    private int inARow;

    /**
     * Creates an empty set.
     *
     * @param token the token in words, as the beginning of a sentence
     */
    public RejectedPins(String token) {
        this.token = token;
        byte[] random = new byte[KEY_LENGTH];
        new SecureRandom().nextBytes(random);
        this.key = new SecretKeySpec(random, MAC);
    }

    /**
     * Returns why a PIN must not be tried.
     *
     * @param pin the PIN
     * @return the reason, for the operator; empty if it can be tried
     */
    public synchronized Optional<String> refusal(char[] pin) {
        byte[] fingerprint = fingerprint(pin);
        Optional<String> known = rejections.stream()
                .filter(rejection -> MessageDigest.isEqual(rejection.fingerprint(), fingerprint))
                .map(Rejection::reason)
                .findFirst();
        return known.isPresent() ? known : exhausted();
    }

    /**
     * Returns why no PIN is tried.
     *
     * @return the reason, for the operator; empty if a PIN can be tried
     */
    public synchronized Optional<String> exhausted() {
        return inARow < LIMIT
                ? Optional.empty()
                : Optional.of(
                        token + " has rejected " + LIMIT + " different PINs in a row. No further PIN is tried, because"
                                + " tokens lock a user after a few wrong ones. Correct the PIN source; then allow logins again, or"
                                + " restart the process. Last rejection: "
                                + rejections.peekLast().reason());
    }

    /**
     * Returns whether a PIN is the one that the token accepted last.
     *
     * @param pin the PIN
     * @return whether it is
     */
    public synchronized boolean isAccepted(char[] pin) {
        return MessageDigest.isEqual(accepted, fingerprint(pin));
    }

    /**
     * Remembers that the token rejected a PIN.
     *
     * @param pin the PIN
     * @param reason what happened, for the operator
     */
    public synchronized void reject(char[] pin, String reason) {
        inARow++;
        rejections.addLast(new Rejection(fingerprint(pin), reason));
        if (rejections.size() > REMEMBERED) {
            rejections.removeFirst();
        }
    }

    /**
     * Remembers that the token accepted a PIN.
     *
     * @param pin the PIN
     */
    public synchronized void accept(char[] pin) {
        accepted = fingerprint(pin);
        inARow = 0;
    }

    /** Allows logins again, on behalf of an operator. PINs that were rejected are still not tried. */
    public synchronized void allowLogins() {
        inARow = 0;
    }

    private byte[] fingerprint(char[] pin) {
        ByteBuffer bytes = StandardCharsets.UTF_8.encode(CharBuffer.wrap(pin));
        try {
            Mac mac = Mac.getInstance(MAC);
            mac.init(key);
            mac.update(bytes.duplicate());
            return mac.doFinal();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every Java platform has " + MAC, e);
        } finally {
            Arrays.fill(bytes.array(), (byte) 0);
        }
    }

    private record Rejection(byte[] fingerprint, String reason) {}
}

package io.github.hsmsigner.core.internal.secret;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Decodes secrets from files, commands, environment variables and settings. Editors and shells add a byte order mark and a line break,
 * which are removed. A text that was damaged is refused, because a token counts each wrong PIN. Stateless and thread-safe.
 */
public final class SecretText {

    /** The maximum length of a secret in bytes. */
    public static final int MAX_BYTES = 65_536;

    private static final char BYTE_ORDER_MARK = '\uFEFF';
    private static final char REPLACEMENT = '\uFFFD';

    private SecretText() {}

    /**
     * Reads the bytes of a secret from a file.
     *
     * @param file the file
     * @return the bytes, which the caller wipes
     * @throws MalformedSecretException if the file is longer than {@link #MAX_BYTES}
     * @throws IOException if the file cannot be read
     */
    public static byte[] bytes(Path file) throws MalformedSecretException, IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return bytes(in);
        }
    }

    /**
     * Reads the bytes of a secret to the end of a stream.
     *
     * @param in the stream; stays open
     * @return the bytes, which the caller wipes
     * @throws MalformedSecretException if there are more than {@link #MAX_BYTES}
     * @throws IOException if the stream cannot be read
     */
    public static byte[] bytes(InputStream in) throws MalformedSecretException, IOException {
        byte[] bytes = in.readNBytes(MAX_BYTES + 1);
        if (bytes.length > MAX_BYTES) {
            Arrays.fill(bytes, (byte) 0);
            throw new MalformedSecretException("is longer than " + MAX_BYTES + " bytes");
        }
        return bytes;
    }

    /**
     * Decodes a secret in UTF-8. Removes a byte order mark at the start and one line break (LF, CRLF or CR) at the end.
     *
     * @param bytes the secret; wiped
     * @return the characters, which the caller wipes; may be empty
     * @throws MalformedSecretException if the bytes are not UTF-8, or the text is refused as by {@link #of(CharSequence)}
     */
    public static char[] decode(byte[] bytes) throws MalformedSecretException {
        CharBuffer characters = null;
        try {
            if (isUtf16(bytes)) {
                throw new MalformedSecretException("is text in UTF-16, and UTF-8 is expected");
            }
            characters = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
            return of(characters);
        } catch (CharacterCodingException e) {
            throw new MalformedSecretException("is not text in UTF-8");
        } finally {
            Arrays.fill(bytes, (byte) 0);
            if (characters != null) {
                Arrays.fill(characters.array(), '\0');
            }
        }
    }

    /**
     * Returns a secret that is text already. Removes a byte order mark at the start and one line break (LF, CRLF or CR) at the end.
     *
     * @param text the secret
     * @return the characters, which the caller wipes; may be empty
     * @throws MalformedSecretException if a further line break, a control character, a further byte order mark, half of a
     *     surrogate pair or the replacement character U+FFFD is in it
     */
    public static char[] of(CharSequence text) throws MalformedSecretException {
        int start = text.length() > 0 && text.charAt(0) == BYTE_ORDER_MARK ? 1 : 0;
        int end = text.length();
        if (end > start && text.charAt(end - 1) == '\n') {
            end--;
        }
        if (end > start && text.charAt(end - 1) == '\r') {
            end--;
        }
        char[] secret = new char[end - start];
        for (int i = start; i < end; i++) {
            secret[i - start] = text.charAt(i);
        }
        try {
            for (int i = 0; i < secret.length; i++) {
                if (i + 1 < secret.length && Character.isSurrogatePair(secret[i], secret[i + 1])) {
                    i++;
                } else {
                    requirePlausible(secret[i]);
                }
            }
            return secret;
        } catch (MalformedSecretException e) {
            Arrays.fill(secret, '\0');
            throw e;
        }
    }

    /**
     * Encodes a secret in UTF-8.
     *
     * @param characters the secret; wiped
     * @return the bytes, which the caller wipes
     */
    public static byte[] encode(char[] characters) {
        ByteBuffer encoded = StandardCharsets.UTF_8.encode(CharBuffer.wrap(characters));
        byte[] bytes = Arrays.copyOf(encoded.array(), encoded.limit());
        Arrays.fill(encoded.array(), (byte) 0);
        Arrays.fill(characters, '\0');
        return bytes;
    }

    /**
     * Returns whether bytes can be no text: neither UTF-8, nor UTF-16 with its byte order mark. Keys of random bytes are so.
     *
     * @param bytes the bytes
     * @return whether they are binary
     */
    public static boolean isBinary(byte[] bytes) {
        if (isUtf16(bytes)) {
            return false;
        }
        CharBuffer characters = CharBuffer.allocate(bytes.length);
        boolean malformed = StandardCharsets.UTF_8
                .newDecoder()
                .decode(ByteBuffer.wrap(bytes), characters, true)
                .isError();
        Arrays.fill(characters.array(), '\0');
        return malformed;
    }

    private static boolean isUtf16(byte[] bytes) {
        return bytes.length >= 2
                && (bytes[0] == (byte) 0xFE && bytes[1] == (byte) 0xFF
                        || bytes[0] == (byte) 0xFF && bytes[1] == (byte) 0xFE);
    }

    private static void requirePlausible(char character) throws MalformedSecretException {
        switch (character) {
            case '\n', '\r', '\u0085', '\u2028', '\u2029' ->
                throw new MalformedSecretException("has more than one line, or an empty line at its end");
            case BYTE_ORDER_MARK -> throw new MalformedSecretException("has a byte order mark behind its start");
            case REPLACEMENT ->
                throw new MalformedSecretException(
                        "has the character U+FFFD, which replaces characters that could not be"
                                + " decoded. Set LANG=C.UTF-8 if it comes from the environment");
            default -> {
                if (Character.isSurrogate(character)) {
                    throw new MalformedSecretException("has half of a surrogate pair");
                }
                if (Character.isISOControl(character)) {
                    throw new MalformedSecretException(
                            String.format("has the control character U+%04X", (int) character));
                }
            }
        }
    }
}

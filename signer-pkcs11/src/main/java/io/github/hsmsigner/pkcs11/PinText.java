package io.github.hsmsigner.pkcs11;

import io.github.hsmsigner.core.error.SigningUnavailableException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Turns what a source holds into a PIN, and wipes what is left over. */
final class PinText {

    private PinText() {}

    /**
     * The PIN in octets, without the line end that it may have.
     *
     * @param octets the PIN in UTF-8; wiped
     * @param source where it is from, for messages
     */
    static char[] decode(byte[] octets, String source) {
        try {
            CharBuffer characters = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(octets));
            char[] decoded = characters.array();
            try {
                int length = characters.limit();
                if (length > 0 && decoded[length - 1] == '\n') {
                    length--;
                }
                if (length > 0 && decoded[length - 1] == '\r') {
                    length--;
                }
                if (length == 0) {
                    throw missing(source + " is empty", null);
                }
                return Arrays.copyOf(decoded, length);
            } finally {
                Arrays.fill(decoded, '\0');
            }
        } catch (CharacterCodingException e) {
            // Its message tells positions only, but nothing of the content belongs into a log.
            throw missing(source + " is not text in UTF-8", null);
        } finally {
            Arrays.fill(octets, (byte) 0);
        }
    }

    static SigningUnavailableException missing(String what, Throwable cause) {
        return SigningUnavailableException.lasting("There is no PIN for the token: " + what + ".", cause);
    }
}

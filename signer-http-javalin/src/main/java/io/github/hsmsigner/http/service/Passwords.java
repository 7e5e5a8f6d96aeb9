package io.github.hsmsigner.http.service;

import io.github.hsmsigner.http.secret.SecretReference;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Secrets as characters, where a library wants them so. */
final class Passwords {

    private Passwords() {}

    /**
     * Reads a secret as UTF-8.
     *
     * @param secret the secret
     * @return its characters, for the caller to wipe
     * @throws io.github.hsmsigner.core.error.InvalidConfigurationException if its file cannot be read
     */
    static char[] read(SecretReference secret) {
        byte[] octets = secret.read();
        CharBuffer characters = StandardCharsets.UTF_8.decode(ByteBuffer.wrap(octets));
        Arrays.fill(octets, (byte) 0);
        char[] exact = Arrays.copyOf(characters.array(), characters.limit());
        Arrays.fill(characters.array(), '\0');
        return exact;
    }
}

package io.github.hsmsigner.service.command;

import java.nio.charset.StandardCharsets;
import java.security.PublicKey;
import java.util.Base64;

/** A public key as text. */
final class PublicKeyText {

    private static final int LINE_LENGTH = 64;

    private PublicKeyText() {}

    /** SubjectPublicKeyInfo in PEM (RFC 7468, section 13). */
    static String pem(PublicKey publicKey) {
        String base64 = Base64.getMimeEncoder(
                        LINE_LENGTH, System.lineSeparator().getBytes(StandardCharsets.US_ASCII))
                .encodeToString(publicKey.getEncoded());
        return String.format("-----BEGIN PUBLIC KEY-----%n%s%n-----END PUBLIC KEY-----%n", base64);
    }
}

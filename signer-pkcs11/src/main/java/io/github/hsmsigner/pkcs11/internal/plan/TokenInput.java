package io.github.hsmsigner.pkcs11.internal.plan;

/** The kinds of data for C_Sign. */
public enum TokenInput {
    /** The message is hashed here and wrapped in a DigestInfo (RFC 8017, section 9.2). */
    DIGEST_INFO("hashed here, the DigestInfo"),
    /** The message is hashed here. */
    DIGEST("hashed here, the digest"),
    /** The token hashes the message, or signs it whole. */
    MESSAGE("not hashed here, the message");

    private final String text;

    TokenInput(String text) {
        this.text = text;
    }

    @Override
    public String toString() {
        return text;
    }
}

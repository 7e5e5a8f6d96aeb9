package io.github.hsmsigner.core;

import io.github.hsmsigner.core.error.UnsupportedRequestException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The digest algorithms that documents and signed attributes are hashed with: SHA-2 (FIPS 180-4).
 */
public enum DigestAlgorithm {
    /** SHA-256. */
    SHA256("sha256", "SHA-256", "2.16.840.1.101.3.4.2.1", 32, "3031300d060960864801650304020105000420"),
    /** SHA-384. */
    SHA384("sha384", "SHA-384", "2.16.840.1.101.3.4.2.2", 48, "3041300d060960864801650304020205000430"),
    /** SHA-512. */
    SHA512("sha512", "SHA-512", "2.16.840.1.101.3.4.2.3", 64, "3051300d060960864801650304020305000440");

    private final String text;
    private final String jcaName;
    private final String oid;
    private final int length;
    private final byte[] digestInfoPrefix;

    DigestAlgorithm(String text, String jcaName, String oid, int length, String digestInfoPrefix) {
        this.text = text;
        this.jcaName = jcaName;
        this.oid = oid;
        this.length = length;
        this.digestInfoPrefix = HexFormat.of().parseHex(digestInfoPrefix);
    }

    /**
     * Finds the algorithm by name, in the spellings in use ({@code sha256}, {@code SHA-256}, {@code SHA256}).
     *
     * @param name the name
     * @return the algorithm
     * @throws UnsupportedRequestException if the name is not that of an offered algorithm; the message says why SHA-1 and MD5
     *     are refused
     */
    public static DigestAlgorithm fromName(String name) {
        String plain = name.toLowerCase(Locale.ROOT).replace("-", "");
        for (DigestAlgorithm algorithm : values()) {
            if (algorithm.text.equals(plain)) {
                return algorithm;
            }
        }
        throw new UnsupportedRequestException(switch (plain) {
                    case "md5", "sha1" ->
                        "The digest algorithm " + plain + " is refused because collisions can be made for it";
                    // The name of SHA-1 in Document Engine.
                    case "sha160" ->
                        "The digest algorithm sha160 (SHA-1) is refused because collisions can be made for it";
                    case "sha224" -> "The digest algorithm sha224 is not supported";
                    default -> "The digest algorithm is not known";
                }
                + "; use one of " + names() + ".");
    }

    /**
     * Finds the algorithm by the length of its digests.
     *
     * @param bytes the length of a digest in bytes
     * @return the algorithm, or empty if no offered algorithm has digests of that length
     */
    public static Optional<DigestAlgorithm> ofLength(int bytes) {
        return Arrays.stream(values()).filter(a -> a.length == bytes).findFirst();
    }

    private static String names() {
        return Arrays.stream(values()).map(DigestAlgorithm::text).collect(Collectors.joining(", "));
    }

    /**
     * Returns the name used in protocols: {@code sha256}, {@code sha384} or {@code sha512}.
     *
     * @return the name, in lower case
     */
    public String text() {
        return text;
    }

    /**
     * Returns the name used by the Java Cryptography Architecture, such as {@code SHA-256}.
     *
     * @return the name
     */
    public String jcaName() {
        return jcaName;
    }

    /**
     * Returns the object identifier in dotted form (RFC 5754, section 2).
     *
     * @return the object identifier
     */
    public String oid() {
        return oid;
    }

    /**
     * Returns the length of a digest.
     *
     * @return the length in bytes
     */
    public int length() {
        return length;
    }

    /**
     * Returns a new, empty hash computation.
     *
     * @return a computation for use by one thread
     */
    public MessageDigest newMessageDigest() {
        try {
            return MessageDigest.getInstance(jcaName);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("This Java runtime lacks " + jcaName, e);
        }
    }

    /** Returns the bytes of a DER DigestInfo before the digest itself (RFC 8017, section 9.2, note 1). */
    byte[] digestInfoPrefix() {
        return digestInfoPrefix;
    }
}

package io.github.hsmsigner.benchmarks.load;

import io.github.hsmsigner.core.Digest;
import io.github.hsmsigner.core.DigestAlgorithm;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Random;

/** The kinds of requests to the service. Sizes are powers of ten. */
enum Payload {
    CERTIFICATES("certificates", 0),
    RAW("raw", 250),
    PKCS7_250B("pkcs7-250B", 250),
    PKCS7_35KB("pkcs7-35KB", 35_000),
    PKCS7_1MB("pkcs7-1MB", 1_000_000),
    PKCS7_10MB("pkcs7-10MB", 10_000_000),
    /** The same, with the field that says how to hash after the contents, so that three digests are computed. */
    PKCS7_10MB_CONTENTS_FIRST("pkcs7-10MB-contents-first", 10_000_000),
    /** The same with the digest first, as Document Engine sends its fields. Its length determines how to hash. */
    PKCS7_10MB_DIGEST_FIRST("pkcs7-10MB-digest-first", 10_000_000),
    PKCS7_100MB("pkcs7-100MB", 100_000_000);

    private final String text;
    private final int size;

    Payload(String text, int size) {
        this.text = text;
        this.size = size;
    }

    String text() {
        return text;
    }

    int size() {
        return size;
    }

    /** Returns whether hashing takes longer than signing, so that the speed of hashing is what to compare with. */
    boolean isHashing() {
        return size >= 1_000_000;
    }

    byte[] json() {
        byte[] contents = new byte[size];
        new Random(size).nextBytes(contents);
        String base64 = Base64.getEncoder().encodeToString(contents);
        String json = switch (this) {
            case CERTIFICATES -> "{\"action\":\"get_certificates\"}";
            case RAW -> "{\"action\":\"sign\",\"hash_algorithm\":\"sha512\",\"data_to_be_signed\":\"" + base64 + "\"}";
            case PKCS7_10MB_CONTENTS_FIRST ->
                "{\"action\":\"sign_pkcs7\",\"encoded_contents\":\"" + base64 + "\",\"hash_algorithm\":\"sha512\"}";
            case PKCS7_10MB_DIGEST_FIRST ->
                "{\"action\":\"sign_pkcs7\",\"digest\":\""
                        + HexFormat.of()
                                .formatHex(Digest.compute(DigestAlgorithm.SHA512, contents)
                                        .bytes())
                        + "\",\"encoded_contents\":\"" + base64 + "\",\"hash_algorithm\":\"sha512\"}";
            default ->
                "{\"action\":\"sign_pkcs7\",\"hash_algorithm\":\"sha512\",\"encoded_contents\":\"" + base64 + "\"}";
        };
        return json.getBytes(StandardCharsets.US_ASCII);
    }

    /** Writes a script for wrk, and the body that it sends, into a directory; what is there already is kept. */
    Path script(Path directory) {
        Path body = directory.resolve(text + ".json");
        Path script = directory.resolve(text + ".lua");
        if (Files.exists(script)) {
            return script;
        }
        try {
            Files.write(body, json());
            return Files.writeString(script, Wrk.SCRIPT.formatted(body));
        } catch (IOException e) {
            throw new UncheckedIOException("The body for wrk cannot be written", e);
        }
    }
}

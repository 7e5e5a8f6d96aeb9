package io.github.hsmsigner.http.corpus;

import io.github.hsmsigner.core.Digest;
import io.github.hsmsigner.core.DigestAlgorithm;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.random.RandomGenerator;

/** Good bodies, and changes of them: of bits, of octets, and of the words of the protocol. */
final class Mutations {

    private static final byte[] CONTENTS = "%PDF-1.7 a byte range, \u00e4 \u20ac".getBytes(StandardCharsets.UTF_8);
    private static final String BASE64 = Base64.getEncoder().encodeToString(CONTENTS);

    /** Bodies that are answered with 200. */
    static final List<String> GOOD = List.of(
            "{'action':'get_certificates'}",
            "{'action':'get_certificates','signing_token':'{\\\"userId\\\":1}'}",
            "{'action':'sign','data_to_be_signed':'" + BASE64
                    + "','hash_algorithm':'sha384','signature_type':'cades','signing_token':'t\u00f6ken \uD83D\uDD11'}",
            "{'data_to_be_signed':'" + BASE64 + "'}",
            "{'action':'sign_pkcs7','digest':'" + hex(DigestAlgorithm.SHA256) + "','encoded_contents':'" + BASE64
                    + "','hash_algorithm':'sha256','signature_type':'cms','signing_token':'t'}",
            "{'action':'sign_pkcs7','encoded_contents':'" + BASE64
                    + "','hash_algorithm':'sha512','signature_type':'cades'}",
            "{'encoded_contents':'" + BASE64.substring(0, 12) + "\\r\\n" + BASE64.substring(12) + "'}",
            "{'document_id':'7','document_digest':'" + hex(DigestAlgorithm.SHA256) + "'}",
            "{ 'hash_algorithm' : 'SHA-512' ,\n\t'digest' : '" + hex(DigestAlgorithm.SHA512) + "' }",
            "{'x':{'y':[1,-2.5e3,true,null,'z']},'u':[],'encoded_contents':'" + BASE64 + "','signing_token':null}");

    private static final List<String> WORDS = List.of(
            "\"action\"",
            "\"digest\"",
            "\"document_digest\"",
            "\"encoded_contents\"",
            "\"data_to_be_signed\"",
            "\"hash_algorithm\"",
            "\"signature_type\"",
            "\"signing_token\"",
            "\"unknown\"",
            "\"sign\"",
            "\"sign_pkcs7\"",
            "\"get_certificates\"",
            "\"sha256\"",
            "\"sha384\"",
            "\"sha512\"",
            "\"sha1\"",
            "\"md5\"",
            "\"cms\"",
            "\"cades\"",
            "\"\"",
            "null",
            "true",
            "0",
            "-1e999",
            "[]",
            "{}",
            "[[",
            "{\"a\":",
            "\"AA==\"",
            "\"AAAA\"");

    private static final List<String> SNIPPETS = List.of(
            "\"", "\\", "\\u0000", "\\ud800", "\\u0041", "\\n", "\n", " ", "=", "==", "-", "_", "+", "/", "{", "}", "[",
            "]", ",", ":", "'", "//", "/*", "\uFEFF", "\u0000", "\u00e9", "A", "AAAA", "%", "0", "a");

    private Mutations() {}

    private static String hex(DigestAlgorithm algorithm) {
        return HexFormat.of().formatHex(Digest.compute(algorithm, CONTENTS).bytes());
    }

    static byte[] good(int index) {
        return utf8(GOOD.get(index).replace('\'', '"'));
    }

    /** A good body with two to five changes. */
    static byte[] next(RandomGenerator random) {
        byte[] body = good(random.nextInt(GOOD.size()));
        for (int changes = 2 + random.nextInt(4); changes > 0; changes--) {
            body = change(random, body);
        }
        return body;
    }

    private static byte[] change(RandomGenerator random, byte[] body) {
        if (body.length < 2) {
            return body;
        }
        int at = random.nextInt(body.length);
        int length = random.nextInt(Math.min(12, body.length - at) + 1);
        return switch (random.nextInt(11)) {
            case 0 -> flipped(body, at, 1 << random.nextInt(8));
            case 1 -> replaced(body, at, 1, new byte[] {(byte) random.nextInt(256)});
            case 2 -> replaced(body, at, length, new byte[0]);
            case 3 -> replaced(body, at, 0, Arrays.copyOfRange(body, at, at + length));
            case 4 -> replaced(body, at, random.nextInt(2), utf8(oneOf(random, SNIPPETS)));
            case 5 -> Arrays.copyOf(body, at);
            case 6 -> spliced(body, at, good(random.nextInt(GOOD.size())), random);
            case 7 -> flipped(body, at, 0x20);
            case 8 -> word(random, body, at);
            case 9 -> field(random, body);
            default -> replaced(body, at, 0, utf8(oneOf(random, List.of(" ", "\n", "\t"))));
        };
    }

    private static byte[] flipped(byte[] body, int at, int bits) {
        byte[] result = body.clone();
        result[at] ^= (byte) bits;
        return result;
    }

    private static byte[] replaced(byte[] body, int at, int length, byte[] by) {
        ByteArrayOutputStream result = new ByteArrayOutputStream();
        result.write(body, 0, at);
        result.writeBytes(by);
        result.write(body, at + length, body.length - at - length);
        return result.toByteArray();
    }

    private static byte[] spliced(byte[] body, int at, byte[] other, RandomGenerator random) {
        int from = random.nextInt(other.length);
        return replaced(body, at, body.length - at, Arrays.copyOfRange(other, from, other.length));
    }

    /** Another word in the place of one in quotation marks. */
    private static byte[] word(RandomGenerator random, byte[] body, int at) {
        int begin = at;
        while (begin < body.length && body[begin] != '"') {
            begin++;
        }
        int end = begin + 1;
        while (end < body.length && body[end] != '"') {
            end++;
        }
        return end >= body.length ? body : replaced(body, begin, end + 1 - begin, utf8(oneOf(random, WORDS)));
    }

    /** One more field at the front. */
    private static byte[] field(RandomGenerator random, byte[] body) {
        return replaced(body, 1, 0, utf8(oneOf(random, WORDS) + ":" + oneOf(random, WORDS) + ","));
    }

    private static String oneOf(RandomGenerator random, List<String> choices) {
        return choices.get(random.nextInt(choices.size()));
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}

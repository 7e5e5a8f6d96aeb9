package io.github.hsmsigner.http.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hsmsigner.core.ContainerFormat;
import io.github.hsmsigner.core.Digest;
import io.github.hsmsigner.core.DigestAlgorithm;
import io.github.hsmsigner.core.RawData;
import io.github.hsmsigner.core.SigningToken;
import io.github.hsmsigner.core.error.ErrorCode;
import io.github.hsmsigner.core.error.SigningException;
import io.github.hsmsigner.http.protocol.CallbackRequest.Certificates;
import io.github.hsmsigner.http.protocol.CallbackRequest.ContainerSignature;
import io.github.hsmsigner.http.protocol.CallbackRequest.RawSignature;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class CallbackRequestReaderTest {

    private static final byte[] CONTENTS = "%PDF-1.7 the contents of a document".getBytes(StandardCharsets.US_ASCII);
    private static final String BASE64 = Base64.getEncoder().encodeToString(CONTENTS);
    private static final String SHA256 = hex(DigestAlgorithm.SHA256);

    private final UnlimitedMemoryReader reader = new UnlimitedMemoryReader();

    private static String hex(DigestAlgorithm algorithm) {
        return HexFormat.of().formatHex(Digest.compute(algorithm, CONTENTS).bytes());
    }

    private CallbackRequest read(String body) throws IOException {
        return reader.read(new ByteArrayInputStream(body.getBytes(StandardCharsets.UTF_8)));
    }

    private static Optional<SigningToken> token(String text) {
        return Optional.of(SigningToken.of(text.getBytes(StandardCharsets.UTF_8)));
    }

    private static Arguments good(String name, String body, CallbackRequest expected) {
        return Arguments.argumentSet(name, body, expected);
    }

    static Stream<Arguments> goodRequests() {
        Digest sha256 = Digest.compute(DigestAlgorithm.SHA256, CONTENTS);
        Digest sha384 = Digest.compute(DigestAlgorithm.SHA384, CONTENTS);
        Digest sha512 = Digest.compute(DigestAlgorithm.SHA512, CONTENTS);
        CallbackRequest cmsSha256 = new ContainerSignature(ContainerFormat.CMS, sha256, Optional.empty());
        return Stream.of(
                good("certificates", "{'action':'get_certificates'}", new Certificates(Optional.empty())),
                good(
                        "certificates, with a signing token",
                        "{'action':'get_certificates','signing_token':'t\\u00f6ken \\\" \\uD83D\\uDD11'}",
                        new Certificates(token("t\u00f6ken \" \uD83D\uDD11"))),
                good(
                        "raw, default algorithm",
                        "{'action':'sign','data_to_be_signed':'" + BASE64 + "'}",
                        new RawSignature(RawData.ofDigest(sha256), Optional.empty())),
                good(
                        "raw, sha512, token, signature type",
                        "{'action':'sign','data_to_be_signed':'" + BASE64
                                + "','hash_algorithm':'sha512','signature_type':'cades','signing_token':'abc'}",
                        new RawSignature(RawData.ofDigest(sha512), token("abc"))),
                good(
                        "raw, with a digest that says nothing about it",
                        "{'action':'sign','digest':'" + hex(DigestAlgorithm.SHA384) + "','data_to_be_signed':'" + BASE64
                                + "'}",
                        new RawSignature(RawData.ofDigest(sha256), Optional.empty())),
                good(
                        "raw, no action",
                        "{'data_to_be_signed':'" + BASE64 + "'}",
                        new RawSignature(RawData.ofDigest(sha256), Optional.empty())),
                good("container of contents", "{'action':'sign_pkcs7','encoded_contents':'" + BASE64 + "'}", cmsSha256),
                good("container of a digest", "{'action':'sign_pkcs7','digest':'" + SHA256 + "'}", cmsSha256),
                good(
                        "container of a digest in upper case",
                        "{'action':'sign_pkcs7','digest':'" + SHA256.toUpperCase(Locale.ROOT) + "'}",
                        cmsSha256),
                good(
                        "container, cades, sha384",
                        "{'action':'sign_pkcs7','hash_algorithm':'sha384','signature_type':'cades','digest':'"
                                + hex(DigestAlgorithm.SHA384) + "','encoded_contents':'" + BASE64 + "'}",
                        new ContainerSignature(ContainerFormat.PADES_B_B, sha384, Optional.empty())),
                good(
                        "contents before the algorithm",
                        "{'encoded_contents':'" + BASE64 + "','hash_algorithm':'SHA-512'}",
                        new ContainerSignature(ContainerFormat.CMS, sha512, Optional.empty())),
                good(
                        "older server: document_digest and no action",
                        "{'document_id':'7KPS','document_digest':'" + SHA256 + "'}",
                        cmsSha256),
                good(
                        "one spelling of the digest, the other null",
                        "{'document_digest':null,'digest':'" + SHA256 + "'}",
                        cmsSha256),
                good(
                        "no action, contents and data to be signed",
                        "{'data_to_be_signed':'AAAA','encoded_contents':'" + BASE64 + "'}",
                        cmsSha256),
                good(
                        "unknown fields of every type",
                        "{'x':{'action':['sign',{}]},'y':null,'z':12.5e3,'v':[true],'digest':'" + SHA256 + "','u':'w'}",
                        cmsSha256),
                good(
                        "null for what is absent",
                        "{'action':null,'data_to_be_signed':null,'digest':'" + SHA256
                                + "','encoded_contents':null,'hash_algorithm':null,'signature_type':null,'signing_token':null}",
                        cmsSha256),
                good("white space around the object", "\n\t {'digest':'" + SHA256 + "'} \r\n", cmsSha256),
                good(
                        "Base64 in lines, with escaped and with bare line breaks",
                        "{'encoded_contents':'" + BASE64.substring(0, 8) + "\\r\\n" + BASE64.substring(8, 16) + "\n"
                                + BASE64.substring(16) + "\\n'}",
                        cmsSha256),
                good(
                        "Base64 with escaped slashes",
                        "{'data_to_be_signed':'\\/\\/8='}",
                        new RawSignature(
                                RawData.ofDigest(Digest.compute(DigestAlgorithm.SHA256, new byte[] {-1, -1})),
                                Optional.empty())),
                good(
                        "an escaped padding character at the start of a group, which the JSON parser skips",
                        "{'data_to_be_signed':'YQ==\\u003dYg=='}",
                        new RawSignature(
                                RawData.ofDigest(Digest.compute(DigestAlgorithm.SHA256, new byte[] {'a', 'b'})),
                                Optional.empty())),
                good("a byte order mark", "\uFEFF{'digest':'" + SHA256 + "'}", cmsSha256),
                good(
                        "padded groups in the middle of Base64",
                        "{'data_to_be_signed':'YQ==Yg=='}",
                        new RawSignature(
                                RawData.ofDigest(Digest.compute(DigestAlgorithm.SHA256, new byte[] {'a', 'b'})),
                                Optional.empty())));
    }

    @ParameterizedTest
    @MethodSource("goodRequests")
    void readsGoodRequests(String body, CallbackRequest expected) throws IOException {
        assertThat(read(body.replace('\'', '"'))).isEqualTo(expected);
    }

    private static Arguments bad(String name, String body, ErrorCode code, String message) {
        return Arguments.argumentSet(name, body, code, message);
    }

    private static Arguments invalid(String name, String body, String message) {
        return bad(name, body, ErrorCode.INVALID_REQUEST, message);
    }

    private static Arguments unsupported(String name, String body, String message) {
        return bad(name, body, ErrorCode.UNSUPPORTED, message);
    }

    static Stream<Arguments> badRequests() {
        return Stream.of(
                invalid("empty body", "", "empty"),
                invalid("white space only", "  \n", "empty"),
                invalid("not JSON", "hello", "not well-formed JSON"),
                invalid("JSON array", "[{'action':'get_certificates'}]", "not an object"),
                invalid("JSON string", "'get_certificates'", "not an object"),
                invalid("JSON null", "null", "not an object"),
                invalid("cut off", "{'action':'get_certi", "ends before"),
                invalid("cut off after a comma", "{'action':'sign',", "not well-formed JSON"),
                invalid("cut off in Base64", "{'encoded_contents':'AAAA", "ends before"),
                invalid("cut off in a name", "{'act", "ends before"),
                invalid("single comma", "{,}", "not well-formed JSON"),
                invalid("trailing object", "{'digest':'" + SHA256 + "'}{}", "Something follows"),
                invalid("trailing garbage", "{'digest':'" + SHA256 + "'} x", "Something follows"),
                invalid("known field twice", "{'action':'sign','action':'sign'}", "twice"),
                invalid("unknown field twice", "{'x':1,'x':1}", "twice"),
                invalid("no fields", "{}", "neither the field action nor"),
                invalid("unknown fields only", "{'hello':'world'}", "neither the field action nor"),
                invalid("sign without data", "{'action':'sign'}", "data_to_be_signed"),
                invalid("sign with a digest only", "{'action':'sign','digest':'" + SHA256 + "'}", "data_to_be_signed"),
                invalid("container of nothing", "{'action':'sign_pkcs7'}", "encoded_contents or the field digest"),
                unsupported("unknown action", "{'action':'sign_everything'}", "get_certificates, sign, sign_pkcs7"),
                unsupported("action in capitals", "{'action':'SIGN'}", "get_certificates, sign, sign_pkcs7"),
                unsupported("md5", "{'hash_algorithm':'md5','digest':'" + SHA256 + "'}", "collisions"),
                unsupported("sha1", "{'hash_algorithm':'SHA-1','digest':'" + SHA256 + "'}", "collisions"),
                unsupported("sha160", "{'hash_algorithm':'sha160','digest':'" + SHA256 + "'}", "(SHA-1) is refused"),
                unsupported(
                        "sha224", "{'hash_algorithm':'sha224','digest':'" + SHA256 + "'}", "sha224 is not supported"),
                unsupported("unknown algorithm", "{'hash_algorithm':'sha3','digest':'" + SHA256 + "'}", "not known"),
                unsupported("unknown type", "{'signature_type':'xades','digest':'" + SHA256 + "'}", "cms, cades"),
                invalid("digest of odd length", "{'digest':'" + SHA256.substring(1) + "'}", "even number"),
                invalid("digest that is not hex", "{'digest':'" + "zz".repeat(32) + "'}", "hexadecimal"),
                invalid("digest of no algorithm's length", "{'digest':'" + "00".repeat(21) + "'}", "holds 21 bytes"),
                invalid("digest of MD5", "{'digest':'" + "00".repeat(16) + "'}", "md5 is not supported; use one of"),
                invalid("digest of SHA-1", "{'digest':'" + "00".repeat(20) + "'}", "sha1 is not supported; use one"),
                invalid("digest of SHA-224", "{'digest':'" + "00".repeat(28) + "'}", "sha224 is not supported"),
                invalid("empty digest", "{'digest':''}", "holds 0 bytes"),
                invalid(
                        "digest of another algorithm than the default",
                        "{'digest':'" + hex(DigestAlgorithm.SHA384) + "'}",
                        "48 bytes, but a digest made with sha256 has 32"),
                invalid(
                        "digest of another algorithm than named",
                        "{'digest':'" + SHA256 + "','hash_algorithm':'sha512'}",
                        "32 bytes, but a digest made with sha512 has 64"),
                invalid(
                        "both spellings of the digest",
                        "{'digest':'" + SHA256 + "','document_digest':'" + SHA256 + "'}",
                        "twice, as digest and as document_digest"),
                invalid(
                        "digest of other contents",
                        "{'digest':'" + "00".repeat(32) + "','encoded_contents':'" + BASE64 + "'}",
                        "does not match the contents"),
                invalid(
                        "digest of other contents, contents first",
                        "{'encoded_contents':'" + BASE64 + "','document_digest':'" + "00".repeat(32) + "'}",
                        "does not match the contents"),
                invalid("empty contents", "{'encoded_contents':''}", "empty"),
                invalid("empty data", "{'data_to_be_signed':' '}", "empty"),
                invalid("Base64 with a stray character", "{'encoded_contents':'AAAA*AAA'}", "Base64"),
                invalid("Base64 of the URL alphabet", "{'encoded_contents':'__-_'}", "Base64"),
                invalid("Base64 without padding", "{'encoded_contents':'AAAAAA'}", "padding"),
                invalid("Base64 with half its padding", "{'encoded_contents':'AA='}", "padding"),
                invalid("Base64 with white space inside a group", "{'encoded_contents':'AA AA'}", "Base64"),
                invalid(
                        "Base64 with an escaped stray character",
                        "{'encoded_contents':'AAAA\\u0000\\u0041'}",
                        "Base64"),
                invalid("number for action", "{'action':1}", "action must be a JSON string"),
                invalid("null for action and nothing else", "{'action':null}", "neither the field action nor a field"),
                invalid("true for the algorithm", "{'hash_algorithm':true}", "hash_algorithm must be a JSON string"),
                invalid("an object for the type", "{'signature_type':{}}", "signature_type must be a JSON string"),
                invalid("array for the digest", "{'digest':['00']}", "digest must be a JSON string"),
                invalid("number for contents", "{'encoded_contents':12}", "encoded_contents must be a JSON string"),
                invalid(
                        "null for contents",
                        "{'action':'sign_pkcs7','encoded_contents':null}",
                        "needs the field encoded_contents or the field digest"),
                invalid("object for data", "{'data_to_be_signed':{}}", "data_to_be_signed must be a JSON string"),
                invalid("object for the token", "{'signing_token':{'a':1}}", "signing_token must be a JSON string"),
                invalid("half a surrogate in the token", "{'signing_token':'\\ud800'}", "Unicode"),
                invalid("nested too deeply", "{'x':" + "[".repeat(50) + "]".repeat(50) + "}", "exceeds a limit"),
                invalid("too many tokens", "{'x':[" + "1,".repeat(2000) + "1]}", "exceeds a limit"),
                invalid("name that is too long", "{'" + "x".repeat(5000) + "':1}", "exceeds a limit"),
                invalid(
                        "token that is too long",
                        "{'signing_token':'" + "x".repeat(1_100_000) + "'}",
                        "exceeds a limit"));
    }

    @ParameterizedTest
    @MethodSource("badRequests")
    void refusesBadRequests(String body, ErrorCode code, String message) {
        assertThatThrownBy(() -> read(body.replace('\'', '"'))).isInstanceOfSatisfying(SigningException.class, e -> {
            assertThat(e.code()).isEqualTo(code);
            assertThat(e.clientMessage()).contains(message).endsWith(".");
            assertThat(e.getCause()).isNull();
        });
    }

    @Test
    void refusesTextThatIsNotUtf8() {
        byte[] body = "{\"signing_token\":\"\u00f6\"}".getBytes(StandardCharsets.ISO_8859_1);
        assertThatThrownBy(() -> reader.read(new ByteArrayInputStream(body)))
                .isInstanceOf(SigningException.class)
                .hasMessageContaining("UTF-8");
    }

    @Test
    void passesOnThatTheBodyCannotBeRead() {
        InputStream broken = new InputStream() {
            @Override
            public int read() throws IOException {
                throw new IOException("cut");
            }
        };
        assertThatThrownBy(() -> reader.read(broken))
                .isInstanceOf(IOException.class)
                .hasMessage("cut");
    }

    @ParameterizedTest
    @EnumSource(DigestAlgorithm.class)
    void givesTheSameRequestForEveryOrderOfTheFields(DigestAlgorithm algorithm) throws IOException {
        List<String> fields = List.of(
                "\"action\":\"sign_pkcs7\"",
                "\"digest\":\"" + hex(algorithm) + "\"",
                "\"encoded_contents\":\"" + BASE64 + "\"",
                "\"hash_algorithm\":\"" + algorithm.text() + "\"",
                "\"signature_type\":\"cades\"",
                "\"signing_token\":\"secret\"");
        CallbackRequest expected =
                new ContainerSignature(ContainerFormat.PADES_B_B, Digest.compute(algorithm, CONTENTS), token("secret"));
        List<List<String>> orders = permutations(fields);
        assertThat(orders).hasSize(720).doesNotHaveDuplicates();
        for (List<String> order : orders) {
            assertThat(read("{" + String.join(",", order) + "}"))
                    .as("%s", order)
                    .isEqualTo(expected);
        }
    }

    private static List<List<String>> permutations(List<String> items) {
        if (items.isEmpty()) {
            return List.of(List.of());
        }
        List<List<String>> result = new ArrayList<>();
        for (String first : items) {
            List<String> others = new ArrayList<>(items);
            others.remove(first);
            for (List<String> rest : permutations(others)) {
                List<String> order = new ArrayList<>(List.of(first));
                order.addAll(rest);
                result.add(order);
            }
        }
        return result;
    }

    /** 64 MiB of contents, with the algorithm known before them, after them, and by the length of the digest. */
    @ParameterizedTest
    @ValueSource(strings = {"algorithm first", "algorithm last", "digest first"})
    void readsHugeContentsInConstantMemory(String order) throws IOException {
        byte[] block = new byte[3 * 1024];
        new Random(1).nextBytes(block);
        long times = 64L * 1024 * 1024 / block.length;
        MessageDigest sha512 = DigestAlgorithm.SHA512.newMessageDigest();
        for (long i = 0; i < times; i++) {
            sha512.update(block);
        }
        Digest expected = Digest.of(DigestAlgorithm.SHA512, sha512.digest());
        String digest = "\"digest\":\"" + HexFormat.of().formatHex(expected.bytes()) + "\"";
        String algorithm = "\"hash_algorithm\":\"sha512\"";
        String contents = "\"encoded_contents\":\"";
        String prefix = switch (order) {
            case "algorithm first" -> "{" + algorithm + "," + contents;
            case "digest first" -> "{" + digest + "," + contents;
            default -> "{" + contents;
        };
        String suffix = switch (order) {
            case "algorithm first" -> "\"," + digest + "}";
            case "digest first" -> "\"," + algorithm + "}";
            default -> "\"," + digest + "," + algorithm + "}";
        };

        AllocatedBytes allocated = new AllocatedBytes();
        CallbackRequest request =
                reader.read(GeneratedBody.of(prefix, Base64.getEncoder().encodeToString(block), times, suffix));

        assertThat(request).isEqualTo(new ContainerSignature(ContainerFormat.CMS, expected, Optional.empty()));
        // Everything ever allocated for the request, garbage included, is a small part of the contents.
        assertThat(allocated.sinceStart()).isLessThan(4L * 1024 * 1024);
    }

    @Test
    void skipsHugeUnknownFieldsInConstantMemory() throws IOException {
        AllocatedBytes allocated = new AllocatedBytes();
        CallbackRequest request = reader.read(GeneratedBody.of(
                "{\"unknown\":\"", "x".repeat(1024), 32 * 1024, "\",\"action\":\"get_certificates\"}"));
        assertThat(request).isEqualTo(new Certificates(Optional.empty()));
        assertThat(allocated.sinceStart()).isLessThan(4L * 1024 * 1024);
    }

    /** What this thread allocates on the heap, as the virtual machine counts it. */
    private static final class AllocatedBytes {

        private final com.sun.management.ThreadMXBean threads =
                (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        private final long start = threads.getCurrentThreadAllocatedBytes();

        long sinceStart() {
            return threads.getCurrentThreadAllocatedBytes() - start;
        }
    }
}

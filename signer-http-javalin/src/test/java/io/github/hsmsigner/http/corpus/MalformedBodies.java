package io.github.hsmsigner.http.corpus;

import java.io.ByteArrayOutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/** The corpus of malformed bodies: what is wrong, the octets, and the code and a part of the message of the answer. */
final class MalformedBodies {

    /** The largest body where the corpus is tried. */
    static final int MAX_BODY_BYTES = 1_200_000;

    private static final String INVALID = "invalid_request";
    private static final String UNSUPPORTED = "unsupported";

    private static final String NOT_JSON = "not well-formed JSON";
    private static final String ENDS = "ends before";
    private static final String FOLLOWS = "Something follows";
    private static final String BASE64 = "must hold Base64";
    private static final String HEX = "in hexadecimal";
    private static final String LIMIT = "exceeds a limit";
    private static final String TWICE = "twice";

    private static final String SHA256 = "5e".repeat(32);
    private static final String SHA384 = "5e".repeat(48);
    private static final String SHA512 = "5e".repeat(64);

    /** A body of every field, as Document Engine may send it, for others to be made from. */
    private static final String FULL = "{'action':'sign_pkcs7','digest':'"
            + "df3f619804a92fdb4057192dc43dd748ea778adc52bc498ce80524c014b81119"
            + "','encoded_contents':'AAAAAA==','hash_algorithm':'sha256','signature_type':'cms','signing_token':'t'}";

    private final List<Body> bodies = new ArrayList<>();

    /**
     * One malformed body.
     *
     * @param name what is wrong with it
     * @param octets the body
     * @param status the status of the answer
     * @param code the code of the error
     * @param message a part of the message
     */
    record Body(String name, byte[] octets, int status, String code, String message) {

        @Override
        public String toString() {
            return name;
        }
    }

    private MalformedBodies() {}

    static List<Body> all() {
        MalformedBodies corpus = new MalformedBodies();
        corpus.notAnObject();
        corpus.jsonSyntax();
        corpus.cutOff();
        corpus.trailing();
        corpus.types();
        corpus.twice();
        corpus.missing();
        corpus.actions();
        corpus.algorithmsAndTypes();
        corpus.digests();
        corpus.base64("encoded_contents");
        corpus.base64("data_to_be_signed");
        corpus.encodings();
        corpus.limits();
        return List.copyOf(corpus.bodies);
    }

    private void notAnObject() {
        Stream.of(
                        "[]",
                        "[{'action':'get_certificates'}]",
                        "'get_certificates'",
                        "''",
                        "null",
                        "true",
                        "false",
                        "0",
                        "-1",
                        "1.5e3")
                .forEach(text -> invalid("not an object: " + text, text, "not an object"));
        invalid("nothing", "", "is empty");
        Stream.of(" ", "\n", "\r\n\t ", " ".repeat(5000))
                .forEach(text -> invalid("white space only, " + text.length(), text, "is empty"));
        Stream.of(
                        "action=get_certificates",
                        "<?xml version='1.0'?><sign/>",
                        "%PDF-1.7",
                        "---\naction: sign",
                        "hello",
                        "undefined",
                        "NaN",
                        "Infinity",
                        "TRUE",
                        "nul",
                        "+1",
                        "01",
                        ".5",
                        "1.",
                        "1e",
                        "0x1F",
                        "'\\x'",
                        "]",
                        "}",
                        ",",
                        ":",
                        "\\")
                .forEach(text -> add("not JSON: " + text, json(text), 400, INVALID, ""));
    }

    private void jsonSyntax() {
        Stream.of(
                        "{,}",
                        "{,'action':'sign'}",
                        "{'action':'get_certificates',}",
                        "{'action':'get_certificates',,'x':1}",
                        "{'action' 'get_certificates'}",
                        "{'action'='get_certificates'}",
                        "{'action'::'get_certificates'}",
                        "{'action','get_certificates'}",
                        "{'action':}",
                        "{'action':'get_certificates' 'x':1}",
                        "{'action':'get_certificates';'x':1}",
                        "{'action':get_certificates}",
                        "{'action':'get_certificates'",
                        "{action:'get_certificates'}",
                        "{1:'get_certificates'}",
                        "{null:'get_certificates'}",
                        "{'action':'get_certificates'/**/}",
                        "{/**/'action':'get_certificates'}",
                        "{'action':'get_certificates'//\n}",
                        "{'action':'get_certificates'#\n}",
                        "{'action':'sign\\'}",
                        "{'action':'\\q'}",
                        "{'action':'\\u12'}",
                        "{'action':'\\u12g4'}",
                        "{'action':'\\U0041'}",
                        "{'action':'sign\n'}",
                        "{'action':'sign\u0000'}",
                        "{'act\nion':'sign'}",
                        "{'x':01}",
                        "{'x':+1}",
                        "{'x':.5}",
                        "{'x':5.}",
                        "{'x':1e}",
                        "{'x':1e+}",
                        "{'x':-}",
                        "{'x':--1}",
                        "{'x':0x10}",
                        "{'x':1_000}",
                        "{'x':NaN}",
                        "{'x':-Infinity}",
                        "{'x':tru}",
                        "{'x':True}",
                        "{'x':nulll}",
                        "{'x':[1,]}",
                        "{'x':[,1]}",
                        "{'x':[1 2]}",
                        "{'x':[1}",
                        "{'x':{]}",
                        "{'x':{'y'}}",
                        "{'x':{'y':1,}}",
                        "{'x':(1)}",
                        "{'x':'\t'}",
                        "{{}}",
                        "{[]}",
                        "{'x':1]")
                .forEach(text -> add("JSON syntax: " + text, json(text), 400, INVALID, ""));
        add("single quotation marks", utf8("{'action':'get_certificates'}"), 400, INVALID, NOT_JSON);
        add("one quotation mark of each kind", utf8("{\"action\":'get_certificates\"}"), 400, INVALID, NOT_JSON);
        add("typographic quotation marks", utf8("{\u201Caction\u201D:1}"), 400, INVALID, NOT_JSON);
    }

    /** A good body that ends early, at each of its marks. */
    private void cutOff() {
        String body = FULL.replace('\'', '"');
        for (int end = 1; end < body.length(); end++) {
            if (!Character.isLetterOrDigit(body.charAt(end))) {
                add("cut off after " + end + " octets", utf8(body.substring(0, end)), 400, INVALID, "");
            }
        }
        invalid("cut off in an escape", "{'signing_token':'\\", ENDS);
        invalid("cut off in a Unicode escape", "{'signing_token':'\\u00", ENDS);
        invalid("cut off in a nested object", "{'x':{'y':[", ENDS);
        add("cut off in a character", bytes("7b2278223a22e282"), 400, INVALID, "");
    }

    private void trailing() {
        Stream.of("{}", "}", "]", ",", "x", "\u0000", "null", "'t'", "{'action':'sign'}", "//", "\\", "\uFEFF")
                .forEach(text -> invalid("followed by " + text, "{'action':'get_certificates'}" + text, FOLLOWS));
        invalid("two objects, one a line", "{'action':'get_certificates'}\n{'action':'get_certificates'}", FOLLOWS);
    }

    private void types() {
        for (String field : List.of(
                "action",
                "data_to_be_signed",
                "digest",
                "document_digest",
                "encoded_contents",
                "hash_algorithm",
                "signature_type",
                "signing_token")) {
            for (String value : List.of("1", "true", "['AAAA']", "{'a':'AAAA'}", "-0.5e1")) {
                invalid(field + " is " + value, "{'" + field + "':" + value + "}", field + " must be a JSON string");
            }
        }
    }

    private void twice() {
        Stream.of(
                        "'action':'get_certificates'",
                        "'data_to_be_signed':'AAAA'",
                        "'digest':'" + SHA256 + "'",
                        "'document_digest':'" + SHA256 + "'",
                        "'encoded_contents':'AAAA'",
                        "'hash_algorithm':'sha256'",
                        "'signature_type':'cms'",
                        "'signing_token':'t'",
                        "'signing_token':null",
                        "'document_id':'7'",
                        "'':0")
                .forEach(field -> invalid("twice: " + field, "{" + field + "," + field + "}", TWICE));
        invalid("twice, once null", "{'action':null,'action':'get_certificates'}", TWICE);
        invalid("twice, once with an escape", "{'action':'get_certificates','\\u0061ction':'sign'}", TWICE);
        invalid("twice, far apart", "{'x':1," + fields(50) + ",'x':1,'action':'get_certificates'}", TWICE);
        invalid("both digests, equal", "{'digest':'" + SHA256 + "','document_digest':'" + SHA256 + "'}", TWICE);
        invalid("both digests, different", "{'digest':'" + SHA256 + "','document_digest':'" + SHA512 + "'}", TWICE);
    }

    private static String fields(int number) {
        List<String> fields = new ArrayList<>();
        for (int i = 0; i < number; i++) {
            fields.add("'f" + i + "':" + i);
        }
        return String.join(",", fields);
    }

    private void missing() {
        invalid("no field", "{}", "neither the field action nor");
        invalid("no known field", "{'Action':'sign','ACTION':'sign'}", "neither the field action nor");
        invalid("a token only", "{'signing_token':'t'}", "neither the field action nor");
        invalid("an algorithm only", "{'hash_algorithm':'sha256','signature_type':'cms'}", "neither the field");
        invalid("null only", "{'action':null,'digest':null,'encoded_contents':null}", "neither the field action nor");
        invalid("an action within another field only", "{'x':{'action':'get_certificates'}}", "neither the field");
        invalid("sign without data", "{'action':'sign'}", "needs the field data_to_be_signed");
        invalid("sign with null", "{'action':'sign','data_to_be_signed':null}", "needs the field data_to_be_signed");
        invalid("sign with contents", "{'action':'sign','encoded_contents':'AAAA'}", "needs the field data_to_be");
        invalid("sign with a digest", "{'action':'sign','digest':'" + SHA256 + "'}", "needs the field data_to_be");
        invalid("container of nothing", "{'action':'sign_pkcs7'}", "encoded_contents or the field digest");
        invalid("container of data", "{'action':'sign_pkcs7','data_to_be_signed':'AAAA'}", "encoded_contents or the");
    }

    private void actions() {
        Stream.of(
                        "",
                        " ",
                        "sign ",
                        " sign",
                        "SIGN",
                        "Sign",
                        "sign_pkcs",
                        "sign-pkcs7",
                        "sign_cms",
                        "shred",
                        "signature",
                        "get_certificate",
                        "getCertificates",
                        "sign\\u0000",
                        "s\\u00efgn",
                        "../sign",
                        "null")
                .forEach(action ->
                        unsupported("action " + action, "{'action':'" + action + "'}", "The action is not known"));
    }

    private void algorithmsAndTypes() {
        Stream.of("md5", "MD5", "sha1", "SHA-1", "sha-1", "sha160", "SHA-160")
                .forEach(name -> unsupported(
                        "algorithm " + name, "{'hash_algorithm':'" + name + "','digest':'" + SHA256 + "'}", "refused"));
        Stream.of("sha224", "SHA-224", "sha-224")
                .forEach(name -> unsupported(
                        "algorithm " + name,
                        "{'hash_algorithm':'" + name + "','digest':'" + SHA256 + "'}",
                        "sha224 is not supported"));
        Stream.of("", "sha", "sha2", "sha-3", "sha3-256", "sha512/256", "blake3", "sha256 ", "256", "none")
                .forEach(name -> unsupported(
                        "algorithm " + name,
                        "{'hash_algorithm':'" + name + "','digest':'" + SHA256 + "'}",
                        "digest algorithm is not known"));
        Stream.of("", "CMS", "cades ", "pades", "xades", "b-b", "pkcs7", "raw")
                .forEach(name -> unsupported(
                        "type " + name, "{'signature_type':'" + name + "','digest':'" + SHA256 + "'}", "is not known"));
    }

    private void digests() {
        for (String field : List.of("digest", "document_digest")) {
            for (int length : new int[] {0, 1, 16, 20, 28, 31, 33, 47, 49, 63, 65, 128}) {
                invalid(
                        field + " of " + length + " bytes",
                        "{'" + field + "':'" + "5e".repeat(length) + "'}",
                        "holds " + length + " bytes");
            }
            Stream.of(
                            "5",
                            SHA256 + "5",
                            SHA256.substring(1),
                            "0x" + SHA256,
                            " " + SHA256,
                            SHA256 + "\\n",
                            "zz".repeat(32),
                            "5E:".repeat(32),
                            "XmFzZTY0",
                            "\uFF15\uFF45".repeat(32))
                    .forEach(hex -> invalid(field + " " + hex, "{'" + field + "':'" + hex + "'}", HEX));
        }
        invalid("digest of sha384 with the default", "{'digest':'" + SHA384 + "'}", "made with sha256 has 32");
        invalid("digest of sha256 with sha512", "{'hash_algorithm':'sha512','digest':'" + SHA256 + "'}", "has 64");
        invalid("digest of sha512 with sha384", "{'digest':'" + SHA512 + "','hash_algorithm':'sha384'}", "has 48");
        invalid("digest of others, digest first", "{'digest':'" + SHA256 + "','encoded_contents':'AAAA'}", "not match");
        invalid(
                "digest of others, contents first",
                "{'encoded_contents':'AAAA','digest':'" + SHA256 + "'}",
                "not match");
        invalid(
                "digest of others, algorithm last",
                "{'encoded_contents':'AAAA','digest':'" + SHA512 + "','hash_algorithm':'sha512'}",
                "not match");
        invalid(
                "digest with another algorithm than the contents'",
                "{'digest':'" + SHA384 + "','encoded_contents':'AAAA','hash_algorithm':'sha512'}",
                "made with sha512 has 64");
    }

    private void base64(String field) {
        Stream.of(
                        "A",
                        "AA",
                        "AAA",
                        "AAAAA",
                        "AA=",
                        "A=",
                        "=",
                        "==",
                        "====",
                        "A===",
                        "AA=A",
                        "AAA=A",
                        "AAAA=",
                        "AA==A",
                        "AA AA",
                        "A A A A",
                        "AA\\nAA",
                        "__-_",
                        "AAA-",
                        "AAA_",
                        "AAA.",
                        "AAA,",
                        "AAAA*AAA",
                        "%PDF",
                        "AAA\\u00e9",
                        "\u00e4\u00e4\u00e4\u00e4",
                        "AAA\\ud83d",
                        "AAAA\\u0000\\u0041",
                        "data:;base64,AAAA",
                        "QUJD%3D",
                        "AAA\\\\")
                .forEach(text -> invalid(field + " " + text, "{'" + field + "':'" + text + "'}", BASE64));
        invalid(field + " with a broken escape", "{'" + field + "':'AAAA\\q'}", "");
        Stream.of("", " ", "\\n", "\\r\\n\\t ")
                .forEach(text ->
                        invalid(field + " empty: '" + text + "'", "{'" + field + "':'" + text + "'}", "is empty"));
    }

    private void encodings() {
        String token = "{'signing_token':'t\u00f6ken','action':'get_certificates'}".replace('\'', '"');
        encoded("ISO 8859-1", token, StandardCharsets.ISO_8859_1);
        encoded("code page 850", token, Charset.forName("IBM850"));
        encoded("EBCDIC", token, Charset.forName("IBM037"));
        for (String octets :
                List.of("80", "bf", "c3", "c328", "e282", "e28228", "f09f94", "f09f9428", "f8808080", "fe", "ff")) {
            add(
                    "octets that are not UTF-8 in a token: " + octets,
                    joined(utf8("{\"action\":\"get_certificates\",\"signing_token\":\""), bytes(octets), utf8("\"}")),
                    400,
                    INVALID,
                    "");
            add(
                    "octets that are not UTF-8 in a name: " + octets,
                    joined(utf8("{\"action\":\"get_certificates\",\""), bytes(octets), utf8("\":1}")),
                    400,
                    INVALID,
                    "");
        }
        Stream.of("\\ud800", "\\udc00", "\\ud83d\\ud83d", "\\udc00\\ud83d", "x\\ud83dx")
                .forEach(text -> invalid(
                        "half a surrogate: " + text, "{'signing_token':'" + text + "'}", "not well-formed Unicode"));
        add(
                "half a surrogate in octets",
                joined(utf8("{\"signing_token\":\""), bytes("eda080"), utf8("\"}")),
                400,
                INVALID,
                "");
        add("two byte order marks", joined(bytes("efbbbfefbbbf"), utf8("{}")), 400, INVALID, NOT_JSON);
        add("a byte order mark and nothing", bytes("efbbbf"), 400, INVALID, NOT_JSON);
        add("half a byte order mark", joined(bytes("efbb"), utf8("{}")), 400, INVALID, "");
        add("UTF-16 of an odd number of octets", joined(utf16("{}"), bytes("00")), 400, INVALID, "");
        add("UTF-16 with half a surrogate", joined(utf16("{\"x\":\""), bytes("d83d"), utf16("\"}")), 400, INVALID, "");
        add("gzip that is not declared", bytes("1f8b0800000000000003"), 400, INVALID, NOT_JSON);
        add("zeros", new byte[100], 400, INVALID, "");
        add("a TLS greeting", bytes("160301020001"), 400, INVALID, NOT_JSON);
    }

    private void limits() {
        invalid("33 levels of arrays", "{'x':" + "[".repeat(32) + "]".repeat(32) + "}", LIMIT);
        invalid("33 levels of objects", "{'x':".repeat(33) + "1" + "}".repeat(33), LIMIT);
        invalid("levels without end", "{'x':" + "[".repeat(100_000), LIMIT);
        invalid("tokens without end", "{'x':[" + "1,".repeat(100_000), LIMIT);
        invalid("129 fields", "{" + fields(129) + "}", LIMIT);
        invalid("a long name", "{'" + "n".repeat(140) + "':1}", LIMIT);
        invalid("a very long name", "{'" + "n".repeat(1_000_000) + "':1}", LIMIT);
        invalid("a long integer", "{'x':" + "1".repeat(257) + "}", LIMIT);
        invalid("a very long integer", "{'x':" + "1".repeat(1_000_000) + "}", LIMIT);
        invalid("a very long fraction", "{'x':0." + "1".repeat(1_000_000) + "}", LIMIT);
        invalid("a very long exponent", "{'x':1e" + "1".repeat(1_000_000) + "}", LIMIT);
        invalid("a long token", "{'signing_token':'" + "t".repeat(16_385) + "'}", LIMIT);
        invalid("a long action", "{'action':'" + "t".repeat(257) + "'}", LIMIT);
        invalid("a long digest", "{'digest':'" + "55".repeat(129) + "'}", LIMIT);
        Stream.of(
                        "{'action':'get_certificates'}" + " ".repeat(MAX_BODY_BYTES),
                        "{'x':'" + "x".repeat(MAX_BODY_BYTES) + "','action':'get_certificates'}",
                        "{'encoded_contents':'" + "AAAA".repeat(MAX_BODY_BYTES / 4) + "'}",
                        "x".repeat(MAX_BODY_BYTES + 1),
                        " ".repeat(MAX_BODY_BYTES + 1))
                .forEach(text -> add(
                        "a body over the limit: " + text.substring(0, 5),
                        json(text),
                        413,
                        "body_too_large",
                        "larger than " + MAX_BODY_BYTES + " bytes"));
    }

    private void invalid(String name, String body, String message) {
        add(name, json(body), 400, INVALID, message);
    }

    private void unsupported(String name, String body, String message) {
        add(name, json(body), 400, UNSUPPORTED, message);
    }

    private void encoded(String name, String body, Charset charset) {
        add("in " + name, body.getBytes(charset), 400, INVALID, "");
    }

    private void add(String name, byte[] octets, int status, String code, String message) {
        bodies.add(new Body(name.length() > 80 ? name.substring(0, 80) : name, octets, status, code, message));
    }

    /** JSON with the other quotation marks, for which Java needs no escapes. */
    private static byte[] json(String text) {
        return utf8(text.replace('\'', '"'));
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] utf16(String text) {
        return text.getBytes(StandardCharsets.UTF_16BE);
    }

    private static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex);
    }

    private static byte[] joined(byte[]... parts) {
        ByteArrayOutputStream result = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            result.writeBytes(part);
        }
        return result.toByteArray();
    }
}

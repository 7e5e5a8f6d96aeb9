package io.github.hsmsigner.access;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** JSON Web Tokens, good and bad, made by the JDK alone: a second reading of RFC 7515. JSON is written with single quotes here. */
public final class Jwt {

    private Jwt() {}

    public static String hs256(byte[] secret, String header, String claims) {
        return sign(header, claims, input -> {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret, "HmacSHA256"));
            return mac.doFinal(input);
        });
    }

    public static String rs256(PrivateKey key, String header, String claims) {
        return sign(header, claims, input -> signature("SHA256withRSA", null, key, input));
    }

    public static String rs256(PrivateKey key, String header, byte[] claims) {
        return sign(json(header), claims, input -> signature("SHA256withRSA", null, key, input));
    }

    /** A token whose signature is over the claims as they are (RFC 7797, section 3). */
    public static String rs256OverPlainClaims(PrivateKey key, String header, String claims) {
        String plain = encode(json(header)) + "." + new String(json(claims), StandardCharsets.UTF_8);
        byte[] signedOctets = plain.getBytes(StandardCharsets.UTF_8);
        return sign(header, claims, input -> signature("SHA256withRSA", null, key, signedOctets));
    }

    public static String ps256(PrivateKey key, String header, String claims) {
        PSSParameterSpec parameters = new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, 32, 1);
        return sign(header, claims, input -> signature("RSASSA-PSS", parameters, key, input));
    }

    public static String es256(PrivateKey key, String header, String claims) {
        return sign(header, claims, input -> signature("SHA256withECDSAinP1363Format", null, key, input));
    }

    public static String unsigned(String header, String claims) {
        return encode(json(header)) + "." + encode(json(claims)) + ".";
    }

    public static String header(String algorithm) {
        return "{'alg':'" + algorithm + "','typ':'JWT'}";
    }

    public static String encode(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static byte[] json(String text) {
        return text.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    }

    private static String sign(String header, String claims, SigningFunction signing) {
        return sign(json(header), json(claims), signing);
    }

    private static String sign(byte[] header, byte[] claims, SigningFunction signing) {
        String input = encode(header) + "." + encode(claims);
        try {
            return input + "." + encode(signing.sign(input.getBytes(StandardCharsets.US_ASCII)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] signature(String algorithm, PSSParameterSpec parameters, PrivateKey key, byte[] input)
            throws GeneralSecurityException {
        Signature signature = Signature.getInstance(algorithm);
        if (parameters != null) {
            signature.setParameter(parameters);
        }
        signature.initSign(key);
        signature.update(input);
        return signature.sign();
    }

    private interface SigningFunction {
        byte[] sign(byte[] input) throws GeneralSecurityException;
    }
}

package io.github.hsmsigner.service.auth;

import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.util.Base64URL;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A JSON Web Token in compact serialization (RFC 7515, section 7.1), taken apart. Nothing in it is to be believed yet.
 */
final class SignedJwt {

    private static final Pattern COMPACT =
            Pattern.compile("(([A-Za-z0-9_-]++)\\.([A-Za-z0-9_-]++))\\.([A-Za-z0-9_-]++)");

    private final byte[] signedOctets;
    private final Base64URL encodedHeader;
    private final Map<String, Object> header;
    private final Base64URL payload;
    private final Base64URL signature;

    private SignedJwt(Matcher parts) throws RefusedTokenException {
        this.signedOctets = parts.group(1).getBytes(StandardCharsets.US_ASCII);
        this.encodedHeader = new Base64URL(parts.group(2));
        this.payload = new Base64URL(parts.group(3));
        this.signature = new Base64URL(parts.group(4));
        this.header = StrictJson.objectWithNulls(encodedHeader.decode())
                .orElseThrow(() -> new RefusedTokenException(
                        "The header of the JSON Web Token is not a well-formed JSON object."));
    }

    static SignedJwt parse(byte[] token) throws RefusedTokenException {
        Matcher parts = COMPACT.matcher(new String(token, StandardCharsets.ISO_8859_1));
        if (!parts.matches()) {
            throw new RefusedTokenException(
                    "The signing token is not a signed JSON Web Token in compact serialization.");
        }
        return new SignedJwt(parts);
    }

    /** Returns the parameter of the header, if it is a text. */
    Optional<String> text(String parameter) {
        return header.get(parameter) instanceof String text ? Optional.of(text) : Optional.empty();
    }

    /** Returns whether the header has the parameter, with any value. {@code "crit": null} counts too. */
    boolean has(String parameter) {
        return header.containsKey(parameter);
    }

    boolean isSignedWith(VerificationKey key) throws RefusedTokenException {
        try {
            return key.verifies(JWSHeader.parse(encodedHeader), signedOctets, signature);
        } catch (ParseException e) {
            throw new RefusedTokenException("The header of the JSON Web Token is not that of a signed one.");
        }
    }

    /** Returns the claims. The caller must have verified the signature. */
    Map<String, Object> claims() throws RefusedTokenException {
        return StrictJson.object(payload.decode())
                .orElseThrow(() -> new RefusedTokenException(
                        "The claims of the JSON Web Token are not a well-formed JSON object."));
    }
}

package io.github.hsmsigner.pkcs11.internal.object;

import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.core.error.SigningUnavailableException;
import io.github.hsmsigner.core.internal.key.SubjectPublicKeys;
import io.github.hsmsigner.pkcs11.internal.cryptoki.CryptokiException;
import java.security.PublicKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Finds the one private key that is meant, at the start, and again when its handle is no longer valid. Immutable.
 */
public final class KeyLookup {

    private static final int LISTED_KEYS = 20;
    private static final Duration RETRY_AFTER = Duration.ofSeconds(5);

    private final Optional<String> label;
    private final Optional<String> id;
    private final String description;

    /**
     * Looks for a key.
     *
     * @param label the CKA_LABEL it must have; empty for any
     * @param id the CKA_ID it must have; empty for any; copied
     * @param description the conditions in words, such as {@code the key with label "a"}
     */
    public KeyLookup(Optional<String> label, Optional<byte[]> id, String description) {
        this.label = label;
        this.id = id.map(HexFormat.of()::formatHex);
        this.description = description;
    }

    /**
     * Finds the key for the first time.
     *
     * @param objects the objects of the token
     * @param token the token in words
     * @return the only key that meets the conditions
     * @throws InvalidConfigurationException if none does or several do; the message lists the keys there are, with label, id, type
     *     and size
     * @throws CryptokiException if the token cannot be read
     */
    public KeyOnToken find(TokenObjects objects, String token) throws CryptokiException {
        List<PrivateKeyObject> matches = matches(objects);
        if (matches.size() == 1) {
            return new KeyOnToken(matches.get(0), objects.publicKey(matches.get(0)));
        }
        String found = matches.isEmpty() ? "none is " + description : matches.size() + " match " + description;
        throw new InvalidConfigurationException("One private key is needed on token " + token + ", but " + found
                + "; the token has " + list(objects) + ".");
    }

    private List<PrivateKeyObject> matches(TokenObjects objects) throws CryptokiException {
        return objects.signingKeys(label, id.map(HexFormat.of()::parseHex));
    }

    private static String list(TokenObjects objects) throws CryptokiException {
        List<PrivateKeyObject> all = objects.signingKeys(Optional.empty(), Optional.empty());
        if (all.isEmpty()) {
            return "no private key";
        }
        List<KeyOnToken> first = new ArrayList<>();
        for (PrivateKeyObject key : all.subList(0, Math.min(all.size(), LISTED_KEYS))) {
            first.add(new KeyOnToken(key, objects.knownPublicKey(key)));
        }
        String text = first.stream().map(KeyOnToken::toString).collect(Collectors.joining(", "));
        return all.size() <= LISTED_KEYS ? text : text + " and " + (all.size() - LISTED_KEYS) + " more";
    }

    /**
     * Finds the key again in a new session, and compares it with the key that was found first. If other keys meet the
     * conditions by now too, it finds the key with the same public half.
     *
     * @param objects the objects of the token, read in the new session
     * @param token the token in words
     * @param remembered the public half of the key that was found first
     * @param shownBefore whether the token itself showed that public half then. If not, and it does not show it now
     *     either, the only key that meets the conditions is found without comparison. {@link KeyOnToken#publicKey()} is
     *     then empty, and the caller must verify the first signature of this key before it uses the key
     * @return the key, with the handle that is valid now
     * @throws SigningUnavailableException if there is none, or the token has another key instead (not
     *     {@code retryable()}), or the token does not show the public half now though it did before
     * @throws CryptokiException if the token cannot be read
     */
    public KeyOnToken findAgain(TokenObjects objects, String token, PublicKey remembered, boolean shownBefore)
            throws CryptokiException {
        List<KeyOnToken> matches = new ArrayList<>();
        for (PrivateKeyObject match : matches(objects)) {
            KeyOnToken key = new KeyOnToken(match, objects.knownPublicKey(match));
            if (key.publicKey()
                    .filter(k -> SubjectPublicKeys.same(k, remembered))
                    .isPresent()) {
                return key;
            }
            matches.add(key);
        }
        if (matches.isEmpty()) {
            throw SigningUnavailableException.passing(
                    SigningUnavailableException.Reason.KEY_MISSING,
                    "Token " + token + " has lost its key: none is " + description + " any more; it has "
                            + list(objects) + ".",
                    RETRY_AFTER,
                    null);
        }
        List<KeyOnToken> notShown =
                matches.stream().filter(key -> key.publicKey().isEmpty()).toList();
        if (notShown.isEmpty()) {
            throw SigningUnavailableException.lasting(
                    SigningUnavailableException.Reason.KEY_MISSING,
                    "Token " + token + " has another key in the place of " + description + ": " + matches
                            + ". A key of type " + PublicKeys.describe(remembered)
                            + " with another public half was found at startup. The new key is not used.",
                    null);
        }
        if (shownBefore || notShown.size() > 1) {
            throw SigningUnavailableException.passing(
                    "Token " + token + " does not show the public half of " + description + " now: " + notShown
                            + ". A key is not used before its public half was compared.",
                    RETRY_AFTER,
                    null);
        }
        return notShown.get(0);
    }

    @Override
    public String toString() {
        return description;
    }
}

package io.github.hsmsigner.service.auth;

import io.github.hsmsigner.core.PolicyDecision;
import io.github.hsmsigner.core.SigningAttempt;
import io.github.hsmsigner.core.SigningPolicy;
import io.github.hsmsigner.core.SigningToken;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The signing token names a user of a list: as plain text, or in a JSON object that can also have the signing method.
 */
final class UserListPolicy implements SigningPolicy {

    private static final int MAX_OCTETS = 8_192;

    private final Map<String, ListedUser> users;
    private final Map<String, String> keyBySignMethod;

    private UserListPolicy(Map<String, ListedUser> users, Map<String, String> keyBySignMethod) {
        this.users = users;
        this.keyBySignMethod = keyBySignMethod;
    }

    static UserListPolicy of(UserListSettings settings) {
        return new UserListPolicy(
                settings.users().stream()
                        .collect(Collectors.toUnmodifiableMap(ListedUser::userId, Function.identity())),
                settings.keyBySignMethod());
    }

    @Override
    public PolicyDecision decide(SigningAttempt attempt) {
        Optional<byte[]> octets = attempt.context().signingToken().map(SigningToken::octets);
        if (octets.isEmpty()) {
            return PolicyDecision.deny("The request has no signing token.");
        }
        if (octets.get().length > MAX_OCTETS) {
            return PolicyDecision.deny("The signing token is longer than " + MAX_OCTETS + " bytes.");
        }
        if (!StrictJson.beginsObject(octets.get())) {
            return decide(new String(octets.get(), StandardCharsets.UTF_8), Optional.empty());
        }
        return StrictJson.object(octets.get())
                .map(this::decide)
                .orElseGet(() -> PolicyDecision.deny("The signing token is not a well-formed JSON object."));
    }

    private PolicyDecision decide(Map<String, Object> members) {
        if (!(members.get("userId") instanceof String userId)) {
            return PolicyDecision.deny("The signing token has no userId that is a text.");
        }
        return decide(userId, Optional.ofNullable(members.get("signMethod")));
    }

    private PolicyDecision decide(String userId, Optional<Object> signMethod) {
        ListedUser user = users.get(userId);
        if (user == null) {
            return PolicyDecision.deny("The signing token names no listed user.");
        }
        if (signMethod.isPresent() && !(signMethod.get() instanceof String)) {
            return PolicyDecision.deny("The signMethod of the signing token is not a text.")
                    .withCaller(userId);
        }
        if (!user.signMethods().isEmpty()
                && !signMethod.map(user.signMethods()::contains).orElse(false)) {
            return PolicyDecision.deny(
                            "The user \"" + userId + "\" is not listed with the signMethod of the signing token.")
                    .withCaller(userId);
        }
        PolicyDecision allowed = PolicyDecision.allow(userId);
        return signMethod.map(keyBySignMethod::get).map(allowed::withKey).orElse(allowed);
    }
}

package io.github.hsmsigner.pkcs11.internal.plan;

import io.github.hsmsigner.core.SignatureAlgorithm;
import io.github.hsmsigner.core.SignatureScheme;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.core.error.UnsupportedRequestException;
import io.github.hsmsigner.pkcs11.internal.cryptoki.Mechanism;
import io.github.hsmsigner.pkcs11.internal.cryptoki.MechanismType;
import io.github.hsmsigner.pkcs11.internal.cryptoki.PssParameters;
import io.github.hsmsigner.pkcs11.internal.object.AllowedMechanisms;
import io.github.hsmsigner.pkcs11.internal.object.PublicKeys;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The way in which a key on a token signs, with each algorithm that both support. Computed once from the public key,
 * the mechanisms of the token and the mechanisms that the key allows.
 * Immutable.
 *
 * <p>Mechanisms that take a digest come first. Then this library hashes a message of any length, and the HSM only
 * computes the signature. A mechanism that hashes on the token is used only if there is no other.
 */
public final class SignaturePlan {

    /** The ways to sign with each scheme, best first. */
    private static final Map<SignatureScheme, Candidates> CANDIDATES = Map.of(
            SignatureScheme.RSA_PKCS1, SignaturePlan::rsaPkcs1,
            SignatureScheme.RSA_PSS, SignaturePlan::rsaPss,
            SignatureScheme.ECDSA, SignaturePlan::ecdsa,
            SignatureScheme.ED25519, SignaturePlan::ed25519);

    private final String key;
    private final Map<SignatureAlgorithm, SignatureStep> steps;

    private interface Candidates {
        List<SignatureStep> of(SignatureAlgorithm algorithm, PublicKey key, OptionalInt maxMessage);
    }

    private SignaturePlan(String key, Map<SignatureAlgorithm, SignatureStep> steps) {
        this.key = key;
        this.steps = steps;
    }

    /**
     * Computes the plan.
     *
     * @param key the public half of the key
     * @param mechanisms the mechanisms that the token signs with
     * @param allowed the mechanisms that the private key allows
     * @param maxEddsaMessage the maximum number of bytes in a message for CKM_EDDSA; empty if the token sets no limit
     * @return the plan
     * @throws InvalidConfigurationException if the token cannot sign with the key in any way that this library knows
     */
    public static SignaturePlan of(
            PublicKey key, Set<MechanismType> mechanisms, AllowedMechanisms allowed, OptionalInt maxEddsaMessage) {
        Map<SignatureAlgorithm, SignatureStep> steps = new LinkedHashMap<>();
        String description = PublicKeys.describe(key);
        for (SignatureAlgorithm algorithm : SignatureAlgorithm.forKeyType(key.getAlgorithm())) {
            CANDIDATES.get(algorithm.scheme()).of(algorithm, key, maxEddsaMessage).stream()
                    .filter(step -> mechanisms.contains(step.mechanism().type())
                            && allowed.includes(step.mechanism().type()))
                    .findFirst()
                    .ifPresent(step -> steps.put(algorithm, step));
        }
        if (steps.isEmpty()) {
            throw new InvalidConfigurationException("The token cannot sign with a key of type " + description
                    + " in a way that is supported; of the mechanisms that are, it signs with "
                    + (mechanisms.isEmpty() ? "none" : sorted(mechanisms)) + "."
                    + (allowed.codes().isEmpty()
                            ? ""
                            : " The key allows only these mechanisms (CKA_ALLOWED_MECHANISMS): " + allowed + "."));
        }
        return new SignaturePlan(description, Collections.unmodifiableMap(steps));
    }

    private static String sorted(Set<MechanismType> mechanisms) {
        return mechanisms.stream().sorted().map(MechanismType::toString).collect(Collectors.joining(", "));
    }

    private static List<SignatureStep> rsaPkcs1(SignatureAlgorithm algorithm, PublicKey key, OptionalInt maxMessage) {
        TokenOutput output = new TokenOutput.Octets(algorithm.scheme().maxSignatureLength(key));
        return List.of(
                step(algorithm, Mechanism.of(MechanismType.RSA_PKCS), TokenInput.DIGEST_INFO, output),
                step(algorithm, Mechanism.of(ofDigest("%s_RSA_PKCS", algorithm)), TokenInput.MESSAGE, output));
    }

    private static List<SignatureStep> rsaPss(SignatureAlgorithm algorithm, PublicKey key, OptionalInt maxMessage) {
        TokenOutput output = new TokenOutput.Octets(algorithm.scheme().maxSignatureLength(key));
        PssParameters pss = new PssParameters(
                ofDigest("%s", algorithm), algorithm.digestAlgorithm().length());
        return List.of(
                step(algorithm, Mechanism.of(MechanismType.RSA_PKCS_PSS, pss), TokenInput.DIGEST, output),
                step(algorithm, Mechanism.of(ofDigest("%s_RSA_PKCS_PSS", algorithm), pss), TokenInput.MESSAGE, output));
    }

    private static List<SignatureStep> ecdsa(SignatureAlgorithm algorithm, PublicKey key, OptionalInt maxMessage) {
        TokenOutput.EcdsaNumbers output =
                new TokenOutput.EcdsaNumbers(((ECPublicKey) key).getParams().getOrder());
        return List.of(
                new SignatureStep(
                        algorithm,
                        Mechanism.of(MechanismType.ECDSA),
                        TokenInput.DIGEST,
                        OptionalInt.of(output.width()),
                        output),
                step(algorithm, Mechanism.of(ofDigest("ECDSA_%s", algorithm)), TokenInput.MESSAGE, output));
    }

    private static List<SignatureStep> ed25519(SignatureAlgorithm algorithm, PublicKey key, OptionalInt maxMessage) {
        return PublicKeys.isEd25519(key)
                ? List.of(new SignatureStep(
                        algorithm,
                        Mechanism.of(MechanismType.EDDSA),
                        TokenInput.MESSAGE,
                        maxMessage,
                        new TokenOutput.Octets(algorithm.scheme().maxSignatureLength(key))))
                : List.of();
    }

    /** The names of mechanisms contain the name of the digest algorithm. */
    private static MechanismType ofDigest(String name, SignatureAlgorithm algorithm) {
        return MechanismType.valueOf(name.formatted(algorithm.digestAlgorithm().name()));
    }

    private static SignatureStep step(
            SignatureAlgorithm algorithm, Mechanism mechanism, TokenInput input, TokenOutput output) {
        return new SignatureStep(algorithm, mechanism, input, OptionalInt.empty(), output);
    }

    /**
     * Returns the algorithms that the key signs with.
     *
     * @return the algorithms; never empty, and unmodifiable
     */
    public Set<SignatureAlgorithm> algorithms() {
        return steps.keySet();
    }

    /**
     * Returns how the key signs with an algorithm.
     *
     * @param algorithm the algorithm
     * @return the step
     * @throws UnsupportedRequestException if it is not one of {@link #algorithms()}
     */
    public SignatureStep step(SignatureAlgorithm algorithm) {
        return Optional.ofNullable(steps.get(algorithm))
                .orElseThrow(() -> new UnsupportedRequestException(
                        "The key does not sign with " + algorithm + "; it offers " + algorithms() + "."));
    }

    /**
     * Returns the steps of a trial signature: one for each mechanism of the plan, in the order of the algorithms.
     *
     * @return the steps; never empty
     */
    public List<SignatureStep> trialSteps() {
        Map<MechanismType, SignatureStep> byMechanism = new LinkedHashMap<>();
        steps.values().forEach(step -> byMechanism.putIfAbsent(step.mechanism().type(), step));
        return List.copyOf(byMechanism.values());
    }

    /**
     * Describes the plan, for the log and for people.
     *
     * @return the key, then a line for each algorithm
     */
    public String details() {
        return steps.values().stream()
                .map(SignatureStep::toString)
                .collect(Collectors.joining("\n  ", key + "\n  ", ""));
    }

    /** Returns the plan in one line: the key, and the algorithms by mechanism. */
    @Override
    public String toString() {
        Map<String, List<String>> byMechanism = steps.values().stream()
                .collect(Collectors.groupingBy(
                        step -> step.mechanism().type() + (step.input() == TokenInput.MESSAGE ? " (message)" : ""),
                        LinkedHashMap::new,
                        Collectors.mapping(step -> step.algorithm().name(), Collectors.toList())));
        return byMechanism.entrySet().stream()
                .map(group -> String.join(", ", group.getValue()) + " by " + group.getKey())
                .collect(Collectors.joining("; ", key + ": ", ""));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SignaturePlan that && key.equals(that.key) && steps.equals(that.steps);
    }

    @Override
    public int hashCode() {
        return steps.hashCode();
    }
}

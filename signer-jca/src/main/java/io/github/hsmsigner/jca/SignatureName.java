package io.github.hsmsigner.jca;

import io.github.hsmsigner.core.DigestAlgorithm;
import io.github.hsmsigner.core.SignatureScheme;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A name of a {@code Signature}, and what it means. Immutable.
 *
 * @param name the name of the Java Security Standard Algorithm Names, or the one that BouncyCastle uses
 * @param aliases other names, such as the OID
 * @param scheme the scheme
 * @param digestAlgorithm the digest algorithm; empty if the length of the digest, or the parameters, determine it
 * @param prehashed whether the input is the digest and not the message
 * @param ieeeP1363 whether an ECDSA signature is r and s in fixed length (IEEE P1363) and not in DER
 */
record SignatureName(
        String name,
        List<String> aliases,
        SignatureScheme scheme,
        Optional<DigestAlgorithm> digestAlgorithm,
        boolean prehashed,
        boolean ieeeP1363) {

    private static final String P1363 = "inP1363Format";

    /** Identifiers of RFC 8017 (1.2.840.113549.1.1), RFC 5758 (1.2.840.10045.4.3) and RFC 8410. */
    private static List<SignatureName> list() {
        List<SignatureName> names = new ArrayList<>();
        for (DigestAlgorithm digest : DigestAlgorithm.values()) {
            String sha = digest.jcaName().replace("-", "");
            int last = digest.ordinal();
            names.add(of(sha + "withRSA", SignatureScheme.RSA_PKCS1, digest, "1.2.840.113549.1.1." + (11 + last)));
            names.add(of(sha + "withRSAandMGF1", SignatureScheme.RSA_PSS, digest, sha + "withRSASSA-PSS"));
            names.add(of(sha + "withECDSA", SignatureScheme.ECDSA, digest, "1.2.840.10045.4.3." + (2 + last)));
            names.add(new SignatureName(
                    sha + "withECDSA" + P1363, List.of(), SignatureScheme.ECDSA, Optional.of(digest), false, true));
        }
        names.add(new SignatureName(
                "RSASSA-PSS",
                List.of("1.2.840.113549.1.1.10", "OID.1.2.840.113549.1.1.10"),
                SignatureScheme.RSA_PSS,
                Optional.empty(),
                false,
                false));
        names.add(prehashed("NONEwithRSA", SignatureScheme.RSA_PKCS1, false));
        names.add(prehashed("NONEwithRSASSA-PSS", SignatureScheme.RSA_PSS, false, "NONEwithRSAandMGF1"));
        names.add(prehashed("NONEwithECDSA", SignatureScheme.ECDSA, false));
        names.add(prehashed("NONEwithECDSA" + P1363, SignatureScheme.ECDSA, true));
        names.add(of("Ed25519", SignatureScheme.ED25519, DigestAlgorithm.SHA512, "1.3.101.112"));
        names.add(of("EdDSA", SignatureScheme.ED25519, DigestAlgorithm.SHA512));
        return List.copyOf(names);
    }

    private static final List<SignatureName> ALL = list();

    static List<SignatureName> all() {
        return ALL;
    }

    private static SignatureName of(String name, SignatureScheme scheme, DigestAlgorithm digest, String... aliases) {
        List<String> all = new ArrayList<>(List.of(aliases));
        all.stream().filter(alias -> alias.matches("[0-9.]+")).toList().forEach(oid -> all.add("OID." + oid));
        return new SignatureName(name, List.copyOf(all), scheme, Optional.of(digest), false, false);
    }

    private static SignatureName prehashed(String name, SignatureScheme scheme, boolean ieeeP1363, String... aliases) {
        return new SignatureName(name, List.of(aliases), scheme, Optional.empty(), true, ieeeP1363);
    }
}

package io.github.hsmsigner.core;

import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;

/**
 * Finds the best chain among all that certificates form: depth first (RFC 4158, section 3), the best issuers first, so that the limits
 * leave a good chain. Used by one thread.
 */
final class ChainSearch {

    /** More issuers than any chain has. */
    private static final int MAX_LENGTH = 16;

    /** Certificates that cross-certify each other form chains without number. */
    private static final int MAX_STEPS = 2_000;

    /** Leaves no two certificates equal: issuer and serial number name one (RFC 5280, section 4.1.2.2). */
    private static final Comparator<X509Certificate> PREFERENCE = Comparator.comparing(X509Certificate::getNotAfter)
            .thenComparing(c -> DistinguishedName.ofIssuer(c).toString())
            .thenComparing(X509Certificate::getSerialNumber);

    private final Collection<X509Certificate> candidates;
    private final Instant at;
    private final Comparator<List<X509Certificate>> quality;
    private final Map<X509Certificate, List<X509Certificate>> issuers = new HashMap<>();

    /** The number of issuers between a candidate and the nearest root. Candidates without a root are missing. */
    private final Map<X509Certificate, Integer> distances = new HashMap<>();

    private List<X509Certificate> best = List.of();
    private int steps;

    ChainSearch(Collection<X509Certificate> candidates, Instant at) {
        this.candidates = new LinkedHashSet<>(candidates);
        this.at = at;
        this.quality = Comparator.comparing(ChainSearch::isComplete)
                .thenComparing(this::invalidIssuers, Comparator.reverseOrder())
                .thenComparing(chain -> isComplete(chain) ? 0 : chain.size())
                .thenComparing(ChainSearch::compareIssuers);
    }

    List<X509Certificate> best(X509Certificate signer) {
        measureDistances();
        extend(new ArrayList<>(List.of(signer)));
        return best;
    }

    private void measureDistances() {
        List<X509Certificate> found =
                candidates.stream().filter(CertificateChain::isSelfSigned).toList();
        for (int distance = 0; !found.isEmpty(); distance++) {
            int here = distance;
            found.forEach(certificate -> distances.put(certificate, here));
            found = candidates.stream()
                    .filter(c ->
                            !distances.containsKey(c) && issuersOf(c).stream().anyMatch(distances::containsKey))
                    .toList();
        }
    }

    private void extend(List<X509Certificate> chain) {
        steps++;
        boolean ends = true;
        if (!isComplete(chain) && chain.size() < MAX_LENGTH) {
            for (X509Certificate issuer : bestFirst(issuersOf(last(chain)))) {
                if (steps < MAX_STEPS && chain.stream().noneMatch(c -> isSameEntity(c, issuer))) {
                    ends = false;
                    chain.add(issuer);
                    extend(chain);
                    chain.remove(chain.size() - 1);
                }
            }
        }
        if (ends && (best.isEmpty() || quality.compare(chain, best) > 0)) {
            best = List.copyOf(chain);
        }
    }

    private List<X509Certificate> issuersOf(X509Certificate certificate) {
        return issuers.computeIfAbsent(
                certificate,
                c -> candidates.stream()
                        .filter(candidate -> CertificateChain.issued(candidate, c))
                        .toList());
    }

    private List<X509Certificate> bestFirst(List<X509Certificate> certificates) {
        return certificates.stream()
                .sorted(Comparator.<X509Certificate, Integer>comparing(
                                c -> distances.getOrDefault(c, Integer.MAX_VALUE))
                        .thenComparing(c -> CertificateChain.isValid(c, at), Comparator.reverseOrder())
                        .thenComparing(PREFERENCE.reversed()))
                .toList();
    }

    /** An entity is known by its name and key (RFC 4158, section 5.2): a chain that contains one twice is a loop. */
    private static boolean isSameEntity(X509Certificate one, X509Certificate other) {
        return one.getSubjectX500Principal().equals(other.getSubjectX500Principal())
                && one.getPublicKey().equals(other.getPublicKey());
    }

    private static X509Certificate last(List<X509Certificate> chain) {
        return chain.get(chain.size() - 1);
    }

    private static boolean isComplete(List<X509Certificate> chain) {
        return CertificateChain.isSelfSigned(last(chain));
    }

    private long invalidIssuers(List<X509Certificate> chain) {
        return chain.stream()
                .skip(1)
                .filter(issuer -> !CertificateChain.isValid(issuer, at))
                .count();
    }

    private static int compareIssuers(List<X509Certificate> one, List<X509Certificate> other) {
        for (int i = 1; i < Math.min(one.size(), other.size()); i++) {
            int difference = PREFERENCE.compare(one.get(i), other.get(i));
            if (difference != 0) {
                return difference;
            }
        }
        return 0;
    }
}

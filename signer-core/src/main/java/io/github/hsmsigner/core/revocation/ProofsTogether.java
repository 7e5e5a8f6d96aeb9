package io.github.hsmsigner.core.revocation;

import io.github.hsmsigner.core.CertificateChain;
import io.github.hsmsigner.core.RevocationInfo;
import java.util.List;
import java.util.Map;

/**
 * Makes one of the proofs of a chain, once for as long as they are the same: CRLs may be large, and signatures that
 * wait share them then. Thread-safe.
 */
final class ProofsTogether {

    private final Map<CertificateChain, Known> known;

    private record Known(List<Proof> proofs, RevocationInfo info) {}

    ProofsTogether(int size) {
        this.known = new LeastRecentlyUsed<>(size);
    }

    synchronized RevocationInfo of(CertificateChain chain, List<Proof> proofs) {
        Known last = known.get(chain);
        // This compares by identity: equal bytes of a later response count as new. That costs no more than a new
        // combination.
        if (last == null || !last.proofs().equals(proofs)) {
            last = new Known(List.copyOf(proofs), together(proofs));
            known.put(chain, last);
        }
        return last.info();
    }

    private static RevocationInfo together(List<Proof> proofs) {
        return new RevocationInfo(
                proofs.stream().flatMap(proof -> proof.ocspResponses().stream()).toList(),
                proofs.stream().flatMap(proof -> proof.crls().stream()).toList());
    }
}

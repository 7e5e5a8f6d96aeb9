package io.github.hsmsigner.core.tsp;

import io.github.hsmsigner.core.internal.fetch.PeerText;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.bouncycastle.asn1.cmp.PKIFailureInfo;
import org.bouncycastle.asn1.cmp.PKIStatus;
import org.bouncycastle.tsp.TimeStampResponse;

/** The reason why an authority gives no timestamp (RFC 3161, section 2.4.2), in words for the operator. */
final class Refusal {

    private static final Map<Integer, String> STATUS = Map.of(
            PKIStatus.REJECTION, "rejection",
            PKIStatus.WAITING, "waiting",
            PKIStatus.REVOCATION_WARNING, "revocationWarning",
            PKIStatus.REVOCATION_NOTIFICATION, "revocationNotification");

    private static final List<Map.Entry<Integer, String>> FAILURES = List.of(
            Map.entry(PKIFailureInfo.badAlg, "badAlg"),
            Map.entry(PKIFailureInfo.badRequest, "badRequest"),
            Map.entry(PKIFailureInfo.badDataFormat, "badDataFormat"),
            Map.entry(PKIFailureInfo.timeNotAvailable, "timeNotAvailable"),
            Map.entry(PKIFailureInfo.unacceptedPolicy, "unacceptedPolicy"),
            Map.entry(PKIFailureInfo.unacceptedExtension, "unacceptedExtension"),
            Map.entry(PKIFailureInfo.addInfoNotAvailable, "addInfoNotAvailable"),
            Map.entry(PKIFailureInfo.systemFailure, "systemFailure"));

    private static final int MAX_TEXT_LENGTH = 200;

    private Refusal() {}

    static IOException of(TimeStampResponse response) {
        StringBuilder words = new StringBuilder("it refuses with status ")
                .append(response.getStatus())
                .append(" (")
                .append(STATUS.getOrDefault(response.getStatus(), "not known here"))
                .append(')');
        PKIFailureInfo failure = response.getFailInfo();
        if (failure != null) {
            FAILURES.stream()
                    .filter(f -> (failure.intValue() & f.getKey()) != 0)
                    .forEach(f -> words.append(", ").append(f.getValue()));
        }
        if (response.getStatusString() != null) {
            words.append(", \"")
                    .append(PeerText.printable(response.getStatusString(), MAX_TEXT_LENGTH))
                    .append('"');
        }
        return new IOException(words.toString());
    }
}

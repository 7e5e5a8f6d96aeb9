package io.github.hsmsigner.core;

import io.github.hsmsigner.core.error.InvalidRequestException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Enforces a {@link RawDataRule}. Thread-safe. */
final class RawDataCheck {

    private static final Logger LOG = LoggerFactory.getLogger(SigningService.class);
    private static final long LOG_PAUSE_NANOS = Duration.ofMinutes(1).toNanos();

    private final RawDataRule rule;
    private final SignerMetrics metrics;
    private final AtomicLong nextLine = new AtomicLong(System.nanoTime());

    RawDataCheck(RawDataRule rule, SignerMetrics metrics) {
        this.rule = rule;
        this.metrics = metrics;
    }

    RawDataRule rule() {
        return rule;
    }

    /**
     * Checks data that is about to be signed.
     *
     * @throws InvalidRequestException if the rule does not allow it
     */
    void check(RequestContext context, RawData data) {
        if (rule != RawDataRule.ANY && data.deviation().isPresent()) {
            boolean refused = rule == RawDataRule.SIGNED_ATTRIBUTES;
            metrics.rawDataDeviated(refused);
            if (refused) {
                throw new InvalidRequestException(
                        "The data of a raw signature must be the signed attributes of a CMS signature: a"
                                + " SET OF Attribute in DER with content-type and message-digest (RFC 5652, section 5.4). It "
                                + data.deviation().get() + ".");
            }
            warn(context, data.deviation().get());
        }
    }

    /** At most once a minute, because a caller may send such data with each request. */
    private void warn(RequestContext context, String deviation) {
        long now = System.nanoTime();
        long due = nextLine.get();
        if (now - due >= 0 && nextLine.compareAndSet(due, now + LOG_PAUSE_NANOS)) {
            LOG.warn(
                    "Request {}: the data of a raw signature is not the signed attributes of a CMS signature, because it {}. It is"
                            + " signed all the same. Such requests are counted; this line comes once a minute.",
                    context.requestId(),
                    deviation);
        }
    }
}

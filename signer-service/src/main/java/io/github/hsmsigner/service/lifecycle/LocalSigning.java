package io.github.hsmsigner.service.lifecycle;

import io.github.hsmsigner.core.AuditLog;
import io.github.hsmsigner.core.PolicyDecision;
import io.github.hsmsigner.core.SignerMetrics;
import io.github.hsmsigner.core.SigningService;
import io.github.hsmsigner.pkcs11.Pkcs11Token;
import io.github.hsmsigner.pkcs11.health.Pkcs11Listener;
import io.github.hsmsigner.service.audit.AuditFile;
import io.github.hsmsigner.service.config.ServiceSettings;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The signing service of the settings in this process, without a server: for a command. Every caller may sign, because
 * a user who can start the command has the PIN. The audit log names the caller {@value #CALLER}. The caller of
 * {@link #open} closes it.
 */
public final class LocalSigning implements AutoCloseable {

    private static final String CALLER = "command_line";
    private static final Duration OPEN_LIMIT = Duration.ofSeconds(30);

    private final TokenManager keys;
    private final Optional<AuditFile> audit;

    private LocalSigning(TokenManager keys, Optional<AuditFile> audit) {
        this.keys = keys;
        this.audit = audit;
    }

    /**
     * Opens the audit log, the tokens and the keys. If a token cannot be reached, requests fail.
     *
     * @param settings the settings
     * @return the signing service
     * @throws CannotStartException if the settings cannot work
     * @throws InterruptedException if the wait for the tokens is interrupted
     * @throws io.github.hsmsigner.core.error.InvalidConfigurationException if the audit log cannot be opened, as when a
     *     running service writes it
     */
    public static LocalSigning open(ServiceSettings settings) throws CannotStartException, InterruptedException {
        Optional<AuditFile> audit = settings.audit().map(AuditFile::open);
        SigningServiceFactory factory = new SigningServiceFactory(
                settings,
                ContainerBuilders.of(settings.signatures()),
                attempt -> PolicyDecision.allow(CALLER),
                audit.<AuditLog>map(file -> file).orElseGet(AuditLog::none),
                SignerMetrics.none());
        TokenManager keys = new TokenManager(
                settings,
                new SigningKeyVerifier(settings.signatures(), Clock.systemUTC()),
                factory,
                new Unobserved(),
                Pkcs11Token::open);
        LocalSigning signing = new LocalSigning(keys, audit);
        boolean opened = false;
        try {
            List<String> problems = new ArrayList<>(keys.openFiles());
            if (problems.isEmpty()) {
                problems.addAll(keys.openTokens(OPEN_LIMIT));
            }
            if (!problems.isEmpty()) {
                throw new CannotStartException(problems);
            }
            opened = true;
            return signing;
        } finally {
            if (!opened) {
                signing.close();
            }
        }
    }

    /**
     * Returns the signing service.
     *
     * @return the service, usable until this is closed
     */
    public SigningService service() {
        return keys.registry().get();
    }

    /** Closes audit log and tokens. */
    @Override
    public void close() {
        audit.ifPresent(AuditFile::close);
        keys.close();
    }

    /** A command has no metrics. */
    private static final class Unobserved implements TokenManager.TokenObserver {

        @Override
        public Pkcs11Listener eventsOf(String tokenName) {
            return Pkcs11Listener.none();
        }

        @Override
        public void opened(String tokenName, Pkcs11Token token) {
            // A command does not need this.
        }
    }
}

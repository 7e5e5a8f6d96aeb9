package io.github.hsmsigner.service.lifecycle;

import io.github.hsmsigner.audit.AuditFile;
import io.github.hsmsigner.core.AuditLog;
import io.github.hsmsigner.core.PolicyDecision;
import io.github.hsmsigner.core.SignerMetrics;
import io.github.hsmsigner.core.SigningService;
import io.github.hsmsigner.pkcs11.Pkcs11Token;
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
public final class CommandSigningService implements AutoCloseable {

    private static final String CALLER = "command_line";
    private static final Duration OPEN_LIMIT = Duration.ofSeconds(30);

    private final TokenManager tokens;
    private final Optional<AuditFile> audit;

    private CommandSigningService(TokenManager tokens, Optional<AuditFile> audit) {
        this.tokens = tokens;
        this.audit = audit;
    }

    /**
     * Opens the audit log, the tokens and the keys. If a token cannot be reached, requests fail.
     *
     * @throws CannotStartException if the settings cannot work
     * @throws io.github.hsmsigner.core.error.InvalidConfigurationException if the audit log cannot be opened, for
     *     example because a running service writes it
     */
    public static CommandSigningService open(ServiceSettings settings)
            throws CannotStartException, InterruptedException {
        Optional<AuditFile> audit = settings.audit().map(AuditFile::open);
        SigningKeyVerifier verifier = new SigningKeyVerifier(settings.signatures(), Clock.systemUTC());
        SigningServiceFactory factory = new SigningServiceFactory(
                settings,
                ContainerBuilders.of(settings.signatures()),
                attempt -> PolicyDecision.allow(CALLER),
                audit.<AuditLog>map(file -> file).orElseGet(AuditLog::none),
                SignerMetrics.none());
        TokenManager tokens = new TokenManager(settings, verifier, factory, (name, config) -> Pkcs11Token.open(config));
        CommandSigningService signing = new CommandSigningService(tokens, audit);
        try {
            List<String> problems = new ArrayList<>(verifier.openFiles(settings.keys(), tokens.registry()::register));
            if (problems.isEmpty()) {
                problems.addAll(tokens.open(OPEN_LIMIT));
            }
            CannotStartException.throwIfAny(problems);
            return signing;
        } catch (Throwable e) {
            signing.close();
            throw e;
        }
    }

    /** {@return the service, usable until this is closed} */
    public SigningService service() {
        return tokens.registry().get();
    }

    /** Closes audit log and tokens. */
    @Override
    public void close() {
        audit.ifPresent(AuditFile::close);
        tokens.close();
    }
}

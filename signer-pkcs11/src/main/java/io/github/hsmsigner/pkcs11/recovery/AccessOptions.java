package io.github.hsmsigner.pkcs11.recovery;

import io.github.hsmsigner.pkcs11.health.Pkcs11Events;
import io.github.hsmsigner.pkcs11.health.RecoverySettings;
import java.time.Duration;
import java.util.function.Supplier;

/**
 * How a token is to be used.
 *
 * @param pin where the PIN comes from; each call gives a copy that is wiped after use
 * @param pinSource the name of the PIN's source in messages
 * @param loginOnFinalTry whether to log in although one more wrong PIN would lock the user
 * @param maxSessions how many sessions there may be at once
 * @param openingsAtOnce how many of them may be opened at once
 * @param keepAlive how long a session may be idle
 * @param onCallersThread whether a signature is made on the thread of its caller if it need not wait for a session
 * @param recovery how patient to be
 * @param events who hears of what happens
 */
public record AccessOptions(
        Supplier<char[]> pin,
        String pinSource,
        boolean loginOnFinalTry,
        int maxSessions,
        int openingsAtOnce,
        Duration keepAlive,
        boolean onCallersThread,
        RecoverySettings recovery,
        Pkcs11Events events) {}

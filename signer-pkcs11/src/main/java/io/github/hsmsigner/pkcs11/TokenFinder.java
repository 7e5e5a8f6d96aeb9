package io.github.hsmsigner.pkcs11;

import io.github.hsmsigner.core.Deadline;
import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.core.error.SigningUnavailableException;
import io.github.hsmsigner.pkcs11.internal.cryptoki.Cryptoki;
import io.github.hsmsigner.pkcs11.internal.cryptoki.CryptokiException;
import io.github.hsmsigner.pkcs11.internal.cryptoki.TokenInfo;
import io.github.hsmsigner.pkcs11.internal.scheduling.Scheduler;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Picks the one token that a configuration means. Slots that cannot be read are left out. Thread-safe. */
final class TokenFinder {

    private static final Logger LOG = LoggerFactory.getLogger(TokenFinder.class);
    private static final Duration FIND_LIMIT = Duration.ofSeconds(30);
    private static final Duration RETRY_AFTER = Duration.ofSeconds(5);

    private final Scheduler scheduler;
    private final Cryptoki cryptoki;
    private final Pkcs11Config config;
    private final SlotReader reader;
    private volatile long lastSlot;

    TokenFinder(Scheduler scheduler, Cryptoki cryptoki, Pkcs11Config config, SlotReader reader) {
        this.scheduler = scheduler;
        this.cryptoki = cryptoki;
        this.config = config;
        this.reader = reader;
    }

    /**
     * Finds the token for the first time.
     *
     * @throws CryptokiException if the module fails, or no token matches and a slot cannot be read
     */
    TokenInfo find() throws CryptokiException {
        Deadline deadline = scheduler.deadline(FIND_LIMIT);
        List<SlotReading<Candidate>> slots = reader.read(reader.ids(deadline), deadline, this::candidate);
        TokenInfo found = select(slots);
        lastSlot = found.slotId();
        slots.forEach(slot -> slot.failure()
                .ifPresent(e -> LOG.warn(
                        "Slot {} cannot be read and is left out: {}",
                        Long.toUnsignedString(slot.slotId()),
                        e.getMessage())));
        return found;
    }

    /**
     * Finds the token again, in any slot. It reads the last known slot first, so that other slots, which can hang,
     * matter only if the token is no longer there. It accepts another token that matches only if it can read all slots
     * and none holds the same token. Otherwise the other token could match merely because the right one is not shown,
     * or because C_Initialize renumbered the slots. It would then receive the PIN of another token.
     *
     * @param first the token that was found first
     * @throws CryptokiException if the module fails, or the token is not shown and a slot cannot be read
     */
    TokenInfo findAgain(TokenInfo first) throws CryptokiException {
        Deadline deadline = scheduler.deadline(FIND_LIMIT);
        List<Long> ids = reader.ids(deadline);
        long last = lastSlot;
        if (ids.contains(last)) {
            Optional<TokenInfo> same = reader.read(List.of(last), deadline, cryptoki::tokenInfo)
                    .get(0)
                    .value();
            if (same.filter(token -> isSame(token, first)).isPresent()) {
                return same.get();
            }
        }
        List<SlotReading<Candidate>> slots = reader.read(ids, deadline, this::candidate);
        List<TokenInfo> same = slots.stream()
                .flatMap(slot -> slot.value().stream())
                .map(Candidate::token)
                .filter(token -> isSame(token, first))
                .toList();
        TokenInfo found = same.size() == 1 ? same.get(0) : select(slots);
        if (!isSame(found, first)) {
            throwFailure(slots);
        }
        lastSlot = found.slotId();
        return found;
    }

    private static boolean isSame(TokenInfo token, TokenInfo first) {
        return token.initialized()
                && token.serialNumber().equals(first.serialNumber())
                && token.label().equals(first.label());
    }

    private Candidate candidate(long slotId) throws CryptokiException {
        TokenInfo token = cryptoki.tokenInfo(slotId);
        return new Candidate(token, token.initialized() && config.token().matches(cryptoki, token));
    }

    private TokenInfo select(List<SlotReading<Candidate>> slots) throws CryptokiException {
        if (slots.isEmpty()) {
            // Modules of HSMs in a network show no token while they do not reach it, so this is not held to be a wrong
            // setting.
            throw SigningUnavailableException.passing(
                    "The PKCS#11 module " + config.module()
                            + " shows no token: the HSM cannot be reached, or its client is not set up.",
                    RETRY_AFTER,
                    null);
        }
        List<Candidate> present = slots.stream()
                .flatMap(slot -> slot.value().stream())
                .filter(candidate -> candidate.token().initialized())
                .toList();
        List<TokenInfo> matches = present.stream()
                .filter(Candidate::matches)
                .map(Candidate::token)
                .toList();
        if (matches.size() == 1) {
            return matches.get(0);
        }
        if (matches.isEmpty()) {
            throwFailure(slots);
        }
        if (present.isEmpty()) {
            // SoftHSM has nothing that could be out of reach, and always shows such a token.
            throw new InvalidConfigurationException("The PKCS#11 module " + config.module()
                    + " shows no token that is initialised. Initialise one, or have the module find where there is one; for"
                    + " SoftHSM: softhsm2-util --init-token, and the variable SOFTHSM2_CONF, for the user that this process"
                    + " runs as.");
        }
        String found = matches.isEmpty() ? "none matches" : matches.size() + " match";
        throw new InvalidConfigurationException("One token is needed, but " + found + " " + config.token()
                + "; the module " + config.module() + " has " + describe(present) + ".");
    }

    /** The token may be in a slot that cannot be read now. */
    private static void throwFailure(List<SlotReading<Candidate>> slots) throws CryptokiException {
        for (SlotReading<Candidate> slot : slots) {
            slot.throwFailure();
        }
    }

    private static String describe(List<Candidate> tokens) {
        return tokens.stream().map(candidate -> candidate.token().toString()).collect(Collectors.joining(", "));
    }

    private record Candidate(TokenInfo token, boolean matches) {}
}

package io.github.hsmsigner.pkcs11.health;

/**
 * The sessions of a token at one moment, without the session that holds the login. Immutable.
 *
 * @param capacity the current maximum
 * @param inUse the sessions in use, including those of hanging calls
 * @param idle the sessions that are free
 * @param waiting the callers that wait for a session
 * @param hungCalls the calls that have been in the module for longer than {@link RecoverySettings#hangLimit}, and have
 *     not returned
 * @param opened the sessions opened so far
 * @param closed the sessions closed so far; opened is closed plus idle plus those in use that were opened
 */
public record SessionStatistics(
        int capacity, int inUse, int idle, int waiting, int hungCalls, long opened, long closed) {}

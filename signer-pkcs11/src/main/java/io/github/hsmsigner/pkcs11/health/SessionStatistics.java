package io.github.hsmsigner.pkcs11.health;

/**
 * The sessions of a token at one moment; the one that holds the login is not counted. Immutable.
 *
 * @param capacity how many there may be at once now
 * @param inUse how many are lent out, those of hung calls included
 * @param idle how many wait for use
 * @param waiting how many callers wait for one
 * @param hungCalls how many calls have been in the module for longer than {@link RecoverySettings#hangLimit}, and have not returned
 * @param opened how many were opened so far
 * @param closed how many were closed so far; opened is closed plus idle plus those in use that were opened
 */
public record SessionStatistics(
        int capacity, int inUse, int idle, int waiting, int hungCalls, long opened, long closed) {}

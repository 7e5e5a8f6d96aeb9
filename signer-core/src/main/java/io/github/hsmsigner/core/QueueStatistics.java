package io.github.hsmsigner.core;

/**
 * The numbers of a {@link SigningQueue} at one moment. They are read one after the other, while the queue is in use. Immutable.
 *
 * @param places how many signatures may be under way at once
 * @param signing how many are under way
 * @param maxWaiting how many may wait
 * @param waiting how many wait
 * @param refused how many were refused since the queue was made: at once, after they had waited, or while they did
 */
public record QueueStatistics(int places, int signing, int maxWaiting, int waiting, long refused) {}

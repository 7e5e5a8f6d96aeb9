package io.github.hsmsigner.audit;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Optional;

/**
 * The end of an audit log, found without reading what comes before.
 *
 * @param end the offset behind the last line end; what follows it is an unfinished line
 * @param last the last finished line; empty if there is none, or it is no line of an audit log
 */
record FileTail(long end, Optional<HashChainLine> last) {

    private static final int BLOCK = 64 * 1024;

    static FileTail read(FileChannel channel) throws IOException {
        long end = lastLineEnd(channel, channel.size()) + 1;
        long start = end == 0 ? 0 : lastLineEnd(channel, end - 1) + 1;
        if (end == 0 || end - 1 - start > HashChainLine.MAX_LENGTH) {
            return new FileTail(end, Optional.empty());
        }
        byte[] line = readFully(channel, start, (int) (end - 1 - start));
        return new FileTail(end, HashChainLine.parse(line, line.length));
    }

    /** Returns whether the file ends with a finished line that is damaged. */
    boolean isDamaged() {
        return end > 0 && last.filter(HashChainLine::intact).isEmpty();
    }

    /** Returns the offset of the last line end before a limit, or -1. */
    private static long lastLineEnd(FileChannel channel, long limit) throws IOException {
        for (long blockEnd = limit; blockEnd > 0; ) {
            long blockStart = Math.max(0, blockEnd - BLOCK);
            byte[] block = readFully(channel, blockStart, (int) (blockEnd - blockStart));
            for (int i = block.length - 1; i >= 0; i--) {
                if (block[i] == HashChainLine.LINE_END) {
                    return blockStart + i;
                }
            }
            blockEnd = blockStart;
        }
        return -1;
    }

    private static byte[] readFully(FileChannel channel, long offset, int length) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(length);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer, offset + buffer.position()) < 0) {
                throw new EOFException("The file became shorter while it was read");
            }
        }
        return buffer.array();
    }
}

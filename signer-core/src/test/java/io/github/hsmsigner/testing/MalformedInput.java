package io.github.hsmsigner.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/**
 * One case of a table of what a reader must refuse.
 *
 * @param name what is wrong with the octets
 * @param octets what is read
 * @param sentence a part of the message, by which somebody who has the octets before them knows what is wrong
 */
public record MalformedInput(String name, byte[] octets, String sentence) {

    /** A length that the octets state and do not have must not lead to that much memory. */
    private static final long MOST_BYTES = 64L * 1024 * 1024;

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    /** Something that takes octets apart. */
    @FunctionalInterface
    public interface Reader {

        void read(byte[] octets) throws Exception;
    }

    /** Checks that the reader throws exactly this exception, says what is wrong, and takes no memory to speak of. */
    public void assertRefusedBy(Reader reader, Class<? extends Exception> type) {
        long before = THREADS.getCurrentThreadAllocatedBytes();
        Throwable thrown = catchThrowable(() -> reader.read(octets));
        long allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
        assertThat(thrown).isExactlyInstanceOf(type).hasMessageContaining(sentence);
        assertThat(allocated).as("bytes of memory").isLessThan(MOST_BYTES);
    }

    @Override
    public String toString() {
        return name;
    }
}

package io.github.hsmsigner.http.protocol;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;

/** A callback with contents of any size that never exist as a whole: a prefix, one block of Base64 many times, and a suffix. */
final class GeneratedBody {

    private GeneratedBody() {}

    static InputStream of(String prefix, String block, long times, String suffix) {
        return new SequenceInputStream(Collections.enumeration(List.of(
                octets(prefix), new Repeated(block.getBytes(StandardCharsets.US_ASCII), times), octets(suffix))));
    }

    private static InputStream octets(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static final class Repeated extends InputStream {

        private final byte[] block;
        private final long length;
        private long position;

        Repeated(byte[] block, long times) {
            this.block = block;
            this.length = block.length * times;
        }

        @Override
        public int read() {
            return position == length ? -1 : block[(int) (position++ % block.length)];
        }

        @Override
        public int read(byte[] buffer, int offset, int wanted) {
            if (position == length) {
                return -1;
            }
            int from = (int) (position % block.length);
            int n = (int) Math.min(Math.min(wanted, block.length - from), length - position);
            System.arraycopy(block, from, buffer, offset, n);
            position += n;
            return n;
        }
    }
}

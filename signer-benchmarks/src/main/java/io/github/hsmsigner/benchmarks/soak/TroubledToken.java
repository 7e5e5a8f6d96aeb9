package io.github.hsmsigner.benchmarks.soak;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;

/**
 * A token behind the module of {@code trouble-module.c}, which hangs, breaks or disappears on command. Used by one
 * thread.
 */
final class TroubledToken implements AutoCloseable {

    private static final int STATE = 0;
    private static final int CONNECTION = 1;

    private final Path module;
    private final Path file;
    private final FileChannel control;
    private byte connections;

    /**
     * Starts with a token that works.
     *
     * @param module the module of the token
     * @param file the file that controls the module in front
     */
    TroubledToken(Path module, Path file) throws IOException {
        this.module = module;
        this.file = file;
        control = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        write(STATE, (byte) 'w');
        write(CONNECTION, connections);
    }

    /** Returns the environment of the module in front. */
    Map<String, String> settings() {
        return Map.of("TROUBLE_MODULE", module.toString(), "TROUBLE_FILE", file.toString());
    }

    /** Breaks the connections that there are; new ones are taken. */
    void breakConnections() throws IOException {
        connections++;
        write(CONNECTION, connections);
    }

    /** Has calls hang until {@link #work}. */
    void hang() throws IOException {
        write(STATE, (byte) 'h');
    }

    /** Takes the token away until {@link #work}, and with it the connections. */
    void goAway() throws IOException {
        write(STATE, (byte) 'a');
        breakConnections();
    }

    /** Lets calls through again; hanging calls continue. */
    void work() throws IOException {
        write(STATE, (byte) 'w');
    }

    private void write(int position, byte octet) throws IOException {
        control.write(ByteBuffer.wrap(new byte[] {octet}), position);
    }

    @Override
    public void close() throws IOException {
        control.close();
    }
}

package io.github.hsmsigner.testing;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.AppenderBase;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;
import org.slf4j.LoggerFactory;
import org.slf4j.event.KeyValuePair;

/** Everything that is logged at any level, by anybody, key-value pairs included, from the making of this object to its end. */
public final class CapturedLog implements AutoCloseable {

    private final Logger root;
    private final Level levelBefore;
    private final Memory memory = new Memory();

    public CapturedLog() {
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        levelBefore = root.getLevel();
        memory.setContext(context);
        memory.start();
        root.addAppender(memory);
        root.setLevel(Level.TRACE);
    }

    /** All lines so far, stack traces included. */
    public List<String> lines() {
        return List.copyOf(memory.lines);
    }

    public String text() {
        return String.join("\n", memory.lines);
    }

    @Override
    public void close() {
        root.detachAppender(memory);
        root.setLevel(levelBefore);
        memory.stop();
    }

    private static final class Memory extends AppenderBase<ILoggingEvent> {

        /** Libraries log ten thousands of lines at the level TRACE, so adding a line must not copy the others. */
        private final Queue<String> lines = new ConcurrentLinkedQueue<>();

        @Override
        protected void append(ILoggingEvent event) {
            String line = event.getLevel() + " " + event.getLoggerName() + " " + event.getFormattedMessage()
                    + keyValues(event);
            lines.add(
                    event.getThrowableProxy() == null
                            ? line
                            : line + "\n" + ThrowableProxyUtil.asString(event.getThrowableProxy()));
        }

        private static String keyValues(ILoggingEvent event) {
            List<KeyValuePair> pairs = event.getKeyValuePairs();
            return pairs == null
                    ? ""
                    : pairs.stream()
                            .map(pair -> " " + pair.key + "=" + pair.value)
                            .collect(Collectors.joining());
        }
    }
}

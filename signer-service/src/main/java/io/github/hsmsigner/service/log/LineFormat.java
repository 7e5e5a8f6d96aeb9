package io.github.hsmsigner.service.log;

import ch.qos.logback.classic.spi.ILoggingEvent;

/** Formats an event as a line, without the line's end. */
interface LineFormat {
    String line(ILoggingEvent event);
}

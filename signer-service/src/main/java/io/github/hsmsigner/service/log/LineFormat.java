package io.github.hsmsigner.service.log;

import ch.qos.logback.classic.spi.ILoggingEvent;

/** What an event looks like as a line, without the line's end. */
interface LineFormat {
    String line(ILoggingEvent event);
}

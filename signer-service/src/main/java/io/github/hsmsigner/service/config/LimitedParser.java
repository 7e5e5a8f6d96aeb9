package io.github.hsmsigner.service.config;

import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.CollectionEndEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.parser.Parser;

/**
 * Parser events of YAML up to a depth and a number of values. The composer of the library calls itself for each level,
 * so a file that is nested deeply enough would end in a StackOverflowError. Not thread-safe.
 */
final class LimitedParser implements Parser {

    private final Parser parser;
    private final int maxDepth;
    private final int maxValues;
    private int depth;
    private int values;

    LimitedParser(Parser parser, int maxDepth, int maxValues) {
        this.parser = parser;
        this.maxDepth = maxDepth;
        this.maxValues = maxValues;
    }

    @Override
    public boolean hasNext() {
        return parser.hasNext();
    }

    @Override
    public boolean checkEvent(Event.ID choice) {
        return parser.checkEvent(choice);
    }

    @Override
    public Event peekEvent() {
        return parser.peekEvent();
    }

    @Override
    public Event next() {
        Event event = parser.next();
        if (event instanceof CollectionEndEvent) {
            depth--;
        } else if (event instanceof CollectionStartEvent) {
            depth++;
            values++;
        } else if (event instanceof ScalarEvent || event instanceof AliasEvent) {
            values++;
        }
        if (depth > maxDepth) {
            throw YamlLimitException.depth(maxDepth, event.getStartMark().map(Mark::getLine));
        }
        if (values > maxValues) {
            throw YamlLimitException.values(maxValues);
        }
        return event;
    }
}

package io.github.hsmsigner.service.command;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.PrintWriter;

/** JSON that people can read, too. */
final class PrettyJson {

    private static final JsonFactory JSON =
            JsonFactory.builder().build().disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);

    private PrettyJson() {}

    /** Returns a generator that leaves the writer open. */
    static JsonGenerator to(PrintWriter out) throws IOException {
        return JSON.createGenerator(out).useDefaultPrettyPrinter();
    }
}

package io.github.hsmsigner.http.protocol;

import java.io.IOException;
import java.io.InputStream;

/** Reads requests without a limit on their memory, and does not inspect the data of raw signatures. */
final class UnlimitedMemoryReader {

    private final CallbackRequestReader reader;

    UnlimitedMemoryReader() {
        this(CallbackLimits.defaults());
    }

    UnlimitedMemoryReader(CallbackLimits limits) {
        reader = new CallbackRequestReader(limits.json());
    }

    CallbackRequest read(InputStream body) throws IOException {
        return reader.read(body, new MemoryBudget(Long.MAX_VALUE).newShare(), false);
    }
}

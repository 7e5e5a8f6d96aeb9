package io.github.hsmsigner.service.config;

import io.github.hsmsigner.service.server.ClientLimits;
import java.util.Map;
import java.util.Optional;

/** The defaults of the table of settings. */
public final class DefaultSettings {

    private DefaultSettings() {}

    public static ClientLimits clientLimits() {
        ReadContext context = new ReadContext("", false, new Environment(Map.of()), new Problems(), false);
        SectionValues values = ServiceSettings.ROOT.readVariables(Optional.empty(), context);
        return ServerReader.read(values.value(ServiceSettings.SERVER), 0, Optional.empty())
                .clientLimits();
    }
}

package io.github.hsmsigner.http.auth;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/**
 * Everybody who reaches the service may sign.
 */
public record OpenSettings() implements PolicySettings {

    @Override
    public String kind() {
        return "open";
    }

    @Override
    public List<Path> files() {
        return List.of();
    }

    @Override
    public Set<String> keyNames() {
        return Set.of();
    }

    @Override
    public List<String> warnings() {
        return List.of("Everybody who reaches this service may sign: no policy is set.");
    }
}

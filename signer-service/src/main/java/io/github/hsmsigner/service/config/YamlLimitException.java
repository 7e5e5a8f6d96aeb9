package io.github.hsmsigner.service.config;

import java.util.Optional;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/** A file in YAML exceeds a limit. The message continues the sentence that begins with the file. */
final class YamlLimitException extends YamlEngineException {

    private static final long serialVersionUID = 1;

    private YamlLimitException(String message) {
        super(message);
    }

    /** The line counts from 0. */
    static YamlLimitException depth(int maxDepth, Optional<Integer> line) {
        return new YamlLimitException("nests values more than " + maxDepth + " deep"
                + line.map(number -> " at line " + (number + 1)).orElse(""));
    }

    static YamlLimitException values(int maxValues) {
        return new YamlLimitException("has more than " + maxValues + " values");
    }
}

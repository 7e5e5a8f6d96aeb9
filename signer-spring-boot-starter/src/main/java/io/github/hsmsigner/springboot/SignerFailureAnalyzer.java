package io.github.hsmsigner.springboot;

import io.github.hsmsigner.core.error.InvalidConfigurationException;
import io.github.hsmsigner.core.error.SigningException;
import io.github.hsmsigner.core.error.SigningUnavailableException;
import io.github.hsmsigner.core.error.SigningUnavailableException.Reason;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.core.env.Environment;

/** Explains why keys of the properties keep the application from starting. Shows no value of a property. */
final class SignerFailureAnalyzer implements FailureAnalyzer {

    private static final String PROPERTIES_ACTION =
            "Correct the properties, or the file or token that they name, and start the application again.";
    private static final String PIN_ACTION = "Put the right PIN into the source that pin-source names before the next"
            + " start. Each start with a wrong PIN brings the token closer to its lock.";
    private static final String REACH_ACTION = "Make the HSM reachable. With signer.fail-fast=false, the"
            + " application starts, and the key is connected in the background.";

    private final Environment environment;

    SignerFailureAnalyzer(Environment environment) {
        this.environment = environment;
    }

    @Override
    public @Nullable FailureAnalysis analyze(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof KeyStartupException keys) {
                return analyze(keys);
            }
            if (cause instanceof InvalidConfigurationException settings) {
                return new FailureAnalysis(
                        "The signing service is not set up correctly: " + settings.getMessage(),
                        PROPERTIES_ACTION,
                        settings);
            }
        }
        return null;
    }

    private FailureAnalysis analyze(KeyStartupException failure) {
        String description =
                failure.problems().entrySet().stream().map(this::describe).collect(Collectors.joining("\n\n"));
        Set<String> actions = new LinkedHashSet<>();
        failure.problems().values().forEach(problem -> actions.add(action(problem)));
        return new FailureAnalysis(description, String.join("\n\n", actions), failure);
    }

    private String describe(Map.Entry<String, SigningException> problem) {
        String property = SignerProperties.KEYS + "." + problem.getKey();
        return "The signing key \"" + problem.getKey() + "\" cannot be used:\n\n    Property: " + property
                + origin(property + ".uri") + "\n    Reason: "
                + problem.getValue().getMessage();
    }

    private String origin(String property) {
        ConfigurationPropertyName name = ConfigurationPropertyName.adapt(property, '.');
        return StreamSupport.stream(
                        ConfigurationPropertySources.get(environment).spliterator(), false)
                .map(source -> source.getConfigurationProperty(name))
                .filter(found -> found != null && found.getOrigin() != null)
                .findFirst()
                .map(found -> "\n    Origin: " + found.getOrigin())
                .orElse("");
    }

    private static String action(SigningException problem) {
        if (!(problem instanceof SigningUnavailableException unavailable)) {
            return PROPERTIES_ACTION;
        }
        return unavailable.reason() == Reason.PIN_REJECTED ? PIN_ACTION : REACH_ACTION;
    }
}

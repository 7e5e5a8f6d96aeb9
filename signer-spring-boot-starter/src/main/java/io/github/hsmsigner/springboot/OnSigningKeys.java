package io.github.hsmsigner.springboot;

import java.util.Map;
import java.util.Set;
import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotatedTypeMetadata;

/** Matches if the properties define a signing key. */
class OnSigningKeys extends SpringBootCondition {

    @Override
    public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
        ConditionMessage.Builder message = ConditionMessage.forCondition("Signing keys");
        Set<String> names = names(context.getEnvironment());
        return names.isEmpty()
                ? ConditionOutcome.noMatch(message.because("no property " + SignerProperties.KEYS + ".NAME.uri is set"))
                : ConditionOutcome.match(message.found("key", "keys").items(names));
    }

    /** Returns the names of the keys in the properties. */
    static Set<String> names(Environment environment) {
        return Binder.get(environment)
                .bind(SignerProperties.KEYS, Bindable.mapOf(String.class, SignerProperties.Key.class))
                .map(Map::keySet)
                .orElse(Set.of());
    }
}

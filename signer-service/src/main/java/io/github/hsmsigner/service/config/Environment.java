package io.github.hsmsigner.service.config;

import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * The environment variables of the process. An empty one counts as absent. Remembers which ones the file refers to. Not
 * thread-safe.
 *
 * <p>Kubernetes sets variables in each process for all Services in the namespace, and Docker did the same for linked
 * containers. The variables are named after the Services. If a Service's name begins with {@code signing} or
 * {@code hsm}, they look like settings.
 */
final class Environment {

    private static final Pattern OURS = Pattern.compile("(HSM|SIGNING)_.*");
    private static final Pattern OF_A_SERVICE = Pattern.compile(
            ".*_SERVICE_HOST|.*_SERVICE_PORT(_[A-Z0-9_]+)?|.*_PORT_[0-9]+_(TCP|UDP|SCTP)(_PROTO|_PORT|_ADDR)?");
    private static final Pattern ADDRESS = Pattern.compile("(tcp|udp|sctp)://.*");

    /** Document Engine's own variable for where we are: one file of variables may serve both containers. */
    private static final Set<String> OF_DOCUMENT_ENGINE = Set.of("SIGNING_SERVICE_URL");

    private final Map<String, String> variables;
    private final Set<String> referredTo = new HashSet<>();

    Environment(Map<String, String> variables) {
        this.variables = new TreeMap<>(variables);
    }

    /** Returns the value of a setting's variable. */
    Optional<String> setting(String name) {
        // A Service called "signing-service" sets SIGNING_SERVICE_PORT to something like tcp://10.0.0.1:6000.
        return value(name)
                .filter(value ->
                        !(name.endsWith("_PORT") && ADDRESS.matcher(value).matches()));
    }

    /** Returns the value of a variable that the file refers to. */
    Optional<String> referredTo(String name) {
        referredTo.add(name);
        return value(name);
    }

    boolean isReferredTo(String name) {
        return referredTo.contains(name);
    }

    /** Reports variables that look like settings but are none. */
    void findUnknown(Collection<String> known, Problems problems) {
        for (String name : variables.keySet()) {
            if (OURS.matcher(name).matches()
                    && value(name).isPresent()
                    && !known.contains(name)
                    && !referredTo.contains(name)
                    && !isOfSomethingElse(name)) {
                problems.add(name, "is not a setting" + Problems.suggestion(name, known));
            }
        }
    }

    /**
     * A Service called "signing" sets SIGNING_SERVICE_PORT to its own port, which is a valid value for ours. Kubernetes
     * then sets SIGNING_PORT to an address with both.
     */
    void findPortOfAnotherService(Setting<Integer> port, Problems problems) {
        String variable = port.variable().orElseThrow();
        String host = variables.getOrDefault("SIGNING_SERVICE_HOST", "");
        String address = variables.getOrDefault("SIGNING_PORT", "");
        setting(variable)
                .filter(value -> !port.defaultValue().equals(Optional.of(value))
                        && address.equals("tcp://" + host + ":" + value))
                .ifPresent(value -> problems.add(
                        variable,
                        "looks like the port of a Kubernetes Service called signing. Set"
                                + " enableServiceLinks: false in the pod's specification, or give the Service another"
                                + " name"));
    }

    private boolean isOfSomethingElse(String name) {
        return OF_DOCUMENT_ENGINE.contains(name)
                || OF_A_SERVICE.matcher(name).matches()
                || (name.endsWith("_PORT")
                        && ADDRESS.matcher(variables.get(name)).matches());
    }

    private Optional<String> value(String name) {
        return Optional.ofNullable(variables.get(name)).filter(value -> !value.isEmpty());
    }
}

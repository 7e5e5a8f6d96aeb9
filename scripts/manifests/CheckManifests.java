import com.google.gson.Gson;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.kubernetes.client.openapi.JSON;
import java.io.IOException;
import java.io.Reader;
import java.lang.reflect.InvocationTargetException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/**
 * Holds rendered manifests against the types of the API of Kubernetes, which refuse unknown fields, missing ones and values of a wrong
 * type; then against what this service needs of them. Arguments: files with YAML documents. Exit code 1 if something is wrong.
 */
public class CheckManifests {

    /** Resources that the API of Kubernetes itself does not know. */
    private static final Set<String> CUSTOM = Set.of("monitoring.coreos.com/v1/ServiceMonitor");

    private final Gson gson = new Gson();
    private final List<String> problems = new ArrayList<>();
    private final Map<String, JsonObject> resources = new TreeMap<>();

    public static void main(String[] args) throws Exception {
        boolean sound = true;
        for (String file : args) {
            CheckManifests check = new CheckManifests();
            check.read(Path.of(file));
            check.requireValidationThatCanFail();
            check.requireWhatTheServiceNeeds();
            check.problems.forEach(problem -> System.err.println(file + ": " + problem));
            System.out.println(file + ": " + check.resources.keySet());
            sound &= check.problems.isEmpty();
        }
        System.exit(sound ? 0 : 1);
    }

    private void read(Path file) throws IOException {
        try (Reader reader = Files.newBufferedReader(file)) {
            LoaderOptions options = new LoaderOptions();
            options.setAllowDuplicateKeys(false);
            for (Object document : new Yaml(new SafeConstructor(options)).loadAll(reader)) {
                JsonObject resource = gson.toJsonTree(document).getAsJsonObject();
                String kind = resource.get("kind").getAsString();
                resources.put(kind + "/" + text(resource, "metadata", "name").orElse("?"), resource);
                String type = resource.get("apiVersion").getAsString() + "/" + kind;
                if (!CUSTOM.contains(type)) {
                    validationProblem(resource).ifPresent(problem -> problems.add(kind + ": " + problem));
                }
            }
        }
    }

    /** What the type of a resource has against it. */
    private Optional<String> validationProblem(JsonObject resource) {
        String version = resource.get("apiVersion").getAsString().replaceAll(".*/", "");
        String name = "io.kubernetes.client.openapi.models." + version.toUpperCase() + resource.get("kind").getAsString();
        try {
            Class<?> type = Class.forName(name);
            type.getMethod("validateJsonElement", JsonElement.class).invoke(null, resource);
            // Quantities and numbers-or-names are read, not only looked at.
            new JSON().deserialize(resource.toString(), type);
            return Optional.empty();
        } catch (InvocationTargetException e) {
            return Optional.of(String.valueOf(e.getCause().getMessage()));
        } catch (ReflectiveOperationException e) {
            return Optional.of("not a resource of the API: " + e);
        } catch (RuntimeException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    private void requireValidationThatCanFail() {
        JsonObject unknown = resources.get("Deployment/signing-service").deepCopy();
        container(unknown).getAsJsonObject("securityContext").addProperty("readOnlyRootFileSystem", true);
        require(validationProblem(unknown).isPresent(), "an unknown field deep inside goes unnoticed");
        JsonObject missing = resources.get("Deployment/signing-service").deepCopy();
        missing.getAsJsonObject("spec").remove("selector");
        require(validationProblem(missing).isPresent(), "a missing field goes unnoticed");
        JsonObject wrong = resources.get("Deployment/signing-service").deepCopy();
        container(wrong).getAsJsonObject("resources").getAsJsonObject("limits").addProperty("memory", "much");
        require(validationProblem(wrong).isPresent(), "a quantity that is none goes unnoticed");
    }

    private void requireWhatTheServiceNeeds() {
        JsonObject deployment = resources.get("Deployment/signing-service");
        JsonObject pod = at(deployment, "spec", "template", "spec").getAsJsonObject();
        JsonElement labels = at(deployment, "spec", "template", "metadata", "labels");
        require(!pod.get("enableServiceLinks").getAsBoolean(), "service links would set SIGNING_SERVICE_PORT to an address");
        require(!pod.get("automountServiceAccountToken").getAsBoolean(), "the pod gets a token of the API");
        require(at(pod, "securityContext", "runAsNonRoot").getAsBoolean(), "the pod may run as root");
        require(text(pod, "securityContext", "seccompProfile", "type").equals(Optional.of("RuntimeDefault")), "no seccomp");
        JsonObject security = container(deployment).getAsJsonObject("securityContext");
        require(security.get("readOnlyRootFilesystem").getAsBoolean(), "the root file system can be written");
        require(!security.get("allowPrivilegeEscalation").getAsBoolean(), "privileges can be gained");
        require(at(security, "capabilities", "drop").toString().equals("[\"ALL\"]"), "capabilities are kept");

        List<String> ports = new ArrayList<>();
        container(deployment).getAsJsonArray("ports").forEach(port -> ports.add(text(port, "name").orElseThrow()));
        for (String probe : List.of("livenessProbe", "readinessProbe", "startupProbe")) {
            String port = text(container(deployment), probe, "httpGet", "port").orElse("none");
            require(ports.contains(port), probe + " asks port " + port);
        }
        require(text(container(deployment), "livenessProbe", "httpGet", "path").equals(Optional.of("/health/live")),
                "liveness must not depend on the HSM");
        List<String> volumes = new ArrayList<>();
        pod.getAsJsonArray("volumes").forEach(volume -> volumes.add(text(volume, "name").orElseThrow()));
        container(deployment).getAsJsonArray("volumeMounts").forEach(mount ->
                require(volumes.contains(text(mount, "name").orElseThrow()), "no volume for " + mount));
        container(deployment).getAsJsonArray("env").forEach(variable ->
                require(!Set.of("HSM_PIN", "SIGNING_KEYSTORE_PASSWORD").contains(text(variable, "name").orElseThrow()),
                        "a secret is in the environment: " + text(variable, "name").orElseThrow()));

        for (String variable : List.of("SIGNING_TOKEN_SECRET_FILE", "SIGNING_AUDIT_FILE")) {
            require(container(deployment).getAsJsonArray("env").asList().stream()
                    .anyMatch(set -> text(set, "name").equals(Optional.of(variable))), "there is no " + variable);
        }

        for (String service : List.of("Service/signing-service", "Service/signing-service-admin")) {
            require(covers(at(resources.get(service), "spec", "selector"), labels), service + " selects other pods");
            at(resources.get(service), "spec", "ports").getAsJsonArray().forEach(port ->
                    require(ports.contains(text(port, "targetPort").orElse("none")), service + " has no such port: " + port));
        }
        for (String selector : List.of("PodDisruptionBudget/signing-service", "Deployment/signing-service")) {
            require(covers(at(resources.get(selector), "spec", "selector", "matchLabels"), labels), selector + " selects other pods");
        }
        JsonObject policy = resources.get("NetworkPolicy/signing-service");
        require(covers(at(policy, "spec", "podSelector", "matchLabels"), labels), "the network policy is for other pods");
        requireCallers(policy, "callback", "[{\"podSelector\":{\"matchLabels\":{\"app.kubernetes.io/name\":\"document-engine\"}}}]");
        requireCallers(policy, "admin", "[{\"namespaceSelector\":{\"matchLabels\":{\"kubernetes.io/metadata.name\":\"monitoring\"}},"
                + "\"podSelector\":{\"matchLabels\":{\"app.kubernetes.io/name\":\"prometheus\"}}}]");
        Optional.ofNullable(resources.get("HorizontalPodAutoscaler/signing-service")).ifPresent(autoscaler ->
                require(!deployment.getAsJsonObject("spec").has("replicas"), "each deployment would undo the autoscaler's number"));
    }

    private void requireCallers(JsonObject policy, String port, String expected) {
        List<String> callers = new ArrayList<>();
        for (JsonElement rule : at(policy, "spec", "ingress").getAsJsonArray()) {
            for (JsonElement open : rule.getAsJsonObject().getAsJsonArray("ports")) {
                if (text(open, "port").equals(Optional.of(port))) {
                    callers.add(rule.getAsJsonObject().get("from").toString());
                }
            }
        }
        require(callers.equals(List.of(expected)), "port " + port + " is open to " + callers);
    }

    private static JsonObject container(JsonObject deployment) {
        return at(deployment, "spec", "template", "spec", "containers").getAsJsonArray().get(0).getAsJsonObject();
    }

    private static boolean covers(JsonElement selector, JsonElement labels) {
        return selector.isJsonObject()
                && !selector.getAsJsonObject().isEmpty()
                && labels.getAsJsonObject().entrySet().containsAll(selector.getAsJsonObject().entrySet());
    }

    private static JsonElement at(JsonElement element, String... path) {
        for (String name : path) {
            element = element.getAsJsonObject().get(name);
        }
        return element;
    }

    private static Optional<String> text(JsonElement element, String... path) {
        for (String name : path) {
            if (element == null || !element.isJsonObject()) {
                return Optional.empty();
            }
            element = element.getAsJsonObject().get(name);
        }
        return Optional.ofNullable(element).map(JsonElement::getAsString);
    }

    private void require(boolean condition, String problem) {
        if (!condition) {
            problems.add(problem);
        }
    }
}

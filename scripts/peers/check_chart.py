"""Checks the Helm chart with the tools of its users, and runs the service with the rendered settings.

check_chart.py TOOLS SERVICE-JAR KEYS WORK

TOOLS has the programs helm, kube-score and monitoring. KEYS has the keys of scripts/check-peers.

Each combination of values that docs/guides/kubernetes.md shows is rendered and checked: "helm lint", the JSON schemas of Kubernetes, the Go types of
the Prometheus operator, kube-score, and references between resources. Then the service starts with the rendered variables, the rendered probes
and ports must work, and the command of "helm test" must sign.
"""
import copy
import json
import os
import re
import shutil
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import jwt
import kubernetes_validate
import yaml

TOOLS, JAR, KEYS, WORK = (Path(argument).resolve() for argument in sys.argv[1:])
CHART = Path("deploy/helm/signer")
PAGE = Path("docs/guides/kubernetes.md")
IMAGE = ["--set", "image.repository=registry.example/signer", "--set", "image.digest=sha256:" + "0" * 64]
# The oldest version that Chart.yaml permits, and the newest in the package.
KUBERNETES = ["1.30", "1.37"]
MODULE = Path("/usr/lib/softhsm/libsofthsm2.so")
# Findings of kube-score that are decisions, with their reasons.
DECISIONS = {
    "container-resources": "a CPU limit would stop threads that hold a session of the HSM",
    "container-image-pull-policy": "images are named by digest, so a pull cannot change them",
    "statefulset-has-host-podantiaffinity": "topology spread constraints distribute the replicas",
    "deployment-has-host-podantiaffinity": "topology spread constraints distribute the replicas",
}


def require(condition, problem):
    if not condition:
        sys.exit(f"FAILED: {problem}")


def run(*command, **options):
    """Runs a program, and returns its standard output."""
    result = subprocess.run([str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options)
    require(result.returncode == 0, f"{' '.join(map(str, command))[:400]}\n{result.stdout}\n{result.stderr}")
    return result.stdout


def documented_combinations():
    """The files of each command "helm install" of the page, in order."""
    commands = re.findall(r"helm (?:upgrade|install) .*", PAGE.read_text().replace("\\\n", " "))
    combinations = [re.findall(r"-f \$EXAMPLES/([\w-]+)\.yaml", command) for command in commands]
    combinations = [combination for combination in combinations if combination]
    require({name for combination in combinations for name in combination} == {path.stem for path in (CHART / "examples").glob("*.yaml")},
            f"{PAGE} does not show every file of {CHART}/examples")
    return combinations


def values_of(combination):
    return [argument for name in combination for argument in ("-f", CHART / "examples" / f"{name}.yaml")]


def render(combination, *more):
    # "helm template" writes warnings about symbolic links to standard error.
    text = run(TOOLS / "helm", "template", "signer", CHART, "--namespace", "document-engine", *values_of(combination), *IMAGE, *more)
    return [document for document in yaml.safe_load_all(text) if document]


# --- rendered files --------------------------------------------------------------------------------------------------------


def validate(resources):
    monitoring = []
    for resource in resources:
        name = f"{resource['kind']} {resource['metadata']['name']}"
        group = resource["apiVersion"].rpartition("/")[0]
        if group == "monitoring.coreos.com":
            monitoring.append(resource)
        elif group == "external-secrets.io":
            spec = resource["spec"]
            require(all(spec["secretStoreRef"].values()) and all(entry["remoteRef"]["key"] for entry in spec["data"]), name)
        elif group == "secrets-store.csi.x-k8s.io":
            require(resource["spec"]["provider"] and resource["spec"]["parameters"], name)
        else:
            for version in KUBERNETES:
                kubernetes_validate.validate(resource, version, strict=True)
    if monitoring:
        run(TOOLS / "monitoring", input=yaml.safe_dump_all(monitoring))


def score(resources, combination):
    builtin = [resource for resource in resources if resource["apiVersion"].rpartition("/")[0] not in (
        "monitoring.coreos.com", "external-secrets.io", "secrets-store.csi.x-k8s.io")]
    result = subprocess.run([TOOLS / "kube-score", "score", "-", "--output-format", "json"], input=yaml.safe_dump_all(builtin), text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    findings = []
    for scored in json.loads(result.stdout):
        for check in scored["checks"]:
            if not check["skipped"] and check["grade"] < 7 and check["check"]["id"] not in DECISIONS:
                findings.append(f"{scored['object_name']}: {check['check']['id']}: {check['comments']}")
    require(not findings, f"kube-score, {combination}:\n" + "\n".join(findings))


def of_kind(resources, *kinds):
    return [resource for resource in resources if resource["kind"] in kinds]


def check_references(resources, combination):
    """Selectors, ports, mounts, and the separation of callbacks from health and metrics."""
    [workload] = of_kind(resources, "Deployment", "StatefulSet")
    template = workload["spec"]["template"]
    [container] = template["spec"]["containers"]
    pod_labels = template["metadata"]["labels"].items()
    [test] = of_kind(resources, "Pod")
    policy, test_policy = sorted(of_kind(resources, "NetworkPolicy"), key=lambda resource: resource["metadata"]["name"])
    require(test_policy["spec"]["podSelector"]["matchLabels"].items() <= test["metadata"]["labels"].items(), f"{combination}: {test_policy}")
    ports = {port["name"]: port["containerPort"] for port in container["ports"]}
    variables = {variable["name"]: variable["value"] for variable in container["env"]}
    require(len(variables) == len(container["env"]), f"{combination}: duplicate variables")
    require(ports == {"callback": int(variables["SIGNING_SERVICE_PORT"]), "admin": int(variables["SIGNING_SERVICE_ADMIN_PORT"])},
            f"{combination}: the ports {ports} are not those of the variables")
    for selector in [workload["spec"]["selector"]["matchLabels"],
                     *(service["spec"]["selector"] for service in of_kind(resources, "Service")),
                     *(budget["spec"]["selector"]["matchLabels"] for budget in of_kind(resources, "PodDisruptionBudget")),
                     policy["spec"]["podSelector"]["matchLabels"],
                     *(spread["labelSelector"]["matchLabels"] for spread in template["spec"]["topologySpreadConstraints"])]:
        require(selector.items() <= pod_labels, f"{combination}: a selector does not select the pods: {selector}")
        require(not selector.items() <= test["metadata"]["labels"].items(), f"{combination}: {selector} selects the pod of the test")
    for service in of_kind(resources, "Service"):
        for port in service["spec"]["ports"]:
            require(port["targetPort"] in ports, f"{combination}: {service['metadata']['name']} has no such port: {port}")
    for monitor in of_kind(resources, "ServiceMonitor"):
        matching = [service for service in of_kind(resources, "Service")
                    if monitor["spec"]["selector"]["matchLabels"].items() <= service["metadata"]["labels"].items()]
        require([service["metadata"]["name"] for service in matching] == ["signer-admin"], f"{combination}: the ServiceMonitor selects {matching}")
    for scaler in of_kind(resources, "HorizontalPodAutoscaler"):
        target = scaler["spec"]["scaleTargetRef"]
        require((target["kind"], target["name"]) == (workload["kind"], workload["metadata"]["name"]), f"{combination}: {target}")
        require("replicas" not in workload["spec"], f"{combination}: each upgrade would undo the number of the autoscaler")
    for pod, specification in (("the service", template["spec"]), ("the test", test["spec"])):
        [only] = specification["containers"]
        volumes = [volume["name"] for volume in specification.get("volumes", [])]
        volumes += [claim["metadata"]["name"] for claim in workload["spec"].get("volumeClaimTemplates", []) if pod == "the service"]
        mounts = {mount["name"]: mount["mountPath"] for mount in only["volumeMounts"]}
        require(sorted(mounts) == sorted(volumes), f"{combination}: {pod} mounts {sorted(mounts)} of {sorted(volumes)}")
        for variable in only["env"]:
            require("PIN" not in variable["name"] or variable["name"] == "HSM_PIN_FILE", f"{combination}: {variable['name']}")
            if variable["value"].startswith("/etc/") or variable["value"].startswith("/var/log/"):
                require(any(variable["value"].startswith(path + "/") for path in mounts.values()), f"{combination}: no volume for {variable}")
    callers = {entry["ports"][0]["port"]: [peer["podSelector"]["matchLabels"]["app.kubernetes.io/name"] for peer in entry["from"]]
               for entry in policy["spec"]["ingress"]}
    require(callers == {"callback": ["document-engine", "signer"], "admin": ["prometheus"]}, f"{combination}: admitted are {callers}")
    require(("SIGNING_AUDIT_FILE" in variables) == any(mount["name"] == "audit" for mount in container["volumeMounts"]), combination)
    require(any(name in variables for name in ("SIGNING_TOKEN_SECRET_FILE", "SIGNING_SERVICE_ACCESS_OPEN", "SIGNING_SERVICE_CONFIG")),
            f"{combination}: there is no policy")


def check_that_checks_can_fail(resources):
    [workload] = of_kind(resources, "StatefulSet")

    def container(resource):
        return resource["spec"]["template"]["spec"]["containers"][0]

    def unknown(resource):
        container(resource)["securityContext"]["readOnlyRootFileSystem"] = True

    def missing(resource):
        del resource["spec"]["selector"]

    def wrong(resource):
        container(resource)["ports"][0]["containerPort"] = "callback"

    for change in (unknown, missing, wrong):
        changed = copy.deepcopy(workload)
        change(changed)
        try:
            kubernetes_validate.validate(changed, KUBERNETES[0], strict=True)
        except kubernetes_validate.ValidationError:
            continue
        require(False, f"the schemas do not detect the change {change.__name__}")
    [monitor] = of_kind(resources, "ServiceMonitor")
    broken = {**monitor, "spec": {**monitor["spec"], "endpoint": []}}
    require(subprocess.run([TOOLS / "monitoring"], input=yaml.safe_dump(broken), text=True, stderr=subprocess.DEVNULL).returncode == 1,
            "an unknown field of a ServiceMonitor is not detected")


def check_refused_values():
    """Values that cannot work must fail with the schema, before a cluster sees them."""
    image = ["--set", "image.repository=registry.example/signer"]
    for values, expected in [
        (["-f", "pkcs12"], "repository"),
        (["-f", "pkcs12", *image], "tag"),
        (["-f", "pkcs12", *IMAGE, "--set", "auditt.enabled=false"], "auditt"),
        (["-f", "pkcs12", *IMAGE, "--set", "env.HSM_PIN=1234"], "HSM_PIN"),
        (["-f", "pkcs12", *IMAGE, "--set", "env.SIGNING_SERVICE_PORT=7000"], "SIGNING_SERVICE_PORT"),
        (["-f", "pkcs12", *IMAGE, "--set", "secrets.name="], "name"),
        (["-f", "pkcs12", *IMAGE, "--set", "tls.secretName="], "secretName"),
        (["-f", "pkcs12", *IMAGE, "--set", "access.policy=configuration"], "access"),
        (["-f", "pkcs12", *IMAGE, "--set", "configuration.access.open=true"], "configuration"),
        (["-f", "cloudhsm", *IMAGE, "--set", "cloudhsm.configMap="], "configMap"),
        (["-f", "softhsm", *IMAGE, "--set", "replicaCount=2"], "replicaCount"),
        (["-f", "softhsm", *IMAGE, "--set", "tls.clientCertificates=required"], "clientCertificates"),
        (["-f", "pkcs12", *IMAGE, "--set", "secrets.source=externalSecret"], "storeName"),
    ]:
        arguments = [CHART / "examples" / f"{value}.yaml" if before == "-f" else value for before, value in zip([None, *values], values)]
        result = subprocess.run([TOOLS / "helm", "template", "signer", CHART, *arguments], text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        require(result.returncode != 0 and expected in result.stderr, f"{values[1:]} is not refused because of {expected}: {result.stderr}")


# --- running service -------------------------------------------------------------------------------------------------------


def new_key(directory, name, subject, *extensions):
    """A key and a certificate of the authority of scripts/check-peers."""
    (directory / "extensions").write_text("\n".join(extensions) + "\n")
    run("openssl", "req", "-newkey", "rsa:2048", "-noenc", "-keyout", directory / f"{name}.key", "-subj", subject, "-out", directory / "request")
    run("openssl", "x509", "-req", "-days", "2", "-in", directory / "request", "-CA", KEYS / "ca.pem", "-CAkey", KEYS / "ca.key",
        "-extfile", directory / "extensions", "-out", directory / f"{name}.crt")


def new_token(directory, label):
    run("softhsm2-util", "--init-token", "--free", "--label", label, "--so-pin", "87654321", "--pin", "123456", env=softhsm(directory))
    run("openssl", "pkcs8", "-topk8", "-nocrypt", "-in", KEYS / "ec.key", "-out", directory / "ec.p8")
    run("softhsm2-util", "--import", directory / "ec.p8", "--token", label, "--label", "contracts", "--id", "01", "--pin", "123456",
        env=softhsm(directory))


def softhsm(directory):
    return {"PATH": os.environ["PATH"], "SOFTHSM2_CONF": str(directory / "softhsm2.conf")}


def prepare(directory):
    """The content of the Secrets and ConfigMaps that the examples name."""
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    new_key(directory, "server", "/CN=signer", "subjectAltName=DNS:localhost,DNS:signer", "extendedKeyUsage=serverAuth")
    new_key(directory, "client", "/O=Example/CN=document-engine", "extendedKeyUsage=clientAuth")
    (directory / "tokens").mkdir()
    (directory / "softhsm2.conf").write_text(f"directories.tokendir = {directory}/tokens\nobjectstore.backend = file\nlog.level = ERROR\n")
    for label in ("signer", "zone-a", "zone-b"):
        new_token(directory, label)
    now = int(time.time())
    token = jwt.encode({"sub": "helm-test", "aud": "signer", "iat": now, "exp": now + 900}, (KEYS / "issuer.pem").read_text(), algorithm="ES256")
    return {
        "secret/signer": {"hsm-pin": "123456", "pin-a": "123456", "pin-b": "123456", "signing-token": 'a "secret" \\ of some length',
                          "keystore.p12": KEYS / "rsa.p12", "keystore-password": "password"},
        "configMap/signer-certificates": {"signer.pem": KEYS / "ec.pem", "ca.pem": KEYS / "ca.pem", "issuer.pem": KEYS / "issuer-public.pem"},
        "secret/signer-tls": {"tls.crt": directory / "server.crt", "tls.key": directory / "server.key"},
        "configMap/signer-client-authorities": {"ca.crt": KEYS / "ca.pem"},
        "secret/signer-test-client": {"tls.crt": directory / "client.crt", "tls.key": directory / "client.key"},
        "secret/signer-test-token": {"signing-token": token},
        "configMap/signer-cloudhsm": {"cloudhsm-pkcs11.cfg": "{}", "customerCA.crt": KEYS / "ca.pem"},
    }


def mount(specification, container, root, sources):
    """Lays the volumes of a pod below a directory, and returns its variables with the paths there."""
    volumes = {volume["name"]: volume for volume in specification.get("volumes", [])}
    paths = []
    for entry in container["volumeMounts"]:
        target = root / entry["mountPath"].lstrip("/")
        target.mkdir(parents=True, exist_ok=True)
        paths.append(entry["mountPath"])
        volume = volumes.get(entry["name"], {})
        secret = volume.get("secret", {})
        if secret or "configMap" in volume:
            source = sources[f"secret/{secret['secretName']}" if secret else f"configMap/{volume['configMap']['name']}"]
            for key in [item["key"] for item in secret.get("items", [])] or source:
                content = source[key]
                content = content.read_bytes() if isinstance(content, Path) else content.encode()
                (target / key).write_bytes(content)
    map_paths = lambda text: re.sub("(?<![\\w/])(" + "|".join(map(re.escape, paths)) + ")(?=/|$)", lambda match: f"{root}{match[1]}", text)
    return {variable["name"]: map_paths(variable["value"]) for variable in container["env"]}, map_paths


def get(port, path):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as response:
            return response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
    except OSError as error:
        return 0, str(error)


def port_in(log, service, line):
    deadline = time.monotonic() + 60
    while not (match := re.search(line, log.read_text())):
        require(service.poll() is None and time.monotonic() < deadline, f"the log has no line {line}:\n{log.read_text()}")
        time.sleep(0.1)
    return int(match[1])


def check_service(combination, sources, directory):
    name = "+".join(combination)
    resources = render(combination, "--set", "allowedHosts={localhost}")
    [workload] = of_kind(resources, "Deployment", "StatefulSet")
    specification = workload["spec"]["template"]["spec"]
    [container] = specification["containers"]
    for configuration in of_kind(resources, "ConfigMap"):
        if "signer.yaml" in configuration["data"]:
            sources = {**sources, "configMap/" + configuration["metadata"]["name"]: configuration["data"]}
    root = directory / name
    variables, map_paths = mount(specification, container, root, sources)
    # Any free ports, because this machine has other programs.
    variables |= {"SIGNING_SERVICE_PORT": "0", "SIGNING_SERVICE_ADMIN_PORT": "0"}
    # The module of the HSM is replaced by SoftHSM.
    if "HSM_MODULE" in variables:
        variables["HSM_MODULE"] = str(MODULE)
    if "cloudhsm" in combination:
        variables["HSM_TOKEN_LABEL"] = "signer"
    if "softhsm" in combination:
        # As deploy/docker/softhsm-start, the entry point of that image.
        (root / "pin").write_text("123456")
        variables |= {"HSM_MODULE": str(MODULE), "HSM_TOKEN_LABEL": "signer", "HSM_KEY_LABEL": "contracts", "HSM_PIN_FILE": str(root / "pin"),
                      "SIGNING_CERTIFICATE": str(KEYS / "ec.pem"), "SIGNING_CA_CERTIFICATES": str(KEYS / "ca.pem")}
    configuration = root / "etc/signer/configuration/signer.yaml"
    if configuration.exists():
        configuration.write_text(map_paths(configuration.read_text()).replace("/opt/hsm/libpkcs11.so", str(MODULE)))

    log = directory / f"{name}.log"
    with log.open("w") as output:
        service = subprocess.Popen(["java", "-jar", JAR, "serve"], env=softhsm(directory) | {"LANG": "C.UTF-8"} | variables,
                                   stdout=output, stderr=output)
    try:
        [callback] = [port for resource in of_kind(resources, "Service") for port in resource["spec"]["ports"] if port["name"] == "callback"]
        ports = {"callback": port_in(log, service, f"Listening on {callback['appProtocol']}://0.0.0.0:(\\d+)/sign"),
                 "admin": port_in(log, service, "Health and metrics on http://0.0.0.0:(\\d+)/")}
        for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
            request = container[probe]["httpGet"]
            deadline = time.monotonic() + 60
            while (answer := get(ports[request["port"]], request["path"]))[0] != 200:
                require(service.poll() is None and time.monotonic() < deadline, f"{name}: {probe}: {answer}\n{log.read_text()}")
                time.sleep(0.1)
        metrics = get(ports["admin"], "/metrics")[1]
        rule = yaml.safe_load((CHART / "files/prometheus-adapter-rule.yaml").read_text())["rules"]["custom"][0]
        for metric in set(re.findall(r"signer_queue_duration_seconds_\w+", rule["metricsQuery"] + rule["seriesQuery"])):
            require(f"\n{metric}{{" in metrics, f"{name}: {metric} of the rule for prometheus-adapter does not exist")

        [test] = of_kind(resources, "Pod")
        [test_container] = test["spec"]["containers"]
        test_root = directory / f"{name}.test"
        test_variables, _ = mount(test["spec"], test_container, test_root, sources)
        require(test_variables["SIGNER_PORT"] == str(callback["port"]), f"{name}: the test connects to {test_variables['SIGNER_PORT']}")
        require(not list(test_root.glob("**/hsm-pin")) and not list(test_root.glob("**/signer/tls/tls.key")), f"{name}: the test gets too much")
        test_variables |= {"SIGNER_HOST": "localhost", "SIGNER_PORT": str(ports["callback"]), "SIGNER_PAUSE": "1", "PATH": os.environ["PATH"]}
        command = [*test_container["command"], *test_container["args"]]
        print(f"    {name}: {run(*command, env=test_variables).strip()}")
        if "SIGNER_TOKEN_FILE" in test_variables:
            Path(test_variables["SIGNER_TOKEN_FILE"]).write_text("another secret of some length")
            refused = subprocess.run(command, env=test_variables, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            require(refused.returncode == 1 and "denied" in refused.stderr, f"{name}: the test succeeds with a wrong signing token: {refused}")
        if "SIGNING_AUDIT_FILE" in variables:
            require('"action":"container"' in Path(variables["SIGNING_AUDIT_FILE"]).read_text(), f"{name}: no line in the audit log")
    finally:
        service.terminate()
        service.wait(60)
    require(not re.search(r'"level":"ERROR"|Exception', log.read_text()), f"{name}: the log has errors: {log.read_text()}")


def main():
    combinations = documented_combinations()
    for combination in combinations:
        run(TOOLS / "helm", "lint", "--strict", CHART, *values_of(combination), *IMAGE)
        resources = render(combination)
        validate(resources)
        score(resources, combination)
        check_references(resources, combination)
        kinds = sorted(resource["kind"] for resource in resources)
        print(f"    {'+'.join(combination)}: {', '.join(kinds)}")
    check_that_checks_can_fail(render(["cloudhsm"]))
    check_refused_values()
    package = run(TOOLS / "helm", "package", CHART, "--destination", WORK)
    require(Path(package.split(": ")[1].strip()).exists(), package)

    directory = WORK / "chart"
    sources = prepare(directory)
    # The secrets of the other combinations come from operators that are not here.
    for combination in combinations:
        if not {"external-secret", "secrets-store-csi", "no-audit-log"} & set(combination):
            check_service(combination, sources, directory)


if __name__ == "__main__":
    main()

"""Validates CycloneDX files, SBOMs and VEX documents, with the JSON schemas of the CycloneDX library: check_cyclonedx.py FILE...

A file with placeholders, such as @VERSION@, is checked as it stands: they are valid strings, except @TIME@.
A vulnerability of a VEX document must say in which state it is, why, and for which component.
"""
import json
import sys
from pathlib import Path

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator


def problems(text):
    document = json.loads(text)
    found = JsonStrictValidator(SchemaVersion.from_version(document["specVersion"])).validate_str(text)
    if found:
        yield str(found)
    component = document["metadata"]["component"]["bom-ref"]
    for vulnerability in document.get("vulnerabilities", ()):
        name = vulnerability.get("id", "a vulnerability")
        analysis = vulnerability.get("analysis", {})
        if not vulnerability.get("id") or not analysis.get("state") or not analysis.get("detail"):
            yield f"{name} requires id, analysis.state and analysis.detail"
        if analysis.get("state") == "not_affected" and not analysis.get("justification"):
            yield f"{name} requires analysis.justification"
        if component not in [affected["ref"] for affected in vulnerability.get("affects", ())]:
            yield f"{name} does not affect {component}"


def check(name, text):
    found = [f"{name}: {problem}" for problem in problems(text.replace("@TIME@", "2026-01-31T00:00:00Z"))]
    for problem in found:
        print(problem, file=sys.stderr)
    return not found


# The check must be able to fail.
part = '{"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1, "metadata": {"component": {"type": "library", "name": "a", "bom-ref": "a"}}'
vulnerability = '{"id": "CVE-2026-1", "affects": [{"ref": "a"}], "analysis": {"state": "not_affected", "detail": "not called"%s}}'
justified = vulnerability % ', "justification": "code_not_reachable"'
for wrong in (part + ', "unknown": 1}', f'{part}, "vulnerabilities": [{vulnerability % ""}]}}'):
    if not list(problems(wrong)):
        sys.exit(f"FAILED: the check accepts {wrong}")
if list(problems(f'{part}, "vulnerabilities": [{justified}]}}')):
    sys.exit("FAILED: the check refuses a justified statement")

if not all([check(name, Path(name).read_text()) for name in sys.argv[1:]]):
    sys.exit("FAILED: these are not valid CycloneDX files")

"""Makes generated callbacks consistent: a JSON Schema can say neither that a digest belongs to the contents, nor how large a body may be."""
import base64
import hashlib
import re

import schemathesis

BASE64 = re.compile(r"\s*(([A-Za-z0-9+/]{4}|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{2}==)\s*)+")


@schemathesis.hook
def map_body(context, body):
    """Replaces a well-formed digest by the one that fits contents and algorithm, and makes long names and nested values smaller."""
    if not isinstance(body, dict):
        return body
    for name in list(body):
        if len(name.encode(errors="surrogatepass")) > 128:
            del body[name]
        elif isinstance(body[name], (dict, list)):
            body[name] = type(body[name])()
    algorithm = re.fullmatch(r"[Ss][Hh][Aa]-?(256|384|512)", str(body.get("hash_algorithm") or "sha256"))
    contents = body.get("encoded_contents")
    for name in ("digest", "document_digest"):
        digest = body.get(name)
        if algorithm and isinstance(digest, str) and re.fullmatch("[0-9A-Fa-f]{64}|[0-9A-Fa-f]{96}|[0-9A-Fa-f]{128}", digest):
            data = decoded(contents) if isinstance(contents, str) and BASE64.fullmatch(contents) else b"no contents"
            body[name] = hashlib.new("sha" + algorithm[1], data).hexdigest()
    return body


def decoded(text):
    groups = re.findall(r"\S{4}", re.sub(r"\s", "", text))
    return b"".join(base64.b64decode(group) for group in groups)

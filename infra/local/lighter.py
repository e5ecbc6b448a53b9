"""The pages as they travel: without the comments and the spaces that only their authors read."""

import hashlib
import json
import re
from collections.abc import Callable
from typing import Final

import rcssmin
import rjsmin

_VERSION: Final = re.compile(r'(const VERSION = ")[0-9a-f]*(";\nconst FILES = \[)([^\]]*)(\];)')


def lighter(name: str, body: bytes) -> bytes:
    """Take away what a browser does not need; what others wrote (`vendor/`) stays as it was reviewed."""
    if name.startswith("vendor/"):
        return body
    text = body.decode("utf-8") if name.endswith((".js", ".css", ".json")) else ""
    if name.endswith(".js"):
        return str(rjsmin.jsmin(text)).encode()
    if name.endswith(".css"):
        return str(rcssmin.cssmin(text)).encode()
    if name.endswith(".json"):
        return json.dumps(json.loads(text), ensure_ascii=False, separators=(",", ":")).encode()
    return body


def versioned(worker: bytes, served: Callable[[str], bytes]) -> bytes:
    """Name the service worker's cache after the bytes that are served, so that a phone sees every change of them."""

    def renamed(found: re.Match[str]) -> str:
        digest = hashlib.sha256()
        for name in re.findall(r'"([^"]+)"', found[3]):
            digest.update(name.encode() + b"\0" + served(name) + b"\0")
        return f"{found[1]}{digest.hexdigest()[:16]}{found[2]}{found[3]}{found[4]}"

    return _VERSION.sub(renamed, worker.decode("utf-8")).encode()

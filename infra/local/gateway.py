"""API Gateway's part: find the route, hand the app a proxy event, turn its answer into HTTP."""

import base64
import json
import threading
import time
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import parse_qsl

from chalice.app import Chalice

from infra.local.wire import Answer, Request

_SECONDS: Final = 29  # API Gateway hangs up then


class PerThread(Chalice):
    """A Chalice app keeps the request it is working on as an attribute; here each thread has its own."""

    _now = threading.local()

    @property
    def current_request(self) -> Any:
        """Give this thread's request."""
        return getattr(self._now, "request", None)

    @current_request.setter
    def current_request(self, request: Any) -> None:
        self._now.request = request

    @property
    def lambda_context(self) -> Any:
        """Give this thread's context."""
        return getattr(self._now, "context", None)

    @lambda_context.setter
    def lambda_context(self, context: Any) -> None:
        self._now.context = context


def per_thread(app: Chalice) -> Chalice:
    """Make an app safe to call from several threads at once."""
    if not isinstance(app, PerThread):
        app.__dict__.pop("current_request", None)
        app.__dict__.pop("lambda_context", None)
        app.__class__ = type("LocalApp", (PerThread, app.__class__), {})
    return app


class Context:
    """What Lambda tells a function about the call."""

    function_name = "opplev"
    function_version = "$LATEST"
    memory_limit_in_mb = 1024
    invoked_function_arn = "arn:aws:lambda:local:000000000000:function:opplev"

    def __init__(self, request_id: str) -> None:
        self.aws_request_id = request_id
        self._ends = time.monotonic() + _SECONDS

    def get_remaining_time_in_millis(self) -> int:
        """Give what is left of the call's time."""
        return max(int((self._ends - time.monotonic()) * 1000), 0)


@dataclass(slots=True)
class _Branch:
    """A piece of a path: what may follow it, by word or by name, and the route that ends here."""

    words: "dict[str, _Branch]" = field(default_factory=dict)
    name: str = ""
    named: "_Branch | None" = None
    resource: str | None = None


class Routes:
    """The app's routes. A word in a path goes before a parameter, as in API Gateway."""

    def __init__(self, resources: Iterable[str]) -> None:
        self._root = _Branch()
        for resource in resources:
            branch = self._root
            for piece in _pieces(resource):
                if piece.startswith("{"):
                    branch.name = piece[1:-1]
                    branch.named = branch.named or _Branch()
                    branch = branch.named
                else:
                    branch = branch.words.setdefault(piece, _Branch())
            branch.resource = resource

    def find(self, path: str) -> tuple[str, dict[str, str]] | None:
        """Give the resource and the parameters, as they stand in the path (not decoded)."""
        return _find(self._root, _pieces(path), 0, {})


def _pieces(path: str) -> list[str]:
    bare = path[1:-1] if path.endswith("/") and path != "/" else path[1:]
    return bare.split("/") if bare else []


def _find(branch: _Branch, pieces: list[str], at: int, found: dict[str, str]) -> tuple[str, dict[str, str]] | None:
    if at == len(pieces):
        return None if branch.resource is None else (branch.resource, found)
    piece = pieces[at]
    word = branch.words.get(piece)
    if word is not None and (match := _find(word, pieces, at + 1, found)) is not None:
        return match
    if branch.named is None or not piece:
        return None
    return _find(branch.named, pieces, at + 1, {**found, branch.name: piece})


class Gateway:
    """The way from an HTTP request to the app and back."""

    def __init__(self, app: Chalice) -> None:
        self._app = per_thread(app)
        self._routes = Routes(app.routes)
        self._binary = frozenset(app.api.binary_types)

    def resource(self, path: str) -> tuple[str, dict[str, str]] | None:
        """Say which route a path belongs to; None when it is not the app's."""
        return self._routes.find(path)

    def call(self, request: Request, resource: str, parameters: dict[str, str]) -> Answer:
        """Ask the app. What it throws becomes a bare 500, as in the cloud."""
        request_id = str(uuid.uuid4())
        methods = self._app.routes[resource]
        if request.method not in methods:
            allowed = ", ".join(sorted(methods))
            answer = problem(405, "method_not_allowed", "This path does not take that method.", request_id)
            return Answer(answer.status, [*answer.headers, ("Allow", allowed)], answer.body)
        event = self._event(request, resource, parameters, request_id)
        try:
            made = self._app(event, Context(request_id))
        except Exception:  # noqa: BLE001  the door of the house: whatever it is, the client gets an answer
            return problem(500, "internal", "Something went wrong here.", request_id)
        return _answer(made)

    def _event(self, request: Request, resource: str, parameters: dict[str, str], request_id: str) -> dict[str, Any]:
        many: dict[str, list[str]] = {}
        for name, value in request.headers:
            many.setdefault(name, []).append(value)
        queries: dict[str, list[str]] = {}
        for name, value in parse_qsl(request.query, keep_blank_values=True):
            queries.setdefault(name, []).append(value)
        body, is_base64 = self._body(request)
        return {
            "resource": resource,
            "path": request.path,
            "httpMethod": request.method,
            "headers": {name: values[-1] for name, values in many.items()},
            "multiValueHeaders": many,
            "queryStringParameters": {name: values[-1] for name, values in queries.items()} or None,
            "multiValueQueryStringParameters": queries or None,
            "pathParameters": parameters or None,
            "stageVariables": None,
            "requestContext": {
                "accountId": "000000000000",
                "apiId": "local",
                "stage": "local",
                "protocol": "HTTP/1.1",
                "httpMethod": request.method,
                "path": request.path,
                "resourcePath": resource,
                "requestId": request_id,
                "requestTimeEpoch": int(time.time() * 1000),
                "identity": {"sourceIp": request.peer, "userAgent": request.header("user-agent")},
            },
            "body": body,
            "isBase64Encoded": is_base64,
        }

    def _body(self, request: Request) -> tuple[str | None, bool]:
        if not request.body:
            return None, False
        kind = request.header("content-type").split(";")[0].strip().lower()
        if kind not in self._binary and "*/*" not in self._binary:
            try:
                return request.body.decode(), False
            except UnicodeDecodeError:
                pass  # handed on as bytes, so that a signature over the body still holds
        return base64.b64encode(request.body).decode("ascii"), True


def problem(status: int, code: str, detail: str, request_id: str | None = None) -> Answer:
    """Make an RFC 9457 answer of the gateway's own, in the shape of the app's."""
    said = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "code": code, "detail": detail}
    headers = [
        ("Content-Type", "application/problem+json"),
        ("Cache-Control", "no-store"),
        ("X-Content-Type-Options", "nosniff"),
        ("X-Request-Id", request_id or str(uuid.uuid4())),
    ]
    return Answer(status, headers, json.dumps(said).encode())


def _answer(made: dict[str, Any]) -> Answer:
    body = made.get("body") or ""
    content = base64.b64decode(body) if made.get("isBase64Encoded") else body
    headers = [(name, str(value)) for name, value in (made.get("headers") or {}).items()]
    for name, values in (made.get("multiValueHeaders") or {}).items():
        headers += [(name, str(value)) for value in values]
    if not any(name.lower() == "content-type" for name, _ in headers):
        headers.append(("Content-Type", "application/json"))
    safe = [(name, value.replace("\r", " ").replace("\n", " ")) for name, value in headers]
    return Answer(int(made["statusCode"]), safe, content.encode() if isinstance(content, str) else content)

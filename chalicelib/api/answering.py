"""From an error or an answer to HTTP, and from HTTP to what was asked: the only place that knows status codes."""

import base64
import logging
import sys
import traceback
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec
from chalice.app import Response

from chalicelib.shared.answers import OpplevError

LOG: Final = logging.getLogger("opplev")
UNANSWERED: Final = "%s request=%s for %s"  # code, request and kind of fault, where the table is in the way
STATUS: Final = {
    "malformed": 400,
    "unauthenticated": 401,
    "forbidden": 403,
    "unknown": 404,
    "conflict": 409,
    "too_large": 413,
    "against_rule": 422,
    "internal": 500,
    "try_again": 503,
}
_TITLES: Final = {
    400: "Malformed",
    401: "Not authenticated",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    409: "Conflict",
    413: "Too large",
    415: "Unsupported media type",
    422: "Against a rule",
    500: "Internal error",
    503: "Try again",
}
NO_STORE: Final = "no-store"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a view gives back. `body` is anything msgspec can write, or bytes with their own `content_type`."""

    body: object = None
    status: int = 200
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)


class BinaryResponse(Response):
    """Bytes in base64, whatever the caller accepts.

    Chalice answers 400 when a binary type meets a missing `Accept`, and its list of binary types is not asked here;
    API Gateway decodes since the template declares every type binary.
    """

    def to_dict(self, binary_types: list[str] | None = None) -> dict[str, Any]:
        """Give the proxy answer."""
        del binary_types
        answer: dict[str, Any] = Response("", self.headers, self.status_code).to_dict()
        return {**answer, "body": base64.b64encode(self.body).decode("ascii"), "isBase64Encoded": True}


def respond(answer: Answer, request_id: str) -> Response:
    """Write an answer; `Cache-Control` is `no-store` unless the view said otherwise."""
    headers: dict[str, str | list[str]] = {
        "Content-Type": answer.content_type,
        "Cache-Control": NO_STORE,
        "X-Request-Id": request_id,
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",  # an answer is no page
        **answer.headers,
    }
    if isinstance(answer.body, bytes):
        return BinaryResponse(answer.body, headers, answer.status)
    text = "" if answer.status == 304 else msgspec.json.encode(answer.body).decode()  # noqa: PLR2004  Not Modified
    return Response(text, headers, answer.status)


def problem(status: int, code: str, detail: str, request_id: str, fields: object = ()) -> Response:
    """Write a problem (RFC 9457)."""
    body = {
        "type": "about:blank",
        "title": _TITLES.get(status, "Error"),
        "status": status,
        "code": code,
        "detail": detail,
    }
    if fields:
        body["fields"] = fields
    return respond(Answer(body, status, "application/problem+json"), request_id)


def refuse(error: OpplevError, request_id: str) -> Response:
    """Turn an error of the house into its answer."""
    if error.kind == "internal":
        LOG.error("%s request=%s", error.code, request_id)
    if error.kind == "try_again" and error.__cause__ is not None:  # where the table, not a colleague, is in the way
        cause = getattr(error.__cause__, "cause", None) or error.__cause__
        LOG.error(UNANSWERED, error.code, request_id, type(cause).__name__)
    answer = problem(STATUS[error.kind], error.code, error.detail, request_id, error.fields)
    if error.kind == "unauthenticated":
        answer.headers["WWW-Authenticate"] = "Bearer"
    if error.kind == "try_again":
        answer.headers["Retry-After"] = "2"
    return answer


def fail(error: Exception, request_id: str) -> Response:
    """Answer for a fault of ours. The log gets the kind and the place, never the message, which may hold a value."""
    places = traceback.extract_tb(sys.exc_info()[2])
    trail = " < ".join(f"{place.filename.rsplit('/', 1)[-1]}:{place.lineno}" for place in reversed(places[-6:]))
    LOG.error("unexpected %s request=%s at %s", type(error).__name__, request_id, trail)
    return problem(500, "internal", "Something went wrong on our side. Nothing was lost; try again.", request_id)

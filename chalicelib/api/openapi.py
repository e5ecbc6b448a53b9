"""The contract as OpenAPI 3.1, made from the doors, so that it cannot say anything else than they do."""

import re
from collections.abc import Iterator
from typing import Any, Final

import msgspec
from chalice.app import Chalice

from chalicelib.api.endpoint import Opening, opening_of

_PROBLEM: Final = {
    "type": "object",
    "required": ["type", "title", "status", "code", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "description": "stable"},
        "detail": {"type": "string"},
        "fields": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["path", "code", "detail"],
                "properties": {name: {"type": "string"} for name in ("path", "code", "detail")},
            },
        },
    },
}
_REFUSALS: Final = {
    "400": "Malformed", "401": "No or bad token", "403": "Not this role", "404": "Unknown, or another tenant's",
    "409": "A conflict with what is stored", "413": "Too large", "415": "Not JSON", "422": "Against a rule",
    "429": "Too many", "503": "Busy; nothing was written",
}  # fmt: skip
_PLAIN: Final = {bytes}
# What a reader wants to do, and by which calls; a test holds every call that is named to the document.
_INTRODUCTION: Final = """\
Money is in øre, time in minutes, dates are dates in Oslo, instants are in UTC. A no at the ticket window is an answer \
with its reason, and no error. What may be sent twice carries an id of the sender's; sent again, it is done once.

**Give a child a card**: `POST /v1/cards`, or a list of them with `POST /v1/cards/batch`. Print them with \
`POST /v1/cards/print`, block one with `POST /v1/cards/{number}/block`, give a new one for a lost one with \
`POST /v1/cards/{number}/replace`, and let a year's cards live on with `POST /v1/cards/renew`.

**Say what may be visited, and on which terms**: `PUT /v1/programmes/{programme}`, `PUT /v1/venues/{venue}`, \
`PUT /v1/venues/{venue}/offers/{offer}` and `POST /v1/venues/{venue}/agreements`. Let a phone in with \
`POST /v1/venues/{venue}/enrolments`.

**Take a card where the tickets are checked**: `POST /v1/scan/check` asks, `POST /v1/scan/visits` uses a visit, \
`POST /v1/scan/visits/{visit}/void` gives it back; `GET /v1/scan/snapshot` is what a phone needs without a network; \
`POST /v1/scan/visits/batch` sends what waited.

**Pay the venues**: `POST /v1/settlements/{month}/close`, somebody else's `POST /v1/settlements/{month}/approve`, the \
files with `GET /v1/settlements/{month}/files/{name}`; a closed month is computed again with \
`POST /v1/settlements/{month}/verify`.

**Run TimeKred**: `PUT /v1/kred/currencies/{currency}` and who runs it, activities with their grants, \
`PUT /v1/kred/currencies/{currency}/sessions/{session}` with its poster, `POST /v1/kred/join` by that poster, \
`POST /v1/kred/currencies/{currency}/sessions/{session}/award` to all who came, and `POST /v1/kred/spend` at a partner.

**See what came of it, and who did what**: `GET /v1/statistics`, `GET /v1/kred/sums`, `GET /v1/audit`."""


def document(app: Chalice, *, host: str, version: str) -> dict[str, Any]:
    """Write the whole document."""
    openings = list(every(app))
    kinds = [kind for each in openings for kind in (each.takes, each.gives) if kind is not None and kind not in _PLAIN]
    schemas, components = msgspec.json.schema_components(kinds, ref_template="#/components/schemas/{name}")
    named = dict(zip((id(kind) for kind in kinds), schemas, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for each in openings:
        paths.setdefault(each.path, {})[each.method.lower()] = _operation(each, named)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Opplev", "version": version, "description": _INTRODUCTION},
        "servers": [{"url": host}],
        "paths": dict(sorted(paths.items())),
        "components": {
            "schemas": {**components, "Problem": _PROBLEM},
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
        },
    }


def every(app: Chalice) -> Iterator[Opening]:
    """Give what every route says of itself, in order of path."""
    for _, methods in sorted(app.routes.items()):
        for entry in methods.values():
            opening = opening_of(entry.view_function)
            if opening is not None:
                yield opening


def _operation(opening: Opening, named: dict[int, Any]) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": f"{opening.method.lower()}{re.sub(r'[^A-Za-z0-9]+', '_', opening.path)}",
        "summary": opening.says,
        "x-roles": sorted(opening.who),
        "security": [{"token": []}] if opening.who else [],
        "parameters": list(_parameters(opening)),
        "responses": dict(_responses(opening, named)),
    }
    if opening.takes is not None:
        others = {kind: {"schema": {"type": "string"}} for kind in opening.reads}
        content = {**others, "application/json": {"schema": named[id(opening.takes)]}}
        operation["requestBody"] = {"required": True, "content": content}
    return operation


def _parameters(opening: Opening) -> Iterator[dict[str, Any]]:
    identifier = {"type": "string", "pattern": "^[A-Za-z0-9_-]{1,64}$"}
    for name in re.findall(r"{(\w+)}", opening.path):
        schema = {"type": "string"} if name == "name" else identifier
        yield {"name": name, "in": "path", "required": True, "schema": schema}
    for name, says in opening.query.items():
        yield {"name": name, "in": "query", "required": False, "description": says, "schema": {"type": "string"}}
    for name, says in opening.headers.items():
        yield {"name": name, "in": "header", "required": False, "description": says, "schema": {"type": "string"}}


def _responses(opening: Opening, named: dict[int, Any]) -> Iterator[tuple[str, Any]]:
    codes = {str(opening.status)}
    if opening.status == 201 and opening.path == "/v1/scan/visits":  # noqa: PLR2004  Created
        codes.add("200")
    if opening.path.endswith("/close"):
        codes.add("202")
    for code in sorted(codes):
        if opening.gives is bytes:
            content = {each: {"schema": {"type": "string", "format": "binary"}} for each in opening.content_types}
        else:
            schema = named.get(id(opening.gives), {"type": "object"})
            content = {"application/json": {"schema": schema}}
        yield code, {"description": "Done", "content": content}
    if "If-None-Match" in opening.headers or "/files/" in opening.path:
        yield "304", {"description": "As you have it"}
    for code, says in _REFUSALS.items():
        problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
        yield code, {"description": says, "content": problem}

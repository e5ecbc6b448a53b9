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
        "info": {"title": "Opplev", "version": version, "description": "Money in øre, dates in Europe/Oslo."},
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

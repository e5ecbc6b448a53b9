"""One way through every door: who may ask, what was sent, one action, one answer."""

import functools
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, cast

from chalice.app import Blueprint, Chalice, Request, Response

from chalicelib import wiring
from chalicelib.access.rules import Caller, Device, Right, Role
from chalicelib.api import answering
from chalicelib.api.answering import Answer
from chalicelib.api.reading import guard_address, identity_number, read
from chalicelib.shared.acting import Actor, acting
from chalicelib.shared.answers import Field, ForbiddenError, MalformedError, OpplevError, UnauthenticatedError
from chalicelib.shared.ids import UUID, CallerId, Tenant, holds_identity_number, is_id

_ANYONE: Final = Actor(CallerId("anyone"), "public")
PUBLIC: Final[frozenset[Role]] = frozenset()
_JSON: Final = "application/json"
_WITH_BODY: Final = frozenset({"POST", "PUT", "PATCH"})
_CHALICE_CODES: Final = {405: "method_not_allowed", 415: "unsupported_media_type"}


@dataclass(frozen=True, slots=True)
class Opening:
    """What a route says of itself: who may come, what it takes and gives. The OpenAPI document is made from it.

    `who` empty means anyone; `why_public` then says why. `reads` is given where the body is not read strictly as JSON:
    a reader for each content type, JSON among them.
    """

    method: str
    path: str
    who: frozenset[Role]
    says: str
    takes: type[Any] | None
    gives: type[Any] | None
    status: int
    query: dict[str, str]
    headers: dict[str, str]
    content_types: tuple[str, ...]
    reads: Mapping[str, Callable[[bytes], Any]]
    right: Right | None
    why_public: str


@dataclass(frozen=True, slots=True)
class Asking:
    """A request that got through the door."""

    who: Caller | Device | None
    now: datetime
    query: dict[str, str]
    headers: Any  # Chalice's mapping: names in any case
    request_id: str

    @property
    def tenant(self) -> Tenant:
        """The tenant that the token is bound to."""
        if self.who is None:
            raise UnauthenticatedError("no_token", "This call is bound to a tenant.")
        return self.who.tenant

    @property
    def caller(self) -> Caller:
        """The person or system behind a machine token."""
        if not isinstance(self.who, Caller):
            raise ForbiddenError("wrong_role", "This call is for staff and systems.")
        return self.who

    @property
    def by(self) -> CallerId:
        """Who it is, for the history: a caller or a device."""
        return self.who.id if isinstance(self.who, Caller) else _caller_id(self.device)

    @property
    def idempotency_key(self) -> str:
        """The request id of the caller's own making; MalformedError where it is missing or no id."""
        key = self.headers.get("idempotency-key")
        if not key:
            raise MalformedError("idempotency_key_missing", "Send a header Idempotency-Key with an id of your making.")
        if not is_id(key):
            raise MalformedError("bad_idempotency_key", "Idempotency-Key takes letters, digits, _ and -, at most 64.")
        if not re.fullmatch(UUID, key) and holds_identity_number(key):
            raise identity_number(
                Field("Idempotency-Key", "identity_number", "Give the call an id of your own making.")
            )
        return str(key)

    @property
    def device(self) -> Device:
        """The phone at the till."""
        if not isinstance(self.who, Device):
            raise ForbiddenError("wrong_role", "This call is for an enrolled phone.")
        return self.who


class Doors:
    """The routes of one kind of caller."""

    def __init__(self, name: str) -> None:
        self.blueprint = Blueprint(name)

    def open(  # noqa: PLR0913  a route has that much to say
        self,
        method: str,
        path: str,
        *,
        who: frozenset[Role],
        says: str,
        takes: type[Any] | None = None,
        gives: type[Any] | None = None,
        status: int = 200,
        query: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
        content_types: tuple[str, ...] = ("application/json",),
        reads: Mapping[str, Callable[[bytes], Any]] | None = None,
        right: Right | None = None,
        why_public: str = "",
    ) -> Callable[[Callable[..., Answer]], Callable[..., Response]]:
        """Register a view `view(asking, sent?, **path parameters) -> Answer` as a route."""
        opening = Opening(
            method, path, who, says, takes, gives, status, query or {}, headers or {}, content_types, reads or {},
            right, why_public,
        )  # fmt: skip

        def register(view: Callable[..., Answer]) -> Callable[..., Response]:
            @functools.wraps(view)
            def through(**path_parameters: str) -> Response:
                return _through(opening, view, self.blueprint.current_request, path_parameters)

            through.opening = opening  # type: ignore[attr-defined]
            taken = list(opening.reads) or [_JSON]
            route = self.blueprint.route(path, methods=[method], content_types=taken if method in _WITH_BODY else [])
            return cast("Callable[..., Response]", route(through))

        return register


def opening_of(view: Callable[..., Any]) -> Opening | None:
    """Give what a registered view says of itself, or None where it went round the doors."""
    return getattr(view, "opening", None)


def _through(opening: Opening, view: Callable[..., Answer], request: Request, path: dict[str, str]) -> Response:
    request_id = str(request.context.get("requestId") or "local")
    try:
        body = bytes(request.raw_body or b"")  # type: ignore[arg-type]  # Chalice says str, and gives bytes
        house = wiring.house()
        now = house.clock()
        who = _who(opening, request, body, now) if opening.who else None
        _insist_on_ids(path)
        query = dict(request.query_params or {})
        guard_address({**path, **query})
        asking = Asking(who, now, query, request.headers, request_id)
        sent = () if opening.takes is None else (_sent(opening, opening.takes, request, body),)
        with acting(_actor(opening, who)):
            return answering.respond(view(asking, *sent, **path), request_id)
    except OpplevError as error:
        return answering.refuse(error, request_id)
    except Exception as error:  # noqa: BLE001  the last door: whatever it is, the caller gets a problem, not a trace
        return answering.fail(error, request_id)


def _actor(opening: Opening, who: Caller | Device | None) -> Actor:
    """Give who acts, in the role that opened the door."""
    if who is None:
        return _ANYONE
    role = "+".join(sorted(who.roles & opening.who))
    return Actor(who.id, role, who.supplier) if isinstance(who, Caller) else Actor(_caller_id(who), role)


def _caller_id(device: Device) -> CallerId:
    return CallerId(f"device/{device.id}")


def _sent(opening: Opening, takes: type[Any], request: Request, body: bytes) -> Any:
    if not opening.reads:
        return read(body, takes)
    kind = str(request.headers.get("content-type") or _JSON).split(";")[0].strip().lower()
    return opening.reads.get(kind, opening.reads[_JSON])(body)


def _insist_on_ids(path: dict[str, str]) -> None:
    # Chalice hands path parameters on undecoded; a file's name is checked by its own view.
    if not all(is_id(value) for name, value in path.items() if name != "name"):
        raise MalformedError("bad_path", "An id in the path has other characters than letters, digits, _ and -.")


def _who(opening: Opening, request: Request, body: bytes, now: datetime) -> Caller | Device:
    path = str(request.context.get("path") or request.path)
    asked = request.to_original_event().get("path") or path
    authorization = request.headers.get("authorization")
    who = wiring.house().gate.caller(authorization, method=request.method, path=asked, body=body, now=now)
    if not who.roles & opening.who:
        raise ForbiddenError("wrong_role", "This token may not do that.")
    if opening.right is not None and isinstance(who, Device) and opening.right not in who.rights:
        raise ForbiddenError("missing_right", "This phone was not given the right to do that.")
    return who


def reshape(event: Request, get_response: Callable[[Request], Response]) -> Response:
    """Give Chalice's own errors (405, 415, a view that died) the one shape. Middleware of `app.py`."""
    answer = get_response(event)
    body = answer.body
    if isinstance(body, dict) and "Code" in body:
        code = _CHALICE_CODES.get(answer.status_code, "internal")
        request_id = str(event.context.get("requestId") or "local") if event else "local"
        reshaped = answering.problem(answer.status_code, code, _detail(code), request_id)
        reshaped.headers.update({name: value for name, value in answer.headers.items() if name == "Allow"})
        return reshaped
    return answer


def _detail(code: str) -> str:
    return {
        "method_not_allowed": "This path does not take that method.",
        "unsupported_media_type": "Send JSON, with Content-Type: application/json.",
    }.get(code, "Something went wrong on our side. Nothing was lost; try again.")


def register(app: Chalice, *doors: Doors) -> None:
    """Hang every door, and the translator of Chalice's own errors, on the app."""
    app.register_middleware(reshape, "http")
    # Chalice refuses a zip to who sends no `Accept`; here bytes say themselves that they are (`BinaryResponse`).
    app.api.binary_types = []
    for each in doors:
        app.register_blueprint(each.blueprint)

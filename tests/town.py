"""A municipality to test against: its tokens, a phone at a till, cards; asked through the Lambda entry point."""

import base64
import hashlib
import itertools
import json
import os
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec

import app as contents
from chalicelib import table, wiring
from chalicelib.access.rules import Role
from chalicelib.audit.rules import start_of_hour, time_of
from chalicelib.config import Config
from chalicelib.shared.calendar import OSLO, oslo_date
from chalicelib.shared.ids import Tenant
from chalicelib.venues.rules import Municipality

HOST = "https://kort.example.no"
ISSUER = "https://issuer.example.no/"
TENANT = "lorenskog"
OTHER = "nabo"
_CALLS = itertools.count(1)


def begins() -> datetime:
    """Say when a town is founded: now, or what `OPPLEV_MOMENT` says (`2026-03-29T02:30:00+02:00`)."""
    said = os.environ.get("OPPLEV_MOMENT")
    at = datetime.fromisoformat(said) if said else datetime.now(UTC)  # noqa: TID251  real time
    return at.astimezone(UTC).replace(microsecond=0)


def days_on(at: datetime, days: int) -> datetime:
    """Give the same time of day in Oslo some days on: the day after, also where clocks change between."""
    return (at.astimezone(OSLO) + timedelta(days=days)).astimezone(UTC)


@dataclass(frozen=True)
class Reply:
    """What came back through the door."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)

    @property
    def code(self) -> str:
        """The stable code of a problem."""
        assert self.headers["Content-Type"] == "application/problem+json", self.body
        return str(self.json["code"])


def event(method: str, path: str, *, body: bytes | None, headers: dict[str, str], query: dict[str, str]) -> Any:
    """Build what API Gateway hands to the function."""
    resource, parameters = _match(path)
    return {
        "resource": resource,
        "path": path,
        "httpMethod": method,
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "queryStringParameters": query or None,
        "multiValueQueryStringParameters": {name: [value] for name, value in query.items()} or None,
        "pathParameters": parameters,
        "stageVariables": None,
        "requestContext": {
            "resourcePath": resource, "httpMethod": method, "requestId": f"test-{next(_CALLS)}",
            "path": f"/api{path}", "identity": {"sourceIp": "127.0.0.1"},
        },
        "body": None if body is None else base64.b64encode(body).decode(),
        "isBase64Encoded": body is not None,
    }  # fmt: skip


def is_routed(path: str) -> bool:
    """Say whether API Gateway would hand a path on to the function."""
    return _find(path) is not None


def _match(path: str) -> tuple[str, dict[str, str] | None]:
    best = _find(path)
    assert best is not None, f"no route for {path}"
    return best[0], best[1] or None


def _find(path: str) -> tuple[str, dict[str, str]] | None:
    pieces = path.split("/")
    best: tuple[str, dict[str, str]] | None = None
    for route in contents.app.routes:
        wanted = route.split("/")
        if len(wanted) != len(pieces):
            continue
        if all(want == have or want.startswith("{") for want, have in zip(wanted, pieces, strict=True)):
            found = {want[1:-1]: have for want, have in zip(wanted, pieces, strict=True) if want.startswith("{")}
            if best is None or len(found) < len(best[1]):
                best = (route, found)
    return best


def send(method: str, path: str, *, body: bytes | None = None, headers: dict[str, str] | None = None,
         query: dict[str, str] | None = None) -> Reply:  # fmt: skip
    """Send a request through the Lambda entry point."""
    sent = {"content-type": "application/json"} if body is not None else {}
    sent.update(headers or {})
    answer = contents.app(event(method, path, body=body, headers=sent, query=query or {}), None)
    content = answer["body"]
    decoded = base64.b64decode(content) if answer.get("isBase64Encoded") else content.encode()
    return Reply(answer["statusCode"], answer["headers"], decoded)


@dataclass
class Phone:
    """A phone with a key that signs (decision: devices prove themselves)."""

    device_id: str
    audience: str
    key: ec.EllipticCurvePrivateKey
    clock: Callable[[], datetime]

    def sign(self, method: str, path: str, body: bytes, **claims: Any) -> str:
        """Sign for one request; claims given replace the right ones."""
        now = int(self.clock().timestamp())
        told = {
            "iss": self.device_id, "aud": self.audience, "htm": method, "htu": path, "iat": now, "exp": now + 60,
            "jti": str(uuid.uuid4()),
            "bh": base64.urlsafe_b64encode(hashlib.sha256(body).digest()).decode().rstrip("="),
        } | claims  # fmt: skip
        return jwt.encode({name: value for name, value in told.items() if value is not None}, self.key, "ES256")

    def send(self, method: str, path: str, body: Any = None, *, headers: dict[str, str] | None = None) -> Reply:
        """Send a signed request."""
        raw = None if body is None else json.dumps(body).encode()
        signed = self.sign(method, path, raw or b"")
        return send(method, path, body=raw, headers={"authorization": f"Bearer {signed}", **(headers or {})})


@dataclass
class Town:
    """Lørenskog on the engine, with a clock that can be set."""

    key: ec.EllipticCurvePrivateKey
    moment: datetime = field(default_factory=begins)

    ticked: float | None = None  # None: the clock stands until it is set

    def clock(self) -> datetime:
        """Tell the town's time."""
        if self.ticked is not None:
            now = time.monotonic()
            self.moment, self.ticked = self.moment + timedelta(seconds=now - self.ticked), now
        return self.moment

    @property
    def today(self) -> date:
        """The town's day: already the new year while UTC has an hour of the old one left."""
        return oslo_date(self.moment)

    def tick(self) -> None:
        """Let the clock go by itself, for those whose own clocks do."""
        self.ticked = time.monotonic()

    def token(self, role: str, *, tenant: str = TENANT, who: str = "anne", **claims: Any) -> str:
        """Sign a machine token as the local issuer does."""
        now = int(self.moment.timestamp())
        told = {
            "iss": ISSUER, "sub": who, "tenant": tenant, "roles": [role], "iat": now, "exp": now + 3600,
        } | claims  # fmt: skip
        told = {name: value for name, value in told.items() if value is not None}
        return jwt.encode(told, self.key, "ES256", headers={"kid": "1"})

    def ask(
        self, role: str | None, method: str, path: str, body: Any = None, *, tenant: str = TENANT,
        who: str = "anne", headers: dict[str, str] | None = None, query: dict[str, str] | None = None,
    ) -> Reply:  # fmt: skip
        """Ask as somebody with a role, or as nobody."""
        raw = None if body is None else json.dumps(body).encode()
        sent = {} if role is None else {"authorization": f"Bearer {self.token(role, tenant=tenant, who=who)}"}
        return send(method, path, body=raw, headers={**sent, **(headers or {})}, query=query)

    def enrol(self, venue: str, *rights: str, tenant: str = TENANT) -> Phone:
        """Make a phone at a venue."""
        asked = {"label": "Luke 1", "rights": list(rights) or ["scan"]}
        opened = self.ask("office", "POST", f"/v1/venues/{venue}/enrolments", asked, tenant=tenant)
        assert opened.status == 201, opened.body
        key = ec.generate_private_key(ec.SECP256R1())
        public = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(key.public_key()))
        told = {name: public[name] for name in ("kty", "crv", "x", "y")}
        claimed = send("POST", "/v1/devices", body=json.dumps(
            {"code": opened.json["code"], "public_key": told, "label": "Telefon"}).encode())  # fmt: skip
        assert claimed.status == 201, claimed.body
        return Phone(claimed.json["device_id"], claimed.json["audience"], key, self.clock)

    def settle_in(self, tenant: str = TENANT) -> None:
        """Set up a programme, three venues and their terms."""
        year = self.today.year
        programme = {
            "name": {"nb": "Opplevelseskortet", "en": "The Experience Card"}, "valid_from": f"{year - 1}-01-01",
            "valid_until": f"{year + 2}-12-31", "cards": {"quota": 30, "validity": "P1Y"},
            "ages": {"from": 5, "to": 18}, "languages": ["nb", "en", "ar", "ti"],
        }  # fmt: skip
        assert self.ask("office", "PUT", "/v1/programmes/kort", programme, tenant=tenant).status == 200
        for venue, limit, percent, companion, settle_by in (
            ("kino", 5, 100, True, "invoice"), ("bad", None, 50, True, "voucher"), ("klubb", 2, 0, False, "none"),
        ):  # fmt: skip
            put = {"name": venue.title(), "kind": "private", "settle_by": settle_by, "orgnr": "974760673",
                   "account": "12345678903"}  # fmt: skip
            assert self.ask("office", "PUT", f"/v1/venues/{venue}", put, tenant=tenant).status == 200
            offer = {"title": {"nb": f"{venue} for alle"}, "category": "other"}
            assert self.ask("office", "PUT", f"/v1/venues/{venue}/offers/inngang", offer, tenant=tenant).status == 200
            terms = {
                "programme": "kort", "offer": "inngang", "quota": venue, "from": f"{year - 1}-01-01",
                "until": f"{year + 2}-12-31", "limit": limit, "companion_allowed": companion,
                "persons_max": 2 if companion else 1, "price": {"holder": 12501, "companion": 9000},
                "reimburse": percent,
            }  # fmt: skip
            added = self.ask("office", "POST", f"/v1/venues/{venue}/agreements", terms, tenant=tenant)
            assert added.status == 201, added.body

    def card(self, ref: str | None = None, *, tenant: str = TENANT) -> Any:
        """Give a child a card."""
        asked = {"programme": "kort", "external_ref": ref or str(uuid.uuid4()), "birth_year": self.today.year - 10}
        made = self.ask(
            "issuer", "POST", "/v1/cards", asked, tenant=tenant, headers={"idempotency-key": str(uuid.uuid4())}
        )
        assert made.status == 201, made.body
        return made.json

    def visit(self, card: str, *, persons: int = 1, offer: str = "inngang", **changes: Any) -> dict[str, Any]:
        """Write down a visit as a phone sends it."""
        at = self.moment.strftime("%Y-%m-%dT%H:%M:%SZ")
        return {
            "id": str(uuid.uuid4()), "card": card, "offer": offer, "persons": persons, "at": at, "carrier": "qr",
            "offline": False,
        } | changes  # fmt: skip

    def later(self, **by: float) -> None:
        """Let time pass."""
        self.moment += timedelta(**by)


def found(folder: Path, *, engine: str, name: str, host: str = HOST, files_key: str = "") -> Town:
    """Found the town on a table that exists, and let its house stand."""
    key = ec.generate_private_key(ec.SECP256R1())
    secret = folder / "secret.json"
    secret.write_text(json.dumps({"1": "a secret of forty characters for tests.."}))
    jwk = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(key.public_key())) | {"kid": "1", "use": "sig"}
    roles = {role.value: role.value for role in Role if role is not Role.DEVICE}
    issuers = [{
        "issuer": ISSUER, "id": "local", "jwks": {"keys": [jwk]}, "role_claim": "roles", "roles": roles,
        "tenant_claim": "tenant",
    }]  # fmt: skip
    town = Town(key)
    config = Config(
        table=name, region="eu-north-1", engine=engine, host=host, issuers=json.dumps(issuers),
        files=str(folder / "files"), secret=str(secret), version="test", files_key=files_key,
    )  # fmt: skip
    wiring.use(wiring.build(config, clock=town.clock))
    for tenant, number in ((TENANT, 3222), (OTHER, 3205)):
        wiring.house().terms.put_municipality(Municipality(Tenant(tenant), number, tenant.title()))
    return town


def insist_that_the_book_fits() -> None:
    """Seal what a test has done, and verify that every entry stands as it was written.

    A test may have turned the clock back to before the town was founded; a book does not begin before its town.
    """
    book = wiring.house().audit
    for tenant in map(Tenant, (TENANT, OTHER)):
        begins = start_of_hour(book.store.since(tenant) or datetime.max.replace(tzinfo=UTC))
        written = [row for row in table.AuditRow.scan() if row.pk.startswith(f"T#{tenant}#")]
        times = [at for at in (time_of(row.sk) for row in written) if at >= begins]
        later = max(times, default=begins) + timedelta(hours=2)
        book.seal_due(tenant, now=later)
        found = book.verify_all(tenant, now=later)
        assert found.finding is None, found
        assert (found.entries, found.waiting) == (len(times), 0)

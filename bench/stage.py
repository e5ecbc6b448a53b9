"""What is measured on: a municipality on the embedded engine, fresh cards, a phone whose requests are signed ahead."""

import base64
import hashlib
import json
import os
import secrets
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import jwt
from cryptography.hazmat.primitives.asymmetric import ec

from chalicelib import table, wiring
from chalicelib.access.rules import Right
from chalicelib.cards.rules import Card, Status, body_of
from chalicelib.config import from_environment
from chalicelib.shared.ids import CallerId, CardKey, OfferId, ProgrammeId, Tenant, VenueId
from chalicelib.shared.money import Ore
from chalicelib.table import CardRow
from chalicelib.venues.rules import Agreement, Municipality, Offer, Programme, SettleBy, Venue, VenueKind
from infra.local import engine

ROOT: Final = Path(__file__).resolve().parent.parent
TENANT: Final = Tenant("benk")
HOST: Final = "https://kort.example.no"
PATH: Final = "/v1/scan/visits"
_BATCH: Final = 25


@dataclass(frozen=True, slots=True)
class Stage:
    """Where things stand while they are measured."""

    house: wiring.House
    engine: str
    engine_pid: int
    device: str
    key: ec.EllipticCurvePrivateKey

    def cards(self, count: int) -> list[str]:
        """Make fresh cards and give their tokens."""
        configuration = self.house.terms.configuration(TENANT)
        today = datetime.now(UTC).date()  # noqa: TID251  a measurement happens now
        tokens = []
        rows = []
        for _ in range(count):
            number = self.house.mint.new_number(f"{secrets.randbelow(10**10):010d}")
            card = Card(
                number, CardKey(secrets.token_urlsafe(12)), Status.ACTIVE, ProgrammeId("kort"),
                today - timedelta(days=30), today + timedelta(days=300), birth_year=today.year - 10,
            )  # fmt: skip
            rows.append(_row(card))
            tokens.append(self.house.mint.sign(TENANT, body_of(card, configuration)))
        for start in range(0, count, _BATCH):
            with CardRow.batch_write() as batch:
                for row in rows[start : start + _BATCH]:
                    batch.save(row)
        return tokens

    def signed(self, token: str) -> tuple[bytes, str]:
        """Write one visit and sign for it, as a phone does."""
        now = datetime.now(UTC)  # noqa: TID251  the same
        visit = {
            "id": str(uuid.uuid4()), "card": token, "offer": "inngang", "persons": 1,
            "at": now.strftime("%Y-%m-%dT%H:%M:%SZ"), "carrier": "qr", "offline": False,
        }  # fmt: skip
        body = json.dumps(visit).encode()
        claims = {
            "iss": self.device, "aud": HOST, "htm": "POST", "htu": PATH, "iat": int(now.timestamp()),
            "exp": int(now.timestamp()) + 119, "jti": str(uuid.uuid4()),
            "bh": base64.urlsafe_b64encode(hashlib.sha256(body).digest()).decode().rstrip("="),
        }  # fmt: skip
        return body, jwt.encode(claims, self.key, "ES256")

    def events(self, tokens: list[str]) -> list[dict[str, Any]]:
        """Write the visits as API Gateway hands them to the function."""
        return [_event(*self.signed(token)) for token in tokens]


@contextmanager
def stage(issuers: str = "[]") -> Iterator[Stage]:
    """Set the stage: an engine on a file as `make run` has it, the function's environment, one venue, one phone."""
    with TemporaryDirectory() as folder:
        home = Path(folder)
        binary = engine.install(ROOT / ".local" / "engine")
        with engine.running(binary, data=home / "opplev.db") as address:
            (home / "secret.json").write_text(json.dumps({"1": secrets.token_hex(32)}))
            os.environ.update(
                OPPLEV_TABLE="opplev-bench", OPPLEV_HOST=HOST, OPPLEV_ISSUERS=issuers, OPPLEV_FILES=str(home / "files"),
                OPPLEV_SECRET=str(home / "secret.json"), OPPLEV_ENGINE=address, AWS_ACCESS_KEY_ID="local",
                AWS_SECRET_ACCESS_KEY="local", AWS_REGION="eu-north-1",  # noqa: S106  the engine asks for none
            )  # fmt: skip
            house = wiring.build(from_environment())
            wiring.use(house)
            table.Row.create_table(wait=True)
            device, key = _furnish(house)
            yield Stage(house, address, _pid_of(binary), device, key)
            wiring.use(None)


def _furnish(house: wiring.House) -> tuple[str, ec.EllipticCurvePrivateKey]:
    now = datetime.now(UTC)  # noqa: TID251  the same
    first, last = date(now.year - 1, 1, 1), date(now.year + 2, 12, 31)
    programme, venue = ProgrammeId("kort"), VenueId("kino")
    house.terms.put_municipality(Municipality(TENANT, 9999, "Benk"))
    house.terms.put_programme(TENANT, Programme(programme, 0, {"nb": "Kort"}, first, last))
    by = CallerId("bench/1")
    house.terms.put_venue(TENANT, Venue(venue, "Kino", VenueKind.PRIVATE, SettleBy.INVOICE), by=by)
    house.terms.put_offer(TENANT, Offer(venue, OfferId("inngang"), {"nb": "Inngang"}))
    terms = Agreement(
        programme, venue, OfferId("inngang"), first, last, 5, "kino", price_holder=Ore(12_500), reimburse=100
    )
    house.terms.add_agreement(TENANT, terms, first_open_day=None)
    opened = house.gate.open_enrolment(TENANT, venue, label="Benk", rights=frozenset({Right.SCAN}), now=now)
    key = ec.generate_private_key(ec.SECP256R1())
    public = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(key.public_key()))
    told = {name: public[name] for name in ("kty", "crv", "x", "y")}
    return house.gate.claim(opened.code, public_key=told, label=None, now=now).id, key


def _row(card: Card) -> CardRow:
    return CardRow(
        table.card_pk(TENANT, card.number), "CARD", key=card.key, status=card.status, programme=card.programme,
        valid_from=card.valid_from.isoformat(), valid_until=card.valid_until.isoformat(),
        birth_year=card.birth_year, language=card.language, external_ref=f"sak-{card.number}",
        group=table.expires_group(TENANT, card.programme, f"{card.valid_until:%Y-%m}"), place=card.number,
    )  # fmt: skip


def _event(body: bytes, signed: str) -> dict[str, Any]:
    return {
        "resource": PATH, "path": PATH, "httpMethod": "POST",
        "headers": {"authorization": f"Bearer {signed}", "content-type": "application/json"},
        "multiValueHeaders": {}, "queryStringParameters": None, "multiValueQueryStringParameters": None,
        "pathParameters": None, "stageVariables": None, "body": body.decode(), "isBase64Encoded": False,
        "requestContext": {"resourcePath": PATH, "httpMethod": "POST", "requestId": "bench", "path": f"/api{PATH}"},
    }  # fmt: skip


def _pid_of(binary: Path) -> int:
    """Find the engine among this process's children, to read its processor time; 0 where there is no /proc."""
    children = Path(f"/proc/self/task/{os.getpid()}/children")
    for child in children.read_text().split() if children.exists() else []:
        if binary.name in Path(f"/proc/{child}/cmdline").read_text():
            return int(child)
    return 0


def processor_seconds(pid: int) -> float:
    """Give the processor time that a process has used; 0 where the system does not say."""
    stat = Path(f"/proc/{pid}/stat")
    if not pid or not stat.exists():
        return 0.0
    fields = stat.read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

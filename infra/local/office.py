"""A municipality's file loaded on this machine: the calls go through the product's own doors, without a port."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from chalicelib.shared.answers import OpplevError
from chalicelib.shared.ids import Tenant
from chalicelib.venues.rules import Municipality
from infra import terms_file
from infra.local.gateway import Gateway
from infra.local.issuer import open_issuer
from infra.local.places import Places, StartError
from infra.local.server import the_app
from infra.local.wire import Request
from infra.terms_file import Ask, TermsFile, TermsFileError

if TYPE_CHECKING:
    from chalicelib.wiring import House


def load(
    house: "House", places: Places, path: Path, *, year: int | None = None, between: Callable[[], None] = lambda: None
) -> TermsFile:
    """Make the municipality and everything its file says; twice is as good as once. StartError says what is wrong."""
    try:
        terms = terms_file.read(path, year=year)
        ask = asking(house, places, terms.tenant, "office")
        terms_file.check(terms, ask)
        who = terms.municipality
        house.terms.put_municipality(
            Municipality(Tenant(who["id"]), who["number"], who["name"], coat_of_arms=who.get("coat_of_arms"))
        )
        terms_file.send(terms, ask, between=between)
        terms_file.send_codes(terms, asking(house, places, terms.tenant, "finance"))
        terms_file.send_kred(terms, asking(house, places, terms.tenant, "coordinator"), between=between)
    except TermsFileError as error:
        raise StartError(str(error)) from error
    except OpplevError as error:
        faults = " ".join(f"{fault.path}: {fault.detail}" for fault in error.fields)
        message = f"[municipality] {error.detail} {faults}".strip()
        raise StartError(message) from error
    return terms


def asking(house: "House", places: Places, tenant: str, role: str, who: str = "terms") -> Ask:
    """Give a way to ask at the doors, without a port, as somebody with a role."""
    gateway = Gateway(the_app())
    token = open_issuer(places).token(tenant=tenant, role=role, who=who, hours=1, now=house.clock())

    def ask(method: str, path: str, body: bytes) -> tuple[int, bytes]:
        found = gateway.resource(path)
        if found is None:
            message = f"There is no call {method} {path}: an id in the file is no id."
            raise TermsFileError(message)
        headers = [("Authorization", f"Bearer {token}"), ("Content-Type", "application/json")]
        request = Request(method, path, "", headers, body, keep_alive=False, peer="127.0.0.1")
        answer = gateway.call(request, *found)
        return answer.status, answer.body

    return ask

"""The doors of what TimeKred prints for those who run it: a session's poster, and members' codes to be cut."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from chalicelib import wiring
from chalicelib.api.answering import Answer  # noqa: TC001  Chalice reads what a door gives
from chalicelib.api.endpoint import Asking, Doors
from chalicelib.api.kred_members import STAFF
from chalicelib.api.kred_sessions import STAFF as WHO_RUNS
from chalicelib.api.kred_sessions import own_session
from chalicelib.api.prints import as_file
from chalicelib.api.reading import Body, CardText
from chalicelib.shared.answers import MalformedError
from chalicelib.shared.ids import CurrencyId

doors = Doors(__name__)

_LANGUAGES = frozenset({"nb", "nn", "en"})


class CodesBody(Body, frozen=True):
    """Codes as they were handed out: addresses or numbers."""

    cards: Annotated[list[CardText], Meta(min_length=1, max_length=30)]
    language: Annotated[str, Meta(pattern="^(nb|nn|en)$")] = "nb"


@doors.open(
    "GET", "/v1/kred/currencies/{currency}/sessions/{session}/poster", who=WHO_RUNS, gives=bytes,
    content_types=("application/pdf",), query={"language": "nb, nn or en; nb by default"},
    says="The session's poster on one A4 page, with the code to join and be there by.",
)  # fmt: skip
def print_poster(asking: Asking, currency: str, session: str) -> Answer:
    """Print it."""
    from chalicelib.kred.paper.posters import draw_poster
    from chalicelib.kred.rules.sessions import code_text

    language = asking.query.get("language", "nb")
    if language not in _LANGUAGES:
        raise MalformedError("bad_query", "Give language as nb, nn or en.")
    house = wiring.house()
    known, standing = house.currencies.for_whom(asking.caller, CurrencyId(currency))
    held = own_session(asking, standing, currency, session)
    drawn = draw_poster(
        held, known.setup.currency, code_text(house.config.host, asking.tenant, held),
        issuer=house.terms.configuration(asking.tenant).municipality.name, language=language,
    )  # fmt: skip
    return as_file(drawn, "application/pdf", "plakat.pdf")


@doors.open(
    "POST", "/v1/kred/currencies/{currency}/codes/sheets", who=STAFF, takes=CodesBody, gives=bytes,
    content_types=("application/pdf",),
    says="Members' codes as large as a bank card, ten to an A4 sheet, with marks to cut along.",
)  # fmt: skip
def print_codes(asking: Asking, sent: CodesBody, currency: str) -> Answer:
    """Print them; one that is not the caller's is unknown."""
    from chalicelib.kred.paper.codes import print_codes as draw

    house = wiring.house()
    known, standing = house.currencies.for_whom(asking.caller, CurrencyId(currency))
    carried = house.members.carried(
        asking.tenant, currency, sent.cards, may=lambda each: standing.runs(each.organiser or "")
    )
    drawn = draw(
        [(each.member.number, each.url) for each in carried], known.setup.currency,
        issuer=house.terms.configuration(asking.tenant).municipality.name, language=sent.language,
    )  # fmt: skip
    return as_file(drawn, "application/pdf", "koder.pdf")

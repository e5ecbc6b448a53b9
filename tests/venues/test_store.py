"""The configuration in the table: whole, fresh enough, and never half changed."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError

from chalicelib import table
from chalicelib.shared.answers import TryAgainError, UnknownError
from chalicelib.shared.calendar import Period
from chalicelib.shared.ids import OfferId, ProgrammeId, Tenant, VenueId
from chalicelib.shared.money import Ore
from chalicelib.venues.actions import Terms
from chalicelib.venues.rules import (
    Agreement,
    Counts,
    Municipality,
    Offer,
    PendingAccount,
    Programme,
    SettleBy,
    State,
    Venue,
    VenueKind,
)
from chalicelib.venues.store import TermsStore

TENANT = Tenant("prove")
MUNICIPALITY = Municipality(TENANT, 3222, "Prøve kommune", 2, "images/vapen.png")
PROGRAMME = Programme(
    ProgrammeId("kort"), 3, {"nb": "Kort", "ar": "بطاقة"}, date(2026, 1, 1), date(2028, 12, 31), State.OPEN, 100, "P1Y",
    5, 18, "adult_under:12", Counts.PERSON, once_per_day=True, languages=("nb", "ar"), contact="post@prove.example",
    offline_days=10, logo="images/logo.png",
)  # fmt: skip
VENUE = Venue(
    VenueId("kino"), "Prøve kino", VenueKind.MUNICIPAL, SettleBy.INTERNAL, "988077917", "86011117947",
    PendingAccount("12345678903", "office/1"), "Prøvegata 1", "Luka", "https://kino.example", "images/kino.png",
    {"art": "1470"},
)  # fmt: skip
OFFER = Offer(
    VenueId("kino"), OfferId("film"), {"nb": "Film"}, ("entrance",), {"nb": "Alt"}, ("popcorn",), {"nb": "Brus"},
    "cinema", "spectator", 12,
)  # fmt: skip
AGREEMENT = Agreement(
    ProgrammeId("kort"), VenueId("kino"), OfferId("film"), date(2026, 1, 1), date(2026, 12, 31), None, "kultur",
    Period.HALF_YEAR, companion_allowed=False, persons_max=1, price_holder=Ore(12000), price_companion=Ore(1),
    copay_holder=Ore(2000), copay_companion=Ore(1), reimburse=50, vat_code="12", funding_source="bufdir",
    signed_on=date(2025, 12, 1),
)  # fmt: skip


class Clock:
    """A clock that the test turns."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


@contextmanager
def listening(event: str, hook: Any) -> Iterator[None]:
    """Let a hook see the calls to the table."""
    events = table.connection().client.meta.events
    events.register(event, hook)
    try:
        yield
    finally:
        events.unregister(event, hook)


@pytest.fixture
def clock(fresh_table: str) -> Clock:
    assert fresh_table
    return Clock()


@pytest.fixture
def store(clock: Clock) -> TermsStore:
    made = TermsStore(clock)
    assert made.write(TENANT, made.read(TENANT), [MUNICIPALITY])
    return made


def test_every_field_of_every_record_comes_back_as_it_was(store: TermsStore) -> None:
    assert store.write(TENANT, store.read(TENANT), [PROGRAMME, VENUE, OFFER, AGREEMENT])
    stands = store.load(TENANT)
    assert stands.municipality == MUNICIPALITY
    assert stands.programmes == {PROGRAMME.id: PROGRAMME}
    assert stands.venues == {VENUE.id: VENUE}
    assert stands.offers == {(OFFER.venue, OFFER.id): OFFER}
    assert stands.agreements == (AGREEMENT,)


def test_a_tenant_without_a_municipality_is_unknown(store: TermsStore) -> None:
    with pytest.raises(UnknownError):
        store.load(Tenant("fremmed"))
    assert store.read(Tenant("fremmed")).configuration is None


def test_one_tenant_never_sees_another(store: TermsStore) -> None:
    other = Tenant("annen")
    store.write(other, store.read(other), [replace(MUNICIPALITY, id=other, number=3223), VENUE])
    assert store.load(TENANT).venues == {}
    assert store.load(other).municipality.number == 3223


def test_a_minute_of_scans_reads_the_configuration_once(store: TermsStore, clock: Clock) -> None:
    asked: list[str] = []
    with listening("before-call.dynamodb", lambda model, **_: asked.append(model.name)):
        for _ in range(3):
            store.load(TENANT)
            clock.seconds += 29.9
        assert asked == ["Query"]
        clock.seconds += 1
        store.load(TENANT)
        assert asked == ["Query", "Query"]


def test_the_read_is_consistent(store: TermsStore) -> None:
    asked: list[Any] = []
    with listening("provide-client-params.dynamodb.Query", lambda params, **_: asked.append(params)):
        store.load(TENANT)
    assert [params["ConsistentRead"] for params in asked] == [True]


def test_a_change_in_another_process_is_seen_within_a_minute(store: TermsStore, clock: Clock) -> None:
    store.load(TENANT)
    elsewhere = TermsStore(Clock())
    elsewhere.write(TENANT, elsewhere.read(TENANT), [VENUE])
    assert store.load(TENANT).venues == {}
    clock.seconds += 60
    assert store.load(TENANT).venues == {VENUE.id: VENUE}


def test_a_change_of_our_own_is_seen_at_once(store: TermsStore) -> None:
    store.load(TENANT)
    store.write(TENANT, store.read(TENANT), [VENUE])
    assert store.load(TENANT).venues == {VENUE.id: VENUE}


def test_what_was_being_read_while_a_change_landed_is_not_kept(store: TermsStore) -> None:
    def meanwhile(**_: Any) -> None:
        events.unregister("after-call.dynamodb.Query", meanwhile)
        store.write(TENANT, store.read(TENANT), [VENUE])

    events = table.connection().client.meta.events
    events.register("after-call.dynamodb.Query", meanwhile)
    assert store.load(TENANT).venues == {}  # read before the change
    assert store.load(TENANT).venues == {VENUE.id: VENUE}


def test_a_record_that_changed_since_it_was_read_is_not_written_over_and_nothing_else_either(store: TermsStore) -> None:
    store.write(TENANT, store.read(TENANT), [VENUE])
    old = store.read(TENANT)
    assert store.write(TENANT, store.read(TENANT), [replace(VENUE, name="Først")])
    assert not store.write(TENANT, old, [replace(VENUE, name="Sist"), OFFER])
    stands = store.load(TENANT)
    assert stands.venues[VENUE.id].name == "Først"
    assert stands.offers == {}


def test_a_record_made_by_two_at_once_is_made_once(store: TermsStore) -> None:
    old = store.read(TENANT)
    assert store.write(TENANT, old, [VENUE])
    assert not store.write(TENANT, old, [VENUE])


def test_a_configuration_of_many_pages_is_read_to_the_end(store: TermsStore) -> None:
    long = dict.fromkeys(("nb", "nn", "en", "so", "pl"), "x" * 4000)
    offers = [replace(OFFER, id=OfferId(f"film{number:03}"), included_text=long) for number in range(120)]
    for start in range(0, 120, 40):
        assert store.write(TENANT, store.read(TENANT), [*offers[start : start + 40]])
    pages: list[int] = []
    with listening("after-call.dynamodb.Query", lambda parsed, **_: pages.append(len(parsed["Items"]))):
        assert len(store.load(TENANT).offers) == 120
    assert len(pages) > 1  # a page is at most a megabyte, and these are two and a half


@contextmanager
def refusing(operation: str, code: str, times: int) -> Iterator[list[str]]:
    """Let the table refuse an operation some times before it answers."""
    refused: list[str] = []

    def refuse(**_: Any) -> tuple[Any, dict[str, Any]] | None:
        if len(refused) == times:
            return None
        refused.append(code)
        reasons = [{"Code": code}] if operation == "TransactWriteItems" and code == "TransactionConflict" else []
        named = "TransactionCanceledException" if reasons else code
        answer = {"Error": {"Code": named, "Message": "made up"}, "CancellationReasons": reasons}
        return type("Refusal", (), {"status_code": 400, "headers": {}})(), {
            **answer,
            "ResponseMetadata": {"HTTPStatusCode": 400, "HTTPHeaders": {}},
        }

    with listening(f"before-call.dynamodb.{operation}", refuse):
        yield refused


@pytest.mark.parametrize("code", ["TransactionConflict", "ThrottlingException"])
def test_a_busy_moment_costs_the_office_a_pause_and_nothing_else(store: TermsStore, code: str) -> None:
    desk = Terms(store)
    with refusing("TransactWriteItems", code, 2) as refused:
        desk.put_venue(TENANT, replace(VENUE, pending_account=None), by="office/1")  # type: ignore[arg-type]
    assert len(refused) == 2
    assert VENUE.id in store.load(TENANT).venues


def test_a_table_that_stays_busy_is_answered_with_try_again(store: TermsStore) -> None:
    with refusing("TransactWriteItems", "ThrottlingException", 99), pytest.raises(TryAgainError):
        Terms(store).put_venue(TENANT, VENUE, by="office/1")  # type: ignore[arg-type]
    with refusing("Query", "ThrottlingException", 99), pytest.raises(TryAgainError):
        store.load(TENANT)


def test_an_agreement_whose_answer_was_lost_on_the_way_is_stored_once(store: TermsStore) -> None:
    desk = Terms(store)
    store.write(TENANT, store.read(TENANT), [PROGRAMME, VENUE, OFFER])
    lost: list[str] = []

    def lose(**_: Any) -> None:
        if not lost:
            lost.append("reply")
            raise ReadTimeoutError(endpoint_url="http://127.0.0.1")

    with listening("after-call.dynamodb.TransactWriteItems", lose):
        made = desk.add_agreement(TENANT, AGREEMENT, first_open_day=None)
    assert lost == ["reply"]
    assert store.load(TENANT).agreements == (made,)


def test_a_fault_that_will_not_pass_is_not_tried_again(store: TermsStore) -> None:
    with refusing("TransactWriteItems", "AccessDeniedException", 99) as refused, pytest.raises(Exception) as failed:  # noqa: PT011  whatever pynamodb calls it
        Terms(store).put_venue(TENANT, VENUE, by="office/1")  # type: ignore[arg-type]
    assert not isinstance(failed.value, TryAgainError)
    assert len(refused) == 1


def test_a_cached_configuration_costs_no_more_than_a_look(store: TermsStore) -> None:
    store.load(TENANT)
    began = time.perf_counter()
    for _ in range(1000):
        store.load(TENANT)
    assert time.perf_counter() - began < 0.1

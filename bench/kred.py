"""Payments in time credit: how many and how fast, at many partners and at one popular one, and over bare boto3."""

import itertools
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import boto3

from bench.stage import TENANT, Stage, stage
from chalicelib import table
from chalicelib.access.rules import Caller, Device, Right, Role
from chalicelib.kred.actions.members import Key
from chalicelib.kred.actions.spending import Asked
from chalicelib.kred.rules.currencies import Currency, Operator, PartnerState
from chalicelib.kred.rules.members import AgeBand, Person
from chalicelib.kred.rules.spending import SpendOffer
from chalicelib.ledger.rules import ISSUER, Account, Booked, Leg, Transfer, member_account, partner_account
from chalicelib.shared.ids import (
    CallerId,
    CurrencyId,
    DeviceId,
    MemberId,
    OfferId,
    OperatorId,
    TransferId,
    VenueId,
)

_KRED: Final = CurrencyId("kred")
_MEMBERS: Final = 64
_PAYMENTS: Final = {1: 200, 8: 400, 32: 640}  # in one turn, by concurrency
_TURNS: Final = 4
_ROUNDS: Final = 6
_BARE: Final = 100
_RATIO: Final = 1.3
_SPREAD: Final = 0.20
_NAMES: Final = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Turn:
    """Payments of one turn: how many a second, and milliseconds."""

    per_second: float
    p50: float
    p95: float


def payment(member: int, partner: str) -> Transfer:
    """Give a payment of one minute under a new id."""
    leg = Leg(_member(member), partner_account(VenueId(partner)), 1)
    now = datetime.now(UTC)  # noqa: TID251  a measurement reads the clock itself
    return Transfer(TransferId(f"p{next(_NAMES)}"), _KRED, (leg,), "payment", now)


def furnish(on: Stage) -> None:
    """Open the members' accounts with enough to pay with."""
    now = datetime.now(UTC)  # noqa: TID251  the same
    for member in range(_MEMBERS):
        on.house.bank.open_account(TENANT, _KRED, _member(member))
        start = Transfer(TransferId(f"start{member}"), _KRED, (Leg(ISSUER, _member(member), 60_000),), "grant", now)
        assert isinstance(on.house.bank.transfer(TENANT, start), Booked)


def turn(on: Stage, concurrency: int, payments: list[Transfer]) -> Turn:
    """Send payments from so many threads at once; a member pays once at a time."""
    took: list[float] = []
    waiting = [payments[number::concurrency] for number in range(concurrency)]

    def pay(mine: list[Transfer]) -> None:
        for each in mine:
            milliseconds = _timed(lambda each=each: on.house.bank.transfer(TENANT, each))  # type: ignore[misc]
            took.append(milliseconds)

    threads = [threading.Thread(target=pay, args=(mine,)) for mine in waiting]
    started = time.perf_counter()
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    seconds = time.perf_counter() - started
    return Turn(len(payments) / seconds, statistics.median(took), statistics.quantiles(took, n=20)[-1])


def busy(on: Stage) -> Iterator[str]:
    """Pay at many partners and at one by turns, and say how the two compare."""
    for concurrency, count in _PAYMENTS.items():
        many: list[Turn] = []
        one: list[Turn] = []
        for _ in range(_TURNS):
            for turns, partner in ((many, "p{}".format), (one, "popular".format)):
                payments = [payment(n % _MEMBERS, partner(n % _MEMBERS)) for n in range(count)]
                turns.append(turn(on, concurrency, payments))
        apart, popular = _typical(many), _typical(one)
        difference = popular.per_second / apart.per_second - 1
        yield (
            f"    {concurrency:2} at once: {apart.per_second:.0f}/s, p50 {apart.p50:.1f} ms, p95 {apart.p95:.1f} ms at "
            f"{_MEMBERS} partners; {popular.per_second:.0f}/s, p50 {popular.p50:.1f} ms, p95 {popular.p95:.1f} ms at "
            f"one popular partner: {difference:+.0%} (target within {_SPREAD:.0%})"
        )


def over_bare(on: Stage) -> str:
    """Pay both ways by turns; the bare way sends the same transaction through boto3, with other ids."""
    client = boto3.client("dynamodb", endpoint_url=on.engine, region_name="eu-north-1")
    rounds = []
    for _ in range(_ROUNDS):
        seen: list[dict[str, Any]] = []
        hook = _listen(seen)
        for number in range(_BARE):
            on.house.bank.transfer(TENANT, payment(number % _MEMBERS, "kino"))
        table.connection().client.meta.events.unregister("provide-client-params.dynamodb", hook)
        ours, bare = [], []
        for number, sent in enumerate([_afresh(each) for each in seen]):
            ready = payment(number % _MEMBERS, "kino")
            ours.append(_timed(lambda ready=ready: on.house.bank.transfer(TENANT, ready)))  # type: ignore[misc]
            bare.append(_timed(lambda sent=sent: client.transact_write_items(**sent)))  # type: ignore[misc]
        rounds.append((statistics.median(ours), statistics.median(bare)))
    ratios = [ours / bare for ours, bare in rounds]
    return (
        f"    Bank.transfer {statistics.median(each[0] for each in rounds):.2f} ms over the same TransactWriteItems "
        f"through bare boto3 {statistics.median(each[1] for each in rounds):.2f} ms: ratio "
        f"{statistics.median(ratios):.2f} (target at most {_RATIO}); rounds "
        + ", ".join(f"{each:.2f}" for each in ratios)
    )


def at_the_till(on: Stage) -> str:
    """Pay with members' codes at a till; the bare way repeats all requests that this made, on new ids."""
    client = boto3.client("dynamodb", endpoint_url=on.engine, region_name="eu-north-1")
    phone = Device(TENANT, DeviceId(on.device), VenueId("kino"), "Benk", frozenset({Right.SCAN}), "{}", "2026-01-01")
    cards = _members_with_codes(on)
    rounds, requests = [], 0.0
    for _ in range(_ROUNDS):
        seen: list[tuple[str, dict[str, Any]]] = []
        hook = _listen_to_all(seen)
        for number in range(_BARE):
            _spend(on, phone, cards[number % len(cards)])
        table.connection().client.meta.events.unregister("provide-client-params.dynamodb", hook)
        requests = len(seen) / _BARE
        ours, bare = [], []
        # By turns, since the machine's speed drifts while this runs.
        for number, sent in enumerate(_by_payment(seen)):
            ours.append(_timed(lambda number=number: _spend(on, phone, cards[number % len(cards)])))  # type: ignore[misc]
            bare.append(_timed(lambda sent=sent: _send(client, sent)))  # type: ignore[misc]
        rounds.append((statistics.median(ours), statistics.median(bare)))
    ratio = statistics.median(ours / bare for ours, bare in rounds)
    desk, plain = (statistics.median(each[side] for each in rounds) for side in (0, 1))
    return (
        f"    SpendDesk.spend {desk:.2f} ms, {requests:.1f} requests, over the same through bare boto3 {plain:.2f} ms: "
        f"ratio {ratio:.2f}"
    )


def _by_payment(seen: list[tuple[str, dict[str, Any]]]) -> Iterator[list[tuple[str, dict[str, Any]]]]:
    """Give the requests of each payment, the last of which writes it, with new ids."""
    some: list[tuple[str, dict[str, Any]]] = []
    for name, sent in seen:
        writes = name == "TransactWriteItems"
        some.append((name, _afresh(sent) if writes else sent))
        if writes:
            yield some
            some = []


def _send(client: Any, requests: list[tuple[str, dict[str, Any]]]) -> dict[str, Any]:
    answer: dict[str, Any] = {}
    for name, sent in requests:
        answer = client._make_api_call(name, sent)  # noqa: SLF001  as it was called, by its name
    return answer


def _members_with_codes(on: Stage) -> list[str]:
    """Set up a currency that the venue takes, and members who have enough of it; give their codes."""
    now, local, kino = datetime.now(UTC), CurrencyId("local"), VenueId("kino")  # noqa: TID251  the same
    by = Caller(TENANT, frozenset({Role.COORDINATOR}), CallerId("bench/1"))
    house = on.house
    house.currencies.put_currency(TENANT, Currency(local, {"nb": "Lokal"}, step=30))
    house.currencies.put_operator(TENANT, Operator(local, OperatorId("bydel"), "Bydel"))
    house.currencies.decide_on(by, local, kino, PartnerState.APPROVED, offers="Kino", now=now)
    house.spending.put_offer(TENANT, SpendOffer(local, kino, OfferId("inngang"), 30, 30))
    made = house.members.prepare(TENANT, local, count=8, organiser="bydel", now=now)
    for number, carried in enumerate(made):
        said = Person("Testperson", "nb", AgeBand.TWENTIES, consent=True, pin="4711")
        house.members.name(Key(carried.url, None, TENANT), said, now=now)
        account = member_account(carried.member.id)
        start = Transfer(TransferId(f"till{number}"), local, (Leg(ISSUER, account, 600_000),), "grant", now)
        assert isinstance(house.bank.transfer(TENANT, start), Booked)
    return [carried.url for carried in made]


def _spend(on: Stage, phone: Device, card: str) -> Booked:
    now = datetime.now(UTC)  # noqa: TID251  the same
    asked = Asked(card, 1, 0, OfferId("inngang"), id=f"s{next(_NAMES)}")
    spent = on.house.spending.spend(phone, asked, now=now)
    assert spent.spend is not None, spent.verdict
    leg = Leg(member_account(spent.spend.member), partner_account(phone.venue), spent.spend.minutes)
    return Booked(Transfer(TransferId(asked.id), CurrencyId("local"), (leg,), "payment", now))


def report() -> str:
    """Measure, and say it in lines."""
    with stage() as on:
        furnish(on)
        lines = ["(k) payments in time credit, one process", over_bare(on), at_the_till(on), *busy(on)]
        return "\n".join(lines)


def _member(number: int) -> Account:
    return member_account(MemberId(f"m{number}"))


def _typical(turns: list[Turn]) -> Turn:
    return Turn(*(statistics.median(getattr(each, name) for each in turns) for name in ("per_second", "p50", "p95")))


def _timed(do: Callable[[], Any]) -> float:
    started = time.perf_counter()
    answer = do()
    took = (time.perf_counter() - started) * 1000
    assert isinstance(answer, Booked | dict), answer
    return took


def _listen(seen: list[dict[str, Any]]) -> Callable[..., None]:
    def hear(params: dict[str, Any], model: Any, **_: Any) -> None:
        if model.name == "TransactWriteItems":
            seen.append(params)

    table.connection().client.meta.events.register("provide-client-params.dynamodb", hear)
    return hear


def _listen_to_all(seen: list[tuple[str, dict[str, Any]]]) -> Callable[..., None]:
    def hear(params: dict[str, Any], model: Any, **_: Any) -> None:
        seen.append((model.name, params))

    table.connection().client.meta.events.register("provide-client-params.dynamodb", hear)
    return hear


def _afresh(sent: dict[str, Any]) -> dict[str, Any]:
    """Give the same transaction with other ids: of the transfer, and of its entries."""
    name = f"b{next(_NAMES)}"
    items = []
    for each in sent["TransactItems"]:
        [(what, part)] = each.items()
        if what == "Put":
            item = dict(part["Item"])
            if item["SK"]["S"].startswith("ENTRY#"):
                item["SK"] = {"S": f"{item['SK']['S']}{name}"}
            else:
                item["PK"] = {"S": f"{item['PK']['S']}{name}"}
            part = part | {"Item": item}
        items.append({what: part})
    again = {**sent, "TransactItems": items}
    again.pop("ClientRequestToken", None)
    return again


if __name__ == "__main__":
    print(report())

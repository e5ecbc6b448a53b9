"""Tags that count their readings, at the window: the real tag comes in, every copy is refused and seen."""

import hashlib
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.credentials.actions import Mint, Presented
from chalicelib.credentials.rules import TagKeys
from chalicelib.shared.ids import CardNumber, Tenant, VisitId
from chalicelib.visits.actions import Result
from chalicelib.visits.rules import Because, Doubt, Suspect
from tests.credentials.ntag import Tag
from tests.visits.till import (
    KOMMUNE,
    NOON,
    SWIM,
    TENANT,
    Ring,
    Till,
    card_row,
    clear,
    device,
    furnish,
    give_card,
    token,
    used,
)

UID = bytes.fromhex("04de5f1eacc040")
META, MASTER = hashlib.md5(b"meta").digest(), hashlib.md5(b"file").digest()  # noqa: S324  any sixteen bytes will do


class TagRing(Ring):
    """Signing keys, and the keys of tags."""

    def tags(self, _tenant: Tenant, _key_id: int) -> TagKeys:
        """Give the keys of the tags."""
        return TagKeys(META, MASTER)


def read(tenant: Tenant, text: str, *, municipality_number: int = KOMMUNE) -> Presented:
    return Mint(TagRing()).read(tenant, text, municipality_number=municipality_number)


@pytest.fixture(scope="module", autouse=True)
def _table(dynamodb: str) -> None:
    furnish(dynamodb, "tags")


@pytest.fixture
def till() -> Till:
    clear()
    return Till(reads=read)


@pytest.fixture
def number() -> CardNumber:
    return give_card(tag={"uid": UID.hex(), "count": 7})


def tag_of(number: CardNumber, *, uid: bytes = UID, count: int = 7, master: bytes = MASTER) -> Tag:
    return Tag(uid, token(number), META, master, count)


def tapped(till: Till, text: str, **changes: Any) -> Any:
    return till.window.register(device(), till.ask(text, carrier="sun", **changes), now=till.moment)


def suspects(till: Till) -> list[Suspect]:
    return till.window.suspects(TENANT, before=None, most=100)


def test_a_tap_is_looked_at_and_comes_in_and_its_reading_is_then_used(till: Till, number: CardNumber) -> None:
    tap = tag_of(number).tapped()
    assert till.window.check(device(), card=tap, offer=SWIM, now=NOON).admitted
    assert tapped(till, tap).visit is not None
    assert card_row(number).tag.attribute_values == {"uid": UID.hex(), "count": 8}
    assert suspects(till) == []


def test_the_same_visit_sent_again_is_a_replay_and_no_copy(till: Till, number: CardNumber) -> None:
    asked = till.ask(tag_of(number).tapped(), carrier="sun")
    first = till.window.register(device(), asked, now=NOON)
    again = till.window.register(device(), asked, now=NOON)
    queued = till.window.register_batch(device(), [replace(asked, offline=True)], now=NOON)
    assert again.replayed
    assert again.visit == first.visit
    assert [each.outcome for each in queued] == [Result.REPLAYED]
    assert used(number) == 1
    assert suspects(till) == []


def test_a_gap_in_the_count_is_no_matter_since_phones_read_more_than_once(till: Till, number: CardNumber) -> None:
    assert tapped(till, tag_of(number, count=500).tapped()).visit is not None


COPIES = [
    pytest.param(lambda number: tag_of(number, count=6).tapped(), Doubt.REPLAYED, id="the last reading again"),
    pytest.param(lambda number: tag_of(number, count=2).tapped(), Doubt.REPLAYED, id="an older reading"),
    pytest.param(lambda number: tag_of(number, uid=UID[:-1] + b"\x41").tapped(), Doubt.OTHER_TAG, id="another tag"),
    pytest.param(lambda number: tag_of(number, master=bytes(16)).tapped(), Doubt.WRONG_KEY, id="a tag of another key"),
    pytest.param(lambda number: _turned(tag_of(number).tapped(), 160), Doubt.WRONG_KEY, id="a changed uid"),
    pytest.param(lambda number: _turned(tag_of(number).tapped(), -3), Doubt.WRONG_KEY, id="a changed mac"),
]


@pytest.mark.parametrize(("shown", "why"), COPIES)
def test_a_copy_is_refused_nothing_is_used_and_the_office_sees_it(
    till: Till, number: CardNumber, shown: Any, why: Doubt
) -> None:
    text = shown(number)
    looked = till.window.check(device(), card=text, offer=SWIM, now=NOON)
    answer = tapped(till, text)
    assert looked.because is Because.COPIED_TAG
    assert answer.visit is None
    assert answer.verdict.because is Because.COPIED_TAG
    assert answer.verdict.left is None
    assert used(number) == 0
    assert card_row(number).tag.attribute_values["count"] == 7
    # Looked at and tried is one showing.
    assert [(each.reason, each.last3, each.band) for each in suspects(till)] == [(why, number[-3:], "12-16")]


def test_a_changed_token_is_forged_and_the_office_sees_it_without_a_number(till: Till, number: CardNumber) -> None:
    text = _turned(tag_of(number).tapped(), 60)
    assert tapped(till, text).verdict.because is Because.FORGED_CARD
    assert [(each.reason, each.last3) for each in suspects(till)] == [(Doubt.FORGED, None)]


def test_a_tag_in_a_card_that_is_not_known_to_have_one_is_refused(till: Till) -> None:
    number = give_card()
    assert tapped(till, tag_of(number).tapped()).verdict.because is Because.COPIED_TAG
    assert [each.reason for each in suspects(till)] == [Doubt.NO_TAG]


def test_the_card_itself_still_works_by_its_code_and_number(till: Till, number: CardNumber) -> None:
    assert tapped(till, tag_of(number, count=1).tapped()).visit is None
    assert tapped(till, token(number)).visit is not None
    assert tapped(till, number).visit is not None


def test_twenty_tills_with_one_reading_let_in_one(till: Till, number: CardNumber) -> None:
    tap = tag_of(number).tapped()
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: tapped(till, tap), range(20)))
    assert sum(answer.visit is not None for answer in answers) == 1
    assert {answer.verdict.because for answer in answers if answer.visit is None} == {Because.COPIED_TAG}
    assert used(number) == 1


def test_a_queue_that_comes_after_a_later_tap_is_paid_and_not_suspected(till: Till, number: CardNumber) -> None:
    tag = tag_of(number)
    in_the_cellar, upstairs = tag.tapped(), tag.tapped()
    assert tapped(till, upstairs).visit is not None
    queued = till.ask(in_the_cellar, carrier="sun", offline=True, at=NOON - timedelta(hours=1))
    (outcome,) = till.window.register_batch(device(), [queued], now=NOON)
    assert outcome.outcome is Result.RECORDED
    assert outcome.visit is not None
    assert outcome.visit.flags == ()
    assert card_row(number).tag.attribute_values["count"] == 9
    assert suspects(till) == []


@pytest.mark.parametrize(("shown", "why"), [each for each in COPIES if each.id != "an older reading"])
def test_a_copy_that_a_phone_without_network_let_in_is_paid_flagged_and_seen(
    till: Till, number: CardNumber, shown: Any, why: Doubt
) -> None:
    queued = till.ask(shown(number), carrier="sun", offline=True, id=VisitId(str(uuid.uuid4())))
    (outcome,) = till.window.register_batch(device(), [queued], now=NOON)
    assert outcome.outcome is Result.RECORDED
    assert outcome.visit is not None
    assert outcome.visit.flags == ("copied",)
    assert card_row(number).tag.attribute_values["count"] == 7
    assert [each.reason for each in suspects(till)] == [why]


def test_the_list_of_the_office_comes_in_pages_newest_first(till: Till, number: CardNumber) -> None:
    for days in range(5):
        moment = NOON + timedelta(days=days)
        till.window.check(device(), card=tag_of(number, count=1).tapped(), offer=SWIM, now=moment)
    first = till.window.suspects(TENANT, before=None, most=3)
    rest = till.window.suspects(TENANT, before=f"{first[-1].day}#{first[-1].fingerprint}", most=3)
    days = [each.day for each in [*first, *rest]]
    assert days == sorted(days, reverse=True)
    assert len(set(days)) == 5


def _turned(url: str, place: int) -> str:
    letter = url[place]
    other = next(each for each in "ABCDEF" if each != letter)
    return f"{url[:place]}{other}{url[place + 1 :]}"

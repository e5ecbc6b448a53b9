"""TimeKred from the command line: what is to come, who was there, and the award to all of them."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from chalicelib.shared.calendar import oslo_date, rfc3339
from clerk.api import Reply
from tests import kred_town as kred
from tests.client.conftest import Desk


@pytest.fixture
def held(desk: Desk) -> Any:
    """Hold a session that one has been to."""
    kred.set_up(desk.town)
    desk.role = "coordinator"
    drawn = kred.session(desk.town)
    kred.may_award(desk.town, drawn["poster"])
    one = kred.join(drawn["poster"])
    there = {"card": one["url"], "code": drawn["poster"]}
    assert kred.post("/v1/kred/member/check-in", there).json["seat"]["present"]
    return drawn


def test_sessions_are_listed_with_what_they_give(desk: Desk, held: Any) -> None:  # noqa: ARG001  the session stands
    told = desk.run("kred", "sessions")
    assert [each["id"] for each in told["sessions"]] == ["strandrydding"]
    _, said = desk.say("kred", "sessions", "--words", "nb")
    assert "Strandrydding" in said
    assert "gir 120 minutter" in said
    begun = desk.town.moment - timedelta(minutes=30)
    kred.session(desk.town, "i-gang", starts_at=rfc3339(begun))
    today = ["i-gang"] if oslo_date(begun) == desk.town.today else []  # that of yesterday is past
    assert [each["id"] for each in desk.run("kred", "sessions")["sessions"]] == [*today, "strandrydding"]


def test_the_coordinator_lists_who_was_there_without_names(desk: Desk, held: Any) -> None:  # noqa: ARG001  as above
    _, said = desk.say("kred", "present", "strandrydding")
    assert "1 were there" in said
    assert "Testperson" not in said


def test_all_who_were_there_are_awarded_once_and_only_when_it_is_confirmed(desk: Desk, held: Any) -> None:  # noqa: ARG001  as above
    _, said = desk.say("kred", "award", "strandrydding", code=1)
    assert "Nothing was done" in said
    assert not any(path.endswith("/award") for _, path, _ in desk.sent)
    for outcome in ("awarded", "again"):
        told = desk.run("kred", "award", "strandrydding", "--yes")
        assert [each["outcome"] for each in told["results"]] == [outcome]
    listed = desk.run("kred", "present", "strandrydding")["attendance"]
    assert [each["awarded"] for each in listed if each["present_at"]] == [120]


@pytest.mark.parametrize(("outcome", "because", "code"), [("refused", "above_grant", 3), ("try_again", "try_again", 4)])
def test_somebody_who_is_not_awarded_is_told_of_in_words(
    desk: Desk, held: Any, outcome: str, because: str, code: int  # noqa: ARG001  as above
) -> None:  # fmt: skip
    answer = f'{{"results": [{{"member": "x", "minutes": 0, "outcome": "{outcome}", "because": "{because}"}}]}}'

    def instead(method: str, path: str) -> Reply | None:
        return (200, {}, answer.encode()) if method == "POST" and path.endswith("/award") else None

    desk.before = instead
    _, said = desk.say("kred", "award", "strandrydding", "--yes", code=code)
    assert ("enough left" if code == 3 else "was not reached") in said


def test_a_poster_is_written_and_its_code_alone(desk: Desk, held: Any) -> None:
    told = desk.run("kred", "poster", "strandrydding", "--language", "nn")
    assert told["address"] == held["poster"]
    assert Path(told["file"]).read_bytes().startswith(b"%PDF-")
    assert told["file"].endswith("strandrydding.pdf")
    told = desk.run("kred", "poster", "strandrydding", "--out", "kode.svg")
    assert "<svg" in Path(told["file"]).read_text(encoding="utf-8")


def test_codes_for_those_without_a_phone_are_written_to_be_cut(desk: Desk, held: Any) -> None:  # noqa: ARG001  as above
    told = desk.run("kred", "codes", "12", "--operator", "bydelen")
    assert told["count"] == 12
    assert Path(told["file"]).read_bytes().startswith(b"%PDF-")
    _, said = desk.say("kred", "codes", "31", "--operator", "bydelen", code=1)
    assert "count" in said
    _, said = desk.say("kred", "codes", "1", "--operator", "ingen", code=1)
    assert "operator" in said


def test_activities_tell_what_their_grants_have_left(desk: Desk, held: Any) -> None:  # noqa: ARG001  as above
    told = desk.run("kred", "activities")["activities"]
    assert [(each["state"], each["left"]) for each in told] == [("approved", 60_000)]


def test_the_year_is_written_to_a_list(desk: Desk, held: Any) -> None:  # noqa: ARG001  as above
    desk.run("kred", "award", "strandrydding", "--yes")
    desk.run("kred", "year", str(desk.town.today.year), "--csv", "year.csv")
    assert len((desk.folder / "year.csv").read_text(encoding="utf-8-sig").splitlines()) == 2


def test_an_unknown_session_is_said_in_the_apis_words(desk: Desk, held: Any) -> None:  # noqa: ARG001  as above
    _, said = desk.say("kred", "present", "fjelltur", code=1)
    assert "unknown_session" in said

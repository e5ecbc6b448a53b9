"""The book of changes, verified from the command line a part a call."""

import json
from typing import Any

from chalicelib import table, wiring
from chalicelib.shared.ids import Tenant
from clerk.api import Reply
from tests.client.conftest import Desk
from tests.town import TENANT

HEAD = {"name": "2026-11-22T09Z", "since": "x", "until": "y", "entries": 3, "before": "0" * 64, "digest": "f" * 64}
PART: dict[str, Any] = {
    "entries": 100, "seals": 24, "finding": None, "cursor": None, "head": HEAD, "waiting": 0, "waiting_since": None,
    "unkeyed": 0, "next_seal": None,
}  # fmt: skip


def answering(desk: Desk, *parts: dict[str, Any]) -> None:
    """Answer with these parts in turn."""
    left = iter(parts)

    def answer(method: str, path: str) -> Reply | None:
        assert (method, path) == ("POST", "/v1/audit/verify")
        return 200, {}, json.dumps(next(left)).encode()

    desk.before, desk.role = answer, "office"


def test_the_whole_chain_is_gone_through_and_its_head_given_to_keep(desk: Desk) -> None:
    answering(desk, PART | {"cursor": "2026-11-21T09Z"}, PART | {"waiting": 2, "waiting_since": "2026-11-22T10:05:00Z"})
    _, said = desk.say("verify-audit", "--words", "nb")
    assert "200 oppføringer, 48 segl" in said
    assert "2 oppføringer er ikke forseglet" in said
    assert f"2026-11-22T09Z {'f' * 64}" in said
    assert [json.loads(body) for _, _, body in desk.sent] == [{}, {"cursor": "2026-11-21T09Z"}]


def test_a_seal_that_was_written_down_is_held_against_what_stands(desk: Desk) -> None:
    answering(desk, PART)
    told = desk.run("verify-audit", "--kept", "2026-11-01T09Z", "a" * 64)
    assert told["holds"] is True
    assert json.loads(desk.sent[0][2])["kept"] == {"name": "2026-11-01T09Z", "digest": "a" * 64}


def test_what_does_not_fit_is_named_and_ends_with_three(desk: Desk) -> None:
    finding = {
        "fault": "changed", "says": "An entry was changed.", "at": "x", "seal": "2026-11-22T08Z", "entry": "01J",
    }  # fmt: skip
    answering(desk, PART | {"finding": finding, "cursor": "2026-11-22T08Z"})
    _, said = desk.say("verify-audit", code=3)
    assert "An entry was changed. (changed, 2026-11-22T08Z 01J)" in said
    answering(desk, PART | {"finding": finding})
    assert desk.run("verify-audit", code=3)["finding"] == finding


def test_a_book_without_a_seal_is_not_said_to_hold(desk: Desk) -> None:
    desk.town.card("sak-1")
    desk.role = "office"
    told = desk.run("verify-audit")
    assert (told["holds"], told["seals"], told["waiting"] > 3) == (None, 0, True)
    _, said = desk.say("verify-audit")
    assert "Nothing is sealed yet" in said
    assert "The log holds" not in said


def test_a_real_book_holds_until_somebody_meddles_with_it(desk: Desk) -> None:
    desk.town.card("sak-1")
    desk.town.later(hours=2)
    wiring.house().audit.seal_due(Tenant(TENANT), now=desk.town.moment)
    desk.role = "office"
    told = desk.run("verify-audit")
    assert (told["holds"], told["entries"] > 5, told["finding"]) == (True, True, None)
    head = told["head"]
    assert desk.run("verify-audit", "--kept", head["name"], head["digest"])["holds"] is True
    assert desk.run("verify-audit", "--kept", head["name"], "0" * 64, code=3)["holds"] is False

    entry = next(row for row in table.Row.scan(consistent_read=True) if isinstance(row, table.AuditRow))
    entry.delete()
    _, said = desk.say("verify-audit", code=3)
    assert "does not hold" in said
    assert entry.sk in said

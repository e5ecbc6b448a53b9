"""One command tells the year and writes what the culture department takes to the meeting."""

from datetime import UTC, datetime
from typing import Any

from tests.client.conftest import Desk


def test_one_command_tells_the_year_and_writes_the_papers(desk: Desk) -> None:
    town, year = desk.town, desk.town.today.year
    town.moment = datetime(year, 10, 6, 14, tzinfo=UTC)
    phone = town.enrol("kino")
    for number in range(6):
        reply = phone.send("POST", "/v1/scan/visits", town.visit(town.card(f"sak-{number}")["token"]))
        assert reply.status == 201
    town.moment = datetime(year, 11, 2, 9, tzinfo=UTC)
    desk.role = "office"
    folder = desk.folder / "papers"
    told: Any = desk.run("yearpack", "--until", f"{year}-10", "--out", str(folder))
    assert told["visits"] == 6
    assert sorted(each.name for each in folder.iterdir()) == [
        f"{year}-10-tables.csv", *(f"{year}-10-yearpack-{language}.pdf" for language in ("en", "nb", "nn")),
    ]  # fmt: skip
    first = {each: each.read_bytes() for each in folder.iterdir()}
    desk.run("yearpack", "--until", f"{year}-10", "--out", str(folder))
    assert {each: each.read_bytes() for each in folder.iterdir()} == first
    _, err = desk.say("yearpack", "--until", f"{year}-11", "--out", str(folder), code=1)
    assert "month_not_over" in err

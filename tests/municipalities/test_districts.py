"""A district comes with its file alone: its currency, its rules, those who run it, and nothing of it is code."""

import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from chalicelib import wiring
from chalicelib.shared.ids import CurrencyId, Tenant
from chalicelib.venues.rules import Municipality
from infra import terms_file
from infra.terms_file import Ask, TermsFileError
from tests import town as towns
from tests.town import Town, send

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted((ROOT / "infra" / "local" / "municipalities").glob("*.toml"))
DEMO = ROOT / "infra" / "local" / "municipalities" / "lorenskog.toml"
DISTRICT = """
[kred.currencies.bjorkekred]
name.nb = "BjørkeKred"
step = 15
expires_after = 6
leave = "operator"

[kred.currencies.bjorkekred.operators.bjorka]
name = "Bjørka bydel"

[kred.currencies.bjorkekred.operators.bjorka.organisations.tunet]
name = "Gårdsstyret i Tunet"
budget = 300

[kred.currencies.bjorkekred.accepts.grankred]
limit = 600
"""
ONLY_TIME = f"""
sources = ["a town that has no card"]
assumed = []

[municipality]
id = "bare-tid"
number = 9998
name = "Bare tid kommune"

[kred.currencies.grankred]
name.nb = "GranKred"
step = 30
{DISTRICT}
"""


@pytest.fixture
def town(fresh_table: str, dynamodb: str, tmp_path: Path) -> Iterator[Town]:
    """Give a deployment without a municipality of this test's own."""
    yield towns.found(tmp_path, engine=dynamodb, name=fresh_table)
    wiring.use(None)


def asking(town: Town, tenant: str, role: str) -> Ask:
    headers = {"authorization": f"Bearer {town.token(role, tenant=tenant)}"}

    def ask(method: str, path: str, body: bytes) -> tuple[int, bytes]:
        reply = send(method, path, body=body, headers=headers)
        return reply.status, reply.body

    return ask


def load(town: Town, path: Path) -> str:
    file = terms_file.read(path)
    who = file.municipality
    wiring.house().terms.put_municipality(Municipality(Tenant(who["id"]), who["number"], who["name"]))
    terms_file.send(file, asking(town, file.tenant, "office"))
    assert not terms_file.send_kred(file, asking(town, file.tenant, "office"))  # it is not the office's to set up
    assert terms_file.send_kred(file, asking(town, file.tenant, "coordinator"))
    return file.tenant


def listed(town: Town, tenant: str) -> list[str]:
    answer = town.ask("coordinator", "GET", "/v1/kred/currencies", tenant=tenant).json
    return [each["id"] for each in answer["currencies"]]


def test_the_demo_town_has_two_currencies_each_with_its_own_rules_and_operators(town: Town) -> None:
    tenant = Tenant(load(town, DEMO))
    assert listed(town, tenant) == ["furukred", "grankred"]
    desk = wiring.house().currencies
    gran, furu = (desk.setup(tenant, CurrencyId(each)) for each in ("grankred", "furukred"))
    assert (gran.currency.step, furu.currency.step) == (30, 60)
    assert gran.currency.code != furu.currency.code
    assert [each.kind for each in gran.operators] == ["district", "organisation"]
    assert (gran.takes("furukred"), furu.takes("grankred")) == (0, 0)  # off until somebody says so
    assert gran.partner("idrettslag") is not None


def test_a_new_district_is_a_table_more_in_the_file_and_its_board_awards_the_same_day(
    town: Town, tmp_path: Path
) -> None:
    load(town, DEMO)
    more = tmp_path / "mer.toml"
    more.write_text(DEMO.read_text("utf-8") + DISTRICT, "utf-8")
    for _ in range(2):  # loading it again changes nothing
        tenant = load(town, more)
        assert listed(town, tenant) == ["bjorkekred", "furukred", "grankred"]
    base = "/v1/kred/currencies/bjorkekred"

    def call(method: str, path: str, body: object, *, role: str = "operator", who: str = "berit") -> object:
        reply = town.ask(role, method, base + path, body, who=who, tenant=tenant)
        assert reply.status == 200, reply.body
        return reply.json

    lead = {"person": "local/berit", "lead": True}
    call("PUT", "/operators/bjorka/people", lead, role="coordinator", who="anne")
    call("PUT", "/organisations/tunet/people", {"person": "local/tor", "lead": True})
    form = {
        "operator": "bjorka", "organisation": "tunet", "title": {"nb": "Vårdugnad"}, "responsible": "Styret",
        "benefits": "Alle i gården", "effects": ["belonging"],
        "statement": {"holds": True, "reason": "Ingen har kommet før."},
    }  # fmt: skip
    call("PUT", "/activities/dugnad", form, role="awarder", who="tor")
    call("POST", "/activities/dugnad/approve", {"reviewer": "Test Leser"})
    year = town.today.year
    grant = {"id": "g-1", "minutes": 300, "from": f"{year}-01-01", "until": f"{year}-12-31"}
    call("POST", "/activities/dugnad/grants", grant)
    award = {"id": "a-1", "minutes": 45, "present": 45, "member": "m-1"}
    said = call("POST", "/activities/dugnad/awards", award, role="awarder", who="tor")
    assert json.loads(json.dumps(said))["because"] == "not_linked"  # all there is to the district but its members


def test_a_municipality_may_have_time_and_no_card(town: Town, tmp_path: Path) -> None:
    file = tmp_path / "bare-tid.toml"
    file.write_text(ONLY_TIME, "utf-8")
    assert listed(town, load(town, file)) == ["bjorkekred", "grankred"]


def test_a_slip_in_the_file_is_named_where_it_is(town: Town, tmp_path: Path) -> None:
    file = tmp_path / "feil.toml"
    file.write_text(ONLY_TIME.replace("step = 15", "step = 20"), "utf-8")
    with pytest.raises(TermsFileError, match=r"\[kred.currencies.bjorkekred\] was refused"):
        load(town, file)
    file.write_text(ONLY_TIME + "\n[kred.other]\n", "utf-8")
    with pytest.raises(TermsFileError, match="takes `currencies` alone"):
        terms_file.read(file)


def test_the_code_names_no_currency() -> None:
    named = {
        each for file in FILES for each in tomllib.loads(file.read_text("utf-8")).get("kred", {}).get("currencies", {})
    }
    assert len(named) >= 2
    names = re.compile("|".join(named | {"TøyenKred", "OsloKred"}), re.IGNORECASE)
    code = sorted((ROOT / "chalicelib").rglob("*.py"))
    assert [str(path.relative_to(ROOT)) for path in code if names.search(path.read_text("utf-8"))] == []

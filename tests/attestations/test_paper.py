"""The attestation on paper: one page, all of it said, and a code that a camera reads."""

import io
import shutil
import subprocess
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import zxingcpp
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from PIL import Image

from chalicelib.attestations.paper import draw
from chalicelib.attestations.rules import (
    DOMAIN,
    Attestation,
    AttestationId,
    Extent,
    Facts,
    Measure,
    SignedFacts,
    pack,
    to_token,
)
from chalicelib.shared.answers import RuleError
from chalicelib.shared.ids import CallerId

FACTS = Facts(
    "Testperson Én", "Gårdsstyret i Testgården", "Planla sommerfesten, og hjalp til med ryddingen.",
    date(2026, 3, 3), date(2026, 11, 14), Extent(Measure.TOTAL, 3840), "nb", "Kontaktperson To, leder",
)  # fmt: skip
LONG = replace(
    FACTS, person="Testperson Medetlangtnavn Prøveåsen-Eksempelgården av Testgården", organisation="Testgården " * 9,
    tasks=("Planla og gjennomførte turer for barn og unge, skaffet utstyr og lærte opp frivillige. " * 7)[:600].strip(),
    signatory="Kontaktperson To, prosjektleder i Nabolagsforeningen på Østre Prøveåsen",
)  # fmt: skip


def address_of(facts: Facts) -> str:
    packed = pack(
        SignedFacts(1, 3222, AttestationId("2f0c6f0e-6d6e-4c8e-9d4a-0b8f6a1c2d3e"), date(2026, 11, 22), facts)
    )
    signature = Ed25519PrivateKey.from_private_bytes(b"k" * 32).sign(DOMAIN + packed)
    return f"HTTPS://KORT.EXAMPLE.NO/A#{to_token(packed, signature)}"


def drawn(facts: Facts) -> bytes:
    named = AttestationId("2f0c6f0e-6d6e-4c8e-9d4a-0b8f6a1c2d3e")
    of = Attestation(named, "solkred", "sol", facts, date(2026, 11, 22), CallerId("a/b"), 1)
    return draw(of, address_of(facts), issuer="Lørenskog kommune", programme="SolKred")


def run(tool: str, *arguments: str) -> bytes:
    found = shutil.which(tool)
    assert found is not None
    return subprocess.run([found, *arguments], capture_output=True, check=True).stdout  # noqa: S603  our own words


@pytest.mark.parametrize("facts", [FACTS, LONG], ids=["short", "long"])
@pytest.mark.parametrize("language", ["nb", "nn", "en"])
def test_the_page_says_every_word_and_its_code_is_read(facts: Facts, language: str, tmp_path: Path) -> None:
    facts = replace(facts, language=language)
    file = tmp_path / "attest.pdf"
    file.write_bytes(drawn(facts))
    said = " ".join(run("pdftotext", str(file), "-").decode().split())
    assert b"Pages:           1" in run("pdfinfo", str(file))
    for text in (facts.person, facts.organisation, facts.tasks, facts.signatory):
        for word in text.split():
            assert word in said, word
    assert "…" not in said  # nothing was cut short
    run("pdftoppm", "-r", "150", "-png", "-singlefile", str(file), str(tmp_path / "page"))
    [read] = zxingcpp.read_barcodes(Image.open(io.BytesIO((tmp_path / "page.png").read_bytes())))
    assert read.text == address_of(facts)


def test_the_same_facts_give_the_same_file() -> None:
    assert drawn(FACTS) == drawn(FACTS)


def test_letters_that_no_font_has_are_refused_by_field() -> None:
    with pytest.raises(RuleError) as refused:
        drawn(replace(FACTS, person="Testperson 漢"))
    assert [(each.path, each.code) for each in refused.value.fields] == [("person", "letters_not_printable")]

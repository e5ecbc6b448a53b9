"""What answers of several doors share: shapes, amounts, instants, and what a row of a list came to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import msgspec

from chalicelib.shared.calendar import rfc3339

if TYPE_CHECKING:
    from datetime import datetime

    from chalicelib.shared.answers import OpplevError
    from chalicelib.visits.actions import Voided


class Shape(msgspec.Struct):
    """What every answer has in common."""


class AmountsAnswer(Shape):
    holder: int
    companion: int


class VoidAnswer(Shape):
    visit_id: str
    void_id: str
    voided: bool


class FaultAnswer(Shape):
    path: str
    code: str
    detail: str


class RowProblem(Shape):
    code: str
    detail: str
    fields: list[FaultAnswer]


def void(done: Voided) -> VoidAnswer:
    """Show that a visit is taken back."""
    return VoidAnswer(visit_id=done.visit_id, void_id=done.void_id, voided=True)


def status_of(error: OpplevError) -> Literal["problem", "try_again"]:
    """Say what came of a row that was not done."""
    return "try_again" if error.kind == "try_again" else "problem"


def problem_of(error: OpplevError) -> RowProblem:
    """Give what was wrong with a row."""
    faults = [FaultAnswer(path=each.path, code=each.code, detail=each.detail) for each in error.fields]
    return RowProblem(code=error.code, detail=error.detail, fields=faults)


def instant_of(instant: datetime | None) -> str | None:
    """Write an instant as the contract does."""
    return None if instant is None else rfc3339(instant)

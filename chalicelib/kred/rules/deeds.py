"""What a member has taken part in: activity by activity, what one did there, how often and for how long."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from chalicelib.kred.rules.activities import Activity
from chalicelib.kred.rules.awards import Award
from chalicelib.shared.ids import ActivityId


@dataclass(frozen=True, slots=True)
class Deed:
    """One activity as a member has done it (requirement TK-36). `present` and `earned` are minutes.

    `tasks` is what one learns and does there, as it would stand on an attestation.
    """

    activity: ActivityId
    title: dict[str, str]
    tasks: str
    organisation: str  # who it was done for, by name
    times: int
    present: int
    earned: int
    first: date
    last: date


def deeds_of(awards: Iterable[Award], activities: Iterable[Activity], names: Mapping[str, str]) -> list[Deed]:
    """Tell of awards activity by activity, the latest first; one taken back tells of nothing.

    `names` are those of operators and organisations.
    """
    forms = {each.id: each for each in activities}
    done: dict[tuple[ActivityId, str], list[Award]] = defaultdict(list)
    for award in awards:
        if award.reversed_on is None:
            done[award.activity, award.organisation].append(award)
    deeds = [_deed(forms.get(activity), names.get(of, of), made) for (activity, of), made in done.items()]
    return sorted(deeds, key=lambda each: (each.last, each.first, each.activity), reverse=True)


def _deed(form: Activity | None, organisation: str, made: list[Award]) -> Deed:
    days = [each.on for each in made]
    return Deed(
        made[0].activity, {} if form is None else form.title, "" if form is None else form.tasks, organisation,
        len(made), sum(each.present for each in made), sum(each.minutes for each in made), min(days), max(days),
    )  # fmt: skip

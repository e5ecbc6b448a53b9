"""A ledger over a bad line: lost replies, conflicts, throttles, processes that die; nothing lost, nothing doubled."""

import os
import random

import pytest

from tests.ledger.faulty import FAULTS, episode

SEED = int(os.environ.get("OPPLEV_SEED") or random.SystemRandom().randrange(2**32))


@pytest.mark.usefixtures("fresh_table")
def test_over_a_bad_line_nothing_is_lost_and_nothing_doubled() -> None:
    print(f"OPPLEV_SEED={SEED}")  # noqa: T201  to run it again
    answers, met = episode(250, random.Random(f"{SEED}/0"))  # noqa: S311  it can be run again
    assert answers["booked"] > 50
    assert answers["not_enough"] > 0
    assert all(met[fault] for fault in FAULTS)

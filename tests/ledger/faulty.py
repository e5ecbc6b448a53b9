"""Ten thousand things done over a bad line: nothing is lost and nothing doubled.

`python -m tests.ledger.faulty` prints its seed; `OPPLEV_SEED` runs one again, `OPPLEV_OPERATIONS` says how many.
"""

import json
import os
import random
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from botocore.exceptions import ReadTimeoutError

from chalicelib import table
from chalicelib.ledger.rules import ISSUER, POT
from chalicelib.shared.answers import TryAgainError
from tests.ledger.model import GRANT, MEMBERS, ONE, POOL, TWO, Play
from tests.visits.till import Broken, throttled

EPISODE = 250  # operations on one table, so that reading all of it stays quick
EVERY = 25  # operations from one reading of the whole table to the next
CHANCE = 0.06  # of each request to the table
FAULTS = ("conflict", "throttled", "lost", "crash before", "crash after")


class CrashError(BaseException):
    """The process is gone: nothing of ours catches it, and whoever asked asks again."""


@contextmanager
def bad_line(chance: Callable[[str], str | None], met: Counter[str]) -> Iterator[None]:
    """Let faults happen to requests, as `chance` says of each by its name: before the table has acted, or after."""
    then: list[str] = []

    def before(params: dict[str, Any], model: Any, **_: Any) -> Any:
        fault = chance(model.name)
        then.clear()
        if fault is None:
            return None
        met[fault] += 1
        if fault in {"lost", "crash after"}:
            then.append(fault)
            return None
        if fault == "crash before":
            raise CrashError
        if fault == "throttled":
            return Broken(), throttled()
        parts = len(json.loads(params["body"])["TransactItems"])
        reasons = [{"Code": "None"}] * (parts - 1) + [{"Code": "TransactionConflict"}]
        reasons.reverse()  # it may be any part; here the first, which is the id's
        return Broken(), {
            "Error": {"Code": "TransactionCanceledException", "Message": "Transaction cancelled"},
            "CancellationReasons": reasons,
            "ResponseMetadata": {"HTTPHeaders": {}},
        }

    def after(**_: Any) -> None:
        if then:
            fault = then.pop()
            if fault == "lost":
                raise ReadTimeoutError(endpoint_url="table")
            raise CrashError

    events = table.connection().client.meta.events
    events.register_first("before-call.dynamodb", before)
    events.register("after-call.dynamodb", after)
    try:
        yield
    finally:
        events.unregister("before-call.dynamodb", before)
        events.unregister("after-call.dynamodb", after)


def dealt(chance: random.Random) -> Callable[[str], str | None]:
    """Deal faults to requests: each once before any comes again, so that a short episode meets all of them."""
    hand: list[str] = []

    def fault(request: str) -> str | None:
        if chance.random() >= CHANCE:
            return None
        if not hand:
            hand.extend(chance.sample(FAULTS, len(FAULTS)))
        # Only a transaction is in conflict with another.
        fits = [each for each in hand if each != "conflict" or request == "TransactWriteItems"]
        if not fits:
            return "throttled"
        hand.remove(fits[0])
        return fits[0]

    return fault


def episode(operations: int, chance: random.Random) -> tuple[Counter[str], Counter[str]]:
    """Play on the table that is bound, which must be empty; give what was answered, and which faults there were."""
    met: Counter[str] = Counter()
    fault = dealt(chance)

    def ask(call: Callable[[], Any]) -> Any:
        """Ask as a client does who stored its id before sending: until there is an answer."""
        with bad_line(fault, met):
            while True:
                try:
                    return call()
                except CrashError:
                    met["asked again"] += 1
                except TryAgainError:
                    met["asked again when busy"] += 1

    play = Play(ask=ask, strict=False)
    for currency in (ONE, TWO):
        play.transfer(currency, ISSUER, GRANT, 1200)
        play.transfer(currency, GRANT, MEMBERS[0], 240)
    for number in range(operations):
        step(play, chance)
        if number % EVERY == EVERY - 1 or number == operations - 1:
            # A sweep that fell over half done is finished by the next; the model knows only whole ones.
            for currency in (ONE, TWO):
                play.bank.expire_holds("oslo", currency, now=play.now)
                play.sweep(currency)
            play.check()
    return play.seen, met


def step(play: Play, chance: random.Random) -> None:
    """Do one thing."""
    currency, member = chance.choice([ONE, TWO]), chance.choice(MEMBERS)
    other = MEMBERS[1 - MEMBERS.index(member)]
    minutes, which = chance.choice([15, 30, 60, 120]), chance.randrange(1000)
    (do,) = chance.choices(
        [
            lambda: play.transfer(currency, ISSUER, GRANT, minutes),
            lambda: play.transfer(currency, GRANT, member, minutes),
            lambda: play.transfer(currency, member, POOL, minutes),
            lambda: play.transfer(currency, member, other, minutes),
            lambda: play.transfer(currency, member, POT, minutes),
            lambda: play.exchange(currency, member, minutes),
            lambda: play.pay_off(currency, minutes),
            lambda: play.reverse(which),
            lambda: play.hold(currency, member, minutes, chance.choice([1, 24, 1440])),
            lambda: play.post(which, chance.choice([4, 4, 2, 1, 0, 5])),
            lambda: play.void(which),
            lambda: play.expire_lots(currency, member),
            lambda: play.close(currency, member),
            lambda: play.reopen(currency, member),
            lambda: play.again(which),
            lambda: play.other_content(which),
            lambda: play.pass_time(chance.choice([1, 25, 840, 2400])),
        ],
        [6, 20, 12, 8, 3, 8, 4, 8, 10, 8, 4, 5, 1, 4, 8, 3, 4],
    )
    do()


def main() -> int:
    """Play episode after episode, each on a table of its own."""
    from infra.local import engine  # noqa: PLC0415  the tests have their own
    from tests.conftest import ROOT  # noqa: PLC0415  the same

    seed = int(os.environ.get("OPPLEV_SEED") or random.SystemRandom().randrange(2**32))
    operations = int(os.environ.get("OPPLEV_OPERATIONS", "10000"))
    print(f"OPPLEV_SEED={seed} OPPLEV_OPERATIONS={operations}", flush=True)
    seen, met = Counter[str](), Counter[str]()
    with engine.running(engine.install(ROOT / ".local" / "engine")) as address:
        for number in range(-(-operations // EPISODE)):
            table.bind(name=f"faulty-{number}", region="eu-north-1", engine=address)
            table.Row.create_table(wait=True)
            print(f"episode {number}", end="\r", flush=True)
            answers, faults = episode(EPISODE, random.Random(f"{seed}/{number}"))  # noqa: S311  it can be run again
            seen, met = seen + answers, met + faults
    print("answers: " + ", ".join(f"{count} {name}" for name, count in seen.most_common()))
    print("faults: " + ", ".join(f"{count} {name}" for name, count in met.most_common()))
    print("nothing lost, nothing doubled")
    return 0


if __name__ == "__main__":
    sys.exit(main())

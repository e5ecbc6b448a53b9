"""What our own code adds to a visit: the Lambda entry point over the same two requests through bare boto3."""

import statistics
import time
from dataclasses import dataclass
from typing import Any, Final

import boto3

import app as contents
from bench.stage import Stage
from chalicelib import table

_ROUNDS: Final = 6
_VISITS: Final = 100
_TARGET: Final = 1.3


@dataclass(frozen=True, slots=True)
class Overhead:
    """Milliseconds per visit, medians, and their ratio round by round."""

    ours: float
    bare: float
    ratio: float
    ratios: tuple[float, ...]


def measure(stage: Stage) -> Overhead:
    """Register visits on fresh cards both ways by turns; the bare way repeats requests that ours made, on new keys."""
    client = boto3.client("dynamodb", endpoint_url=stage.engine, region_name="eu-north-1")
    for event in stage.events(stage.cards(5)):
        contents.app(event, None)  # reads the device and the configuration, which then stay for a minute
    rounds = []
    for _ in range(_ROUNDS):
        seen: list[tuple[str, dict[str, Any]]] = []
        hook = _listen(seen)
        for event in stage.events(stage.cards(_VISITS)):
            contents.app(event, None)
        _deaf(hook)
        pairs = list(zip(seen[::2], seen[1::2], strict=True))
        assert len(pairs) == _VISITS, "a visit is two requests"
        events, again = stage.events(stage.cards(_VISITS)), _afresh(pairs)
        ours, bare = [], []
        # By turns, since the machine's speed drifts while this runs.
        for event, pair in zip(events, again, strict=True):
            ours.append(_timed(lambda event=event: contents.app(event, None)))
            bare.append(_timed(lambda pair=pair: _send(client, pair)))
        rounds.append((statistics.median(ours), statistics.median(bare)))
    ratios = tuple(ours / bare for ours, bare in rounds)
    return Overhead(
        statistics.median(each[0] for each in rounds), statistics.median(each[1] for each in rounds),
        statistics.median(ratios), ratios,
    )  # fmt: skip


def _timed(do: Any) -> float:
    started = time.perf_counter()
    answer = do()
    took = (time.perf_counter() - started) * 1000
    assert not isinstance(answer, dict) or answer.get("statusCode", 201) == 201, answer  # noqa: PLR2004
    return took


def _listen(seen: list[tuple[str, dict[str, Any]]]) -> Any:
    def hear(params: dict[str, Any], model: Any, **_: Any) -> None:
        # The device and the configuration are read again each minute; they belong to no visit.
        if model.name == "TransactWriteItems" or "#CARD#" in params.get("Key", {}).get("PK", {}).get("S", ""):
            seen.append((model.name, params))

    table.connection().client.meta.events.register("provide-client-params.dynamodb", hear)
    return hear


def _deaf(hook: Any) -> None:
    table.connection().client.meta.events.unregister("provide-client-params.dynamodb", hook)


def _afresh(pairs: list[Any]) -> list[Any]:
    """Put the same cards back as they were, unused, under other numbers, and other ids on the visits."""
    renamed = []
    client: Any = table.connection().client
    for (read, get), (write, transact) in pairs:
        number = get["Key"]["PK"]["S"]
        [put] = [each["Put"] for each in transact["TransactItems"] if "Put" in each]
        [update] = [each["Update"] for each in transact["TransactItems"] if "Update" in each]
        row = client.get_item(TableName=get["TableName"], Key=get["Key"], ConsistentRead=True)["Item"]
        row |= {"PK": {"S": number + "9"}, "uses": {"M": {}}, "last": {"M": {}}}
        row.pop("latest", None)
        client.put_item(TableName=get["TableName"], Item=row)
        visit = put["Item"]
        again = {
            **transact,
            "TransactItems": [
                {"Put": put | {"Item": visit | {"PK": {"S": visit["PK"]["S"] + "9"}}}},
                {"Update": update | {"Key": update["Key"] | {"PK": {"S": number + "9"}}}},
            ],
        }
        again.pop("ClientRequestToken", None)
        renamed.append(((read, get | {"Key": get["Key"] | {"PK": {"S": number + "9"}}}), (write, again)))
    return renamed


def _send(client: Any, pair: Any) -> None:
    (_, get), (_, transact) = pair
    assert "Item" in client.get_item(**get)
    client.transact_write_items(**transact)


def report(stage: Stage) -> str:
    """Measure, and say it in a line."""
    found = measure(stage)
    spread = ", ".join(f"{each:.2f}" for each in found.ratios)
    return (
        f"(a) a visit through the Lambda entry point over the same two requests through bare boto3\n"
        f"    {found.ours:.2f} ms over {found.bare:.2f} ms: ratio {found.ratio:.2f} (target at most {_TARGET}); "
        f"rounds {spread}"
    )

"""The book of changes, verified: every seal recomputed from the first, and the first thing that does not fit named."""

from typing import Any

from clerk.api import Api
from clerk.screen import Screen

DOES_NOT_HOLD = 3  # the exit code: somebody has to look


def verify(api: Api, screen: Screen, *, kept: tuple[str, str] | None) -> int:
    """Go through the whole chain, a part a call; `kept` is a seal's name and digest that were written down before."""
    body: dict[str, Any] = {"kept": {"name": kept[0], "digest": kept[1]}} if kept else {}
    entries = seals = 0
    with screen.count("checking") as step:
        while True:
            part = api.ask("POST", "/v1/audit/verify", body)
            entries, seals = entries + part["entries"], seals + part["seals"]
            step(part["seals"])
            if part["finding"] is not None or part["cursor"] is None:
                break
            body = {**body, "cursor": part["cursor"]}
    finding, head = part["finding"], part["head"]
    holds = None if finding is None and head is None else finding is None  # None: nothing is sealed yet
    screen.result({
        "holds": holds, "entries": entries, "seals": seals, "finding": finding, "head": head,
        "waiting": part["waiting"], "unkeyed": part["unkeyed"],
    })  # fmt: skip
    if finding is not None:
        entry = f" {finding['entry']}" if finding["entry"] else ""
        screen.line("chain_breaks", fault=f"{finding['says']} ({finding['fault']}, {finding['seal']}{entry})")
        return DOES_NOT_HOLD
    if head is None:
        screen.line("nothing_sealed", count=part["waiting"], first=part["next_seal"])
        return 0
    screen.line("chain_holds", entries=entries, seals=seals)
    if part["waiting"]:
        screen.line("waiting", count=part["waiting"], since=part["waiting_since"])
    if head is not None:
        screen.line("keep_head", name=head["name"], digest=head["digest"])
    return 0

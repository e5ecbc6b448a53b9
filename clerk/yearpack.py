"""The year told, and its papers fetched: what the culture department takes to the evaluation meeting."""

from pathlib import Path

from clerk.api import Api
from clerk.screen import Screen


def tell(api: Api, screen: Screen, until: str, folder: Path) -> int:
    """Tell the year up to a month, which stands ever after, and write its files into a folder."""
    told = api.ask("POST", f"/v1/statistics/{until}", {})
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for name in told["files"]:
        target = folder / f"{until}-{name}"
        target.write_bytes(api.fetch("GET", f"/v1/statistics/{until}/files/{name}", None, kind=""))
        files.append(str(target))
    screen.line("told", visits=told["visits"], hidden=told["hidden"], until=until, folder=folder)
    screen.result({"until": until, "visits": told["visits"], "hidden": told["hidden"], "files": files})
    return 0

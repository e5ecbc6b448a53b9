"""What S3 does with a signed address, on this machine: a file to whoever has the link, until its time is over."""

import hmac
import os
import time
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl

from chalicelib.files import LINKS, SIGNATURE, Files, open_files, signed
from infra.local.gateway import problem
from infra.local.wire import Answer, Request

_READS: Final = frozenset({"GET", "HEAD"})


@dataclass(frozen=True, slots=True)
class Links:
    """The files of a run, and the key that its links are signed with."""

    files: Files
    key: str

    def answer(self, request: Request) -> Answer | None:
        """Give the file that a link names, 403 where it is not ours or over; None for any other path."""
        if not request.path.startswith(LINKS) or request.method not in _READS:
            return None
        query, _, signature = request.query.partition(SIGNATURE)
        if not self.key or not hmac.compare_digest(signed(self.key, f"{request.path}?{query}"), signature):
            return problem(403, "bad_link", "This link was not given out here.")
        said = dict(parse_qsl(query))
        if int(said["until"]) < time.time():
            return problem(403, "link_over", "This link has run out; ask for the file again.")
        content = self.files.get(request.path.removeprefix(LINKS))
        if content is None:
            return problem(404, "no_such_file", "The file is gone.")
        headers = [
            ("Content-Type", said["type"]),
            ("Content-Disposition", f'attachment; filename="{said["name"]}"'),
            ("Cache-Control", "no-store"),
            ("X-Content-Type-Options", "nosniff"),
        ]
        return Answer(200, headers, content)


def of_this_run() -> Links:
    """Give the links that the app of this process signs."""
    return Links(open_files(os.environ["OPPLEV_FILES"]), os.environ.get("OPPLEV_FILES_KEY", ""))

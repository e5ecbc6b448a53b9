"""Loads a municipality's file into a deployment: `OPPLEV_TOKEN=… python -m infra.cloud.terms https://HOST FILE`.

The calls are the office's, so the token is one of the office's. The municipality itself is made before, by whoever may
write to the table: `python -m infra.cloud.municipality`.
"""

import argparse
import os
import sys
from pathlib import Path
from typing import Final
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from infra import terms_file
from infra.terms_file import Ask, TermsFileError

_SECONDS: Final = 30


def main() -> None:
    """Read what is wanted and send it."""
    asked = argparse.ArgumentParser(description="Load a municipality's terms.")
    asked.add_argument("host", help="https:// and the deployment's own name")
    asked.add_argument("file", type=Path, help="such as infra/local/municipalities/NAME.toml")
    asked.add_argument("--year", type=int, help="the year that the file's first programme is to begin in")
    given = asked.parse_args()
    token = os.environ.get("OPPLEV_TOKEN")
    if not token or not given.host.startswith(("https://", "http://localhost")):
        sys.exit("Give a token of the office in OPPLEV_TOKEN, and an address that starts with https://.")
    try:
        terms = terms_file.read(given.file, year=given.year)
        ask = over_http(given.host.rstrip("/"), token)
        terms_file.send(terms, ask)
        has_codes = terms_file.send_codes(terms, ask)
        has_kred = terms_file.send_kred(terms, ask)
    except TermsFileError as error:
        sys.exit(str(error))
    except URLError as error:
        sys.exit(f"{given.host} does not answer: {error.reason}")
    print(f"{terms.municipality['name']}: {len(terms.calls)} calls made, as {given.file.name} says")
    if not has_codes:
        print("Its accounting codes are for finance to set: PUT /v1/erp with what stands under [erp].")
    if not has_kred:
        print("Its currencies of time are the coordinator's: load the file again with a token that has both roles.")


def over_http(host: str, token: str) -> Ask:
    """Give the way to ask a deployment."""

    def ask(method: str, path: str, body: bytes) -> tuple[int, bytes]:
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        request = Request(host + path, data=body or None, headers=headers, method=method)  # noqa: S310  checked above
        try:
            with urlopen(request, timeout=_SECONDS) as answer:  # noqa: S310  the same
                return int(answer.status), bytes(answer.read())
        except HTTPError as error:
            return error.code, error.read()

    return ask


if __name__ == "__main__":
    main()

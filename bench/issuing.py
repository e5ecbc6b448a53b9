"""Five hundred cards by CSV: cards a second through the door, pages a second on paper, and the memory it takes.

In a process of its own, so that its peak of memory is nobody else's: `python -m bench.issuing`.
"""

import base64
import io
import json
import os
import resource
import subprocess
import sys
import time
import tracemalloc
from datetime import UTC, datetime
from typing import Any, Final

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from pypdf import PdfReader

from bench.stage import TENANT, stage

COUNT: Final = 500
_ISSUER: Final = "https://bench.example.no/"
_DONE: Final = 200


def report() -> str:
    """Measure in a process of its own."""
    asked = [sys.executable, "-m", "bench.issuing"]
    done = subprocess.run(asked, capture_output=True, text=True, check=True)  # noqa: S603  our own words
    return done.stdout.strip()


def measure() -> str:
    """Issue, send again, print; then print again with every allocation counted."""
    key = ec.generate_private_key(ec.SECP256R1())
    with stage(issuers=_issuers(key)):
        import app  # noqa: PLC0415  as the function does, once the environment is set

        token = _token(key)
        table = _table()
        before = _peak()
        took, answer = _timed(app.app, _event("/v1/cards/batch", "text/csv", table, token))
        numbers = [row["number"] for row in answer["results"] if row["status"] == "issued"]
        calls = 1
        while len(numbers) < COUNT and calls < COUNT:  # what twenty seconds did not suffice for
            more, answer = _timed(app.app, _event("/v1/cards/batch", "text/csv", table, token))
            took, calls = took + more, calls + 1
            numbers = [row["number"] for row in answer["results"] if row["number"]]
        again, answer = _timed(app.app, _event("/v1/cards/batch", "text/csv", table, token))
        assert {row["status"] for row in answer["results"]} == {"replayed"}
        cards = [{"number": number, "name": f"Testbarn Nummer {at}"} for at, number in enumerate(numbers)]
        body = json.dumps({"cards": cards, "layout": "a4"}).encode()
        asked = _event("/v1/cards/print", "application/json", body, token)
        started, wall = time.process_time(), time.perf_counter()
        paper = app.app(asked, None)
        printed, waited = time.process_time() - started, time.perf_counter() - wall
        assert paper["statusCode"] == _DONE, paper["body"]
        peak = _peak()
        tracemalloc.start()
        app.app(asked, None)
        counted = tracemalloc.get_traced_memory()[1] / 1e6
        tracemalloc.stop()
    pages = len(PdfReader(io.BytesIO(base64.b64decode(paper["body"]))).pages)
    return (
        f"{COUNT} cards by CSV, calls: {calls}; {took:.1f} s, {COUNT / took:.0f} cards a second; "
        f"the same again {again:.2f} s and nothing changed\n"
        f"their print run: {pages} pages in {waited:.1f} s ({printed:.1f} s of the processor), "
        f"{pages / waited:.0f} pages a second\n"
        f"memory: {before:.0f} MB before, {peak:.0f} MB at the most (resident); "
        f"{counted:.0f} MB allocated by Python for the print run at the most"
    )


def _timed(app: Any, event: dict[str, Any]) -> tuple[float, Any]:
    started = time.perf_counter()
    answer = app(event, None)
    took = time.perf_counter() - started
    assert answer["statusCode"] == _DONE, answer["body"]
    return took, json.loads(answer["body"])


def _table() -> bytes:
    year = datetime.now(UTC).year  # noqa: TID251  a measurement happens now
    rows = "".join(f"rad-{at};kort;sak-{at};{year - 6 - at % 12}\r\n" for at in range(COUNT))
    return f"\ufeffid;programme;external_ref;birth_year\r\n{rows}".encode()


def _issuers(key: ec.EllipticCurvePrivateKey) -> str:
    public = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(key.public_key()))
    return json.dumps([{
        "issuer": _ISSUER, "id": "bench", "jwks": {"keys": [public]}, "role_claim": "roles",
        "roles": {"issuer": "issuer"}, "tenant": TENANT,
    }])  # fmt: skip


def _token(key: ec.EllipticCurvePrivateKey) -> str:
    now = int(time.time())
    told = {"iss": _ISSUER, "sub": "bench", "roles": ["issuer"], "iat": now, "exp": now + 3600}
    return jwt.encode(told, key, "ES256")


def _event(path: str, kind: str, body: bytes, token: str) -> dict[str, Any]:
    headers = {"authorization": f"Bearer {token}", "content-type": kind, "accept": "*/*"}
    return {
        "resource": path, "path": path, "httpMethod": "POST", "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "queryStringParameters": None, "multiValueQueryStringParameters": None, "pathParameters": None,
        "stageVariables": None, "body": body.decode(), "isBase64Encoded": False,
        "requestContext": {"resourcePath": path, "httpMethod": "POST", "requestId": "bench", "path": f"/api{path}"},
    }  # fmt: skip


def _peak() -> float:
    """Give the most memory this process has had, in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)


if __name__ == "__main__":
    os.environ.setdefault("AWS_DEFAULT_REGION", "eu-north-1")
    print(measure())

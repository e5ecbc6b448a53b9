"""How many visits one machine takes: server, engine and client on the same processors, fresh cards, over loopback."""

import json
import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final

from bench.stage import PATH, Stage, processor_seconds
from infra.local import server

ROOT: Final = Path(__file__).resolve().parent.parent
_PROCESSES: Final = 2
_RUNS: Final = ((1, 600), (8, 1600))
_PEER: Final = {1: (17, 57.0), 8: (43, 169.0)}
_TARGETS: Final = {1: "5.7 ms p50", 8: "430/s"}


@contextmanager
def _server(processes: int) -> Iterator[tuple[int, list[int]]]:
    listener = server.listen("127.0.0.1", 0)
    with ExitStack() as stack:
        stack.callback(listener.close)
        pids = []
        for _ in range(processes):
            worker = subprocess.Popen(  # noqa: S603  our own words
                [sys.executable, "-m", "infra.local.server", str(listener.fileno())],
                cwd=ROOT, pass_fds=[listener.fileno()], stdin=subprocess.PIPE,
            )  # fmt: skip
            stack.callback(worker.wait)
            stack.callback(worker.terminate)
            pids.append(worker.pid)
        yield int(listener.getsockname()[1]), pids


def _client(port: int, concurrency: int, requests: list[bytes]) -> dict[str, Any]:
    """Let a client in a process of its own send them all, so that its work does not slow the reading of clocks here."""
    done = subprocess.run(  # noqa: S603  our own words
        [sys.executable, "-m", "bench.loopback", str(port), str(concurrency)],
        cwd=ROOT, input=b"".join(len(each).to_bytes(4, "big") + each for each in requests),
        capture_output=True, check=True,
    )  # fmt: skip
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def _request(body: bytes, signed: str) -> bytes:
    head = (
        f"POST {PATH} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer {signed}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def report(stage: Stage) -> str:
    """Measure each concurrency and say it in lines."""
    shared = f"{_PROCESSES} server processes, engine and client share {os.cpu_count()} processors"
    lines = [f"(c) POST {PATH} over loopback: {shared}"]
    for concurrency, visits in _RUNS:
        with _server(_PROCESSES) as (port, pids):
            warm = [_request(*stage.signed(token)) for token in stage.cards(60)]
            _client(port, 4, warm)
            requests = [_request(*stage.signed(token)) for token in stage.cards(visits)]
            before = [processor_seconds(pid) for pid in pids], processor_seconds(stage.engine_pid)
            told = _client(port, concurrency, requests)
            served = sum(processor_seconds(pid) for pid in pids) - sum(before[0])
            stored = processor_seconds(stage.engine_pid) - before[1]
        peer_rate, peer_p50 = _PEER[concurrency]
        lines.append(
            f"    concurrency {concurrency}: {told['rate']:.0f}/s, p50 {told['p50']:.1f} ms, p95 {told['p95']:.1f} ms; "
            f"CPU per visit: server {served / visits * 1000:.2f} ms, engine {stored / visits * 1000:.2f} ms, "
            f"client {told['cpu'] / visits * 1000:.2f} ms (target {_TARGETS[concurrency]}; "
            f"the peer: {peer_rate}/s, p50 {peer_p50:.0f} ms)"
        )
    return "\n".join(lines)


def _send_all(port: int, requests: list[bytes], took: list[float]) -> None:
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while requests:
            request = requests.pop()
            started = time.perf_counter()
            connection.sendall(request)
            answer = connection.recv(65_536)
            head, _, body = answer.partition(b"\r\n\r\n")
            length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
            while len(body) < length:
                body += connection.recv(65_536)
            took.append((time.perf_counter() - started) * 1000)
            assert head.startswith(b"HTTP/1.1 201"), answer[:300]


def _be_client() -> None:
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415  only the client's process needs it

    port, concurrency = int(sys.argv[1]), int(sys.argv[2])
    requests, took = [], []  # type: ignore[var-annotated]
    raw = sys.stdin.buffer
    while size := raw.read(4):
        requests.append(raw.read(int.from_bytes(size, "big")))
    count = len(requests)
    started, used = time.perf_counter(), time.process_time()
    with ThreadPoolExecutor(concurrency) as pool:
        for each in [pool.submit(_send_all, port, requests, took) for _ in range(concurrency)]:
            each.result()
    seconds = time.perf_counter() - started
    quantiles = statistics.quantiles(took, n=20)
    print(json.dumps({
        "rate": count / seconds, "p50": statistics.median(took), "p95": quantiles[18],
        "cpu": time.process_time() - used,
    }))  # fmt: skip


if __name__ == "__main__":
    _be_client()

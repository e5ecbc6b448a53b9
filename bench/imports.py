"""What a cold start pays for our own modules: `import app` over the libraries it stands on."""

import statistics
import subprocess
import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
_ROUNDS: Final = 9
_TARGET: Final = 1.2
_LIBRARIES: Final = "chalice.app, pynamodb.models, jwt, cryptography"


def _milliseconds(modules: str) -> float:
    timed = f"import time; t = time.perf_counter(); import {modules}; print((time.perf_counter() - t) * 1000)"
    done = subprocess.run(  # noqa: S603  our own words
        [sys.executable, "-c", timed], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return float(done.stdout)


def report() -> str:
    """Measure in turn, each in a process of its own, and say it in a line."""
    for modules in ("app", _LIBRARIES):
        _milliseconds(modules)  # the first time writes and reads the compiled files
    pairs = [(_milliseconds("app"), _milliseconds(_LIBRARIES)) for _ in range(_ROUNDS)]
    ratio = statistics.median(ours / theirs for ours, theirs in pairs)
    ours = statistics.median(pair[0] for pair in pairs)
    theirs = statistics.median(pair[1] for pair in pairs)
    return (
        f"(b) import app over import {_LIBRARIES}\n"
        f"    {ours:.0f} ms over {theirs:.0f} ms: ratio {ratio:.2f} (target at most {_TARGET})"
    )

"""Print every number of docs/quality.md, in one run."""

import platform

from bench import imports, issuing, kred, loopback, overhead, printing
from bench.stage import stage


def main() -> None:
    """Measure and print."""
    print(f"Python {platform.python_version()} on {platform.machine()}; medians; a quiet machine tells more")
    print(imports.report(), flush=True)
    print(printing.report(), flush=True)
    print(issuing.report(), flush=True)
    with stage() as set_up:
        print(overhead.report(set_up), flush=True)
        print(loopback.report(set_up), flush=True)
    print(kred.report(), flush=True)


main()

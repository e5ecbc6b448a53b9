"""Counts without a database: a line on standard output that CloudWatch turns into a metric (embedded metric format)."""

import json
import logging
import sys
from datetime import datetime
from typing import Final

NAMESPACE: Final = "Opplev"
LINES: Final = logging.getLogger("opplev.metrics")
LINES.propagate = False
LINES.setLevel(logging.INFO)


class _Bare(logging.StreamHandler):  # type: ignore[type-arg]
    """Writes to whatever standard output is at the time, with nothing around the line."""

    def emit(self, record: logging.LogRecord) -> None:
        sys.stdout.write(record.getMessage() + "\n")


LINES.addHandler(_Bare())


def count(metric: str, *, now: datetime, dimensions: dict[str, str], properties: dict[str, str] | None = None) -> None:
    """Count one. Dimensions are few-valued (each combination is paid for); properties only stand in the line."""
    line = {
        "_aws": {
            "Timestamp": int(now.timestamp() * 1000),
            "CloudWatchMetrics": [
                {
                    "Namespace": NAMESPACE,
                    "Dimensions": [list(dimensions)],
                    "Metrics": [{"Name": metric, "Unit": "Count"}],
                }
            ],
        },
        metric: 1,
        **dimensions,
        **(properties or {}),
    }
    LINES.info(json.dumps(line, separators=(",", ":")))

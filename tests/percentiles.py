"""What a benchmark says of many measurements."""

import statistics
from collections.abc import Sequence


def p50(values: Sequence[float]) -> float:
    return statistics.median(values)


def p95(values: Sequence[float]) -> float:
    """One that was measured, and not a mean of two."""
    return sorted(values)[int(0.95 * (len(values) - 1))]

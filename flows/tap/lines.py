"""What a script prints: lines, and among them what it reports of itself."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import Any

from flows.tap import LONGEST_LINE

MARK = "@sync "
DEEPEST = 20  #: levels of a report; who reads it later has limits of his own


class Lines:
    """Bytes in, whole lines out. Bytes that are not UTF-8 are replaced, and so is NUL, which PostgreSQL cannot hold."""

    def __init__(self) -> None:
        self._line = bytearray()
        self._cut = 0

    def feed(self, data: bytes) -> Iterator[tuple[str, bool]]:
        """Each line that `data` ends, and whether it had to be cut."""
        *ended, rest = data.split(b"\n")
        for piece in ended:
            self._append(piece)
            yield self._take()
        self._append(rest)

    def end(self) -> Iterator[tuple[str, bool]]:
        """What stands after the last newline, if anything."""
        if self._line:
            yield self._take()

    def _append(self, piece: bytes) -> None:
        room = LONGEST_LINE - len(self._line)
        self._line += piece[:room]
        self._cut += max(0, len(piece) - room)

    def _take(self) -> tuple[str, bool]:
        text = self._line.decode(errors="replace").removesuffix("\r").replace("\0", "\ufffd")
        cut = self._cut
        self._line.clear()
        self._cut = 0
        return (f"{text} [... {cut} more bytes cut]", True) if cut else (text, False)


def read_report(line: str) -> dict[str, Any] | None:
    """What an `@sync {...}` line says, or None where the line is not one and so is log."""
    if not line.startswith(MARK):
        return None
    try:
        report = _told(json.loads(line[len(MARK) :]), DEEPEST)
    except (ValueError, RecursionError):
        return None
    if not isinstance(report, dict) or not report.keys() & {"processed", "total", "result"}:
        return None
    for key in ("processed", "total"):
        # A count beyond 2**53 is no count, and JSON's readers do not agree on it.
        if key in report and not (type(report[key]) is int and 0 <= report[key] < 2**53):
            return None
    return report if isinstance(report.get("result", {}), dict) else None


def _told(value: Any, levels: int) -> Any:
    """The value as everybody after us can hold it. Raises ValueError for what nobody could."""
    if levels < 0 or (isinstance(value, float) and not math.isfinite(value)):
        raise ValueError
    if isinstance(value, dict):
        return {_told(key, levels): _told(one, levels - 1) for key, one in value.items()}
    if isinstance(value, list):
        return [_told(one, levels - 1) for one in value]
    return value.replace("\0", "\ufffd") if isinstance(value, str) else value

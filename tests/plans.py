"""What tests/scripted.py is to do, and what it did."""

import json
from pathlib import Path
from typing import Any


class Plans:
    """A folder of plans. Made anew for each test, under the same name, because the worker knows it from its start."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(exist_ok=True)
        for file in folder.iterdir():
            file.unlink()

    def make(self, script: str, **plan: Any) -> None:
        (self._folder / f"{script}.json").write_text(json.dumps(plan))

    def executions(self, script: str) -> list[dict[str, Any]]:
        """Each time it began: `flags`, `pid`, `started` (seconds since the epoch).

        With a `family`: `alive`, the processes of the executions before that were not dead then.
        """
        return [json.loads(line) for line in self._lines(f"{script}.runs")]

    def ends(self, script: str) -> list[float]:
        """When it came to its end, in seconds since the epoch; nothing for one that was killed."""
        return [float(line) for line in self._lines(f"{script}.ends")]

    def family(self, script: str) -> dict[int, str]:
        """The processes of all executions that were to have a `family`, each with its birth (tests.scripted)."""
        return {int(pid): born for pid, born in map(str.split, self._lines(f"{script}.family"))}

    def _lines(self, name: str) -> list[str]:
        file = self._folder / name
        return file.read_text().splitlines() if file.exists() else []

"""What a script says while it works: `@sync` lines and log on standard output, errors on standard error."""

import json
import sys
from collections.abc import Mapping


class Report:
    """Every line is flushed at once, so that whoever reads the pipe sees it live."""

    def __init__(self, *, verbose: bool = False) -> None:
        self.verbose = verbose

    def progress(self, processed: int, total: int) -> None:
        self._say("@sync " + json.dumps({"processed": processed, "total": total}))

    def result(self, counters: Mapping[str, int | Mapping[str, int]]) -> None:
        self._say("@sync " + json.dumps({"result": dict(counters)}))

    def log(self, text: str) -> None:
        # On one line: a title from a feed must not be able to start a line with "@sync".
        self._say("  " + " ".join(text.split()))

    def detail(self, text: str) -> None:
        """Log that only --verbose shows."""
        if self.verbose:
            self.log(text)

    def error(self, text: str) -> None:
        print(" ".join(text.split()), file=sys.stderr, flush=True)

    def _say(self, line: str) -> None:
        print(line, flush=True)

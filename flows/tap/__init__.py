"""Stands between Prefect's ShellOperation and a script: lines, progress, standard error's tail, the kill.

Standard library only, and no part of Prefect, so that it starts in milliseconds. What it reads from the script it says
on a Unix socket, one JSON object a line:

    {"started": PID}                             the script runs; PID leads a process group of its own
    {"log": "...", "error": false}               a line, whole, or cut with a mark; `error`: it came on standard error
    {"progress": {"processed": 3, "total": 9}}   at most twice a second, the last one always
    {"exit": {"code": 0, "why": null, "seconds": 1.5, "result": {...}, "tail": "..."}}   the last one, always

The other side says nothing: that the socket closes means that the flow is gone, however it went, and the script is
ended. `code` is the script's exit code, minus the signal's number where one ended it; `why` tells who ended it.
"""

from __future__ import annotations

import sys
from os.path import abspath, dirname

#: The environment variable that everything of a run carries, with the run's id, to be found without its parents.
RUN = "SYNCS_RUN"

GRACE = 5.0  #: seconds between SIGTERM and SIGKILL
LONGEST_LINE = 16_384  #: bytes; what comes after them, up to the line's end, is cut
PROGRESS_EVERY = 0.5  #: seconds
TAIL = 2_000  #: characters of standard error that a failure shows
BACKLOG = 1 << 20  #: bytes that may wait for the flow before the script is made to wait
EXIT_TAP_FAILED = 70
EXIT_TEMPORARY = 75
EXIT_CALLED_WRONGLY = 64  #: also where the command could not be started at all

#: Only the project and the standard library can be imported: nothing else has to be found, or can be in the way.
_MAIN = "import sys; sys.path.append(sys.argv.pop(1)); from flows.tap.run import main; sys.exit(main())"


def command(socket: str, lock: str, seconds: float, script: list[str]) -> list[str]:
    """The words that run `script` behind a tap that speaks on `socket`.

    The file `lock` is held as long as anything of the script lives, so that a second run of it waits even where Prefect
    has lost the first one's slot. `seconds` is the time that the script has; then, as on a cancel, its process group
    gets SIGTERM, and GRACE later whatever it started gets SIGKILL: on Linux also what left the group.
    """
    project = dirname(dirname(dirname(abspath(__file__))))
    return [sys.executable, "-I", "-S", "-c", _MAIN, project, socket, lock, str(seconds), *script]

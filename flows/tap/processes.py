"""A script's processes: the one that was started, and all that came of it."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess

from flows.tap import linux


class Processes:
    """On Linux all of them; elsewhere those that stayed in the script's process group."""

    def __init__(self, command: list[str], lock: int) -> None:
        """Starts the script. Raises OSError or ValueError where it cannot be."""
        # Nothing escapes by leaving the script's group.
        linux.adopt_orphans()
        tap = os.getpid()
        self.script = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
            start_new_session=True,
            # The lock goes to the script as well: should the tap be killed, it is held while the script lives.
            pass_fds=(lock,),
            # What lets a flow speak to Prefect is no business of a script.
            env={key: value for key, value in os.environ.items() if not key.startswith("PREFECT_")},
            preexec_fn=lambda: linux.end_with_parent(tap),
        )

    def any_alive(self) -> bool:
        """Whether anything still runs; the script itself counts until its exit code has been asked for."""
        for orphan in self._orphans():
            with contextlib.suppress(ChildProcessError):
                os.waitpid(orphan, os.WNOHANG)
        if linux.children():
            return True
        try:
            os.killpg(self.script.pid, 0)
        except ProcessLookupError:
            return False
        return True

    def signal(self, number: signal.Signals) -> None:
        """Sends it to the script's group and to what has left the group."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.script.pid, number)
        for orphan in self._orphans():
            with contextlib.suppress(ProcessLookupError):
                os.kill(orphan, number)

    def _orphans(self) -> list[int]:
        return [pid for pid in linux.children() if pid != self.script.pid]

"""How a flow's process ends. Imported before all that has something to do at the end, so that this is done last."""

from __future__ import annotations

import atexit
import logging
import os
import signal
import sys

_code: list[int] = []  #: of a flow's process; the engine, which it is a fork of, has none


def end_with(code: int) -> None:
    """What the process ends with: an exit code, or minus the number of a signal."""
    _code[:] = [code]


def _leave() -> None:
    """Without taking apart all that the engine has imported, which would first copy it."""
    for code in _code:
        logging.shutdown()
        sys.stdout.flush()
        sys.stderr.flush()
        if code < 0:
            signal.signal(-code, signal.SIG_DFL)
            os.kill(os.getpid(), -code)
        os._exit(code)


atexit.register(_leave)

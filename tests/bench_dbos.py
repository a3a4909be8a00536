"""A peer that the bench measures beside Prefect: a DBOS application whose workflow runs a script as its one step.

    python -m tests.bench_dbos <URL of a PostgreSQL database>

It runs until it is told to end. Queue and database are polled as DBOS does by default.
"""

import os
import shlex
import signal
import subprocess
import sys
import threading

from dbos import DBOS

QUEUE = "scripts"
WORKFLOW = "run_script"
READY = "ready"  #: what it prints once it takes workflows up


def run_step(script: str) -> int:
    """The script that SYNCS_COMMAND names, as for the other systems; one that fails, fails the step."""
    words = shlex.split(os.environ["SYNCS_COMMAND"].format(script=script))
    return subprocess.run(words, check=True, stdout=subprocess.DEVNULL).returncode


def run_script(script: str) -> int:
    code: int = step(script)
    return code


# Called and not written as decorators: without DBOS they have no types.
step = DBOS.step()(run_step)
workflow = DBOS.workflow(name=WORKFLOW)(run_script)


def main() -> None:
    (database,) = sys.argv[1:]
    told_to_end = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: told_to_end.set())
    DBOS(config={"name": "bench", "system_database_url": database})
    DBOS.launch()
    DBOS.register_queue(QUEUE)
    print(READY, flush=True)
    told_to_end.wait()
    DBOS.destroy()


if __name__ == "__main__":
    main()

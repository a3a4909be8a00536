"""A script of the tests: does what the plan for its name says, and notes when it ran and with which flags.

    python scripted.py sync-press --limit=5

The plans' folder is SYNCS_TEST_PLANS. `<script>.json` there holds any of: `exits`, the exit code of each execution in
turn (the last one stands for all further ones); `seconds`, how long one takes, for all or in turn; `stderr`, a line it
says; `report`, the `@sync` lines; `result`, what it says it brought, by default how it was called and a number that
stands for that; `family`, whether it starts processes that do all they can to outlive it. `<script>.runs` gets a line
an execution, and `<script>.family` one for each process of such a family, the script's own among them. Standard library
only: it starts for every step of every test.
"""

import time

STARTED = time.time()  # before all else, which takes its time, too

import json  # noqa: E402
import os  # noqa: E402
import signal  # noqa: E402
import sys  # noqa: E402
import zlib  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import Any  # noqa: E402


def main() -> int:
    script, *flags = sys.argv[1:]
    plans = Path(os.environ["SYNCS_TEST_PLANS"])
    plan_file = plans / f"{script}.json"
    plan = json.loads(plan_file.read_text()) if plan_file.exists() else {}
    runs = plans / f"{script}.runs"
    turn = len(runs.read_text().splitlines()) if runs.exists() else 0
    note = {"flags": flags, "pid": os.getpid(), "started": STARTED}
    if "family" in plan:
        noted = plans / f"{script}.family"
        join(noted)
        # Who but this process itself could say for sure that it began after all of the execution before had ended?
        note["alive"] = [pid for pid, born in members(noted) if pid != os.getpid() and birth(pid) == born]
    with runs.open("a") as file:
        file.write(json.dumps(note) + "\n")
    if "family" in plan:
        found(noted)
    print(f"{script} runs for the {turn + 1}. time", flush=True)
    for report in plan.get("report", []):
        print("@sync " + json.dumps(report), flush=True)
    time.sleep(in_turn(plan.get("seconds", 0), turn))
    if "stderr" in plan:
        print(plan["stderr"], file=sys.stderr)
    print("@sync " + json.dumps({"result": plan.get("result", result_of(script, flags))}))
    with (plans / f"{script}.ends").open("a") as file:
        file.write(f"{time.time()}\n")
    return int(in_turn(plan.get("exits", 0), turn))


def result_of(script: str, flags: list[str]) -> dict[str, Any]:
    return {"script": script, "flags": flags, "called": zlib.crc32(" ".join([script, *flags]).encode())}


def in_turn(planned: Any, turn: int) -> Any:
    return planned[min(turn, len(planned) - 1)] if isinstance(planned, list) else planned


def found(noted: Path) -> None:
    """A child, a grandchild, and a daemon that has left the script's session, files and environment, and is deaf."""
    if os.fork() == 0:
        os.fork()
        join(noted)
        time.sleep(600)
        os._exit(0)
    if (between := os.fork()) == 0:
        os.setsid()
        if os.fork():
            os._exit(0)
        os.setsid()
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        join(noted)
        os.closerange(0, 1024)
        sleep = [sys.executable, "-I", "-S", "-c", "import time; time.sleep(600)"]
        # By its last word the tests know whose it is.
        os.execve(sys.executable, [*sleep, os.environ["SYNCS_HOME"]], {})  # noqa: S606 - no shell
    os.waitpid(between, 0)


def join(noted: Path) -> None:
    with noted.open("a") as file:
        file.write(f"{os.getpid()} {birth(os.getpid())}\n")


def members(noted: Path) -> list[tuple[int, str]]:
    return [(int(pid), born) for pid, born in map(str.split, noted.read_text().splitlines())]


def birth(pid: int) -> str | None:
    """By which a process is told from a later one of the same id; None where it is dead, buried or not."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return None if status[0] in "ZX" else status[19]


if __name__ == "__main__":
    sys.exit(main())

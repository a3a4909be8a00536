"""A script of the tests: does what the plan for its name says, and notes when it ran and with which flags.

    python scripted.py sync-press --limit=5

The plans' folder is SYNCS_TEST_PLANS. `<script>.json` there holds any of: `exits`, the exit code of each execution in
turn (the last one stands for all further ones); `seconds`, how long one takes; `stderr`, a line it says; `report`, the
`@sync` lines; `result`, what it says it brought. `<script>.runs` gets a line an execution. Standard library only: it
starts for every step of every test.
"""

import json
import os
import sys
import time
from pathlib import Path


def main() -> int:
    script, *flags = sys.argv[1:]
    plans = Path(os.environ["SYNCS_TEST_PLANS"])
    plan_file = plans / f"{script}.json"
    plan = json.loads(plan_file.read_text()) if plan_file.exists() else {}
    runs = plans / f"{script}.runs"
    turn = len(runs.read_text().splitlines()) if runs.exists() else 0
    note = {"flags": flags, "pid": os.getpid(), "started": time.time()}
    with runs.open("a") as file:
        file.write(json.dumps(note) + "\n")
    print(f"{script} runs for the {turn + 1}. time", flush=True)
    for report in plan.get("report", []):
        print("@sync " + json.dumps(report), flush=True)
    time.sleep(plan.get("seconds", 0))
    if "stderr" in plan:
        print(plan["stderr"], file=sys.stderr)
    exits = plan.get("exits", [0])
    print("@sync " + json.dumps({"result": plan.get("result", {"script": script, "flags": flags})}))
    with (plans / f"{script}.ends").open("a") as file:
        file.write(f"{time.time()}\n")
    return int(exits[min(turn, len(exits) - 1)])


if __name__ == "__main__":
    sys.exit(main())

"""Starts runs by `fork`, out of one process that has imported Prefect and the flows, and fences each of them.

    worker ── launcher ┄┄┄┄┄ (Unix socket) ┄┄┄┄┄ engine
                                                   └── guard ── flow process ── tap ── script ── ...

The stock worker starts a **launcher** through the pool's `command`, as it would start `python -m prefect.engine`. The
launcher is standard library only and is there in milliseconds. It hands its environment, folder and output over to the
**engine**, which forks a **guard**, which forks the flow's process; then the launcher stands for that process before
the worker: signals go one way, the exit code the other. Where there is no engine, or none that would do, the launcher
is the guard itself and starts the stock way, and says so in the run's log.

A guard is the new parent of whatever a run leaves behind, and ends when all of it has ended. What each part does when
another one dies stands where it is done:

    script    the tap ends what it started (flows.tap.run)
    tap       the kernel kills the script; the flow's process ends what it started (flows.command)
    flow      the taps hear it and end their scripts; the guard ends what is left
    guard     the kernel kills the flow's process; the engine ends what is left, and the launcher waits for it
    launcher  the guard hears it, and ends the run
    engine    runs go on; the next engine ends what nobody guards
    worker    runs go on; they are the next worker's (deployments.warm.estate)
"""

from __future__ import annotations

from flows.tap import RUN

__all__ = ["FLOW_RUN", "GIVE_UP", "GRACE", "GUARD", "LAUNCH", "PATIENCE", "RUN", "SOCKET"]

#: The environment variables of a worker whose runs are to start warm: the engine's socket, and what starts a launcher.
SOCKET = "SYNCS_ENGINE"
LAUNCH = "SYNCS_LAUNCH"
#: The one by which Prefect tells a process which run it is for.
FLOW_RUN = "PREFECT__FLOW_RUN_ID"

#: What a guard is called among the processes of a machine.
GUARD = "syncs-guard"

#: Seconds that a flow's process has to end in good order once it has been told to: its taps take five.
PATIENCE = 8.0
#: Seconds that what has lost its flow's process has, taps among it, until it is killed.
GRACE = 6.0
#: Seconds after which something that cannot be killed is given up, and named.
GIVE_UP = 20.0

"""One TLS context for all of Prefect's clients in a process. Each makes one of its own, six in a run, whether it speaks
TLS or not, and they are alike.

Prefect has no public way to hand one over to the clients that it makes itself: the name by which its module knows `ssl`
is replaced, and tests/deployments/test_warm_engine.py says when that is no longer what it calls.
"""

from __future__ import annotations

import functools
import ssl
import types

import prefect.client.orchestration as clients


def share() -> None:
    """From now on, in this process and its forks."""
    shared = types.ModuleType("ssl")
    vars(shared).update(vars(ssl), create_default_context=functools.cache(ssl.create_default_context))
    vars(clients)["ssl"] = shared

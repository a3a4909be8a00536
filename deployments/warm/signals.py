"""Signals as bytes on a socket, which a loop can wait for beside others, and which one process can hand to another."""

from __future__ import annotations

import os
import signal
import socket

#: Asks a run to end, and its process to say nothing of it: who sends this has the last word.
SILENTLY = signal.SIGQUIT
#: What asks a run to end.
ASKING = {signal.SIGTERM, signal.SIGINT, signal.SIGHUP, SILENTLY}


def hear(*numbers: signal.Signals) -> socket.socket:
    """A socket that gets a byte, its number, for each of these signals that comes. For the main thread."""
    mine, wakeup = socket.socketpair()
    for end in (mine, wakeup):
        end.setblocking(False)
    for number in numbers:
        signal.signal(number, lambda *_: None)
    _wake(os.dup(wakeup.fileno()))
    return mine


def deaf(*numbers: signal.Signals) -> None:
    """As they are in a new process."""
    _wake(-1)
    for number in numbers:
        signal.signal(number, signal.SIG_DFL)


def _wake(fd: int) -> None:
    before = signal.set_wakeup_fd(fd, warn_on_full_buffer=False)
    if before != -1:
        os.close(before)  # a fork has its parent's

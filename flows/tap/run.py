"""One run of one script, from its lock to its last process."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import selectors
import signal
import socket
import sys
import time
from typing import Any

from flows.tap import (
    BACKLOG,
    EXIT_CALLED_WRONGLY,
    EXIT_TAP_FAILED,
    EXIT_TEMPORARY,
    GRACE,
    PROGRESS_EVERY,
    TAIL,
    linux,
)
from flows.tap.lines import Lines, read_report
from flows.tap.processes import Processes


class Tap:
    """One run of one script, from its lock to its last process."""

    def __init__(self, flow: socket.socket, seconds: float) -> None:
        self._flow = flow
        self._seconds = seconds
        self._out = bytearray()
        self._started = time.monotonic()
        self._why: str | None = None
        self._kill_at: float | None = None
        self._progress: dict[str, int] = {}
        self._progress_due: float | None = None
        self._progress_next = 0.0
        self._result: dict[str, Any] | None = None
        self._tails = {False: "", True: ""}
        self._processes: Processes | None = None
        self._signals, wakeup = socket.socketpair()
        for end in (self._signals, wakeup):
            end.setblocking(False)
        flow.setblocking(False)
        signal.set_wakeup_fd(wakeup.fileno())
        self._wakeup = wakeup
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD):
            signal.signal(number, lambda *_: None)  # the wakeup socket tells the loop
        self._ears = selectors.DefaultSelector()
        self._ears.register(self._signals, selectors.EVENT_READ)
        self._ears.register(flow, selectors.EVENT_READ)

    # --- what the flow hears ---

    def _say(self, **message: Any) -> None:
        # A lone surrogate can be written in JSON but not in UTF-8.
        self._out += json.dumps(message, ensure_ascii=False).encode(errors="replace") + b"\n"

    def _flush(self) -> None:
        try:
            del self._out[: self._flow.send(self._out)]
        except BlockingIOError:
            pass
        except OSError:
            self._flow_is_gone()

    def _flow_is_gone(self) -> None:
        with contextlib.suppress(KeyError):
            self._ears.unregister(self._flow)
        self._out.clear()
        self._end("the flow is gone")

    @property
    def _flow_listens(self) -> bool:
        return self._flow in {key.fileobj for key in self._ears.get_map().values()}

    # --- the script ---

    def run(self, lock: str, command: list[str]) -> int:
        """Runs the command to its end; the exit code for the shell is the script's own."""
        try:
            code = self._guarded(lock, command)
        except Exception as error:
            # Nobody would see a traceback: the flow is told, and with it whoever reads the step's failure.
            self._why = f"its tap failed: {error}"
            self._terminate()
            code = EXIT_TAP_FAILED
        self._progress_due = self._progress_due and 0.0
        self._say_progress()
        tail = self._tails[True].strip() or self._tails[False].strip()
        seconds = round(time.monotonic() - self._started, 3)
        self._say(exit={"code": code, "why": self._why, "seconds": seconds, "result": self._result, "tail": tail})
        give_up = time.monotonic() + 10
        while self._out and self._flow_listens and time.monotonic() < give_up:
            self._listen()
        return code if code >= 0 else 128 - code  # as shells say that a signal ended it

    def _guarded(self, lock: str, command: list[str]) -> int:
        with open(lock, "a+b") as held:
            if not self._wait_for(held.fileno(), lock):
                return EXIT_TEMPORARY
            self._started = time.monotonic()
            try:
                self._processes = processes = Processes(command, held.fileno())
            except (OSError, ValueError) as error:
                self._why = f"the command could not be started: {error}"
                return EXIT_CALLED_WRONGLY
            held.truncate(0)
            held.write(str(processes.script.pid).encode())
            held.flush()
            self._say(started=processes.script.pid)
            return self._follow(processes)

    def _wait_for(self, fd: int, lock: str) -> bool:
        """Whether the lock was had. It is asked for again and again, up to the script's own time limit."""
        told = False
        while self._why is None:
            with contextlib.suppress(BlockingIOError):
                fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return True
            holder = os.pread(fd, 20, 0).decode(errors="replace") or "unknown"
            name = os.path.basename(lock)
            if not told:
                self._say(log=f"Waiting: another run of {name} still goes on here (process {holder}).", error=True)
                told = True
            if time.monotonic() - self._started > self._seconds:
                self._why = f"another run of {name} (process {holder}) did not end in {self._seconds:g} s"
            self._listen(at_most=0.2)
        return False

    def _follow(self, processes: Processes) -> int:
        for pipe, error in ((processes.script.stdout, False), (processes.script.stderr, True)):
            if pipe is not None:  # both are pipes; Popen's type does not say so
                os.set_blocking(pipe.fileno(), False)
                self._ears.register(pipe, selectors.EVENT_READ, (Lines(), error))
        deadline = self._started + self._seconds
        code: int | None = None
        while True:
            now = time.monotonic()
            if code is None and (code := processes.script.poll()) is not None and processes.any_alive():
                if self._kill_at is None:
                    self._say(log="The script has ended; what it left running is ended too.", error=True)
                self._terminate()
            if code is None and now >= deadline:
                self._end(f"its time limit of {self._seconds:g} s passed")
            if self._kill_at is not None and now >= self._kill_at:
                processes.signal(signal.SIGKILL)
            if code is not None and not processes.any_alive() and not self._pipes():
                return code
            self._say_progress()
            self._listen(at_most=0.05 if code is not None else min(0.5, max(0.0, deadline - now)))

    def _pipes(self) -> list[selectors.SelectorKey]:
        return [key for key in self._ears.get_map().values() if key.data is not None]

    # --- the loop ---

    def _listen(self, at_most: float = 0.5) -> None:
        """Waits up to `at_most` seconds for bytes, a signal or the flow's end, and deals with what came."""
        if self._flow_listens:
            events = selectors.EVENT_READ | (selectors.EVENT_WRITE if self._out else 0)
            self._ears.modify(self._flow, events)
        slow = len(self._out) > BACKLOG
        paused = [(key.fileobj, key.data) for key in self._pipes()] if slow else []
        for pipe, _ in paused:
            self._ears.unregister(pipe)
        for key, events in self._ears.select(at_most):
            if key.fileobj is self._signals:
                self._take_signals()
            elif key.fileobj is self._flow:
                if events & selectors.EVENT_READ and not self._flow_still_there():
                    self._flow_is_gone()
                elif events & selectors.EVENT_WRITE:
                    self._flush()
            else:
                self._read(key)
        for pipe, data in paused:
            self._ears.register(pipe, selectors.EVENT_READ, data)

    def _flow_still_there(self) -> bool:
        try:
            return bool(self._flow.recv(1024))
        except BlockingIOError:
            return True
        except OSError:
            return False

    def _take_signals(self) -> None:
        if set(self._signals.recv(1024)) & {signal.SIGTERM, signal.SIGINT, signal.SIGHUP}:
            self._end("it was cancelled")

    def _read(self, key: selectors.SelectorKey) -> None:
        lines, error = key.data
        try:
            data = os.read(key.fd, 65_536)
        except BlockingIOError:
            return
        for line, cut in lines.feed(data) if data else lines.end():
            report = None if cut or error else read_report(line)
            if report is None:
                self._log(line, error)
            else:
                self._take_report(report)
        if not data:
            self._ears.unregister(key.fileobj)

    def _log(self, line: str, error: bool) -> None:
        self._tails[error] = f"{self._tails[error]}\n{line}"[-TAIL:]
        self._say(log=line, error=error)

    def _take_report(self, report: dict[str, Any]) -> None:
        self._result = report.get("result", self._result)
        counts: dict[str, int] = {key: report[key] for key in ("processed", "total") if key in report}
        if counts:
            self._progress |= counts
            self._progress_due = self._progress_next

    def _say_progress(self) -> None:
        now = time.monotonic()
        if self._progress_due is not None and now >= self._progress_due:
            self._say(progress=self._progress)
            self._progress_due = None
            self._progress_next = now + PROGRESS_EVERY

    # --- the end ---

    def _end(self, why: str) -> None:
        if self._why is None:
            self._why = why
            self._terminate()

    def _terminate(self) -> None:
        if self._processes is not None and self._kill_at is None:
            self._kill_at = time.monotonic() + GRACE
            self._processes.signal(signal.SIGTERM)


def main() -> int:
    """What `flows.tap.command` runs."""
    linux.name_process("syncs-tap")
    path, lock, seconds, *command = sys.argv[1:]
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as flow:
        flow.connect(path)
        return Tap(flow, float(seconds)).run(lock, command)

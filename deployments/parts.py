"""The parts of a stack: started, awaited until they answer, watched, and started again when they die.

Done here because no supervisor at hand does it: circus and supervisor call a process running once it exists and know
no "answers", honcho stops all when one ends, and each of them leaves what a killed child has started.
"""

import asyncio
import pwd
import signal
import time
from asyncio.subprocess import DEVNULL, STDOUT, Process
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from deployments import family
from deployments.errors import PartError
from deployments.home import Home

Say = Callable[[str], None]

SILENCE = 120.0  # seconds a part may take to answer
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
CALM = 60.0  # a part that ran this long has earned the first pause again
TRIES = 3  # of a part that has never answered


@dataclass(frozen=True, kw_only=True)
class Command:
    """What is run under a name, which its log and its processes carry."""

    name: str
    words: Sequence[str | Path]
    environment: Mapping[str, str]
    user: pwd.struct_passwd | None = None
    folder: Path | None = None
    shown: bool = False  # to the one who sees what `syncs up` says, and not logged


@dataclass(frozen=True, kw_only=True)
class Part(Command):
    """A command that stays. `answers` is asked again and again, with the process's id and the time of its start."""

    answers: Callable[[int, float], Awaitable[bool]]
    prepare: Callable[[], None] = lambda: None


def listens(pid: int) -> bool:
    """Anybody may answer on a port: only its own socket shows that it is this process that does."""
    try:
        return any(one.status == psutil.CONN_LISTEN for one in psutil.Process(pid).net_connections("tcp"))
    except psutil.Error:
        return False


async def spawn(home: Home, command: Command) -> Process:
    """A process in a session of its own, so that the terminal's Ctrl-C reaches `syncs up` alone."""
    # To append, so that the log may be emptied meanwhile.
    with home.log(command.name).open("ab") as log:
        return await asyncio.create_subprocess_exec(
            *command.words,
            env={**command.environment, **family.mark(home.path, command.name)},
            cwd=command.folder,
            stdin=DEVNULL,
            stdout=None if command.shown else log,
            stderr=None if command.shown else STDOUT,
            start_new_session=True,
            user=command.user and command.user.pw_uid,
            group=command.user and command.user.pw_gid,
            extra_groups=command.user and [],
        )


async def run(home: Home, command: Command) -> int:
    """Runs a command to its end, and leaves nothing of it behind; its exit code."""
    process = await spawn(home, command)
    try:
        return await process.wait()
    finally:
        await family.end(home.path, command.name)


async def run_well(home: Home, command: Command) -> None:
    """Raises PartError where the exit code is not 0. Its log is this run's alone."""
    home.log(command.name).write_bytes(b"")
    if code := await run(home, command):
        raise PartError(command.name, _ending(code), home.log(command.name))


class Keeper:
    """Keeps one part alive, from `start` until `leave`, which stops the keeping and not yet the part."""

    def __init__(self, part: Part, home: Home, say: Say) -> None:
        self._part = part
        self._home = home
        self._say = say
        self._process: Process | None = None
        self._started = 0.0
        self._keeping: asyncio.Task[None] | None = None

    async def start(self) -> None:
        for _ in range(TRIES):
            ending = await self._bring_up()
            if not ending:
                self._say(f"{self._part.name} is up ({self._age():.1f} s)")
                self._keeping = asyncio.create_task(self._keep())
                return
            await asyncio.sleep(FIRST_PAUSE)
        raise PartError(self._part.name, ending, self._home.log(self._part.name))

    async def wait(self) -> None:
        if self._keeping:
            await self._keeping

    async def leave(self) -> None:
        if self._keeping:
            self._keeping.cancel()
            await asyncio.wait([self._keeping])

    async def _keep(self) -> None:
        name, pause = self._part.name, FIRST_PAUSE
        ending = await self._end()
        while True:
            if self._age() > CALM:
                pause = FIRST_PAUSE
            self._say(f"{name} {ending}; it is started again in {pause:g} s (its log: {self._home.log(name)})")
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)
            ending = await self._bring_up()
            if not ending:
                self._say(f"{name} is back ({self._age():.1f} s)")
                ending = await self._end()

    async def _bring_up(self) -> str:
        """Starts the part and returns when it answers, or else with what became of it."""
        part = self._part
        self._started = time.time()
        try:
            part.prepare()
            self._process = await spawn(self._home, part)
        except OSError as error:
            return f"could not be started ({error})"
        while self._process.returncode is None:
            if await part.answers(self._process.pid, self._started):
                return ""
            if self._age() > SILENCE:
                # Not its whole family: a worker may be silent because the server is, and its runs go on.
                self._process.kill()
                await self._process.wait()
                return f"did not answer for {SILENCE:g} s"
            await asyncio.sleep(0.1)
        return _ending(self._process.returncode)

    async def _end(self) -> str:
        assert self._process  # noqa: S101 - only a part that has come up is kept
        return _ending(await self._process.wait())

    def _age(self) -> float:
        return time.time() - self._started


def _ending(code: int) -> str:
    return f"ended with exit code {code}" if code >= 0 else f"was ended by {signal.Signals(-code).name}"

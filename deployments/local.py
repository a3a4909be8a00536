"""`syncs up`: the whole stack on one machine."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import Coroutine, Sequence
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx

from deployments import family
from deployments.api import DATABASE, Api
from deployments.environment import Environment
from deployments.errors import StackError
from deployments.home import Home
from deployments.parts import Command, Keeper, Part, Say, run, run_well
from deployments.ports import require_free
from deployments.postgres import Postgres
from deployments.server import Server
from deployments.settings import Settings, SettingsError
from deployments.worker import Worker

SETTINGS = ((sys.executable, "-m", "flows.settings"), (sys.executable, "-m", "scripts.settings"))
MIGRATE = (sys.executable, "-m", "scripts", "migrate")
BOOTSTRAP = (sys.executable, "-m", "deployments.bootstrap")
TRIGGER = (str(Path(sys.executable).with_name("syncs")), "trigger")
POLITICIANS = (*TRIGGER, "sync:politicians", "--watch")
DAY = (*TRIGGER, "sync:daily", "--watch")
LOGS_EVERY = 30.0
STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stack:
    """PostgreSQL, Prefect's server, a worker and the admin API.

    Inside the `async with` all of them answer; after it none is left.

    A first SIGINT, SIGTERM or SIGHUP cancels the task that entered, also while it is still entering; a second one kills
    what is still being stopped. The parts are not made to die with this process: after a `kill -9` of it a running
    script goes on to its end, and the next stack on this home ends what is left.
    """

    def __init__(self, settings: Settings, environment: Environment, say: Say) -> None:
        self.address = f"http://127.0.0.1:{settings.prefect_port}"
        self._settings = settings
        self._say = say
        self._environment = environment
        self._keepers: list[Keeper] = []
        self._asked = False  # to stop, by a signal
        self._leaving = False
        self._hurry = asyncio.Event()

    async def __aenter__(self) -> Self:
        began = time.monotonic()
        self._home = Home(self._settings.home)
        # A proxy of the user's is not asked for this machine.
        self._http = httpx.AsyncClient(base_url=self.address, timeout=5, trust_env=False)
        self._api = Api(self._settings, self._environment, self._http)
        self._listen_for_signals()
        try:
            await self._start()
        except BaseException:
            await self._stop()
            raise
        self._say(f"everything is up ({time.monotonic() - began:.1f} s): {self.address}")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stop()

    def greet(self) -> None:
        for line in self._api.greeting:
            self._say(line)

    async def wait(self) -> None:
        """Returns never; raises where a part can no longer be kept."""
        await asyncio.gather(self._bound_logs(), *(keeper.wait() for keeper in self._keepers))

    async def show(self, words: Sequence[str]) -> int:
        """Runs a command of this project's beside the parts, for all to see; its exit code."""
        environment = self._environment.of_project()
        return await run(self._home, Command(name="demo", words=words, environment=environment, shown=True))

    async def _start(self) -> None:
        if left := await family.end_all(self._home.path, self._hurry):
            self._say(f"ended {left} processes that an earlier `syncs up` had left behind")
        require_free("127.0.0.1", self._settings.prefect_port, "SYNCS_PREFECT_PORT")
        require_free(self._settings.host, self._settings.port, "SYNCS_PORT")
        await self._check_settings()
        self._say(f"starting on {self._home.path}")
        self._home.make_temporary()
        self._postgres = Postgres(self._home, self._environment.of_others())
        await self._postgres.prepare()
        await self._keep(self._postgres.part())
        await self._postgres.create(["prefect", DATABASE, self._own_site])
        await _together(self._start_server(), self._migrate_site(), run_well(self._home, self._api.migrate(self._jobs)))
        worker = Worker(self._home, self._environment, self._http, self._site())
        parts = [worker.part(), self._api.part(self._jobs)]
        parts += [worker.engine()] if worker.starts_warm else []
        await _together(*map(self._keep, parts))

    async def _check_settings(self) -> None:
        """Of the parts to come, which would say so with every run; each reads its own."""
        secret = self._environment.given("DATABASE_URL")
        environment = self._environment.of_project(**({"DATABASE_URL": secret} if secret else {}))
        for words in SETTINGS:
            await run_well(self._home, Command(name="settings", words=words, environment=environment))
        await run_well(self._home, self._api.check())

    async def _start_server(self) -> None:
        await self._keep(Server(self._settings, self._environment, self._http, self._postgres).part())
        environment = self._environment.of_project()
        await run_well(self._home, Command(name="bootstrap", words=BOOTSTRAP, environment=environment))

    async def _migrate_site(self) -> None:
        if self._environment.given("DATABASE_URL"):
            return  # a database of the user's has the user's own migrations
        environment = self._environment.of_project(DATABASE_URL=self._site())
        await run_well(self._home, Command(name="migrate", words=MIGRATE, environment=environment))

    def _site(self) -> str:
        return self._environment.given("DATABASE_URL") or self._postgres.url(self._own_site)

    @property
    def _jobs(self) -> str:
        return self._postgres.url(DATABASE, "postgresql+psycopg")

    @property
    def _own_site(self) -> str:
        return "samples" if self._environment.on_samples else "site"

    async def _keep(self, part: Part) -> None:
        keeper = Keeper(part, self._home, self._say)
        await keeper.start()
        self._keepers.append(keeper)

    async def _bound_logs(self) -> None:
        while True:
            self._home.bound_logs()
            await asyncio.sleep(LOGS_EVERY)

    async def _stop(self) -> None:
        began = time.monotonic()
        self._leaving = True
        for keeper in self._keepers:
            await keeper.leave()
        await family.end_all(self._home.path, self._hurry)
        await self._http.aclose()
        self._home.leave()
        if self._asked:
            self._say(f"stopped ({time.monotonic() - began:.1f} s)")

    def _listen_for_signals(self) -> None:
        task = asyncio.current_task()
        assert task  # noqa: S101 - this is called by a coroutine

        def stop() -> None:
            if self._asked or self._leaving:
                self._hurry.set()
                return
            self._asked = True
            self._say("stopping; once more, and what is left is killed")
            task.cancel()

        for number in STOPPING:
            # `nohup` has a hang-up ignored, and so it stays.
            if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
                asyncio.get_running_loop().add_signal_handler(number, stop)


async def _together(*coroutines: Coroutine[None, None, None]) -> None:
    """All at once; the first that fails ends the others, and it is its error that is raised."""
    try:
        async with asyncio.TaskGroup() as group:
            for coroutine in coroutines:
                group.create_task(coroutine)
    except ExceptionGroup as failed:
        raise failed.exceptions[0] from None


def _print(text: str) -> None:
    try:
        print(f"{datetime.now().astimezone():%H:%M:%S}  {text}", flush=True)
    except OSError:
        # Nobody reads any more, which is no reason to stop. What is still buffered goes nowhere, too.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def up(*, demo: bool = False) -> int:
    """Runs until it is told to stop, and returns the exit code. `demo`: on the samples, the day once when all is up."""

    async def serve() -> None:
        settings = Settings.read()
        environment = Environment(settings, demo=demo)
        if environment.on_samples:
            _print("a demonstration: scripts read samples/ into a database of their own; `syncs up` alone is live")
        async with Stack(settings, environment, _print) as stack:
            if environment.on_samples:
                _print("first the politicians, whom the day's votes, press and facts are about:")
                await stack.show(POLITICIANS)
            if demo:
                _print("the day runs once, as by `syncs trigger sync:daily --watch`:")
                await stack.show(DAY)
                _print(f"it stays up until Ctrl-C, and runs what is scheduled; Prefect's UI: {stack.address}")
                if environment.on_samples:
                    _print("to go live: Ctrl-C, then `syncs up` (or SYNCS_SOURCES=live make run)")
            stack.greet()
            await stack.wait()

    try:
        asyncio.run(serve())
    except (asyncio.CancelledError, KeyboardInterrupt):
        return 0
    except (StackError, SettingsError, OSError) as error:
        print(f"syncs up: {error}", file=sys.stderr)
        return 1
    return 0

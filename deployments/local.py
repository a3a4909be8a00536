"""`syncs up`: the whole stack on one machine."""

import asyncio
import os
import signal
import socket
import sys
import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx
import psutil

from deployments import family
from deployments.bootstrap import FLOWS_LOG, POOL
from deployments.environment import Environment
from deployments.errors import PortTakenError, StackError
from deployments.home import Home
from deployments.parts import Command, Keeper, Part, Say, run, run_well
from deployments.postgres import Postgres
from deployments.settings import Settings, SettingsError

WORKER = "local"
SETTINGS = ((sys.executable, "-m", "flows.settings"), (sys.executable, "-m", "scripts.settings"))
MIGRATE = (sys.executable, "-m", "scripts", "migrate")
BOOTSTRAP = (sys.executable, "-m", "deployments.bootstrap")
DAY = (str(Path(sys.executable).with_name("syncs")), "trigger", "sync:daily", "--watch")
LOGS_EVERY = 30.0
STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stack:
    """PostgreSQL, Prefect's server and a worker. Inside the `async with` all of them answer; after it none is left.

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
        self._take_port()
        await self._check_settings()
        self._say(f"starting on {self._home.path}")
        self._home.make_temporary()
        self._postgres = Postgres(self._home, self._environment.of_others())
        await self._postgres.prepare()
        await self._keep(self._postgres.part())
        await self._postgres.create(["prefect", "syncs", self._own_site])
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(self._start_server())
                both.create_task(self._migrate_site())
        except ExceptionGroup as group:
            raise group.exceptions[0] from None
        await self._keep(self._worker())

    async def _check_settings(self) -> None:
        """Of the parts to come, which would say so with every run; each reads its own."""
        secret = self._environment.given("DATABASE_URL")
        environment = self._environment.of_project(**({"DATABASE_URL": secret} if secret else {}))
        for words in SETTINGS:
            await run_well(self._home, Command(name="settings", words=words, environment=environment))

    async def _start_server(self) -> None:
        await self._keep(self._server())
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

    def _take_port(self) -> None:
        port = self._settings.prefect_port
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError as error:
                raise PortTakenError(port, "SYNCS_PREFECT_PORT", error.strerror or str(error)) from None

    def _server(self) -> Part:
        environment = self._environment.of_others(
            PREFECT_SERVER_DATABASE_CONNECTION_URL=self._postgres.url("prefect", "postgresql+asyncpg"),
            PREFECT_SERVER_TASKS_TAG_CONCURRENCY_SLOT_WAIT_SECONDS="1",
            PREFECT_SERVER_SERVICES_SCHEDULER_LOOP_SECONDS="15",
        )
        port = str(self._settings.prefect_port)
        # Prefect's server asks for no password: it listens here and nowhere else, whatever SYNCS_HOST says.
        words = [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", port]
        return Part(name="server", words=words, environment=environment, answers=self._server_answers)

    async def _server_answers(self, pid: int, started: float) -> bool:
        try:
            listening = psutil.Process(pid).net_connections("tcp4")
        except psutil.Error:
            return False
        # Anybody may answer on a port: only its own socket shows that it is this process that does.
        if not any(one.status == psutil.CONN_LISTEN for one in listening):
            return False
        try:
            return (await self._http.get("/api/ready")).is_success
        except httpx.TransportError:
            return False

    def _worker(self) -> Part:
        environment = self._environment.of_project(
            DATABASE_URL=self._site(),
            PREFECT_WORKER_QUERY_SECONDS="0.5",
            **{FLOWS_LOG: str(self._home.log("flows"))},
            # Prefect's worker would use one in /tmp that a second user of this machine could not write in.
            TMPDIR=str(self._home.temporary),
        )
        words = [sys.executable, "-m", "prefect", "worker", "start", "--type", "process"]
        words += ["--pool", POOL, "--name", WORKER]
        return Part(name="worker", words=words, environment=environment, answers=self._worker_answers)

    async def _worker_answers(self, pid: int, started: float) -> bool:
        """Whether it has sent a heartbeat: one killed before it had the same name, and counts as online for a while."""
        try:
            answer = await self._http.post(f"/api/work_pools/{POOL}/workers/filter", json={})
        except httpx.TransportError:
            return False
        return answer.is_success and any(
            worker["name"] == WORKER
            and worker["status"] == "ONLINE"
            and datetime.fromisoformat(worker["last_heartbeat_time"]).timestamp() > started
            for worker in answer.json()
        )


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
            if demo:
                _print("the day runs once, as by `syncs trigger sync:daily --watch`:")
                await stack.show(DAY)
                _print(f"it stays up until Ctrl-C, and runs what is scheduled; Prefect's UI: {stack.address}")
                if environment.on_samples:
                    _print("to go live: Ctrl-C, then `syncs up` (or SYNCS_SOURCES=live make run)")
            await stack.wait()

    try:
        asyncio.run(serve())
    except (asyncio.CancelledError, KeyboardInterrupt):
        return 0
    except (StackError, SettingsError, OSError) as error:
        print(f"syncs up: {error}", file=sys.stderr)
        return 1
    return 0

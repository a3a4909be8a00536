"""SYNCS_HOME: the one folder that holds the data of a stack."""

import fcntl
import os
import shutil
import tempfile
from pathlib import Path

import certifi

from deployments.environment import one_authority
from deployments.errors import HomeError, HomeTakenError

LOG_LIMIT = 10_000_000
TEMPORARY = "syncs-up-"


class Home:
    """Ours alone from `Home(path)` until `leave()`, or until this process ends, however it ends.

    What is in it is private (0700), the folder itself too where we make it: a folder that was there before keeps its
    mode, for it may be one like /srv that others need.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
            for name in ("logs", "locks", "prefect"):
                (path / name).mkdir(mode=0o700, exist_ok=True)
            _write_one_authority(one_authority(path))
            self._lock = os.open(path / "up.lock", os.O_RDWR | os.O_CREAT, 0o600)
        except FileExistsError as error:
            raise HomeError(path, f"{error.filename} is not a folder") from None
        except OSError as error:
            raise HomeError(path, f"{error.filename}: {error.strerror}") from None
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(self._lock, 20).decode().strip()
            os.close(self._lock)
            raise HomeTakenError(path, holder or "just started") from None
        os.truncate(self._lock, 0)
        os.write(self._lock, f"{os.getpid()}\n".encode())

    def leave(self) -> None:
        self._drop_temporary()
        os.close(self._lock)

    def make_temporary(self) -> None:
        """A short private folder elsewhere, for sockets, whose paths may not be long, and for what may be lost.

        The one of a `syncs up` that was killed goes away with this.
        """
        self._drop_temporary()
        self.temporary = Path(tempfile.mkdtemp(prefix=TEMPORARY))
        (self.temporary / "home").symlink_to(self.path)

    def _drop_temporary(self) -> None:
        for folder in Path(tempfile.gettempdir()).glob(f"{TEMPORARY}*"):
            # By what is in it, and not by a note in this folder, of which there may be copies.
            if folder.lstat().st_uid == os.geteuid() and _target(folder / "home") == str(self.path):
                shutil.rmtree(folder, ignore_errors=True)

    def log(self, name: str) -> Path:
        return self.path / "logs" / f"{name}.log"

    def bound_logs(self) -> None:
        """Puts aside each log that has grown too long, in place of the one put aside before.

        Copied and emptied, for its writers keep it open: a server without its database writes megabytes a minute.
        """
        for path in (self.path / "logs").glob("*.log"):
            if path.stat().st_size > LOG_LIMIT:
                shutil.copyfile(path, path.with_suffix(".log.1"))
                os.truncate(path, 0)


def _write_one_authority(path: Path) -> None:
    first, end, _ = Path(certifi.where()).read_text().partition("-----END CERTIFICATE-----")
    path.write_text(f"{first}{end}\n")


def _target(link: Path) -> str | None:
    return os.readlink(link) if link.is_symlink() else None

"""What keeps the stack from starting.

StackError
├── HomeError
├── HomeTakenError
├── PortTakenError
├── TokenError
├── PostgresError
└── PartError
"""

from pathlib import Path


class StackError(Exception):
    """The stack cannot run; the text says which thing, what is wrong, and what to do."""


class HomeError(StackError):
    """SYNCS_HOME=<path> cannot hold the stack's data."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(
            f"SYNCS_HOME={path} cannot hold the stack's data: {reason}. Name a folder that you may write in."
        )


class HomeTakenError(StackError):
    """Another `syncs up` runs on this home."""

    def __init__(self, path: Path, pid: str) -> None:
        super().__init__(
            f"another `syncs up` (pid {pid}) already runs on {path}. Stop it first, or set SYNCS_HOME and "
            "SYNCS_PREFECT_PORT to start a second stack beside it."
        )


class PortTakenError(StackError):
    """A port that a part needs cannot be had."""

    def __init__(self, host: str, port: int, key: str, reason: str) -> None:
        super().__init__(f"port {port} of {host} cannot be had: {reason}. Free it, or set {key} to another one.")


class TokenError(StackError):
    """SYNCS_HOME/admin_token is no token, or a secret no more."""

    def __init__(self, file: Path, wrong: str, todo: str) -> None:
        super().__init__(f"{file} {wrong}. {todo}: `syncs up` makes a new one where there is none.")


class PostgresError(StackError):
    """The embedded PostgreSQL cannot run on its data folder."""


class PartError(StackError):
    """A part or a command of the stack ended, or stayed silent, before it was ready."""

    def __init__(self, name: str, ending: str, log: Path) -> None:
        tail = log.read_text(errors="replace").splitlines()[-10:]
        super().__init__("\n  ".join([f"{name} {ending}. The end of {log}:", *tail]))

"""What launcher, engine and guard say to each other, on a Unix stream socket.

    launcher → engine   the environment; and three files: the folder to run in, where to print, and what
                        attempts.only has handed out
    engine → launcher   "refused" and why, and that is all; or else, of the guard that the socket goes to:
    guard → launcher    "ready"
    launcher → guard    GO: it waits, come what may. Without it nothing starts: it has hung up, and starts the stock way
    guard → launcher    "started" and the process, and at the end "exit" and its code
    launcher → guard    the numbers of signals, a byte each; that it closes means that the launcher is gone

A message is its length in four bytes, and texts with a NUL between them, as an environment is kept by the kernel. JSON
would cost a launcher a third of its time.
"""

from __future__ import annotations

import os
import socket
import struct
import time
from collections.abc import Iterable, Sequence

GO = b"\0"
_LENGTH = struct.Struct("!I")
LONGEST = 1 << 22  #: bytes; an environment has up to two megabytes


def send(to: socket.socket, *texts: str, files: Sequence[int] = ()) -> None:
    data = os.fsencode("\0".join(texts))
    socket.send_fds(to, [_LENGTH.pack(len(data))], files)
    to.sendall(data)


def receive(source: socket.socket) -> list[str]:
    """Raises ConnectionError where the other side has hung up, OSError and ValueError."""
    return _message(source, b"")


def receive_with_files(source: socket.socket, files: int, within: float) -> tuple[list[str], list[int]]:
    """The same with this many open files, which are the caller's to close, and all of it within so many seconds."""
    until = time.monotonic() + within
    source.settimeout(within)
    head, fds, *_ = socket.recv_fds(source, _LENGTH.size, files)
    try:
        if len(fds) != files:
            raise ConnectionError(f"{len(fds)} files came, not {files}")
        return _message(source, head, until), fds
    except BaseException:
        for fd in fds:
            os.close(fd)
        raise


def from_environment(environment: dict[str, str]) -> Iterable[str]:
    return (f"{key}={value}" for key, value in environment.items())


def to_environment(texts: Iterable[str]) -> dict[str, str]:
    """What holds no "=" is none of it, as it is for Python itself."""
    return {key: value for key, equals, value in (text.partition("=") for text in texts) if equals}


def _message(source: socket.socket, head: bytes, until: float | None = None) -> list[str]:
    (length,) = _LENGTH.unpack(head + _exactly(source, _LENGTH.size - len(head), until))
    if length > LONGEST:
        raise ValueError(f"a message of {length} bytes")
    return os.fsdecode(_exactly(source, length, until)).split("\0")


def _exactly(source: socket.socket, length: int, until: float | None) -> bytes:
    data = b""
    while len(data) < length:
        if until is not None:
            source.settimeout(max(0.01, until - time.monotonic()))
            if time.monotonic() > until:
                raise TimeoutError("it took too long to say what it wants")
        piece = source.recv(length - len(data))
        if not piece:
            raise ConnectionError("it hung up")
        data += piece
    return data

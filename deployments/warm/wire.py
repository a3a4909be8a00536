"""What launcher, engine and guard say to each other, on a Unix stream socket.

    launcher → engine   {"environment": {...}} and three files: the folder to run in, where to print,
                        and what attempts.only has handed out
    engine → launcher   {"refused": "..."}, and that is all; or else, of the guard that the socket goes to:
    guard → launcher    {"started": PID}, and at the end {"exit": CODE}
    launcher → guard    the numbers of signals, a byte each; that it closes means that the launcher is gone

A message is its length in four bytes, and JSON.
"""

from __future__ import annotations

import json
import os
import socket
import struct
from collections.abc import Sequence
from typing import Any

_LENGTH = struct.Struct("!I")
LONGEST = 1 << 22  #: bytes; an environment has up to two megabytes


def send(to: socket.socket, message: dict[str, Any], files: Sequence[int] = ()) -> None:
    data = json.dumps(message).encode()
    socket.send_fds(to, [_LENGTH.pack(len(data))], files)
    to.sendall(data)


def receive(source: socket.socket) -> dict[str, Any]:
    """Raises ConnectionError where the other side has hung up, OSError and ValueError."""
    return _message(source, b"")


def receive_with_files(source: socket.socket, files: int) -> tuple[dict[str, Any], list[int]]:
    """The same with this many open files, which are the caller's to close."""
    head, fds, *_ = socket.recv_fds(source, _LENGTH.size, files)
    try:
        if len(fds) != files:
            raise ConnectionError(f"{len(fds)} files came, not {files}")
        return _message(source, head), fds
    except BaseException:
        for fd in fds:
            os.close(fd)
        raise


def _message(source: socket.socket, head: bytes) -> dict[str, Any]:
    (length,) = _LENGTH.unpack(head + _exactly(source, _LENGTH.size - len(head)))
    if length > LONGEST:
        raise ValueError(f"a message of {length} bytes")
    message: dict[str, Any] = json.loads(_exactly(source, length))
    return message


def _exactly(source: socket.socket, length: int) -> bytes:
    data = b""
    while len(data) < length:
        piece = source.recv(length - len(data))
        if not piece:
            raise ConnectionError("it hung up")
        data += piece
    return data

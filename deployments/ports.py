"""The addresses that the stack listens on, tried before anything is started."""

import errno
import socket

from deployments.errors import PortTakenError
from deployments.settings import SettingsError


def require_free(host: str, port: int, key: str) -> None:
    """Raises PortTakenError, or SettingsError where the host is none of this machine's."""
    for family, kind, protocol, _, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
        try:
            with socket.socket(family, kind, protocol) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                if family == socket.AF_INET6:
                    probe.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
                probe.bind(address)
        except OSError as error:
            if error.errno not in (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT):
                raise PortTakenError(host, port, key, error.strerror or str(error)) from None
            if host != "localhost":  # which may stand for ::1, too, where there is no IPv6
                raise SettingsError("SYNCS_HOST", host) from None

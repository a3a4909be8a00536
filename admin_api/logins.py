"""How often somebody may fail to sign in."""

from __future__ import annotations

import time
from ipaddress import IPv6Address, ip_address, ip_network
from math import ceil

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from admin_api.errors import TooManyLogins

OF_AN_ADDRESS = RateLimitItemPerMinute(5, 5)


class Logins:
    """Counts an address's failures, in this process's memory. Nothing here waits, so that no two logins slip through.

    The login form alone is counted: a bearer's token is as long, and many programs may share an address. No count is of
    all addresses: it would let any stranger lock everybody out, and a token that nobody can guess needs none.
    """

    def __init__(self) -> None:
        self._failures = MovingWindowRateLimiter(MemoryStorage())

    def check(self, address: str | None) -> None:
        """Raises TooManyLogins, whatever the token."""
        household = _household(address)
        if not self._failures.test(OF_AN_ADDRESS, household):
            wait = self._failures.get_window_stats(OF_AN_ADDRESS, household).reset_time - time.time()
            raise TooManyLogins(seconds=max(1, ceil(wait)))

    def failed(self, address: str | None) -> None:
        self._failures.hit(OF_AN_ADDRESS, _household(address))


def _household(address: str | None) -> str:
    """Who has one IPv6 address has a whole network of them."""
    try:
        parsed = ip_address(address or "")
    except ValueError:
        return str(address)
    if isinstance(parsed, IPv6Address):
        return str(parsed.ipv4_mapped or ip_network((int(parsed), 64), strict=False))
    return str(parsed)

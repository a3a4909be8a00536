"""How often somebody may fail to sign in."""

from __future__ import annotations

import time
from ipaddress import IPv6Address, ip_address, ip_network
from math import ceil

from limits import RateLimitItem, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from admin_api.errors import TooManyLogins

OF_AN_ADDRESS = RateLimitItemPerMinute(5, 5)
OF_ALL = RateLimitItemPerMinute(50, 5)


class Logins:
    """Counts failures, in this process's memory. Nothing here waits, so that no two logins slip through together.

    The login form alone is counted: a bearer's token is as long, and many programs may share an address.
    """

    def __init__(self) -> None:
        self._failures = MovingWindowRateLimiter(MemoryStorage())

    def check(self, address: str | None) -> None:
        """Raises TooManyLogins, whatever the token."""
        waits = [
            self._failures.get_window_stats(limit, *key).reset_time - time.time()
            for limit, *key in self._counts(address)
            if not self._failures.test(limit, *key)
        ]
        if waits:
            raise TooManyLogins(seconds=max(1, ceil(max(waits))))

    def failed(self, address: str | None) -> None:
        for limit, *key in self._counts(address):
            self._failures.hit(limit, *key)

    def _counts(self, address: str | None) -> tuple[tuple[RateLimitItem, str], tuple[RateLimitItem, str]]:
        return (OF_AN_ADDRESS, f"from {_household(address)}"), (OF_ALL, "from all")


def _household(address: str | None) -> str:
    """Who has one IPv6 address has a whole network of them."""
    try:
        parsed = ip_address(address or "")
    except ValueError:
        return str(address)
    if isinstance(parsed, IPv6Address):
        return str(parsed.ipv4_mapped or ip_network((int(parsed), 64), strict=False))
    return str(parsed)

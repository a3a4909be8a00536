"""The admin API of the session's stack, as a test speaks to it."""

import httpx

from tests.stack import Stack


def client(stack: Stack, **headers: str) -> httpx.AsyncClient:
    """With the token, and in English, unless the headers say otherwise."""
    return httpx.AsyncClient(
        base_url=stack.admin_url,
        headers={"Authorization": f"Bearer {stack.token}", "Accept-Language": "en", **headers},
        timeout=30,
        trust_env=False,
    )

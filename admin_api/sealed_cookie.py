"""A cookie that holds a random word, signed. The word is also what a page's forms send back, against forgery.

The key is made of the admin token: who changes it ends every session. Nothing is kept on this side, so a sign-out takes
the cookie from the browser, and a copy of it is good until it is too old.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass

from itsdangerous import BadData, URLSafeTimedSerializer
from starlette.requests import HTTPConnection
from starlette.responses import Response

from admin_api.settings import Settings

HOUR = 3600


@dataclass(frozen=True)
class SealedCookie:
    """`lasts` is in seconds, from when it was written."""

    name: str
    lasts: int

    def read(self, connection: HTTPConnection) -> str | None:
        """Its word, if it is ours and not too old."""
        try:
            word = self._seal(connection).loads(connection.cookies.get(self._name(connection), ""), self.lasts)
        except BadData:
            return None
        return str(word)

    def write(self, connection: HTTPConnection, response: Response, word: str) -> None:
        response.set_cookie(
            self._name(connection),
            self._seal(connection).dumps(word),
            max_age=self.lasts,
            secure=_is_secure(connection),
            httponly=True,
            samesite="strict",
        )

    def clear(self, connection: HTTPConnection, response: Response) -> None:
        response.delete_cookie(self._name(connection), secure=_is_secure(connection), httponly=True, samesite="strict")

    def _name(self, connection: HTTPConnection) -> str:
        """With a prefix, browsers take it from this host alone, and over https alone."""
        return f"__Host-{self.name}" if _is_secure(connection) else self.name

    def _seal(self, connection: HTTPConnection) -> URLSafeTimedSerializer:
        settings: Settings = connection.app.state.settings
        return URLSafeTimedSerializer(
            settings.admin_token.get_secret_value(),
            salt=f"{self.name} cookie",
            signer_kwargs={"key_derivation": "hmac", "digest_method": hashlib.sha256},
        )


#: Who has signed in.
SESSION = SealedCookie("syncs_session", 12 * HOUR)
#: Who was shown the login form.
LOGIN = SealedCookie("syncs_login", HOUR)


def new_word() -> str:
    return secrets.token_urlsafe(32)


def same(given: str, known: str) -> bool:
    """In a time that does not tell how much of it is right."""
    return hmac.compare_digest(given.encode(errors="replace"), known.encode())


def _is_secure(connection: HTTPConnection) -> bool:
    return bool(connection.scope["scheme"] == "https")

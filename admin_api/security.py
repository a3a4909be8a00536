"""What every answer tells the browser: to run, show and keep nothing that is not ours."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

#: Swagger UI keeps to it, too.
_POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "connect-src": "'self'",
    "font-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
_ONE_YEAR = 31_536_000


class SecurityHeaders:
    """The outermost of the application's middleware, so that what the others answer has them too."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(security_headers(scope))
            await send(message)

        await self.app(scope, receive, send_with_headers)


def security_headers(scope: Scope) -> Mapping[str, str]:
    headers = _ALWAYS | {
        "Content-Security-Policy": "; ".join(f"{what} {where}" for what, where in _POLICY.items()),
        # Static files are asked for again, too, but need not be sent again where they are the same.
        "Cache-Control": "no-cache" if scope["path"].startswith("/static/") else "no-store",
    }
    if scope["scheme"] == "https":
        headers["Strict-Transport-Security"] = f"max-age={_ONE_YEAR}"
    return headers

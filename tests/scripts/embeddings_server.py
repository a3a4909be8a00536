"""A server that speaks the protocol of embeddings, and says what a test gives it to say."""

import json
import zlib
from collections.abc import Callable
from typing import Any

from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from scripts.text import fold
from tests.scripts.sites import Site

KEY = "sk-not-to-be-seen-anywhere"
SIZE = 64

#: What it sends for the texts, or the server's own answer.
Answer = Response | Callable[[list[str]], Any]


def numbers(text: str, size: int = SIZE) -> list[float]:
    """Texts that share words lie near each other."""
    found = [0.01] * size
    for word in fold(text).split():
        found[zlib.crc32(word.encode()) % size] += 1.0
    return found


def vectors(texts: list[str], size: int = SIZE) -> dict[str, Any]:
    return {"data": [{"index": at, "embedding": numbers(text, size)} for at, text in enumerate(texts)]}


class EmbeddingsServer:
    """`says` are its first answers; then it does as it should. `asked` are the texts of each call."""

    def __init__(self, server: HTTPServer) -> None:
        self._server = server
        self.says: list[Answer] = []
        self.asked: list[list[str]] = []
        self.authorizations: list[str | None] = []
        server.expect_request("/v1/embeddings", method="POST").respond_with_handler(self._answer)

    def serve(self, site: Site, model: str = "stub-embed", key: str | None = KEY) -> None:
        site.settings |= {"EMBEDDINGS_BASE_URL": self._server.url_for("/v1"), "EMBEDDINGS_MODEL": model}
        site.settings |= {"EMBEDDINGS_API_KEY": key} if key else {}

    def _answer(self, request: Request) -> Response:
        texts = json.loads(request.data)["input"]
        self.asked.append(texts)
        self.authorizations.append(request.headers.get("Authorization"))
        said = self.says.pop(0) if self.says else vectors
        if isinstance(said, Response):
            return said
        return Response(json.dumps(said(texts)), content_type="application/json")

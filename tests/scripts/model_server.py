"""A server that speaks the language model's protocol, and says what a test gives it to say."""

import json
import time
from collections.abc import Callable, Mapping
from typing import Any

from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from tests.scripts.sites import Site

KEY = "sk-not-to-be-seen-anywhere"

#: An object is the model's JSON; words are what it says instead; a response is the server's own; a function is asked
#: with the documents of the question.
Answer = Mapping[str, Any] | str | Response | Callable[[dict[str, Any]], Mapping[str, Any] | str | Response]


class ModelServer:
    """`says` are its answers in turn; the last one stands for all further questions. `asked` are the questions."""

    def __init__(self, server: HTTPServer) -> None:
        self._server = server
        self.says: list[Answer] = []
        self.asked: list[dict[str, Any]] = []
        #: What an answer is said to have used, in tokens.
        self.tokens = 100
        server.expect_request("/v1/chat/completions", method="POST").respond_with_handler(self._answer)

    def serve(self, site: Site) -> None:
        site.settings |= {"LLM_BASE_URL": self._server.url_for("/v1"), "LLM_API_KEY": KEY, "LLM_MODEL": "stub-1"}

    @property
    def documents(self) -> list[dict[str, Any]]:
        """Of each question."""
        return [json.loads(asked["messages"][1]["content"]) for asked in self.asked]

    def wait_until_asked(self, times: int) -> None:
        """Else a question whose asker has gone is answered late, in the middle of the next test."""
        until = time.monotonic() + 5
        while len(self.asked) < times and time.monotonic() < until:
            time.sleep(0.01)

    @staticmethod
    def silence(seconds: float) -> Answer:
        def late(_: dict[str, Any]) -> Response:
            time.sleep(seconds)
            return Response(status=500)

        return late

    def _answer(self, request: Request) -> Response:
        assert request.headers["Authorization"] == f"Bearer {KEY}"
        asked = json.loads(request.data)
        self.asked.append(asked)
        said = self.says[min(len(self.asked), len(self.says)) - 1]
        if callable(said) and not isinstance(said, Response):
            said = said(json.loads(asked["messages"][1]["content"]))
        if isinstance(said, Response):
            return said
        return self.completion(said if isinstance(said, str) else json.dumps(said))

    def completion(self, content: str, *, finish: str = "stop", **message: Any) -> Response:
        choice = {"index": 0, "message": {"role": "assistant", "content": content, **message}, "finish_reason": finish}
        told = {"object": "chat.completion", "choices": [choice], "usage": {"total_tokens": self.tokens}}
        return Response(json.dumps(told), content_type="application/json")

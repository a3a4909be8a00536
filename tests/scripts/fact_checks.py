"""Answers of Google's claims:search, and a server that gives them out."""

import json
from typing import Any

from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from tests.scripts.documents import Json
from tests.scripts.sites import Site

KEY = "AIza-not-to-be-seen-anywhere"


def review(url: str, rating: str | None = "Faux", **told: Any) -> Json:
    publisher = {"name": "VÉRIF&#x27;", "site": "verif.example"}
    words = {} if rating is None else {"textualRating": rating}
    given = {"publisher": publisher, "url": url, "title": "Non", "languageCode": "fr", "reviewDate": "2025-11-14"}
    return given | words | told


def claim(text: str, *reviews: Json, **told: Any) -> Json:
    return {"text": text, "claimReview": list(reviews)} | told


def claims(*some: Json, token: str | None = None) -> str:
    return json.dumps({"claims": some} | ({"nextPageToken": token} if token else {}), ensure_ascii=False)


class Google:
    """Answers by the name that is asked for, and {} for everybody else; `answers` are pages of claims, or responses."""

    def __init__(self, server: HTTPServer, site: Site) -> None:
        self.answers: dict[str, list[str | Response]] = {}
        self.asked: list[Request] = []
        server.expect_request("/claims").respond_with_handler(self._answer)
        site.settings["GOOGLE_FACTCHECK_API_KEY"] = KEY

    @property
    def names(self) -> list[str]:
        return [request.args["query"] for request in self.asked]

    def _answer(self, request: Request) -> Response:
        self.asked.append(request)
        answers = self.answers.get(request.args["query"], ["{}"])
        answer = answers[int(request.args.get("pageToken", "0"))]
        return answer if isinstance(answer, Response) else Response(answer, content_type="application/json")

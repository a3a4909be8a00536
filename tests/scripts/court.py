"""Judilibre on this machine, as its own source code answers: by words, chamber and days, and in pages."""

import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from tests.scripts.documents import Json
from tests.scripts.sites import Site

SECRETS = {
    "JUDILIBRE_CLIENT_ID": "the-application",
    "JUDILIBRE_CLIENT_SECRET": "secret-not-to-be-seen-anywhere",
    "JUDILIBRE_API_KEY": "keyid-not-to-be-seen-anywhere",
}
TOKEN = "token-not-to-be-seen-anywhere"
CHAMBERS = {"cr": "Chambre criminelle", "civ2": "Deuxième chambre civile", "pl": "Assemblée plénière"}


def decision(number: int, day: str = "2025-11-12", words: str = "corruption", **told: Any) -> Json:
    """`words` is what its text holds, which Judilibre searches and does not answer."""
    return {
        "score": 1,
        "highlights": {"motivations": [f"le délit de <em>{words}</em>"]},
        "id": f"99{number:022d}",
        "jurisdiction": "cc",
        "chamber": "cr",
        "number": f"99-{number:05d}",
        "numbers": [f"99-{number:05d}"],
        "ecli": f"ECLI:FR:CCASS:2025:CR{number:05d}",
        "formation": "fs",
        "publication": ["b"],
        "decision_date": day,
        "solution": "rejet",
        "type": "arret",
        "summary": "Un résumé inventé.",
        "themes": ["élu"],
        "files": [],
    } | told


def page(*results: Json, **told: Any) -> str:
    given = {"page": 0, "page_size": 50, "total": len(results), "next_page": None, "relaxed": False}
    return json.dumps(given | {"results": results} | told, ensure_ascii=False)


def taxonomies() -> dict[str, str]:
    entries = {"chamber": CHAMBERS, "solution": {"rejet": "Rejet", "cassation": "Cassation"}}
    return {
        f"taxonomy-{of}.json": json.dumps({"id": of, "context_value": "cc", "result": names}, ensure_ascii=False)
        for of, names in entries.items()
    }


class Court:
    """`decisions` is what it holds; `after` is called after each page; `instead` answers a search instead, or not."""

    def __init__(self, server: HTTPServer, site: Site) -> None:
        self.decisions: list[Json] = []
        self.asked: list[Request] = []
        self.tokens: list[dict[str, list[str]]] = []
        self.token = TOKEN
        self.gate: Response | None = None
        self.instead: Callable[[Request], Response | None] = lambda _: None
        self.after: Callable[[], None] = lambda: None
        server.expect_request("/oauth", method="POST").respond_with_handler(self._give_token)
        server.expect_request(re.compile("/v1/.*")).respond_with_handler(self._answer)
        site.settings |= SECRETS
        site.settings |= {"JUDILIBRE_BASE_URL": server.url_for("/v1"), "JUDILIBRE_OAUTH_URL": server.url_for("/oauth")}

    def _give_token(self, request: Request) -> Response:
        self.tokens.append(parse_qs(request.get_data(as_text=True)))
        return self.gate or Response(json.dumps({"access_token": self.token, "expires_in": 3600}))

    def _answer(self, request: Request) -> Response:
        self.asked.append(request)
        if (answer := self.instead(request)) is not None:
            return answer
        if request.path == "/v1/taxonomy":
            return Response(taxonomies()[f"taxonomy-{request.args['id']}.json"])
        answer = Response(self._search(request))
        self.after()
        return answer

    def _search(self, request: Request) -> str:
        args = request.args
        words = re.compile(rf"<em>{re.escape(args['query'])}</em>")
        found = [
            one
            for one in self.decisions
            if one["chamber"] in args.getlist("chamber")
            and args.get("date_start", "") <= one["decision_date"] <= args.get("date_end", "9")
            and words.search(str(one["highlights"]))
        ]
        found.sort(key=lambda one: one["decision_date"], reverse=True)
        size, number = int(args["page_size"]), int(args["page"])
        shown = found[number * size : (number + 1) * size]
        more = f"page={number + 1}" if (number + 1) * size < len(found) else None
        return page(*shown, page=number, total=len(found), next_page=more)

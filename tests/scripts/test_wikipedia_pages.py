"""Wikipedia's answers that are cut off: what had no room in one is asked for again, as long as that brings more."""

from contextlib import closing

from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from scripts.errors import RecordError
from scripts.http_client import HttpClient
from scripts.source import Source
from scripts.wikipedia import Page, Wikipedia
from tests.scripts.wikipedia_articles import article, pages


def test_what_had_no_room_is_asked_for_again_and_what_never_comes_is_missing(httpserver: HTTPServer) -> None:
    asked: list[str] = []

    def answer(request: Request) -> Response:
        asked.append(request.args["titles"])
        first, *others = asked[-1].split("|")
        room = [article(1, first, "Texte.")] if first != "C" else []
        return Response(pages(*room, *({"pageid": 9, "ns": 0, "title": title} for title in others)))

    httpserver.expect_request("/pages.json").respond_with_handler(answer)
    with closing(HttpClient(first_wait=0.01)) as client:
        found = Wikipedia(Source("x", "live", client, httpserver.url_for("/"))).pages(["A", "B", "C"])
    assert asked == ["A|B|C", "B|C", "C"]
    assert [type(found[title]) for title in "ABC"] == [Page, Page, RecordError]

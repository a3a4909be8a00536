"""Each script against a server on this machine that serves its source's true format, whole and in every way broken."""

import importlib
import re
import zlib
from collections.abc import Mapping
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from tests.scripts.matrix import Case, Content
from tests.scripts.sites import Site

CASES: list[Case] = [
    case
    for path in sorted(Path(__file__).parent.glob("cases_*.py"))
    for case in importlib.import_module(f"tests.scripts.{path.stem}").CASES
]
pytestmark = pytest.mark.parametrize("case", CASES, ids=lambda case: " ".join([case.script, *case.flags]))


def etag(content: Content) -> str:
    return f'"{zlib.crc32(content.encode() if isinstance(content, str) else content)}"'


class Server:
    """The case's documents, each with its ETag. `first` are the answers that `main` gets before itself."""

    def __init__(self, server: HTTPServer, case: Case, changed: Mapping[str, Content] | None = None) -> None:
        self._documents = {**case.documents, **(changed or {})}
        self._main = case.main
        self.first: list[Response] = []
        self.asked: list[Request] = []
        server.expect_request(re.compile("/.*")).respond_with_handler(self._answer)

    def of_main(self) -> list[Request]:
        return [request for request in self.asked if self._name(request) == self._main]

    def _answer(self, request: Request) -> Response:
        self.asked.append(request)
        name = self._name(request)
        if name == self._main and self.first:
            return self.first.pop(0)
        if name not in self._documents:
            return Response(status=404)
        now = etag(self._documents[name])
        if request.headers.get("If-None-Match") == now:
            return Response(status=304)
        return Response(self._documents[name], headers={"ETag": now})

    def has(self, main: Content) -> None:
        """From now on."""
        self._documents[self._main] = main

    @staticmethod
    def _name(request: Request) -> str:
        return request.path.removeprefix("/")


@pytest.fixture
def ready(online: Site, case: Case) -> Site:
    case.before(online)
    return online


def test_whole_it_is_imported_and_the_second_time_nothing_changes(
    ready: Site, httpserver: HTTPServer, case: Case
) -> None:
    Server(httpserver, case)
    first = ready.sync(case.script, *case.flags)
    assert (first.code, first.err) == (0, "")
    assert first.counters[case.counter] == case.good
    before = ready.dump()
    for flags in (case.flags, (*case.flags, "--force")):
        again = ready.sync(case.script, *flags)
        assert (again.code, again.err) == (0, "")
        assert ready.dump() == before
    assert [name for name in case.written if again.counters[name]] == []


def test_a_dry_run_counts_the_same_and_writes_nothing(ready: Site, httpserver: HTTPServer, case: Case) -> None:
    Server(httpserver, case)
    before = ready.dump()
    rehearsed = ready.sync(case.script, *case.flags, "--dry-run")
    assert rehearsed.code == 0
    assert ready.dump() == before
    assert rehearsed.counters == ready.sync(case.script, *case.flags).counters


def test_what_has_not_changed_is_not_read_again(ready: Site, httpserver: HTTPServer, case: Case) -> None:
    if not case.remembers:
        pytest.skip("its source is read piece by piece, and has no address that would not change")
    server = Server(httpserver, case)
    ready.sync(case.script, *case.flags)
    again = ready.sync(case.script, *case.flags)
    assert server.of_main()[-1].headers["If-None-Match"] == etag(case.documents[case.main])
    assert again.counters["sourceUnchanged"] == 1


@pytest.mark.parametrize("flags", [(), ("--limit=1",)], ids=["whole", "limit"])
def test_what_was_read_before_a_bad_document_is_read_again_when_it_is_back(
    ready: Site, httpserver: HTTPServer, case: Case, flags: tuple[str, ...]
) -> None:
    """What the bad one has changed would else stay, until the source has something new."""
    if not case.remembers:
        pytest.skip("its source is read piece by piece, and has no address that would not change")
    server = Server(httpserver, case)
    ready.sync(case.script, *case.flags)
    server.has(case.malformed)
    assert "sourceUnchanged" not in ready.sync(case.script, *case.flags, *flags).counters
    server.has(case.documents[case.main])
    assert "sourceUnchanged" not in ready.sync(case.script, *case.flags).counters
    assert ready.sync(case.script, *case.flags).counters["sourceUnchanged"] == 1


def test_an_empty_source_writes_nothing(ready: Site, httpserver: HTTPServer, case: Case) -> None:
    before = ready.dump()
    Server(httpserver, case, {case.main: case.empty})
    outcome = ready.sync(case.script, *case.flags)
    assert outcome.code == case.empty_is
    assert ready.dump() == before or case.empty_is == 0
    assert outcome.code == 0 or outcome.err


def test_a_source_that_is_gone_says_so(ready: Site, httpserver: HTTPServer, case: Case) -> None:
    server = Server(httpserver, case)
    server.first = [Response(status=404) for _ in range(20)]
    outcome = ready.sync(case.script, *case.flags)
    if case.optional:
        assert outcome.code == 0
        assert outcome.counters[case.counted_as] >= 1
    else:
        assert outcome.code == 1
        assert "answers 404" in outcome.err


@pytest.mark.parametrize("status", [429, 503])
def test_a_source_that_is_down_for_a_moment_is_waited_for(
    ready: Site, httpserver: HTTPServer, case: Case, status: int
) -> None:
    server = Server(httpserver, case)
    server.first = [Response(status=status, headers={"Retry-After": "0"}), Response(status=status)]
    outcome = ready.sync(case.script, *case.flags)
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.counters[case.counter] == case.good
    assert "Trying again in" in outcome.out


def test_a_source_that_stays_down_is_another_days(ready: Site, httpserver: HTTPServer, case: Case) -> None:
    server = Server(httpserver, case)
    server.first = [Response(status=503) for _ in range(50)]
    outcome = ready.sync(case.script, *case.flags)
    assert outcome.code == case.down_is
    assert "answers 503" in outcome.err
    assert ready.rows("sync_metadata") == []


def test_a_document_that_is_cut_off_is_read_again(ready: Site, httpserver: HTTPServer, case: Case) -> None:
    server = Server(httpserver, case)
    whole = case.documents[case.main]
    half = (whole.encode() if isinstance(whole, str) else whole)[: len(whole) // 2]
    cut = Response(half, headers={"Connection": "close"})
    cut.headers["Content-Length"] = str(len(half) * 2)
    cut.automatically_set_content_length = False
    server.first = [cut]
    outcome = ready.sync(case.script, *case.flags)
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.counters[case.counter] == case.good


def test_a_document_that_ends_in_the_middle_is_never_taken_for_whole(
    ready: Site, httpserver: HTTPServer, case: Case
) -> None:
    """As some servers send it: with a length that fits."""
    whole = case.documents[case.main]
    half = (whole.encode() if isinstance(whole, str) else whole)[: len(whole) // 2]
    server = Server(httpserver, case, {case.main: half})
    outcome = ready.sync(case.script, *case.flags)
    assert outcome.code != 0 or outcome.err
    again = ready.sync(case.script, *case.flags)
    assert "If-None-Match" not in server.of_main()[-1].headers, "what is not whole is not remembered"
    assert again.code == outcome.code


def test_a_wrong_encoding_is_refused_or_named(ready: Site, httpserver: HTTPServer, case: Case) -> None:
    if case.foreign is None:
        pytest.skip("its format has no encoding of its own")
    Server(httpserver, case, {case.main: case.foreign})
    before = ready.dump()
    outcome = ready.sync(case.script, *case.flags)
    assert outcome.err
    if outcome.code:
        assert ready.dump() == before
    else:
        assert outcome.counters[case.bad_as] >= 1
    assert "\ufffd" not in str(ready.dump())


def test_malformed_records_are_counted_and_named_and_the_rest_is_imported(
    ready: Site, httpserver: HTTPServer, case: Case
) -> None:
    Server(httpserver, case, {case.main: case.malformed})
    outcome = ready.sync(case.script, *case.flags)
    assert outcome.code == 0
    assert outcome.counters[case.bad_as] == case.bad
    assert len(outcome.err.splitlines()) >= case.bad
    assert outcome.counters[case.counter] == case.good
    again = ready.sync(case.script, *case.flags)
    assert again.counters[case.bad_as] == (case.bad if case.reads_again else 0), "what was not whole is read again"


def test_far_too_much_is_refused(ready: Site, httpserver: HTTPServer, case: Case) -> None:
    Server(httpserver, case, {case.main: b"x" * (case.too_large + 1)})
    before = ready.dump()
    outcome = ready.sync(case.script, *case.flags)
    assert outcome.code == 1 or case.optional
    assert "the most that we read" in outcome.err
    assert ready.dump() == before or case.optional
